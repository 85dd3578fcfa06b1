//! The calls that are at work: each on a thread of its own, all of them ended when the client goes.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use crate::backend::{Answer, Backend, Call, Cancelled, Progress};
use crate::bounds::Bounds;

/// Room for parsers that descend as deep as a file nests; the main thread has as much by default.
const STACK: usize = 16 << 20;

/// The time that calls may take to end their commands and remove their folders when the client is gone.
const LAST_TIME: Duration = Duration::from_secs(20);

/// The state that the calls of one server share.
#[derive(Debug)]
pub(crate) struct Calls {
    /// True once the client is gone.
    over: watch::Sender<bool>,
    /// The number of calls at work.
    at_work: watch::Sender<usize>,
}

/// A call that is at work.
#[derive(Debug)]
pub(crate) struct Running {
    /// Its result; an error where its thread died.
    pub(crate) answer: oneshot::Receiver<Answer>,
    /// Its messages of progress.
    pub(crate) progress: mpsc::UnboundedReceiver<String>,
    /// Ends it.
    pub(crate) cancel: watch::Sender<bool>,
}

impl Calls {
    /// Makes a server's calls, of which there are none yet.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            over: watch::Sender::new(false),
            at_work: watch::Sender::new(0),
        })
    }

    /// Begins a call.
    pub(crate) fn begin(
        self: &Arc<Self>,
        backend: &Arc<dyn Backend>,
        tool: String,
        arguments: serde_json::Map<String, serde_json::Value>,
        bounds: Bounds,
    ) -> Running {
        let (cancel, cancelled) = watch::channel(*self.over.borrow());
        let (progress, heard) = mpsc::unbounded_channel();
        let (done, answer) = oneshot::channel();
        let call = Call {
            tool,
            arguments,
            bounds,
            progress: Progress(progress),
            cancelled: Cancelled(cancelled),
        };
        let (backend, calls) = (Arc::clone(backend), Arc::clone(self));
        self.at_work.send_modify(|count| *count += 1);
        let work = move || {
            let _ended = Ended(Arc::clone(&calls));
            drop(done.send(backend.call(call)));
        };
        if thread::Builder::new()
            .stack_size(STACK)
            .spawn(work)
            .is_err()
        {
            self.at_work.send_modify(|count| *count -= 1);
        }
        Running {
            answer,
            progress: heard,
            cancel,
        }
    }

    /// Resolves when the client is gone.
    pub(crate) async fn over(&self) {
        drop(self.over.subscribe().wait_for(|over| *over).await);
    }

    /// Cancels every call and waits for their ends, as long as that may take.
    pub(crate) async fn end(&self) {
        self.over.send_replace(true);
        let mut at_work = self.at_work.subscribe();
        let all_ended = at_work.wait_for(|count| *count == 0);
        drop(tokio::time::timeout(LAST_TIME, all_ended).await);
    }
}

/// Counts a call as ended, however its thread ends.
struct Ended(Arc<Calls>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.at_work.send_modify(|count| *count -= 1);
    }
}
