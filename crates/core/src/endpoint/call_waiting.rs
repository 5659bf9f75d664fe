//! An invite that came while there was another call.
//!
//! Either the app lets calls wait: the application is told, and answers with what becomes of the call there is. Or the
//! invite and an own dial have met on their way: the server takes one of them for the first and refuses the other; should
//! it be the dial, the invite rings after it.

use hullo_protocol::{
    CallDelta, CallId, CallKind, CallState, CallView, Command, EndReason, ErrorBody, ErrorKind,
    OtherCall, Success, Token,
};

use super::frames::merge;
use super::leg::{LegPhase, RING_SLACK_MS, callees, invitor, local_participant};
use super::news::own_end;
use super::operate::{accept_command, accepted};
use super::requests::{Purpose, is_transient};
use super::{AppEvent, Endpoint, Output, State, Value};
use crate::Time;

/// An invite beside the call there is.
#[derive(Debug)]
pub(super) struct WaitingInvite {
    call: CallView,
    until: Time,
    /// The application knows of it.
    announced: bool,
    answering: Option<Answering>,
}

/// It is being answered.
#[derive(Debug)]
struct Answering {
    tickets: Vec<u64>,
    other: OtherCall,
    token_until: Option<Time>,
    pressed_at: Time,
}

impl WaitingInvite {
    pub(super) fn is(&self, call_id: CallId) -> bool {
        self.call.call_id == call_id
    }

    /// The call, if the application knows of it.
    pub(super) fn announced(&self) -> Option<CallView> {
        self.announced.then(|| self.call.clone())
    }

    pub(super) fn due(&self) -> Option<Time> {
        match &self.answering {
            // Whether it was in time, the server says.
            Some(answering) => answering.token_until,
            None => self.announced.then(|| self.until.plus_ms(RING_SLACK_MS)),
        }
    }
}

impl Endpoint {
    pub(super) fn queue_invite(&mut self, call: CallView, ring_ms_left: u64) {
        let until = self.now.plus_ms(ring_ms_left);
        let call_id = call.call_id;
        match &mut self.waiting {
            Some(waiting) if waiting.call.call_id == call_id => {
                waiting.call = call;
                waiting.until = until;
            }
            // First come, first served: the account has given its answer, and whoever calls meanwhile finds it busy.
            Some(waiting) if waiting.answering.is_some() => return,
            _ => {
                self.end_waiting();
                self.waiting = Some(WaitingInvite {
                    call,
                    until,
                    announced: false,
                    answering: None,
                });
            }
        }
        let in_call = |leg: &super::CallLeg| leg.phase == LegPhase::InCall;
        if self.current.as_ref().is_some_and(in_call) {
            self.announce_waiting(ring_ms_left);
        }
    }

    /// The call there is is one that another can wait beside.
    fn announce_waiting(&mut self, ring_ms_left: u64) {
        let (Some(waiting), Some(me)) = (&mut self.waiting, self.signalling.accid()) else {
            return;
        };
        let call_id = waiting.call.call_id;
        let news = !std::mem::replace(&mut waiting.announced, true);
        let event = AppEvent::CallWaiting {
            invitor: invitor(&waiting.call, me),
            accids: callees(&waiting.call),
            group: waiting.call.kind == CallKind::Group,
            media: waiting.call.media,
            attachment: waiting.call.attachment.clone(),
            ring_ms_left,
            call_id,
        };
        self.publish_change();
        if news {
            self.emit(event);
        }
        self.request(Command::Ring { call_id }, Purpose::Ring);
    }

    /// A change of the invite that waits.
    pub(super) fn change_waiting(&mut self, call_id: CallId, version: u64, delta: CallDelta) {
        let me = self.signalling.accid().cloned();
        let Some(waiting) = self.waiting.as_mut().filter(|w| w.call.call_id == call_id) else {
            return;
        };
        let ends = delta.end.is_some();
        if waiting.call.version.checked_add(1) == Some(version) {
            merge(&mut waiting.call, version, delta);
        }
        // While it is being answered here, the answer says how it is.
        let over = own_end(&waiting.call, me.as_ref(), false).is_some();
        if ends || (over && waiting.answering.is_none()) {
            self.end_waiting();
        }
    }

    /// It was answered on another device, or it is the call that this device is in after all.
    pub(super) fn forget_waiting(&mut self, call_id: CallId) {
        if self
            .waiting
            .as_ref()
            .is_some_and(|w| w.call.call_id == call_id)
        {
            self.end_waiting();
        }
    }

    /// It rings no more, and was not answered here.
    pub(super) fn end_waiting(&mut self) {
        let Some(waiting) = self.waiting.take() else {
            return;
        };
        let tickets = waiting.answering.into_iter().flat_map(|a| a.tickets);
        for ticket in tickets {
            self.fail(ticket, ErrorKind::CallOver);
        }
        self.requests
            .drop_where(|purpose| *purpose == Purpose::AcceptWaiting);
        if waiting.announced {
            let call_id = waiting.call.call_id;
            self.publish_change();
            self.emit(AppEvent::CallWaitingEnd { call_id });
        }
    }

    pub(super) fn expire_waiting(&mut self) {
        let now = self.now;
        let Some(waiting) = &self.waiting else { return };
        let call_id = waiting.call.call_id;
        let token_until = waiting.answering.as_ref().and_then(|a| a.token_until);
        if token_until.is_some_and(|until| until <= now) {
            self.take_waiting_token(call_id, None, Some("no answer in time"));
        }
        let is_over = |w: &WaitingInvite| {
            w.announced && w.answering.is_none() && w.until.plus_ms(RING_SLACK_MS) <= now
        };
        if self.waiting.as_ref().is_some_and(is_over) {
            self.end_waiting();
        }
    }

    /// What the server has of invites is all there is.
    pub(super) fn reconcile_waiting(&mut self, known: impl Fn(CallId) -> bool) {
        let gone = |w: &&WaitingInvite| w.answering.is_none() && !known(w.call.call_id);
        if self.waiting.as_ref().filter(gone).is_some() {
            self.end_waiting();
        }
    }

    pub(super) fn is_answering_second_call(&self) -> bool {
        self.answering_second_call().is_some()
    }

    /// The call that is being answered.
    pub(super) fn answering_second_call(&self) -> Option<CallId> {
        let waiting = self.waiting.as_ref();
        let answering = waiting.filter(|waiting| waiting.answering.is_some());
        answering.map(|waiting| waiting.call.call_id)
    }

    /// Rings for the invite that waits as soon as nothing stands in its way. While it is not known what became of a dial
    /// that was given up, this does: it may have met this very invite.
    pub(super) fn ring_waiting(&mut self) {
        if let Some(leg) = &self.current {
            let call_id = leg.view.call_id;
            let in_call = leg.phase == LegPhase::InCall;
            self.forget_waiting(call_id);
            let unsaid = self.waiting.as_ref().filter(|w| in_call && !w.announced);
            match unsaid.map(|waiting| waiting.until.since(self.now)) {
                None => {}
                Some(0) => self.end_waiting(),
                Some(left) => self.announce_waiting(left),
            }
            return;
        }
        let now = self.now;
        let blocked = self.joining.is_some() || self.is_answering_second_call();
        if blocked
            || !self.signalling.is_ready()
            || self.requests.is_waiting(&Purpose::AbandonedStart)
        {
            return;
        }
        match self.waiting.take_if(|waiting| waiting.until > now) {
            Some(WaitingInvite { call, until, .. }) => self.ring(call, until.since(now)),
            None => self.end_waiting(),
        }
    }

    pub(super) fn accept_waiting(&mut self, ticket: u64, call_id: CallId, other: OtherCall) {
        let is_called = |leg: &super::CallLeg| leg.view.call_id == call_id;
        // What rings here may be a second call all the same: the first is on another device.
        if self.state() == State::Called && self.current.as_ref().is_some_and(is_called) {
            return self.accept(ticket, other);
        }
        let until = self.answer_until();
        let pressed_at = self.now;
        let secure = self.signalling.is_secure();
        let me = self.signalling.accid().cloned();
        let announced = |w: &&mut WaitingInvite| w.announced && w.call.call_id == call_id;
        let Some(waiting) = self.waiting.as_mut().filter(announced) else {
            return self.fail(ticket, ErrorKind::CallNotFound);
        };
        if let Some(answering) = &mut waiting.answering {
            return answering.tickets.push(ticket);
        }
        waiting.answering = Some(Answering {
            tickets: vec![ticket],
            other,
            token_until: secure.then_some(until),
            pressed_at,
        });
        let own = local_participant(&waiting.call, me.as_ref());
        match (secure, own.map(|p| p.uid)) {
            (true, Some(uid)) => self.out.push(Output::AskToken { call_id, uid }),
            _ => self.request_accept_waiting(call_id, None, other),
        }
    }

    fn request_accept_waiting(
        &mut self,
        call_id: CallId,
        room_token: Option<Token>,
        other: OtherCall,
    ) {
        let accept = accept_command(call_id, room_token, other);
        self.request(accept, Purpose::AcceptWaiting);
    }

    /// True if the token was awaited for the invite that waits.
    pub(super) fn take_waiting_token(
        &mut self,
        call_id: CallId,
        token: Option<&Token>,
        error: Option<&str>,
    ) -> bool {
        let Some(waiting) = self.waiting.as_mut().filter(|w| w.call.call_id == call_id) else {
            return false;
        };
        let Some(answering) = &mut waiting.answering else {
            return false;
        };
        if answering.token_until.take().is_none() {
            return false;
        }
        let other = answering.other;
        match (token, error) {
            (Some(token), None) => {
                self.request_accept_waiting(call_id, Some(token.clone()), other);
            }
            (_, error) => {
                let message = error.unwrap_or("the token handler gave no token");
                self.stop_answering(&ErrorBody::new(ErrorKind::TokenUnavailable, message));
            }
        }
        true
    }

    /// The answer failed: it waits on, unless its time was over meanwhile.
    fn stop_answering(&mut self, error: &ErrorBody) {
        let waiting = self.waiting.as_mut();
        let answering = waiting.and_then(|waiting| waiting.answering.take());
        for ticket in answering.into_iter().flat_map(|a| a.tickets) {
            self.complete(ticket, Err(error.clone()));
        }
        let me = self.signalling.accid();
        let is_over = |w: &WaitingInvite| own_end(&w.call, me, false).is_some();
        if self.waiting.as_ref().is_some_and(is_over) {
            self.end_waiting();
        }
    }

    pub(super) fn handle_accept_waiting_answer(&mut self, result: Result<Success, ErrorBody>) {
        let Some(waiting) = &self.waiting else { return };
        let call_id = waiting.call.call_id;
        let result = match result {
            Ok(Success::Call { call, .. }) => Ok(call),
            Ok(_) => Err(ErrorKind::Server.into()),
            Err(error) => Err(error),
        };
        match result {
            Ok(call) => self.activate_waiting(call),
            Err(error) => {
                self.stop_answering(&error);
                let unheard = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection);
                if unheard {
                    self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
                }
                // It still rings where the trouble is a passing one, or the other call stands in its way.
                if !is_transient(&error) && error.kind != ErrorKind::AlreadyInCall {
                    self.end_waiting();
                }
            }
        }
    }

    /// It is answered here: the call there is is over, or on hold.
    fn activate_waiting(&mut self, call: CallView) {
        let waiting = self.waiting.as_mut();
        let Some(answering) = waiting.and_then(|waiting| waiting.answering.take()) else {
            return;
        };
        // It is shown as waiting until the call there is has gone.
        let held = match answering.other {
            OtherCall::Hold => self.put_on_hold(),
            OtherCall::End => {
                let me = self.signalling.accid().cloned();
                self.end_leg(EndReason::HungUp, me, Vec::new());
                None
            }
        };
        let call_id = call.call_id;
        self.waiting = None;
        let result = if call.state == CallState::Ended {
            self.publish_change();
            self.emit(AppEvent::CallWaitingEnd { call_id });
            Err(ErrorKind::CallOver.into())
        } else {
            let value = accepted(&call);
            self.activate(call, Some(answering.pressed_at));
            Ok(value)
        };
        if let Some(call_id) = held {
            self.emit(AppEvent::CallHeld { call_id });
        }
        for ticket in answering.tickets {
            self.complete(ticket, result.clone());
        }
    }

    /// The person hangs up, and there is nothing but what is being answered. The server may have the answer already.
    pub(super) fn give_up_answering(&mut self) {
        if let Some(call_id) = self.answering_second_call() {
            self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
            self.end_waiting();
        }
    }

    /// A snapshot has the call already that is being answered here: the answer itself was lost.
    pub(super) fn adopt_answered_waiting(&mut self, calls: &[CallView]) {
        let Some(call_id) = self.answering_second_call() else {
            return;
        };
        if let Some(call) = calls.iter().find(|call| call.call_id == call_id) {
            self.requests
                .drop_where(|purpose| *purpose == Purpose::AcceptWaiting);
            self.activate_waiting(call.clone());
        }
    }

    pub(super) fn reject_waiting(&mut self, ticket: u64, call_id: CallId) {
        let announced = |w: &mut WaitingInvite| w.announced && w.call.call_id == call_id;
        let Some(waiting) = self.waiting.take_if(announced) else {
            return self.fail(ticket, ErrorKind::CallNotFound);
        };
        for accepting in waiting.answering.into_iter().flat_map(|a| a.tickets) {
            self.fail(accepting, ErrorKind::AlreadyRejected);
        }
        self.requests
            .drop_where(|purpose| *purpose == Purpose::AcceptWaiting);
        // An accept may be on its way: a hang-up takes that back, too.
        self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
        self.publish_change();
        self.complete(ticket, Ok(Value::Done));
    }
}
