//! Room tokens that the application's handler was asked for (secure mode). All that waits for one waits here.

use std::collections::BTreeMap;

use hullo_protocol::CallId;

use super::requests::ANSWER_MS;
use crate::Time;

/// What a token is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenFor {
    Dial,
    Accept,
    AcceptWaiting,
    Join,
}

/// The tokens that are awaited, one for each call.
#[derive(Debug, Default)]
pub(super) struct RoomTokens {
    awaited: BTreeMap<CallId, (TokenFor, Time)>,
}

impl RoomTokens {
    pub(super) fn due(&self) -> Option<Time> {
        self.awaited.values().map(|(_, until)| *until).min()
    }

    pub(super) fn expect_for(&mut self, call_id: CallId, wanted: TokenFor, now: Time) {
        let until = now.plus_ms(ANSWER_MS);
        self.awaited.insert(call_id, (wanted, until));
    }

    /// What the token of this call is awaited for, if it is; no longer awaited afterwards.
    pub(super) fn take(&mut self, call_id: CallId) -> Option<TokenFor> {
        self.awaited.remove(&call_id).map(|(wanted, _)| wanted)
    }

    /// What it was awaited for is over. The same call may be awaited for something else.
    pub(super) fn discard(&mut self, call_id: CallId, unwanted: TokenFor) {
        if self
            .awaited
            .get(&call_id)
            .is_some_and(|(wanted, _)| *wanted == unwanted)
        {
            self.awaited.remove(&call_id);
        }
    }

    /// The calls whose tokens have not come in time.
    pub(super) fn expired(&self, now: Time) -> Vec<CallId> {
        let expired = self.awaited.iter().filter(|(_, (_, until))| *until <= now);
        expired.map(|(call_id, _)| *call_id).collect()
    }
}
