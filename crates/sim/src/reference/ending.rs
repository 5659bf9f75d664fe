//! Whether a call is over by what has happened to it, and what its record must say then.

use hullo_core::call::Call as StoredCall;
use hullo_protocol::{Accid, CallKind, CallRecord, Command, EndReason, ParticipantState};

use super::cause::Cause;
use super::model::{Call, PartState};

/// A call before and after the hub has stored it, and who has gone from it in between.
pub(super) struct Change<'a> {
    pub(super) was: &'a Call,
    pub(super) call: &'a Call,
    pub(super) stored: &'a StoredCall,
    pub(super) record: Option<&'a CallRecord>,
    pub(super) departures: &'a [Departure],
    /// Those who have gone because the call has ended.
    pub(super) swept: &'a [Accid],
    pub(super) cause: &'a Cause<'a>,
}

/// An account that has gone, and why the call is over if it is by this.
#[derive(Debug, Clone)]
pub(super) struct Departure {
    pub(super) accid: Accid,
    /// One of these.
    pub(super) reasons: Vec<EndReason>,
}

impl Change<'_> {
    /// The call is over if and only if it should be, and its record says why and by whom.
    pub(super) fn check_end(&self) -> Result<(), String> {
        let over = self.has_too_few() || self.is_ended_for_all() || self.is_unconnected();
        if over != self.stored.is_ended() {
            let call_id = self.stored.call_id;
            return self.wrong(&format!(
                "{call_id} is over: {over}, and the hub says otherwise"
            ));
        }
        match self.record {
            None if over => self.wrong("no record"),
            None => Ok(()),
            Some(_) if !over => self.wrong("a record of a call that goes on"),
            Some(record) => self.check_record(record),
        }
    }

    fn check_record(&self, record: &CallRecord) -> Result<(), String> {
        let (reasons, by) = self.reasons();
        if !reasons.contains(&record.reason) {
            return self.wrong(&format!("the reason should be one of {reasons:?}"));
        }
        if record.ended_by == by || self.may_have_ended(record) {
            return Ok(());
        }
        self.wrong(&format!("it should have been ended by {by:?}"))
    }

    /// Why the call is over, one of these, and by whom.
    fn reasons(&self) -> (Vec<EndReason>, Option<Accid>) {
        let me = || self.cause.me.map(|(me, _)| me.clone());
        let active = self.was.accepted_at.is_some();
        let (mut reasons, by) = match common_refusal(self.call) {
            _ if self.is_ended_for_all() && active => (vec![EndReason::HungUp], me()),
            _ if self.is_ended_for_all() => (vec![EndReason::Cancelled], me()),
            Some(common) => (vec![common], None),
            None => {
                let last = self.departures.last().map(|gone| gone.accid.clone());
                let reasons = self.departures.iter().flat_map(|gone| &gone.reasons);
                (reasons.copied().collect(), last)
            }
        };
        if self.is_unconnected() {
            reasons.push(EndReason::ConnectTimedOut);
        }
        (reasons, by)
    }

    /// Whether the record may name somebody else, or nobody, as the one who has ended the call.
    fn may_have_ended(&self, record: &CallRecord) -> bool {
        let by = record.ended_by.as_ref();
        let by_nobody = matches!(
            record.reason,
            EndReason::TimedOut | EndReason::Unreachable | EndReason::ConnectTimedOut
        );
        let busy = PartState::Out(ParticipantState::Busy);
        let by_busy =
            record.reason == EndReason::Busy && by.is_none_or(|by| self.call.has(by, busy));
        // Of two who go at the same instant, either may have been first.
        let by_either = match self.call.kind {
            CallKind::Group => {
                by.is_none_or(|by| self.departures.iter().any(|gone| gone.accid == *by))
            }
            CallKind::OneToOne => self
                .departures
                .iter()
                .any(|gone| Some(&gone.accid) == by && gone.reasons.contains(&record.reason)),
        };
        by_nobody || by_busy || by_either
    }

    /// Whether too few are left. Those who are swept away were still there when it was decided.
    fn has_too_few(&self) -> bool {
        let count = |state: PartState| {
            let parts = self.call.parts.values();
            parts.filter(|part| part.state == state).count()
        };
        let swept = |state: ParticipantState| {
            let swept = self.swept.iter();
            swept
                .filter(|accid| self.call.has(accid, PartState::Out(state)))
                .count()
        };
        let inside = count(PartState::In) + swept(ParticipantState::Left);
        let rung = count(PartState::Rung) + swept(ParticipantState::Cancelled);
        match self.call.kind {
            CallKind::OneToOne => inside + rung < self.call.parts.len(),
            CallKind::Group => {
                let terms = self.call.terms.as_ref();
                let answered = self.call.accepted_at.is_some();
                let stays = answered && terms.is_some_and(|terms| terms.keep_last);
                inside == 0 || (inside == 1 && rung == 0 && !stays)
            }
        }
    }

    /// Whether its caller has ended it for all.
    fn is_ended_for_all(&self) -> bool {
        self.departures.is_empty()
            && matches!(self.cause.command, Some(Command::End { .. }))
            && self.cause.call_id == Some(self.stored.call_id)
            && self.stored.is_ended()
    }

    /// Whether one of two has not connected its media in time.
    fn is_unconnected(&self) -> bool {
        let mut unconnected = self.cause.unconnected.iter();
        self.call.kind == CallKind::OneToOne
            && self.stored.is_ended()
            && unconnected.any(|(of, _)| *of == self.stored.call_id)
    }

    fn wrong(&self, what: &str) -> Result<(), String> {
        let Self {
            call,
            record,
            departures,
            swept,
            ..
        } = self;
        Err(format!(
            "{what}; departures {departures:?}, swept {swept:?}, record {record:?}, model {call:?}"
        ))
    }
}

/// Why a group call is over that nobody has answered while its caller waited.
fn common_refusal(call: &Call) -> Option<EndReason> {
    use ParticipantState as P;
    // A caller that was swept away was there until the end.
    let waited =
        call.has(&call.caller, PartState::In) || call.has(&call.caller, PartState::Out(P::Left));
    if call.kind != CallKind::Group || call.accepted_at.is_some() || !waited {
        return None;
    }
    let callees = call
        .parts
        .iter()
        .filter(|(accid, _)| **accid != call.caller);
    let states: Vec<PartState> = callees.map(|(_, part)| part.state).collect();
    let all = |state| states.iter().all(|it| *it == PartState::Out(state));
    let any = |state| states.contains(&PartState::Out(state));
    if any(P::Cancelled) {
        // Somebody was taken back: the caller did not wait to the end.
        None
    } else if all(P::Unreachable) {
        Some(EndReason::Unreachable)
    } else if all(P::Busy) {
        Some(EndReason::Busy)
    } else if any(P::TimedOut) || any(P::Unreachable) {
        Some(EndReason::TimedOut)
    } else {
        Some(EndReason::Rejected)
    }
}
