//! What remains of a call.

use hullo_protocol::{
    CallRecord, EndReason, Message, MessageBody, MessageId, ParticipantDuration,
    ParticipantOutcome, RecordStatus,
};

use super::{Call, End, Participant};
use crate::Time;

impl Call {
    /// The call's one record, once it has ended.
    pub fn record(&self) -> Option<CallRecord> {
        let end = self.end.as_ref()?;
        let ended_at = self.ended_at?;
        let callees = self.participants.iter().filter(|p| p.accid != self.caller);
        let outcomes = callees
            .map(|p| ParticipantOutcome {
                accid: p.accid.clone(),
                state: p.state,
            })
            .collect();
        Some(CallRecord {
            call_id: self.call_id,
            kind: self.kind,
            group_id: self.group.as_ref().and_then(|terms| terms.group_id.clone()),
            caller: self.caller.clone(),
            callees: self.callees().cloned().collect(),
            media: self.media,
            status: self.status(end),
            reason: end.reason,
            ended_by: end.by.clone(),
            started_at_ms: self.created_at.0,
            accepted_at_ms: self.accepted_at.map(|at| at.0),
            ended_at_ms: ended_at.0,
            durations: self.durations(ended_at),
            outcomes,
            quality: self.quality_summaries(),
        })
    }

    /// Whether this participant was ever in the call, once somebody had answered.
    pub(super) fn was_in(&self, own: &Participant) -> bool {
        self.accepted_at.is_some() && (own.left_at.is_some() || own.spent_ms > 0)
    }

    /// How long each account was connected that was in the call.
    pub(super) fn durations(&self, ended_at: Time) -> Vec<ParticipantDuration> {
        let participants = self.participants.iter();
        participants
            .filter(|own| self.was_in(own))
            .map(|p| ParticipantDuration {
                accid: p.accid.clone(),
                duration_ms: p.duration_ms(ended_at),
            })
            .collect()
    }

    /// The messages that carry its summaries, numbered from `first`: one from the caller to each callee, which both sides
    /// see in their conversation.
    pub fn messages(&self, record: &CallRecord, first: MessageId) -> Vec<Message> {
        self.callees()
            .filter_map(|callee| record.summary_of(callee))
            .zip(first.0..)
            .map(|(summary, id)| Message {
                id: MessageId(id),
                from: summary.caller.clone(),
                to: summary.callee.clone(),
                sent_at_ms: summary.ended_at_ms,
                body: MessageBody::Call(summary),
            })
            .collect()
    }

    /// The outcome on the reference's scale. A call that was accepted is complete, however it ended and however short it
    /// was. One that was not is what its reason says; where the reason does not say, it was cancelled if it ended on the
    /// caller's side, rejected if the callee gave up, and not answered if the callee went away.
    fn status(&self, end: &End) -> RecordStatus {
        if self.accepted_at.is_some() {
            return RecordStatus::Complete;
        }
        let by_callee = end.by.as_ref().is_some_and(|by| *by != self.caller);
        match end.reason {
            EndReason::Cancelled => RecordStatus::Cancelled,
            EndReason::Rejected => RecordStatus::Rejected,
            EndReason::Busy => RecordStatus::Busy,
            EndReason::TimedOut | EndReason::Unreachable | EndReason::ConnectTimedOut => {
                RecordStatus::TimedOut
            }
            EndReason::Lost | EndReason::LoggedOut if by_callee => RecordStatus::TimedOut,
            EndReason::HungUp | EndReason::TokenRefused if by_callee => RecordStatus::Rejected,
            EndReason::HungUp
            | EndReason::TokenRefused
            | EndReason::Lost
            | EndReason::LoggedOut
            | EndReason::Server => RecordStatus::Cancelled,
        }
    }
}
