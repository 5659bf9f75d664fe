//! The reference model: a second, much smaller telling of design section 2, kept beside the real hub.
//!
//! It takes the commands in the order in which the hub accepted them, believes the hub in what it accepted, and says what
//! must follow: which call is ringing, active or over, why and by whom it ended, what its record must say, and which
//! refusals are lies. What only time decides (ring, connect and grace time) it checks for legality: not too early, not
//! without cause, and a ring time never outlives a handled timeout.
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
        let model = &mut self.model;
        model.note_peers(outputs);
        match input {
            Input::Connected { session, accid, .. } => model.connected(*session, accid, now),
            Input::Disconnected { session } => model.disconnected(*session, now),
            Input::Media { call_id, event } => match event {
                MediaEvent::Connected(peer) | MediaEvent::Recovered(peer) => {
                    model.media_back(*call_id, *peer);
                }
                MediaEvent::Lost(peer) | MediaEvent::Failed(peer) => {
                    model.media_gone(*call_id, *peer, now);
                }
                MediaEvent::Slots(..) | MediaEvent::Quality(_) => {}
            },
            Input::Request {
                session,
                request,
                grant,
            } => {
                let reply = reply_to(outputs, *session, request.id);
                self.requested(*session, request, grant.is_some(), reply, now)?;
            }
            Input::SignOut { .. } | Input::Timeout => {}
        }
        for output in outputs {
            match output {
                Output::Write(Write::End { record, .. }) => self.ended(record, now)?,
                Output::Room {
                    call_id,
                    command: RoomCommand::Remove(peer),
                } => self.model.media_gone(*call_id, *peer, now),
                _ => {}
            }
        }
        self.nothing_overdue(matches!(input, Input::Timeout), now)
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

    /// Each command that ends a call has ended it; each ring time that has run out at a timeout has ended its call.
    fn nothing_overdue(&self, timeout: bool, now: Time) -> Result<(), String> {
        for (call_id, call) in &self.model.calls {
            match call.phase {
                Phase::Ending { .. } => {
                    return Err(format!("{call_id} should have ended: {call:?}"));
                }
                Phase::Ringing if timeout && now >= call.rings_until => {
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
            Fact::Kept { .. } => self.before = None,
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
