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
use hullo_protocol::{ErrorKind, FRAME_BYTES_MAX, SUBPROTOCOL};

use crate::api_error::ApiError;
use crate::state::{HttpState, PeerAddress, SessionContext};

/// Frames up to here are read whole and refused by a typed error; a longer one ends the connection after that error, for
/// what follows it cannot be found.
const FRAME_BYTES_READ: usize = 4 * FRAME_BYTES_MAX;
/// An idle connection must stay small.
const BUFFER_BYTES: usize = 4 * 1024;
/// The largest frame that the server sends is a page of messages or an SDP answer.
const WRITE_BUFFER_BYTES_MAX: usize = 1 << 20;

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
    upgrade
        .max_message_size(FRAME_BYTES_READ)
        .max_frame_size(FRAME_BYTES_READ)
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .on_upgrade(move |socket| run(socket, context, address))
}

async fn run(socket: axum::extract::ws::WebSocket, context: SessionContext, address: IpAddr) {
    let _running = context.running.clone();
    session::run(socket::Socket::new(socket), context, address).await;
}
