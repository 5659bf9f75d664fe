//! What remains of calls.

use hullo_client::protocol::{
    Accid, CallId, CallKind, CallRecord, CallSummary, EndReason, Media, Message, MessageBody,
    MessageId, ParticipantDuration, ParticipantOutcome, ParticipantState, Person, Quality,
    QualitySummary, RecentCall, RecordStatus,
};

/// The outcome of a call.
#[uniffi::remote(Enum)]
pub enum RecordStatus {
    /// It was answered.
    Complete,
    /// The caller cancelled.
    Cancelled,
    /// The callee rejected.
    Rejected,
    /// Nobody answered in time.
    TimedOut,
    /// The callee was busy.
    Busy,
}

/// What remains of a call: exactly one per call, written in the transaction that ends it.
#[uniffi::remote(Record)]
pub struct CallRecord {
    pub call_id: CallId,
    /// One-to-one or group.
    pub kind: CallKind,
    /// The app's own name of the group.
    pub group_id: Option<String>,
    /// Who dialled.
    pub caller: Accid,
    /// Everyone who was invited or joined, in order; one for a one-to-one call.
    pub callees: Vec<Accid>,
    /// What it carried when it ended.
    pub media: Media,
    pub status: RecordStatus,
    /// Why it ended.
    pub reason: EndReason,
    /// Who ended it, where an account did.
    pub ended_by: Option<Accid>,
    /// Unix milliseconds of the dial.
    pub started_at_ms: u64,
    /// Unix milliseconds of the first accept.
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

/// How long one account was in a call.
#[uniffi::remote(Record)]
pub struct ParticipantDuration {
    pub accid: Accid,
    /// Milliseconds from when its media was connected in the active call until it left.
    pub duration_ms: u64,
}

/// What became of one callee.
#[uniffi::remote(Record)]
pub struct ParticipantOutcome {
    pub accid: Accid,
    /// Where it was in the end.
    pub state: ParticipantState,
}

/// How well one account was connected in a call, from the reports of every two seconds.
#[uniffi::remote(Record)]
pub struct QualitySummary {
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
    pub first_frame_ms: Option<u32>,
}

/// A call that is over as its caller and one of its callees read it: of the same size whoever else was in it.
#[uniffi::remote(Record)]
pub struct CallSummary {
    pub call_id: CallId,
    /// One-to-one or group.
    pub kind: CallKind,
    /// The app's own name of the group.
    pub group_id: Option<String>,
    /// Who dialled.
    pub caller: Accid,
    /// The callee whose summary this is.
    pub callee: Accid,
    /// What it carried when it ended.
    pub media: Media,
    pub status: RecordStatus,
    /// Why it ended.
    pub reason: EndReason,
    /// Who ended it, where an account did.
    pub ended_by: Option<Accid>,
    /// Unix milliseconds of the dial.
    pub started_at_ms: u64,
    /// Unix milliseconds of the first accept.
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

/// An entry in the conversation between two accounts.
#[uniffi::remote(Record)]
pub struct Message {
    /// Place in the app's sequence.
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
#[uniffi::remote(Enum)]
pub enum MessageBody {
    /// A call is over: what its two readers need of its record. `Client.record` has all of it.
    Call(CallSummary),
}

/// A past call of an account.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
pub struct Person {
    pub accid: Accid,
    /// Its name, for display.
    pub name: Option<String>,
    /// The address of its picture.
    pub avatar: Option<String>,
}

/// Connected time of one of the two readers of a summary in milliseconds.
#[uniffi::export]
pub(crate) fn summary_duration_ms(summary: CallSummary, reader: Accid) -> u64 {
    summary.duration_ms(&reader)
}

/// Whether this reader was called and did not get to talk, without having declined.
#[uniffi::export]
pub(crate) fn summary_is_missed_by(summary: CallSummary, reader: Accid) -> bool {
    summary.is_missed_by(&reader)
}
