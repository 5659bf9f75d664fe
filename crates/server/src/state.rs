//! What requests can reach, over HTTP and over the WebSocket, and where they come from.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use hullo_core::Time;
use tokio::sync::mpsc;

use crate::api_error::ApiError;
use crate::auth::FailedLogins;
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
}

/// What every session needs.
#[derive(Clone)]
pub(crate) struct SessionContext {
    pub(crate) node: Arc<Node>,
    pub(crate) shared: Shared,
    pub(crate) failures: Arc<FailedLogins>,
    /// Held by each session while it runs, so that the end of all of them can be waited for.
    pub(crate) running: mpsc::Sender<()>,
}

/// The address that a request came from.
pub(crate) struct PeerAddress(pub(crate) IpAddr);

impl FromRequestParts<HttpState> for PeerAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        if state.behind_proxy
            && let Some(address) = forwarded_for(parts)
        {
            return Ok(Self(address));
        }
        match ConnectInfo::<SocketAddr>::from_request_parts(parts, state).await {
            Ok(ConnectInfo(address)) => Ok(Self(address.ip())),
            Err(_) => Err(ApiError::server("the connection has no address")),
        }
    }
}

/// The last entry is the proxy's own; those before it are the client's to invent.
fn forwarded_for(parts: &Parts) -> Option<IpAddr> {
    let header = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?;
    let last = header.to_str().ok()?.rsplit(',').next()?;
    last.trim().parse().ok()
}
