//! What a request is answered.

use serde::{Deserialize, Serialize};

use crate::{
    Accid, CallRecord, CallView, ErrorBody, FoundCall, Message, Presence, RecentCall,
    RefusedInvite, Snapshot,
};

/// The answer to one request: exactly one of `ok` and `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Reply {
    /// The request's `id`.
    pub re: u64,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ok: Option<Success>,
    /// Why it cannot be had.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<ErrorBody>,
}

impl Reply {
    /// The answer `result` to request `re`.
    pub fn new(re: u64, result: Result<Success, ErrorBody>) -> Self {
        match result {
            Ok(ok) => Self {
                re,
                ok: Some(ok),
                error: None,
            },
            Err(error) => Self {
                re,
                ok: None,
                error: Some(error),
            },
        }
    }

    /// The answer as a result; a reply with neither counts as [`Success::Done`].
    pub fn into_result(self) -> Result<Success, ErrorBody> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.ok.unwrap_or(Success::Done)),
        }
    }
}

/// What a request is answered, named by `is`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum Success {
    /// It is done.
    Done,
    /// The session is open; everything that concerns the device now.
    LoggedIn {
        /// The account, as the app's backend created it.
        accid: Accid,
        /// The account's name, for display.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        /// The address of the account's picture.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        avatar: Option<String>,
        /// Whether calls of this app need room tokens.
        secure: bool,
        /// How much longer the login token is good, in milliseconds.
        token_expires_in_ms: u64,
        /// What is going on.
        snapshot: Snapshot,
    },
    /// The session goes on with the new login token.
    Renewed {
        /// How much longer it is good, in milliseconds.
        token_expires_in_ms: u64,
    },
    /// The call as it is now.
    Call {
        /// The call.
        call: CallView,
        /// Those who could not be invited. Who is busy is in the call, with that state.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        refused: Vec<RefusedInvite>,
    },
    /// What `call.query` has found.
    Found {
        /// Running calls.
        calls: Vec<FoundCall>,
    },
    /// The SFU's answer to an offer.
    Answer {
        /// A whole session description.
        sdp: String,
    },
    /// A page of a conversation, newest first.
    Messages {
        /// The page.
        messages: Vec<Message>,
        /// Whether there are older ones.
        more: bool,
    },
    /// The record of a call.
    Record {
        /// As much of it as the account may read.
        record: Box<CallRecord>,
    },
    /// A page of the account's past calls, newest first.
    Calls {
        /// The page.
        calls: Vec<RecentCall>,
        /// Whether there are older ones.
        more: bool,
        /// How many of those after `read_to` were missed, at most 1,000.
        missed: u32,
        /// Up to which place the person has read them, as `call.mark_read` said; 0 at first.
        read_to: u64,
    },
    /// The presence of the watched accounts.
    Presence {
        /// One for each.
        accounts: Vec<Presence>,
    },
}
