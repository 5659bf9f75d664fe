//! A call: its participants and invites, its rules, its stored form. Shared by the hub and whoever reads a stored call.

use hullo_protocol::CallId;
use serde::{Deserialize, Serialize};

/// A call as the hub owns it and as it is stored (as JSON, by its serde form).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its name.
    pub call_id: CallId,
}
