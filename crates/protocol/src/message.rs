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
    /// A call is over: what its two readers need of its record. [`Command::CallRecord`](crate::Command::CallRecord) has all of it.
    Call(CallSummary),
}

/// A call that is over as its caller and one of its callees read it: of the same size whoever else was in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CallSummary {
    /// The call.
    pub call_id: CallId,
    /// One-to-one or group.
    pub kind: CallKind,
    /// The app's own name of the group.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group_id: Option<String>,
    /// Who dialled.
    pub caller: Accid,
    /// The callee whose summary this is.
    pub callee: Accid,
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
    /// Where the callee's part of the call has ended.
    pub outcome: ParticipantState,
    /// Connected time of the caller in milliseconds.
    pub caller_ms: u64,
    /// Connected time of the callee in milliseconds.
    pub callee_ms: u64,
    /// How many were in it or invited to it, the caller included.
    pub people: u32,
}

/// A past call of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RecentCall {
    /// Its place: grows with time.
    pub id: u64,
    /// The call as the account reads it.
    pub summary: CallSummary,
    /// Whether the account was called and did not get to talk, without having declined.
    pub missed: bool,
    /// The first of the others, the caller first, at most three.
    pub others: Vec<Person>,
}

/// An account as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Person {
    /// The account.
    pub accid: Accid,
    /// Its name, for display.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The address of its picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
}

impl CallSummary {
    /// Connected time of one of its two readers.
    pub fn duration_ms(&self, reader: &Accid) -> u64 {
        if *reader == self.caller {
            self.caller_ms
        } else {
            self.callee_ms
        }
    }

    /// Connected time of its two readers; none where nobody has answered.
    pub fn durations(&self) -> Vec<ParticipantDuration> {
        let both = [
            (&self.caller, self.caller_ms),
            (&self.callee, self.callee_ms),
        ];
        let were_in = both.into_iter().filter(|_| self.accepted_at_ms.is_some());
        were_in
            .map(|(accid, duration_ms)| ParticipantDuration {
                accid: accid.clone(),
                duration_ms,
            })
            .collect()
    }

    /// Whether this reader was called and did not get to talk, without having declined.
    pub fn is_missed_by(&self, reader: &Accid) -> bool {
        use ParticipantState as P;
        *reader == self.callee
            && *reader != self.caller
            && self.callee_ms == 0
            && matches!(
                self.outcome,
                P::TimedOut | P::Unreachable | P::Cancelled | P::Busy
            )
    }
}

/// What remains of a call: exactly one per call, written in the transaction that ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CallRecord {
    /// The call.
    pub call_id: CallId,
    /// One-to-one or group.
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
    pub outcomes: Vec<ParticipantOutcome>,
    /// How well each account that was in the call was connected.
    pub quality: Vec<QualitySummary>,
}

impl CallRecord {
    /// What this account may read of it, if it was called or has called: all of it when it was in the call, and
    /// otherwise nothing of how the others fared.
    pub fn seen_by(mut self, reader: &Accid) -> Option<Self> {
        use ParticipantState as P;
        if *reader == self.caller {
            return Some(self);
        }
        let own = self.outcomes.iter().find(|one| one.accid == *reader)?;
        let was_in = matches!(own.state, P::Left | P::Lost)
            || self.durations.iter().any(|one| one.accid == *reader);
        if !was_in {
            self.outcomes.retain(|one| one.accid == *reader);
            self.durations.clear();
            self.quality.clear();
        }
        Some(self)
    }

    /// The record as this account reads it: a callee of its own part, the caller of the first callee's; `None` for
    /// strangers.
    pub fn summary_for(&self, reader: &Accid) -> Option<CallSummary> {
        if *reader == self.caller {
            return self.summary_of(self.callees.first()?);
        }
        let callee = self.callees.iter().find(|callee| *callee == reader)?;
        self.summary_of(callee)
    }

    /// The record as its caller and this callee read it; `None` when it is no callee.
    pub fn summary_of(&self, callee: &Accid) -> Option<CallSummary> {
        let outcome = self.outcomes.iter().find(|one| one.accid == *callee)?;
        let connected_ms = |accid: &Accid| {
            let mut durations = self.durations.iter();
            durations
                .find(|one| one.accid == *accid)
                .map_or(0, |one| one.duration_ms)
        };
        Some(CallSummary {
            call_id: self.call_id,
            kind: self.kind,
            group_id: self.group_id.clone(),
            caller: self.caller.clone(),
            callee: callee.clone(),
            media: self.media,
            status: self.status,
            reason: self.reason,
            ended_by: self.ended_by.clone(),
            started_at_ms: self.started_at_ms,
            accepted_at_ms: self.accepted_at_ms,
            ended_at_ms: self.ended_at_ms,
            outcome: outcome.state,
            caller_ms: connected_ms(&self.caller),
            callee_ms: connected_ms(callee),
            // At most `PARTICIPANTS_MAX`.
            people: u32::try_from(self.callees.len() + 1).unwrap_or(u32::MAX),
        })
    }
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
