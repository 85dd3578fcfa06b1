//! Asks a client for its roots, in both eras of the protocol: by a request of its own while a call is open, or by an answer
//! that asks for them and a call that comes again with them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use rmcp::model::{InputRequest, InputRequiredResult, InputResponses, ProtocolVersion};
use rmcp::service::{RequestContext, RoleServer};

use crate::bounds::Bounds;

/// The time that a client may take to report its roots.
const TIME: Duration = Duration::from_secs(10);

/// The name under which the roots are asked for.
const KEY: &str = "roots";

/// The roots of the server's one client, as it told them last.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    told: Mutex<Option<Bounds>>,
}

impl Roots {
    /// Returns what the client's roots let a call speak of, or the answer that asks for them. A client that has roots and
    /// does not tell them has none.
    #[expect(
        deprecated,
        reason = "roots are how clients bound a server; there is no other way yet"
    )]
    pub(crate) async fn ask(
        &self,
        context: &RequestContext<RoleServer>,
        responses: Option<&InputResponses>,
    ) -> Result<Bounds, InputRequiredResult> {
        if !has_roots(context) {
            return Ok(Bounds::Unset);
        }
        if !is_stateless(context) {
            return Ok(
                match tokio::time::timeout(TIME, context.peer.list_roots()).await {
                    Ok(Ok(told)) => {
                        Bounds::of_addresses(told.roots.iter().map(|root| root.uri.as_str()))
                    }
                    Ok(Err(_)) | Err(_) => Bounds::Within(Vec::new()),
                },
            );
        }
        let Some(told) = responses.and_then(|responses| responses.get(KEY)) else {
            let request = InputRequest::ListRoots(rmcp::model::ListRootsRequest::default());
            return Err(InputRequiredResult::new(
                Some(BTreeMap::from([(KEY.to_owned(), request)])),
                None,
            ));
        };
        let roots = told["roots"].as_array().into_iter().flatten();
        let bounds = Bounds::of_addresses(roots.filter_map(|root| root["uri"].as_str()));
        if let Ok(mut last) = self.told.lock() {
            *last = Some(bounds.clone());
        }
        Ok(bounds)
    }

    /// Returns what the client's roots let a list hold, where a list can't ask for them: what was told last, else nothing.
    pub(crate) async fn known(&self, context: &RequestContext<RoleServer>) -> Bounds {
        if has_roots(context) && is_stateless(context) {
            let last = self.told.lock().ok().and_then(|last| last.clone());
            return last.unwrap_or(Bounds::Within(Vec::new()));
        }
        self.ask(context, None)
            .await
            .unwrap_or(Bounds::Within(Vec::new()))
    }
}

fn has_roots(context: &RequestContext<RoleServer>) -> bool {
    context
        .client_capabilities()
        .is_some_and(|capabilities| capabilities.roots.is_some())
}

/// Returns whether the request is of the era in which a server asks by its answers. Versions are dates.
fn is_stateless(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}
