//! What requests can reach, over HTTP and over the WebSocket.

use std::sync::Arc;

use hullo_core::Time;
use tokio::sync::mpsc;

use crate::auth::FailedLogins;
use crate::config::Limits;
use crate::health::Health;
use crate::node::{Node, Shared};
use crate::store::{App, Store};

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct HttpState {
    pub(crate) context: SessionContext,
    /// A reverse proxy is in front: the client's address is in X-Forwarded-For.
    pub(crate) behind_proxy: bool,
    /// TLS ends here, so that browsers may be bound to it (HSTS).
    pub(crate) tls: bool,
    pub(crate) health: Arc<Health>,
    /// The app whose accounts anyone may be; `hullo demo` only.
    pub(crate) demo: Option<App>,
}

impl HttpState {
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.context.shared.store
    }

    pub(crate) fn now(&self) -> Time {
        self.context.shared.clock.now()
    }

    /// The wall clock, by which tokens live.
    pub(crate) fn wall(&self) -> Time {
        self.context.shared.clock.wall()
    }
}

/// What every session needs.
#[derive(Clone)]
pub(crate) struct SessionContext {
    pub(crate) node: Arc<Node>,
    pub(crate) shared: Shared,
    pub(crate) limits: Arc<Limits>,
    pub(crate) failures: Arc<FailedLogins>,
    /// Held by each session while it runs, so that the end of all of them can be waited for.
    pub(crate) running: mpsc::Sender<()>,
}
