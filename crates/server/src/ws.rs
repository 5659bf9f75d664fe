//! `/v1/ws`: one WebSocket per session, JSON text frames under the subprotocol `hullo.v1` (design section 4).

mod frame;
mod rate;
mod session;
mod socket;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hullo_protocol::{ErrorKind, SUBPROTOCOL};

use crate::api_error::ApiError;
use crate::peer::{Peer, PeerAddress};
use crate::state::HttpState;
use session::Origin;
use socket::Socket;

/// A client whose address has too many connections is to come back after so many seconds.
const REFUSED_S: u64 = 5;

/// The one route of the sessions.
pub(crate) fn routes() -> Router<HttpState> {
    Router::new().route("/v1/ws", get(upgrade))
}

/// Turns the HTTP connection into a session.
async fn upgrade(
    State(state): State<HttpState>,
    PeerAddress(address): PeerAddress,
    peer: Peer,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        let message = format!(
            "this version speaks the WebSocket subprotocol {SUBPROTOCOL}; offer it in Sec-WebSocket-Protocol"
        );
        return ApiError::new(StatusCode::BAD_REQUEST, ErrorKind::BadRequest, message)
            .into_response();
    }
    // Behind a proxy this is the first that is known of where the client is.
    if let Some(address) = address
        && let Err(refusal) = peer.admission.belong_to(address)
    {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return ApiError::new(status, ErrorKind::RateLimited, refusal.to_string())
            .after(REFUSED_S)
            .into_response();
    }
    let context = state.context.clone();
    socket::limit(upgrade).on_upgrade(move |socket| async move {
        let _running = context.running.clone();
        let origin = Origin {
            address,
            admission: peer.admission,
        };
        session::run(Socket::new(socket), context, origin).await;
    })
}
