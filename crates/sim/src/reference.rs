//! The reference model: a second, much smaller telling of design section 2, kept beside the real hub.
//!
//! It takes the commands in the order in which the hub accepted them, believes the hub in what it accepted, and says what
//! must follow: which call is ringing, active or over, why and by whom it ended, what its record must say, and which
//! refusals are lies. What only time decides (ring, connect and grace time) it checks for legality: not too early, not
//! without cause, and no ring time outlives the next input.
//!
//! It shares no code with the hub, and knows nothing of versions, slots, invites' deliveries or views.

mod judge;
mod model;

use hullo_core::Time;
use hullo_core::hub::{Config, Input, MediaEvent, Output, RoomCommand, SessionId, Write};
use hullo_protocol::{CallRecord, Command, ErrorBody, Request, Success};

use crate::fact::Fact;
use crate::invariants::Invariant;
use model::{Model, Phase};

/// See the module.
#[derive(Debug)]
pub struct Reference {
    model: Model,
    /// The model before the batch under way.
    before: Option<Model>,
}

impl Reference {
    /// A model of a hub with these settings.
    pub fn new(config: Config) -> Self {
        Self {
            model: Model::new(config),
            before: None,
        }
    }

    fn handled(&mut self, input: &Input, outputs: &[Output], now: Time) -> Result<(), String> {
        if self.before.is_none() {
            self.before = Some(self.model.clone());
        }
        // The hub carries out what is due before it looks at the input.
        let by_time = |record: &CallRecord| {
            use hullo_protocol::EndReason as R;
            matches!(
                record.reason,
                R::TimedOut | R::Unreachable | R::ConnectTimedOut | R::Lost
            )
        };
        for record in ends(outputs).filter(|record| by_time(record)) {
            self.ended(record, now)?;
        }
        let model = &mut self.model;
        model.expire_switches(now);
        model.note_peers(outputs);
        match input {
            Input::Connected { session, accid, .. } => model.connected(*session, accid, now),
            Input::Disconnected { session } => model.disconnected(*session, now),
            Input::Media { call_id, event } => match event {
                MediaEvent::Connected(peer) => model.media_back(*call_id, *peer, false, now),
                MediaEvent::Recovered(peer) => model.media_back(*call_id, *peer, true, now),
                MediaEvent::Lost(peer) => model.media_gone(*call_id, *peer, false, now),
                MediaEvent::Failed(peer) => model.media_gone(*call_id, *peer, true, now),
                MediaEvent::Slots(..) | MediaEvent::Quality(_) | MediaEvent::Speakers(_) => {}
            },
            Input::Request {
                session,
                request,
                grant,
                ..
            } => {
                let reply = reply_to(outputs, *session, request.id);
                self.requested(*session, request, grant.is_some(), reply, now)?;
            }
            Input::SignOut { .. } | Input::Timeout => {}
        }
        for record in ends(outputs).filter(|record| !by_time(record)) {
            self.ended(record, now)?;
        }
        for output in outputs {
            match output {
                Output::Close { session, .. } => self.model.disconnected(*session, now),
                Output::Room {
                    call_id,
                    command: RoomCommand::Remove(peer),
                } => self.model.media_gone(*call_id, *peer, true, now),
                _ => {}
            }
        }
        self.nothing_overdue(now)
    }

    /// A request and the hub's answer to it, which must be a true one.
    fn requested(
        &mut self,
        session: SessionId,
        request: &Request,
        granted: bool,
        reply: Option<Answer>,
        now: Time,
    ) -> Result<(), String> {
        let Some(me) = self.model.account_of(session) else {
            // Requests of unknown or replaced sessions are dropped.
            return match reply {
                Some(_) => Err(format!(
                    "session {} is not there and is answered",
                    session.0
                )),
                None => Ok(()),
            };
        };
        let Some(reply) = reply else {
            return match request.command {
                Command::OfferMedia { .. } => Ok(()),
                _ => Err(format!("{me} gets no answer to {request:?}")),
            };
        };
        if let Some(request_id) = request.request_id
            && !self
                .model
                .first_time(&me, request_id, &request.command, &reply)?
        {
            return Ok(());
        }
        match &reply {
            Ok(success) => judge::accepted(&mut self.model, &me, &request.command, success, now),
            Err(error) => judge::refused(&self.model, &me, request, granted, error.kind, now),
        }
        .map_err(|what| format!("{me}: {what}; request {request:?}, reply {reply:?}"))
    }

    /// The hub ends a call.
    fn ended(&mut self, record: &CallRecord, now: Time) -> Result<(), String> {
        let config = self.model.config.clone();
        let busy = self.model.take_busy(record.call_id);
        let Some(call) = self.model.calls.get_mut(&record.call_id) else {
            return Err(format!("{} ends and never began", record.call_id));
        };
        let check = |holds: bool, what: &str| {
            holds
                .then_some(())
                .ok_or_else(|| format!("{what}; record {record:?}, model {call:?}"))
        };
        check(record.caller == call.caller, "another caller")?;
        check(record.callees == [call.callee.clone()], "another callee")?;
        check(record.media == call.media, "other media")?;
        check(
            record.accepted_at_ms.is_some() == call.accepted_at.is_some(),
            "accepted here and not there",
        )?;
        match &call.phase {
            Phase::Over => return Err(format!("{} ends a second time", record.call_id)),
            Phase::Ending { reason, by } => {
                check(record.reason == *reason, "another reason")?;
                check(record.ended_by == *by, "ended by another")?;
            }
            Phase::Ringing | Phase::Active => {
                let legal = judge::ended_by_time(call, record, &config, busy, now);
                check(legal, "no cause for this end")?;
            }
        }
        call.phase = Phase::Over;
        Ok(())
    }

    /// Each command that ends a call has ended it; each ring time that has run out, too.
    fn nothing_overdue(&self, now: Time) -> Result<(), String> {
        for (call_id, call) in &self.model.calls {
            match call.phase {
                Phase::Ending { .. } => {
                    return Err(format!("{call_id} should have ended: {call:?}"));
                }
                Phase::Ringing if now >= call.rings_until => {
                    return Err(format!("{call_id} rings past its time: {call:?}"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Invariant for Reference {
    fn name(&self) -> &'static str {
        "agrees_with_reference"
    }

    fn observe(&mut self, now: Time, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Handled { input, outputs, .. } => return self.handled(input, outputs, now),
            Fact::Kept { .. } => {
                // First the copy, then the archive, which is then shared with nobody.
                self.before = None;
                self.model.kept();
            }
            Fact::Dropped => {
                if let Some(before) = self.before.take() {
                    self.model.roll_back_to(before);
                }
            }
            Fact::Crashed => self.model.crashed(now),
            _ => {}
        }
        Ok(())
    }
}

/// The records of the calls that end by these outputs.
fn ends(outputs: &[Output]) -> impl Iterator<Item = &CallRecord> {
    outputs.iter().filter_map(|output| match output {
        Output::Write(Write::End { record, .. }) => Some(&**record),
        _ => None,
    })
}

/// The hub's answer to a request, if it is among these outputs.
fn reply_to(outputs: &[Output], session: SessionId, re: u64) -> Option<Answer> {
    outputs.iter().find_map(|output| match output {
        Output::Reply { session: to, reply } if *to == session && reply.re == re => {
            Some(reply.clone().into_result())
        }
        _ => None,
    })
}

/// What the hub answers.
type Answer = Result<Success, ErrorBody>;

#[cfg(test)]
mod tests {
    use hullo_protocol::{Accid, EndReason, ErrorKind, Media, RecordStatus, Reply, StartCall};

    use super::*;
    use crate::testing::{CALL, accid, device, first_failure, record, stored_call, view};

    const ALICE: SessionId = SessionId(1);
    const BOB: SessionId = SessionId(2);

    fn reference() -> Reference {
        Reference::new(Config {
            secure: false,
            connect_ms: 15_000,
            grace_ms: 30_000,
            switch_ms: 15_000,
            busy: hullo_core::hub::BusyPolicy::Reject,
            devices: hullo_core::hub::DevicePolicy::All,
        })
    }

    fn connected(session: SessionId, accid: Accid) -> (Input, Vec<Output>) {
        let input = Input::Connected {
            session,
            accid,
            device: device(),
            request: 1,
            calls: Vec::new(),
        };
        (input, Vec::new())
    }

    fn request(
        session: SessionId,
        id: u64,
        command: Command,
        result: Answer,
    ) -> (Input, Vec<Output>) {
        let request = Request {
            id,
            request_id: None,
            command,
        };
        let input = Input::Request {
            session,
            request,
            grant: None,
            unknown: Vec::new(),
        };
        let reply = Reply::new(id, result);
        (input, vec![Output::Reply { session, reply }])
    }

    fn dial() -> (Input, Vec<Output>) {
        let command = Command::StartCall(StartCall {
            call_id: CALL,
            callees: vec![accid("bob")],
            group: None,
            media: Media::Audio,
            attachment: None,
            ring_ms: None,
            room_token: None,
        });
        let call = view(hullo_protocol::CallState::Ringing, 1);
        request(
            ALICE,
            2,
            command,
            Ok(Success::Call {
                call,
                refused: Vec::new(),
            }),
        )
    }

    fn end(reason: EndReason, status: RecordStatus, by: Option<&str>) -> Output {
        let mut record = record(reason, status);
        record.ended_by = by.map(accid);
        Output::Write(Write::End {
            call: Box::new(stored_call(CALL)),
            record: Box::new(record),
            messages: Vec::new(),
        })
    }

    /// The index of the first of these steps that the model does not believe, after a dial.
    fn doubted(steps: Vec<(Input, Vec<Output>)>) -> Option<usize> {
        let opening = [
            connected(ALICE, accid("alice")),
            connected(BOB, accid("bob")),
            dial(),
        ];
        let history: Vec<_> = opening.into_iter().chain(steps).collect();
        let facts: Vec<_> = history
            .iter()
            .map(|(input, outputs)| Fact::Handled {
                input,
                outputs,
                timer: None,
            })
            .collect();
        first_failure(&mut reference(), &facts).map(|index| index - 3)
    }

    fn reject(outputs: Option<Output>) -> (Input, Vec<Output>) {
        let command = Command::Reject { call_id: CALL };
        let (input, mut all) = request(BOB, 2, command, Ok(Success::Done));
        all.extend(outputs);
        (input, all)
    }

    #[test]
    fn a_reject_must_end_the_call_as_rejected_by_the_callee() {
        let by = |reason, by| {
            let end = end(reason, RecordStatus::Rejected, Some(by));
            doubted(vec![reject(Some(end))])
        };
        assert_eq!(by(EndReason::Rejected, "bob"), None);
        assert_eq!(by(EndReason::Rejected, "alice"), Some(0));
        assert_eq!(by(EndReason::Cancelled, "bob"), Some(0));
        assert_eq!(doubted(vec![reject(None)]), Some(0));
    }

    #[test]
    fn a_call_that_times_out_early_is_doubted() {
        let end = end(EndReason::TimedOut, RecordStatus::TimedOut, None);
        assert_eq!(doubted(vec![(Input::Timeout, vec![end])]), Some(0));
    }

    #[test]
    fn a_call_that_rings_past_its_time_is_doubted() {
        // A second passes with each step, and the dial rings for thirty.
        let timeouts = (0..40).map(|_| (Input::Timeout, Vec::new())).collect();
        assert_eq!(doubted(timeouts), Some(29));
    }

    #[test]
    fn an_untrue_refusal_is_doubted() {
        let accept = |kind: ErrorKind| {
            let command = Command::Accept {
                call_id: CALL,
                room_token: None,
                other: None,
            };
            doubted(vec![request(BOB, 2, command, Err(kind.into()))])
        };
        assert_eq!(accept(ErrorKind::InviteCancelled), Some(0));
        assert_eq!(accept(ErrorKind::AlreadyAccepted), Some(0));
        assert_eq!(accept(ErrorKind::InviteExpired), Some(0));
    }

    #[test]
    fn a_cancel_that_is_accepted_after_the_accept_is_doubted() {
        let accept = Command::Accept {
            call_id: CALL,
            room_token: None,
            other: None,
        };
        let call = view(hullo_protocol::CallState::Active, 2);
        let cancel = Command::Cancel { call_id: CALL };
        let steps = vec![
            request(
                BOB,
                2,
                accept,
                Ok(Success::Call {
                    call,
                    refused: Vec::new(),
                }),
            ),
            request(ALICE, 3, cancel, Ok(Success::Done)),
        ];
        assert_eq!(doubted(steps), Some(1));
    }

    #[test]
    fn what_was_dropped_has_not_happened() {
        let mut reference = reference();
        let opening = [
            connected(ALICE, accid("alice")),
            connected(BOB, accid("bob")),
            dial(),
        ];
        for (input, outputs) in &opening {
            reference.handled(input, outputs, Time(0)).unwrap();
        }
        let at = |reference: &mut Reference, fact: Fact<'_>| reference.observe(Time(0), &fact);
        at(&mut reference, Fact::Kept { writes: &[] }).unwrap();
        let end = end(EndReason::Rejected, RecordStatus::Rejected, Some("bob"));
        let (input, outputs) = reject(Some(end));
        reference.handled(&input, &outputs, Time(0)).unwrap();
        at(&mut reference, Fact::Dropped).unwrap();
        // Rejected for the first time, as far as the model is concerned.
        reference.handled(&input, &outputs, Time(0)).unwrap();
    }
}
