//! The frames of the WebSocket, in both directions.

use serde::{Deserialize, Serialize};

use crate::{Command, Event, Reply, RequestId};

/// One frame from a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Request {
    /// Chosen by the client, unique on this connection; the reply carries it as `re`.
    pub id: u64,
    /// Required for each `call.` command that changes a call: repeated after a reconnect, it gets the first answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<RequestId>,
    /// What is asked.
    #[serde(flatten)]
    pub command: Command,
}

/// One frame from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum ServerFrame {
    /// The answer to a request.
    Reply(Reply),
    /// News.
    Event(Event),
}
