//! The reference model: a second, much smaller account of the rules of calls (design section 2), run beside the real hub.
//!
//! It takes the commands in the order in which the hub accepted them, believes the hub in what it accepted, and says what
//! must follow: which call is ringing, active or over, why and by whom it ended, what its record must say, and which
//! refusals are lies. What only time decides (ring, connect and grace time) it checks for legality: not too early, not
//! without cause, and no ring time outlives the next input.
//!
//! It shares no code with the hub, and knows nothing of versions, slots, invites' deliveries or views.

mod answers;
mod cause;
mod ending;
mod judge;
mod model;
mod overdue;
mod peers;
mod step;
mod stored;

use std::collections::BTreeSet;

use hullo_core::Time;
use hullo_core::call::Call as StoredCall;
use hullo_core::hub::{Config, DevicePolicy, Input, Output, SessionId, Write};
use hullo_protocol::{
    Accid, CallId, CallKind, CallRecord, Command, DeviceId, ErrorBody, SessionClosed, Success,
};

use crate::invariant::Invariant;
use crate::observation::Observation;
use cause::Cause;
use judge::RequestContext;
use model::{Model, PartState};

/// After a failure what is due waits for so long.
const RETRY_MS: u64 = 1_000;

#[derive(Debug)]
pub struct Reference {
    model: Model,
    /// The model before the batch under way.
    before: Option<Model>,
    /// A batch was rolled back: who is connected has to be looked at again, before anything else.
    connectivity_stale: bool,
    /// Until then what is due is done only as far as it concerns an input.
    retry_until: Time,
}

impl Reference {
    /// A model of a hub with these settings.
    pub fn new(config: Config) -> Self {
        Self {
            model: Model::new(config),
            before: None,
            connectivity_stale: false,
            retry_until: Time(0),
        }
    }

    fn handled(&mut self, input: &Input, outputs: &[Output], now: Time) -> Result<(), String> {
        if self.before.is_none() {
            self.before = Some(self.model.clone());
        }
        if std::mem::take(&mut self.connectivity_stale) {
            self.model.apply_connectivity(now);
        }
        // What time has done, it has done before the input was looked at.
        let (gone, unconnected) = self.overdue(now);
        let missed = self.surely_gone(now);
        self.model.expire_switches(now);
        self.model.note_peers(outputs);
        let mut cause = Cause {
            me: None,
            command: None,
            call_id: None,
            signed_out: self.signed_out(outputs),
            banned: None,
            grant: None,
            gone,
            unconnected,
            now,
        };
        match input {
            Input::Connected {
                session,
                accid,
                device,
                ..
            } => self.model.connected(*session, accid, device, now),
            Input::Disconnected { session } => {
                self.model.disconnected(*session);
            }
            Input::Media { event, .. } => self.model.peers.note(event),
            Input::SignOut { accid } => cause.banned = Some(accid),
            // No world changes its policies while it runs.
            Input::Request { .. }
            | Input::Profile { .. }
            | Input::Policies { .. }
            | Input::Timeout => {}
        }
        let agrees = match input {
            Input::Request { .. } => self.requested(input, outputs, cause),
            _ => self.follow(outputs, &cause),
        };
        let closed = self.note_closed(input, outputs);
        agrees?;
        closed?;
        if let Input::SignOut { accid } = input {
            self.is_out(accid)?;
        }
        if now < self.retry_until {
            self.model.apply_connectivity(now);
            return Ok(());
        }
        for (call_id, accid) in missed {
            let call = self.model.calls.get(&call_id);
            if call.is_some_and(|call| call.holds(&accid)) {
                return Err(format!(
                    "{accid} has been away from {call_id} for longer than the grace time, and nobody misses it: {call:?}"
                ));
            }
        }
        self.model.apply_connectivity(now);
        self.nothing_overdue(now)
    }

    /// Whoever is closed is gone, also when the batch comes again because a name in it is taken.
    fn note_closed(&mut self, input: &Input, outputs: &[Output]) -> Result<(), String> {
        let mut closed = Ok(());
        for output in outputs {
            if let Output::Close { session, reason } = output {
                closed = closed.and(self.closed(*session, *reason, input));
            }
        }
        closed
    }

    /// The hub has handled an input that needs no store: nothing is stored by it, and it stays when the batch does not.
    fn handled_beside(
        &mut self,
        input: &Input,
        outputs: &[Output],
        now: Time,
    ) -> Result<(), String> {
        if let Some((stored, _)) = stored_calls(outputs).next() {
            return Err(format!("{} is stored beside the batch", stored.call_id));
        }
        self.model.note_beside(input, outputs, now);
        if let Some(before) = &mut self.before {
            before.note_beside(input, outputs, now);
        }
        if matches!(input, Input::Request { .. }) {
            let cause = Cause {
                me: None,
                command: None,
                call_id: None,
                signed_out: Vec::new(),
                banned: None,
                grant: None,
                gone: Parts::new(),
                unconnected: Parts::new(),
                now,
            };
            self.requested(input, outputs, cause)?;
        }
        if let (
            Some(before),
            Input::Request {
                session, request, ..
            },
        ) = (&mut self.before, input)
            && let Some(Err(error)) = reply_to(outputs, *session, request.id)
        {
            before.note_refusal(*session, request.request_id, error.kind);
        }
        for output in outputs {
            if let Output::Close { session, reason } = output {
                self.closed(*session, *reason, input)?;
                if let Some(before) = &mut self.before {
                    before.disconnected(*session);
                }
            }
        }
        Ok(())
    }

    /// Takes over what the hub stores, in order.
    fn follow(&mut self, outputs: &[Output], cause: &Cause<'_>) -> Result<(), String> {
        for (call, record) in stored_calls(outputs) {
            stored::apply(&mut self.model, call, record, cause)?;
            if let Some(record) = record {
                self.ended(call, record)?;
            }
        }
        Ok(())
    }

    /// A request and the hub's answer to it, which must be a true one.
    fn requested(
        &mut self,
        input: &Input,
        outputs: &[Output],
        cause: Cause<'_>,
    ) -> Result<(), String> {
        let Input::Request {
            session,
            request,
            known,
        } = input
        else {
            return Ok(());
        };
        let asker = self.model.welcomed(*session).cloned();
        let reply = reply_to(outputs, *session, request.id);
        let (Some(asker), Some(reply)) = (&asker, &reply) else {
            self.follow(outputs, &cause)?;
            return match (&asker, &request.command) {
                // Requests of unknown or replaced sessions are dropped; offers are answered by the media plane.
                (None, _) | (_, Command::OfferMedia { .. }) if reply.is_none() => Ok(()),
                (None, _) => Err(format!(
                    "session {} is not there and is answered",
                    session.0
                )),
                (Some(asker), _) => Err(format!("{} gets no answer to {request:?}", asker.accid)),
            };
        };
        let context = RequestContext {
            me: &asker.accid,
            device: &asker.device,
            request,
            grant: known.grant.as_ref(),
            refused: &known.refused,
            now: cause.now,
        };
        self.answered(*session, &context, reply, outputs, cause)
    }

    /// The hub has answered a request: what follows from that has happened, and the answer is true.
    fn answered(
        &mut self,
        session: SessionId,
        context: &RequestContext<'_>,
        reply: &Answer,
        outputs: &[Output],
        cause: Cause<'_>,
    ) -> Result<(), String> {
        let RequestContext {
            me,
            device,
            request,
            ..
        } = *context;
        let dials_anew = match (reply, &request.command) {
            (Ok(Success::Call { call, .. }), Command::StartCall(start)) => {
                call.call_id == start.call_id && self.model.forget_alias(start.call_id)
            }
            _ => false,
        };
        // A dial that became part of another call, and was one of its own before that is over: the store does not have it.
        if let (Ok(Success::Call { call, .. }), Command::StartCall(start)) =
            (reply, &request.command)
            && call.call_id != start.call_id
            && self.model.call(start.call_id).is_some()
        {
            self.model.dialled_again.insert(start.call_id);
        }
        let again = match request.request_id {
            Some(request_id) if dials_anew => {
                self.model.answered_anew(me, request_id);
                false
            }
            Some(request_id) => {
                let request = (request_id, &request.command);
                !self.model.first_time(session, me, request, reply)?
            }
            None => false,
        };
        let accepts = reply.is_ok() && !again;
        let mut cause = Cause {
            me: Some((me, device)),
            command: Some(&request.command).filter(|_| accepts),
            grant: context.grant,
            call_id: match (reply, &request.command) {
                (Ok(Success::Call { call, .. }), Command::StartCall(_)) => Some(call.call_id),
                (_, command) => self.model.call_of(command),
            },
            ..cause
        };
        if cause.command == Some(&Command::Logout) {
            cause.signed_out.push((me.clone(), device.clone()));
        }
        let about = |what: String| format!("{me}: {what}; request {request:?}, reply {reply:?}");
        self.follow(outputs, &cause).map_err(about)?;
        if again {
            return Ok(());
        }
        match reply {
            Ok(success) => judge::accepted(&mut self.model, context, success),
            Err(error) => judge::refused(&self.model, context, error.kind),
        }
        .map_err(about)?;
        self.media_agrees(outputs)
    }

    /// What a call carries, after a request.
    fn media_agrees(&self, outputs: &[Output]) -> Result<(), String> {
        let Some((stored, _)) = stored_calls(outputs).last() else {
            return Ok(());
        };
        match self.model.calls.get(&stored.call_id) {
            Some(call) if call.media != stored.media => Err(format!(
                "{} carries {:?}; model {call:?}",
                stored.call_id, stored.media
            )),
            _ => Ok(()),
        }
    }

    /// The devices that the app's policy signs out.
    fn signed_out(&self, outputs: &[Output]) -> Vec<(Accid, DeviceId)> {
        let kicked = outputs.iter().filter_map(|output| match output {
            Output::Close {
                session,
                reason: SessionClosed::KickedOut,
            } => self.model.session(*session),
            _ => None,
        });
        kicked
            .map(|session| (session.accid.clone(), session.device.clone()))
            .collect()
    }

    /// The hub closes a session: for a reason, and a kicked device is in no call any more.
    fn closed(
        &mut self,
        session: SessionId,
        reason: SessionClosed,
        input: &Input,
    ) -> Result<(), String> {
        let Some(gone) = self.model.disconnected(session) else {
            // Said again after a failure of the store.
            return Ok(());
        };
        match (reason, input) {
            (SessionClosed::KickedOut, _) => {}
            (SessionClosed::SignedOut, Input::SignOut { accid }) if *accid == gone.accid => {
                return Ok(());
            }
            (SessionClosed::SignedOut, Input::Request { session: by, .. }) if *by == session => {
                return Ok(());
            }
            (SessionClosed::Replaced, Input::Connected { accid, device, .. })
                if *accid == gone.accid && device.id == gone.device =>
            {
                return Ok(());
            }
            _ => return Err(format!("{gone:?} is closed ({reason:?}) by {input:?}")),
        }
        let Input::Connected { accid, device, .. } = input else {
            return Err(format!("{gone:?} is kicked out by nobody"));
        };
        let mobile = |platform| {
            use hullo_protocol::Platform as P;
            matches!(platform, P::Ios | P::Android)
        };
        let allowed = match self.model.config.devices {
            DevicePolicy::One => true,
            DevicePolicy::DesktopAndMobile => gone.mobile == mobile(device.platform),
            DevicePolicy::All => false,
        };
        if gone.accid != *accid || !allowed {
            return Err(format!("{gone:?} is kicked out against the policy"));
        }
        let left = self.model.live_parts(&gone.accid).find(|(_, _, part)| {
            part.state == PartState::In && part.device.as_ref() == Some(&gone.device)
        });
        match left {
            Some((call_id, ..)) => Err(format!("{gone:?} is kicked out and still in {call_id}")),
            None => Ok(()),
        }
    }

    /// An account that was signed out has no session, and no part in any call.
    fn is_out(&self, accid: &Accid) -> Result<(), String> {
        let mut sessions = self.model.sessions.values();
        if let Some(session) = sessions.find(|session| session.accid == *accid) {
            return Err(format!(
                "{accid} is signed out and still there: {session:?}"
            ));
        }
        match self.model.live_parts(accid).next() {
            Some((call_id, _, part)) => Err(format!(
                "{accid} is signed out and still in {call_id}: {part:?}"
            )),
            None => Ok(()),
        }
    }

    /// The hub ends a call: the record says what it was.
    fn ended(&self, stored: &StoredCall, record: &CallRecord) -> Result<(), String> {
        let Some(call) = self.model.calls.get(&record.call_id) else {
            return Err(format!("{} ends and never began", record.call_id));
        };
        let check = |holds: bool, what: &str| {
            holds
                .then_some(())
                .ok_or_else(|| format!("{what}; record {record:?}, model {call:?}"))
        };
        check(record.call_id == stored.call_id, "another call's record")?;
        check(record.caller == call.caller, "another caller")?;
        check(record.kind == call.kind, "another kind")?;
        check(record.media == call.media, "other media")?;
        let callees: BTreeSet<&Accid> = record.callees.iter().collect();
        let others = call.parts.keys().filter(|accid| **accid != call.caller);
        check(others.eq(callees), "other callees")?;
        let outcome = |accid: &Accid| call.part(accid).map(|part| part.state);
        check(
            record
                .outcomes
                .iter()
                .all(|it| outcome(&it.accid) == Some(PartState::Out(it.state))),
            "other outcomes",
        )?;
        let group_id = call.terms.as_ref().and_then(|it| it.group_id.clone());
        check(record.group_id == group_id, "another group")?;
        check(
            call.kind == CallKind::Group || record.callees.len() == 1,
            "a call of two has one callee",
        )?;
        check(
            record.accepted_at_ms.is_some() == call.accepted_at.is_some(),
            "accepted here and not there",
        )
    }
}

type Parts = BTreeSet<(CallId, Accid)>;

impl Invariant for Reference {
    fn name(&self) -> &'static str {
        "agrees_with_reference"
    }

    fn observe(&mut self, now: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Handled { input, outputs, .. } => {
                let agrees = self.handled(input, outputs, now);
                // A batch that dials a call which is over cannot be stored, so that nobody hears what it says.
                let in_vain = !self.model.dialled_again.is_empty();
                return if in_vain { Ok(()) } else { agrees };
            }
            Observation::HandledBeside { input, outputs } => {
                return self.handled_beside(input, outputs, now);
            }
            Observation::Committed { writes } => {
                if !writes.is_empty() {
                    self.retry_until = Time(0);
                }
                if let Some(call_id) = self.model.dialled_again.first() {
                    return Err(format!("{call_id} was accepted a second time"));
                }
                // First the copy, then the archive, which is then shared with nobody.
                self.before = None;
                self.model.commit();
            }
            Observation::RolledBack => {
                self.retry_until = now.plus_ms(RETRY_MS);
                if let Some(before) = self.before.take() {
                    self.model.roll_back_to(before);
                    self.connectivity_stale = true;
                }
            }
            Observation::TakenBack => {
                if let Some(before) = self.before.take() {
                    self.model.take_back_to(before);
                    self.connectivity_stale = true;
                }
            }
            Observation::Crashed => self.model.crashed(now),
            Observation::Restored => {
                self.retry_until = Time(0);
                self.model.restored(now);
            }
            _ => {}
        }
        Ok(())
    }
}

/// What is stored by these outputs, in order.
fn stored_calls(outputs: &[Output]) -> impl Iterator<Item = (&StoredCall, Option<&CallRecord>)> {
    outputs.iter().filter_map(|output| match output {
        Output::Write(Write::Call(call)) => Some((&**call, None)),
        Output::Write(Write::End { call, record, .. }) => Some((&**call, Some(&**record))),
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
mod tests;
