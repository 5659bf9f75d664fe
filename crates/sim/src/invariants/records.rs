//! What is stored: one record per call, true to the call, before anyone is told; and nobody is in two calls.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::call::Call;
use hullo_core::hub::Write;
use hullo_protocol::{
    Accid, CallId, CallKind, CallRecord, CallState, CallView, EndReason, Event, Message,
    MessageBody, MessageId, RecordStatus, Success,
};

use crate::invariant::Invariant;
use crate::observation::{Delivery, Observation};

/// An ended call has exactly one record, and is not stored again.
#[derive(Debug, Default)]
pub(crate) struct OneRecordPerCall {
    stored: BTreeSet<CallId>,
    ended: BTreeSet<CallId>,
}

impl Invariant for OneRecordPerCall {
    fn name(&self) -> &'static str {
        "one_record_per_call"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                for write in *writes {
                    let call_id = match write {
                        Write::Call(call) | Write::End { call, .. } => call.call_id,
                    };
                    if self.ended.contains(&call_id) {
                        return Err(format!("{call_id} is stored again after its end"));
                    }
                    self.stored.insert(call_id);
                    if matches!(write, Write::End { .. }) {
                        self.ended.insert(call_id);
                    }
                }
                Ok(())
            }
            Observation::RunOver { .. } => match self.stored.difference(&self.ended).next() {
                Some(call_id) => Err(format!("{call_id} has no record at the end of the run")),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// The record says what happened: who, when, how it ended, on which scale; its messages carry it.
#[derive(Debug, Default)]
pub(crate) struct RecordAgreesWithCall {
    last_message: Option<MessageId>,
}

impl Invariant for RecordAgreesWithCall {
    fn name(&self) -> &'static str {
        "record_agrees_with_call"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        let Observation::Committed { writes } = observation else {
            return Ok(());
        };
        for write in *writes {
            if let Write::End {
                call,
                record,
                messages,
            } = write
            {
                agrees(call, record, now)
                    .and_then(|()| carried(record, messages))
                    .map_err(|what| format!("{what}: {record:?}"))?;
                for message in messages {
                    if self.last_message.is_some_and(|last| message.id <= last) {
                        return Err(format!("message id {} was given before", message.id));
                    }
                    self.last_message = Some(message.id);
                }
            }
        }
        Ok(())
    }
}

fn agrees(call: &Call, record: &CallRecord, now: Time) -> Result<(), String> {
    let check = |holds: bool, what: &str| holds.then_some(()).ok_or_else(|| what.to_owned());
    let names: Vec<Accid> = call
        .participants
        .iter()
        .map(|it| it.accid.clone())
        .collect();
    let everyone: Vec<&Accid> = std::iter::once(&record.caller)
        .chain(&record.callees)
        .collect();
    check(
        record.call_id == call.call_id,
        "the record is another call's",
    )?;
    check(names.iter().eq(everyone), "the record names others")?;
    check(
        record.kind == CallKind::Group || record.callees.len() == 1,
        "a call of two has one callee",
    )?;
    let outcomes = record.outcomes.iter().map(|it| (&it.accid, it.state));
    let states = call
        .participants
        .iter()
        .filter(|it| it.accid != call.caller);
    check(
        outcomes.eq(states.map(|it| (&it.accid, it.state))),
        "its outcomes are not those of the call",
    )?;
    check(
        call.participants.iter().all(|it| it.state.is_over()),
        "someone is still in it",
    )?;
    check(
        call.state == CallState::Ended,
        "a call with a record has not ended",
    )?;
    check(
        fits(
            record.reason,
            record.status,
            record.accepted_at_ms.is_some(),
        ),
        "status, reason and acceptance do not fit",
    )?;
    let accepted_at_ms = record.accepted_at_ms.unwrap_or(record.ended_at_ms);
    check(
        record.started_at_ms <= accepted_at_ms
            && accepted_at_ms <= record.ended_at_ms
            && record.ended_at_ms <= now.0,
        "its times are out of order",
    )?;
    let active_ms = record.ended_at_ms - accepted_at_ms;
    check(
        record
            .durations
            .iter()
            .all(|it| it.duration_ms <= active_ms),
        "someone was in it for longer than it lasted",
    )?;
    let counted: BTreeSet<&Accid> = record.durations.iter().map(|it| &it.accid).collect();
    check(
        counted.len() == record.durations.len() && counted.iter().all(|it| names.contains(it)),
        "durations count someone twice, or a stranger",
    )?;
    let by = record.ended_by.as_ref();
    check(
        by.is_none_or(|by| names.contains(by)),
        "it was ended by a stranger",
    )
}

/// Which status belongs to which reason (behaviour D.3 and E.4): an answered call is complete, however it ended.
fn fits(reason: EndReason, status: RecordStatus, accepted: bool) -> bool {
    use EndReason as R;
    use RecordStatus as S;
    if accepted {
        // Only a call that nobody answered is cancelled, or finds all busy.
        return status == S::Complete && !matches!(reason, R::Cancelled | R::Busy);
    }
    match reason {
        R::HungUp | R::ConnectTimedOut => false,
        R::Cancelled => status == S::Cancelled,
        R::Rejected => status == S::Rejected,
        R::Busy => status == S::Busy,
        R::TimedOut | R::Unreachable => status == S::TimedOut,
        R::Lost | R::LoggedOut | R::TokenRefused | R::Server => status != S::Complete,
    }
}

fn carried(record: &CallRecord, messages: &[Message]) -> Result<(), String> {
    // One for each callee, so that it stands in each conversation.
    if !messages.iter().map(|it| &it.to).eq(&record.callees) {
        return Err("not each callee has one message that carries the record".to_owned());
    }
    for message in messages {
        let MessageBody::Call(carried) = &message.body;
        let between = message.from == record.caller && record.callees.contains(&message.to);
        if record.summary_of(&message.to).as_ref() != Some(carried) || !between {
            return Err(format!("message {} says otherwise", message.id));
        }
    }
    Ok(())
}

/// Whoever is told of a call, an end or a message is told of something durable (design section 6).
#[derive(Debug, Default)]
pub(crate) struct ToldAfterStored {
    stored: BTreeSet<CallId>,
    records: BTreeMap<CallId, CallRecord>,
}

impl ToldAfterStored {
    fn call(&self, call: &CallView) -> Result<(), String> {
        self.known(call.call_id, call.state == CallState::Ended)
    }

    fn known(&self, call_id: CallId, ended: bool) -> Result<(), String> {
        if !self.stored.contains(&call_id) {
            return Err(format!("{call_id} is told of before it is stored"));
        }
        if ended && !self.records.contains_key(&call_id) {
            return Err(format!(
                "the end of {call_id} is told before its record is stored"
            ));
        }
        Ok(())
    }

    fn delivered(&self, delivery: &Delivery<'_>) -> Result<(), String> {
        match delivery {
            Delivery::Welcome(snapshot) => {
                let invites = snapshot.invites.iter().map(|invite| &invite.call);
                let calls = snapshot.calls.iter().chain(&snapshot.elsewhere);
                for call in calls.chain(invites) {
                    self.call(call)?;
                    if call.state == CallState::Ended {
                        return Err(format!("a snapshot has {}, which is over", call.call_id));
                    }
                }
                Ok(())
            }
            Delivery::Reply(reply) => match &reply.ok {
                Some(Success::Call { call, .. }) => self.call(call),
                Some(Success::Found { calls }) => calls
                    .iter()
                    .filter_map(|found| found.call.as_ref())
                    .try_for_each(|call| self.call(call)),
                _ => Ok(()),
            },
            Delivery::Event(
                Event::CallInvited { call, .. }
                | Event::CallElsewhere {
                    call: Some(call), ..
                },
            ) => self.call(call),
            Delivery::Event(Event::CallChanged { call_id, delta, .. }) => {
                let ended = delta.end.is_some() || delta.state == Some(CallState::Ended);
                self.known(*call_id, ended)
            }
            Delivery::Event(Event::MessageAdded { message }) => {
                let MessageBody::Call(summary) = &message.body;
                let stored = self.records.get(&summary.call_id);
                match stored.and_then(|record| record.summary_of(&message.to)) {
                    Some(stored) if stored == *summary => Ok(()),
                    _ => Err(format!("message {} carries no stored record", message.id)),
                }
            }
            Delivery::Event(_) => Ok(()),
        }
    }
}

impl Invariant for ToldAfterStored {
    fn name(&self) -> &'static str {
        "told_after_stored"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                for write in *writes {
                    match write {
                        Write::Call(call) => {
                            self.stored.insert(call.call_id);
                        }
                        Write::End { call, record, .. } => {
                            self.stored.insert(call.call_id);
                            self.records.insert(call.call_id, (**record).clone());
                        }
                    }
                }
                Ok(())
            }
            Observation::Delivered { delivery, .. } => self.delivered(delivery),
            _ => Ok(()),
        }
    }
}

/// No account is active in two calls: it holds all but one; counted at the end of each transaction, for within one a call may end and another begin.
#[derive(Debug, Default)]
pub(crate) struct NoAccountInTwoCalls {
    in_call: BTreeMap<CallId, Vec<Accid>>,
}

impl Invariant for NoAccountInTwoCalls {
    fn name(&self) -> &'static str {
        "no_account_in_two_calls"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        let Observation::Committed { writes } = observation else {
            return Ok(());
        };
        for write in *writes {
            match write {
                Write::Call(call) => {
                    let everyone = call.participants.iter();
                    let inside = everyone
                        .filter(|it| it.state.is_in_call() && !it.held)
                        .map(|it| it.accid.clone());
                    self.in_call.insert(call.call_id, inside.collect());
                }
                Write::End { call, .. } => {
                    self.in_call.remove(&call.call_id);
                }
            }
        }
        let mut seen: BTreeMap<&Accid, CallId> = BTreeMap::new();
        for (call_id, accids) in &self.in_call {
            for accid in accids {
                if let Some(other) = seen.insert(accid, *call_id) {
                    return Err(format!("{accid} is in {other} and in {call_id}"));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use hullo_protocol::{ParticipantOutcome, ParticipantState};

    use crate::testing::{CALL, OTHER_CALL, accid, first_failure, record, stored_call, view};

    fn end(reason: EndReason, status: RecordStatus) -> Write {
        let mut record = record(reason, status);
        let mut call = stored_call(CALL);
        call.state = CallState::Ended;
        call.participants[0].state = ParticipantState::Left;
        call.participants[1].state = ParticipantState::Rejected;
        record.outcomes = vec![ParticipantOutcome {
            accid: accid("bob"),
            state: ParticipantState::Rejected,
        }];
        let message = Message {
            id: MessageId(1),
            from: accid("alice"),
            to: accid("bob"),
            sent_at_ms: 0,
            body: MessageBody::Call(record.summary_of(&accid("bob")).unwrap()),
        };
        Write::End {
            call: Arc::new(call),
            record: Box::new(record),
            messages: vec![message],
        }
    }

    fn committed(writes: &[Write]) -> Observation<'_> {
        Observation::Committed { writes }
    }

    #[test]
    fn second_record_is_noticed() {
        let writes = [end(EndReason::Rejected, RecordStatus::Rejected)];
        let observations = [committed(&writes), committed(&writes)];
        let mut invariant = OneRecordPerCall::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }

    #[test]
    fn call_without_a_record_is_noticed_in_the_end() {
        let left = crate::observation::Leftovers::default();
        let writes = [Write::Call(Arc::new(stored_call(CALL)))];
        let observations = [committed(&writes), Observation::RunOver { left: &left }];
        let mut invariant = OneRecordPerCall::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }

    #[test]
    fn record_with_the_wrong_status_is_noticed() {
        let run = |status| {
            let writes = [end(EndReason::Rejected, status)];
            // The record says that the call ended after ten seconds.
            RecordAgreesWithCall::default().observe(Time(10_000), &committed(&writes))
        };
        assert_eq!(run(RecordStatus::Rejected), Ok(()));
        assert!(run(RecordStatus::Busy).is_err());
    }

    #[test]
    fn record_of_the_future_is_noticed() {
        let writes = [end(EndReason::Rejected, RecordStatus::Rejected)];
        let mut invariant = RecordAgreesWithCall::default();
        assert!(invariant.observe(Time(9_999), &committed(&writes)).is_err());
    }

    #[test]
    fn invite_delivered_before_it_is_stored_is_noticed() {
        let bob = accid("bob");
        let event = Event::CallInvited {
            call: view(CallState::Ringing, 1),
            ring_ms_left: 1,
        };
        let delivered = Observation::Delivered {
            session: hullo_core::hub::SessionId(1),
            accid: &bob,
            delivery: Delivery::Event(&event),
        };
        let writes = [Write::Call(Arc::new(stored_call(CALL)))];
        let stored_first = [committed(&writes), delivered.clone()];
        let delivered_first = [delivered, committed(&writes)];
        let run = |observations| first_failure(&mut ToldAfterStored::default(), observations);
        assert_eq!(run(&stored_first), None);
        assert_eq!(run(&delivered_first), Some(0));
    }

    #[test]
    fn end_delivered_before_its_record_is_stored_is_noticed() {
        let bob = accid("bob");
        let event = Event::CallChanged {
            call_id: CALL,
            base: 1,
            version: 2,
            delta: hullo_protocol::CallDelta {
                state: Some(CallState::Ended),
                ..hullo_protocol::CallDelta::default()
            },
        };
        let writes = [Write::Call(Arc::new(stored_call(CALL)))];
        let observations = [
            committed(&writes),
            Observation::Delivered {
                session: hullo_core::hub::SessionId(1),
                accid: &bob,
                delivery: Delivery::Event(&event),
            },
        ];
        let mut invariant = ToldAfterStored::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }

    #[test]
    fn account_in_two_calls_is_noticed() {
        let one = Write::Call(Arc::new(stored_call(CALL)));
        let two = Write::Call(Arc::new(stored_call(OTHER_CALL)));
        let apart = [vec![one.clone()], vec![two.clone()]];
        let observations = [committed(&apart[0]), committed(&apart[1])];
        let mut invariant = NoAccountInTwoCalls::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }
}
