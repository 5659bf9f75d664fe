//! Conversation messages and call records.

use serde::{Deserialize, Serialize};

use crate::call::wire_enum;
use crate::{Accid, CallId, CallKind, EndReason, Media, MessageId, ParticipantState, Quality};

/// An entry in the conversation between two accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Message {
    /// Place in the app's sequence; a client's cursor is the greatest it has seen.
    pub id: MessageId,
    /// Who it is from: the caller, for a call record.
    pub from: Accid,
    /// Who it is to: the callee, for a call record.
    pub to: Accid,
    /// Unix milliseconds.
    pub sent_at_ms: u64,
    /// What it says.
    pub body: MessageBody,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub enum MessageBody {
    /// What remains of a call.
    CallRecord(CallRecord),
}

/// What remains of a call: exactly one per call, written in the transaction that ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CallRecord {
    /// The call.
    pub call_id: CallId,
    /// One-to-one or group.
    #[serde(default)]
    // The HTTP API leaves out nothing that the wire leaves out (`server`, `http/calls.rs`): required there.
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub kind: CallKind,
    /// The app's own name of the group.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group_id: Option<String>,
    /// Who dialled.
    pub caller: Accid,
    /// Everyone who was invited or joined, in order; one for a one-to-one call.
    pub callees: Vec<Accid>,
    /// What it carried when it ended.
    pub media: Media,
    /// The outcome on the reference's scale.
    pub status: RecordStatus,
    /// Why it ended.
    pub reason: EndReason,
    /// Who ended it, where an account did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_by: Option<Accid>,
    /// Unix milliseconds of the dial.
    pub started_at_ms: u64,
    /// Unix milliseconds of the first accept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub accepted_at_ms: Option<u64>,
    /// Unix milliseconds of the end.
    pub ended_at_ms: u64,
    /// Connected time of each account that was in the call.
    pub durations: Vec<ParticipantDuration>,
    /// Where each callee's part of the call has ended: who talked, who was busy, who was not reached.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub outcomes: Vec<ParticipantOutcome>,
    /// How well each account that was in the call was connected.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(feature = "utoipa", schema(required))]
    pub quality: Vec<QualitySummary>,
}

/// What became of one callee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ParticipantOutcome {
    /// The account.
    pub accid: Accid,
    /// Where it was in the end.
    pub state: ParticipantState,
}

/// How well one account was connected in a call, from the reports of every two seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct QualitySummary {
    /// The account.
    pub accid: Accid,
    /// The median from it to the server.
    pub median_up: Quality,
    /// The worst from it to the server.
    pub worst_up: Quality,
    /// The median from the server to it.
    pub median_down: Quality,
    /// The worst from the server to it.
    pub worst_down: Quality,
    /// How often its device was away and came back.
    pub reconnects: u32,
    /// From the accept to the first picture of another participant that it showed, where it said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub first_frame_ms: Option<u32>,
}

/// How long one account was in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ParticipantDuration {
    /// The account.
    pub accid: Accid,
    /// Milliseconds from when its media was connected in the active call until it left.
    pub duration_ms: u64,
}

wire_enum!(
    /// The outcome of a call on the reference's scale (behaviour D.3); [`RecordStatus::code`] has its number.
    RecordStatus {
        /// 1: it was answered.
        Complete,
        /// 2: the caller cancelled.
        Cancelled,
        /// 3: the callee rejected.
        Rejected,
        /// 4: nobody answered in time.
        TimedOut,
        /// 5: the callee was busy.
        Busy,
    }
);

impl RecordStatus {
    /// The reference's number, 1 to 5.
    pub fn code(self) -> u8 {
        self as u8 + 1
    }
}
