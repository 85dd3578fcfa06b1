//! The server: answers a client's requests from the backend, and maps its progress and cancelling to both eras of the
//! protocol (progress and cancelled notifications; tasks).

use std::io;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CancelTaskParams, ContentBlock,
    CreateTaskResult, GetTaskParams, GetTaskResult, Implementation, ListResourcesResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProgressToken,
    ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource,
    ResourceContents, ServerCapabilities, ServerConfig, Tool, ToolAnnotations, UpdateTaskParams,
};
use rmcp::service::{RequestContext, RoleServer, ServiceExt as _};
use rmcp::task_manager::{TaskContext, TaskExit, TaskManager, TaskOptions};
use rmcp::{ErrorData, ServerHandler};

use crate::backend::{Answer, Backend, Page, ResourceRow, ToolRow};
use crate::calls::{Calls, Running};
use crate::roots::Roots;

/// The time for which the result of a task is kept for its client: runs take minutes, and clients look in now and then.
const TASK_KEPT_MS: u64 = 24 * 60 * 60 * 1000;

/// Why the server could not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// No event loop can be had.
    #[error("no event loop can be had: {0}")]
    Runtime(#[from] io::Error),
    /// The client did not begin as the protocol says.
    #[error("the client did not begin a session: {0}")]
    Session(String),
}

/// Serves one client on the standard streams until it goes, or until `asked_to_end` resolves. Runs that are at work hear of
/// both.
///
/// # Errors
/// No event loop can be had, or the client does not begin a session. A client that goes without a word is no error.
pub fn serve(
    backend: Arc<dyn Backend>,
    asked_to_end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let served = runtime.block_on(async {
        let calls = Calls::new();
        let server = Server {
            backend,
            calls: Arc::clone(&calls),
            tasks: TaskManager::new(),
            roots: Roots::default(),
        };
        let session = async {
            match server.serve(rmcp::transport::stdio_pipes()).await {
                Ok(session) => session
                    .waiting()
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string()),
                // Whoever opens the streams and closes them again asks for nothing.
                Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => Ok(()),
                Err(error) => Err(error.to_string()),
            }
        };
        let served = tokio::select! {
            served = session => served,
            () = asked_to_end => Ok(()),
        };
        calls.end().await;
        served
    });
    // A read of the standard input that is under way can't be ended; the process is about to.
    runtime.shutdown_background();
    served.map_err(ServeError::Session)
}

/// The handler of a client's requests.
struct Server {
    backend: Arc<dyn Backend>,
    calls: Arc<Calls>,
    tasks: TaskManager,
    roots: Roots,
}

impl Server {
    /// Runs something that may block on a thread of its own.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Backend) -> T + Send + 'static,
    ) -> Result<T, ErrorData> {
        let backend = Arc::clone(&self.backend);
        let done = tokio::task::spawn_blocking(move || work(backend.as_ref())).await;
        done.map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }
}

/// Whoever waits for a call: told how far it is, and able to end it.
enum Caller {
    /// A request that stays open.
    Request {
        context: Box<RequestContext<RoleServer>>,
        token: Option<ProgressToken>,
        count: u32,
    },
    /// A task that the client looks at now and then.
    Task(TaskContext),
}

impl Caller {
    async fn send_progress(&mut self, line: String) {
        match self {
            Caller::Task(task) => task.set_status_message(line),
            Caller::Request {
                context,
                token: Some(token),
                count,
            } => {
                *count += 1;
                let told = ProgressNotificationParam::new(token.clone(), f64::from(*count))
                    .with_message(line);
                // A client that went away is noticed by the transport.
                drop(context.peer.notify_progress(told).await);
            }
            Caller::Request { token: None, .. } => {}
        }
    }

    /// Resolves when the caller cancels.
    async fn cancelled(&self) {
        match self {
            Caller::Task(task) => task.cancelled().await,
            Caller::Request { context, .. } => context.ct.cancelled().await,
        }
    }
}

/// Waits for a call's end, and tells on the way what it tells.
async fn wait_for_call(running: Running, calls: Arc<Calls>, mut caller: Caller) -> Answer {
    let Running {
        mut answer,
        mut progress,
        cancel,
    } = running;
    let mut asked = false;
    loop {
        tokio::select! {
            biased;
            Some(line) = progress.recv() => caller.send_progress(line).await,
            done = &mut answer => {
                return done.unwrap_or_else(|_| Answer::refusal("the call's thread died; the journal holds what it did"));
            }
            () = caller.cancelled(), if !asked => asked = true,
            () = calls.over(), if !asked => asked = true,
        }
        if asked {
            cancel.send_replace(true);
        }
    }
}

fn result_of(answer: Answer) -> CallToolResult {
    let content = vec![ContentBlock::text(answer.text)];
    let mut result = if answer.is_error {
        CallToolResult::error(content)
    } else {
        CallToolResult::success(content)
    };
    result.structured_content = answer.data;
    result
}

fn tool_of(row: ToolRow) -> Tool {
    let annotations = ToolAnnotations::new()
        .read_only(row.reads_only)
        .destructive(false)
        .open_world(false);
    Tool::new(row.name, row.about, row.schema).annotate(annotations)
}

fn resource_of(row: ResourceRow) -> Resource {
    Resource::new(row.uri, row.name)
        .with_description(row.about)
        .with_mime_type(row.media)
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let identity = self.backend.identity();
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_tasks()
            .build();
        let mut config = ServerConfig::new(capabilities).with_instructions(identity.instructions);
        config.server_info = Implementation::new(identity.name, identity.version);
        config
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(
            self.backend.tools().into_iter().map(tool_of).collect(),
        ))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(row) = self
            .backend
            .tools()
            .into_iter()
            .find(|row| row.name == request.name)
        else {
            return Err(ErrorData::invalid_params(
                format!("no tool is called `{}`", request.name),
                None,
            ));
        };
        let bounds = match self
            .roots
            .ask(&context, request.input_responses.as_ref())
            .await
        {
            Ok(bounds) => bounds,
            Err(question) => return Ok(question.into()),
        };
        let arguments = request.arguments.unwrap_or_default();
        let running = self
            .calls
            .begin(&self.backend, row.name.to_owned(), arguments, bounds);
        if row.is_long
            && context
                .client_capabilities()
                .is_some_and(|capabilities| capabilities.supports_tasks())
        {
            return Ok(CallToolResponse::Task(CreateTaskResult::new(
                self.as_task(running),
            )));
        }
        let token = context.meta.get_progress_token();
        let caller = Caller::Request {
            context: Box::new(context),
            token,
            count: 0,
        };
        Ok(result_of(wait_for_call(running, Arc::clone(&self.calls), caller).await).into())
    }

    async fn get_task(
        &self,
        request: GetTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<GetTaskResult, ErrorData> {
        Ok(GetTaskResult::new(self.tasks.get_task(&request.task_id)?))
    }

    async fn update_task(
        &self,
        request: UpdateTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.tasks
            .update_task(&request.task_id, request.input_responses)
    }

    async fn cancel_task(
        &self,
        request: CancelTaskParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.tasks.cancel_task(&request.task_id)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let bounds = self.roots.known(&context).await;
        let rows = self
            .apart(move |backend| backend.resources(&bounds))
            .await?;
        Ok(ListResourcesResult::with_all_items(
            rows.into_iter().map(resource_of).collect(),
        ))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let bounds = match self
            .roots
            .ask(&context, request.input_responses.as_ref())
            .await
        {
            Ok(bounds) => bounds,
            Err(question) => return Ok(question.into()),
        };
        let uri = request.uri.clone();
        match self
            .apart(move |backend| backend.read(&uri, &bounds))
            .await?
        {
            Some(Page { text, media }) => {
                let contents = ResourceContents::text(text, request.uri).with_mime_type(media);
                Ok(ReadResourceResult::new(vec![contents]).into())
            }
            None => Err(ErrorData::resource_not_found(
                format!("no resource is at {}", request.uri),
                None,
            )),
        }
    }
}

impl Server {
    /// Hands a call over to a task that its client asks for by name.
    fn as_task(&self, running: Running) -> rmcp::model::Task {
        let calls = Arc::clone(&self.calls);
        let options = TaskOptions::new().with_ttl_ms(TASK_KEPT_MS);
        self.tasks.spawn(options, move |task| {
            Box::pin(async move {
                let answer = wait_for_call(running, calls, Caller::Task(task.clone())).await;
                match task.is_cancel_requested() {
                    true => Err(TaskExit::Cancelled),
                    false => Ok(result_of(answer)),
                }
            })
        })
    }
}
