//! `/v1/ws`: one WebSocket per session, JSON text frames under the subprotocol `hullo.v1` (design section 4).

mod frame;
mod session;
mod socket;

use std::net::IpAddr;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hullo_protocol::{ErrorKind, SUBPROTOCOL};

use crate::api_error::ApiError;
use crate::state::{HttpState, PeerAddress, SessionContext};

/// The one route of the sessions.
pub(crate) fn routes() -> Router<HttpState> {
    Router::new().route("/v1/ws", get(upgrade))
}

/// Turns the HTTP connection into a session.
async fn upgrade(
    State(state): State<HttpState>,
    PeerAddress(address): PeerAddress,
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
    let context = state.context.clone();
    socket::limit(upgrade).on_upgrade(move |socket| run(socket, context, address))
}

async fn run(socket: axum::extract::ws::WebSocket, context: SessionContext, address: IpAddr) {
    let _running = context.running.clone();
    session::run(socket::Socket::new(socket), context, address).await;
}
