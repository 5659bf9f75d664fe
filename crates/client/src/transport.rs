//! How a client reaches its server.

use std::future::Future;
use std::io;

/// Opens WebSockets to the server under the subprotocol [`SUBPROTOCOL`](hullo_protocol::SUBPROTOCOL), at `/v1/ws`. A platform
/// that has its own (URLSession, OkHttp) brings it.
pub trait Transport: Send + Sync + 'static {
    /// An open WebSocket.
    type Connection: Connection;

    /// Opens one. The client gives up after five seconds, and tries again by itself.
    fn connect(&self) -> impl Future<Output = io::Result<Self::Connection>> + Send;
}

/// An open WebSocket. Pings are answered below it.
pub trait Connection: Send + 'static {
    /// Sends a text frame.
    fn send(&mut self, frame: String) -> impl Future<Output = io::Result<()>> + Send;

    /// The next text frame; `None` once it is closed, for whatever reason. Loses nothing when it is dropped before it is done.
    fn receive(&mut self) -> impl Future<Output = Option<String>> + Send;

    /// Closes it, once what was sent has gone out.
    fn close(self) -> impl Future<Output = ()> + Send;
}
