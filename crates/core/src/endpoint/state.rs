//! The four public states.

use serde::{Deserialize, Serialize};

/// The four public states of the reference; so are their numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 0: no call.
    #[default]
    Idle,
    /// 1: dialling; nobody has accepted.
    Calling,
    /// 2: someone calls.
    Called,
    /// 4: accepted.
    InCall,
}
