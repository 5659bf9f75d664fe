//! An invite that came while there was another call.
//!
//! Either the app lets calls wait: the application is told, and answers with what becomes of the current call. Or the
//! invite and a dial of this device have met on their way: the server takes one of them for the first and refuses the other;
//! should it be the dial, the invite rings after it.

use hullo_protocol::{
    CallDelta, CallId, CallKind, CallState, CallView, Command, EndReason, ErrorBody, ErrorKind,
    OtherCall, Success, Token,
};

use super::context::Context;
use super::leg::diff::{merge, own_end};
use super::leg::{
    CallLeg, RING_SLACK_MS, accept_command, accepted, callees, invitor, local_participant,
};
use super::requests::{Owner, Purpose, is_transient, only_call};
use super::tokens::TokenFor;
use super::{AppEvent, Endpoint, State, Value};
use crate::Time;

/// An invite beside the current call.
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

    /// While it is being answered, the server says whether that was in time.
    pub(super) fn due(&self) -> Option<Time> {
        let rings = self.announced && self.answering.is_none();
        rings.then(|| self.until.plus_ms(RING_SLACK_MS))
    }

    /// Whether it is over for this account.
    fn is_over(&self, cx: &Context) -> bool {
        own_end(&self.call, cx.me(), false).is_some()
    }

    /// `CallWaiting`, if the application does not know of it yet.
    fn announce(&mut self, cx: &Context) -> Option<AppEvent> {
        if std::mem::replace(&mut self.announced, true) {
            return None;
        }
        Some(AppEvent::CallWaiting {
            invitor: invitor(&self.call, cx.me()?),
            accids: callees(&self.call),
            group: self.call.kind == CallKind::Group,
            media: self.call.media,
            attachment: self.call.attachment.clone(),
            ring_ms_left: self.until.since(cx.now),
            call_id: self.call.call_id,
        })
    }

    /// Answers it, with what becomes of the current call.
    fn accept(&mut self, ticket: u64, other: OtherCall, cx: &mut Context) {
        if let Some(answering) = &mut self.answering {
            return answering.tickets.push(ticket);
        }
        self.answering = Some(Answering {
            tickets: vec![ticket],
            other,
            pressed_at: cx.now,
        });
        let own = local_participant(&self.call, cx.me());
        let uid = own.map(|own| own.uid).filter(|_| cx.signalling.is_secure());
        match uid {
            Some(uid) => cx.ask_token(self.call.call_id, uid, TokenFor::AcceptWaiting),
            None => self.request_accept(None, cx),
        }
    }

    fn request_accept(&self, token: Option<Token>, cx: &mut Context) {
        if let Some(answering) = &self.answering {
            let accept = accept_command(self.call.call_id, token, answering.other);
            cx.request(accept, Purpose::AcceptWaiting);
        }
    }

    /// Whoever waits for its answer gets none; returns what the application is told.
    fn end(self, kind: ErrorKind, cx: &mut Context) -> Option<AppEvent> {
        let call_id = self.call.call_id;
        let tickets = self.answering.into_iter().flat_map(|it| it.tickets);
        cx.fail_all(tickets, kind);
        cx.tokens.drop(call_id, TokenFor::AcceptWaiting);
        cx.requests.drop_owned_by(Owner::Waiting);
        self.announced
            .then_some(AppEvent::CallWaitingEnd { call_id })
    }
}

impl Endpoint {
    pub(super) fn queue_invite(&mut self, call: CallView, ring_ms_left: u64) {
        let until = self.cx.now.plus_ms(ring_ms_left);
        match &mut self.waiting {
            Some(waiting) if waiting.is(call.call_id) => {
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
        if self.current.as_ref().is_some_and(CallLeg::is_in_call) {
            self.announce_waiting();
        }
    }

    /// The current call is one that another can wait beside.
    fn announce_waiting(&mut self) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        let call_id = waiting.call.call_id;
        let event = waiting.announce(&self.cx);
        self.publish_change();
        event.into_iter().for_each(|event| self.cx.emit(event));
        self.cx.request(Command::Ring { call_id }, Purpose::Ring);
    }

    /// A change of the invite that waits.
    pub(super) fn change_waiting(&mut self, call_id: CallId, version: u64, delta: CallDelta) {
        let Some(waiting) = self.waiting.as_mut().filter(|it| it.is(call_id)) else {
            return;
        };
        let ends = delta.end.is_some();
        if waiting.call.version.checked_add(1) == Some(version) {
            merge(&mut waiting.call, version, delta);
        }
        // While it is being answered here, the answer says how it is.
        if ends || (waiting.answering.is_none() && waiting.is_over(&self.cx)) {
            self.end_waiting();
        }
    }

    /// It was answered on another device, or it is the call that this device is in after all.
    pub(super) fn forget_waiting(&mut self, call_id: CallId) {
        if self.waiting.as_ref().is_some_and(|it| it.is(call_id)) {
            self.end_waiting();
        }
    }

    /// It rings no more, and was not answered here.
    pub(super) fn end_waiting(&mut self) {
        let waiting = self.waiting.take();
        let event = waiting.and_then(|it| it.end(ErrorKind::CallOver, &mut self.cx));
        event.into_iter().for_each(|event| self.announce(event));
    }

    pub(super) fn expire_waiting(&mut self) {
        let due = self.waiting.as_ref().and_then(WaitingInvite::due);
        if due.is_some_and(|due| due <= self.cx.now) {
            self.end_waiting();
        }
    }

    /// What the server has of invites is all there is.
    pub(super) fn reconcile_waiting(&mut self, known: impl Fn(CallId) -> bool) {
        let gone = |it: &&WaitingInvite| it.answering.is_none() && !known(it.call.call_id);
        if self.waiting.as_ref().filter(gone).is_some() {
            self.end_waiting();
        }
    }

    pub(super) fn is_answering_second_call(&self) -> bool {
        self.answering_second_call().is_some()
    }

    /// The call that is being answered beside the current one.
    pub(super) fn answering_second_call(&self) -> Option<CallId> {
        let waiting = self.waiting.as_ref();
        let answering = waiting.filter(|waiting| waiting.answering.is_some());
        answering.map(|waiting| waiting.call.call_id)
    }

    /// Rings for the invite that waits as soon as nothing stands in its way. While it is not known what became of a dial
    /// that was given up, this does: it may have met this very invite.
    pub(super) fn ring_waiting(&mut self) {
        let now = self.cx.now;
        if let Some(leg) = &self.current {
            let in_call = leg.is_in_call();
            self.forget_waiting(leg.view.call_id);
            let unsaid = self.waiting.as_ref().filter(|it| in_call && !it.announced);
            match unsaid.map(|waiting| waiting.until > now) {
                None => {}
                Some(true) => self.announce_waiting(),
                Some(false) => self.end_waiting(),
            }
            return;
        }
        let blocked = self.joining.is_some() || self.is_answering_second_call();
        let abandoned = &Purpose::AbandonedStart;
        if blocked || !self.cx.signalling.is_ready() || self.cx.requests.is_waiting(abandoned) {
            return;
        }
        match self.waiting.take_if(|waiting| waiting.until > now) {
            Some(WaitingInvite { call, until, .. }) => self.ring(call, until.since(now)),
            None => self.end_waiting(),
        }
    }

    pub(super) fn accept_waiting(&mut self, ticket: u64, call_id: CallId, other: OtherCall) {
        // What rings here may be a second call all the same: the first is on another device.
        let current = self.current.as_mut();
        if let Some(leg) = current.filter(|leg| leg.state() == State::Called && leg.is(call_id)) {
            return leg.accept(ticket, other, &mut self.cx);
        }
        let waiting = self.waiting.as_mut();
        match waiting.filter(|it| it.announced && it.is(call_id)) {
            Some(waiting) => waiting.accept(ticket, other, &mut self.cx),
            None => self.cx.fail(ticket, ErrorKind::CallNotFound),
        }
    }

    pub(super) fn take_waiting_token(&mut self, token: Result<Token, ErrorBody>) {
        match (&self.waiting, token) {
            (Some(waiting), Ok(token)) => waiting.request_accept(Some(token), &mut self.cx),
            (_, Ok(_)) => {}
            (_, Err(error)) => self.stop_answering(error),
        }
    }

    /// The answer failed: it waits on, unless its time was over meanwhile.
    fn stop_answering(&mut self, error: ErrorBody) {
        let Some(waiting) = &mut self.waiting else {
            return;
        };
        let tickets = waiting
            .answering
            .take()
            .into_iter()
            .flat_map(|it| it.tickets);
        self.cx.complete_all(tickets, &Err(error));
        if waiting.is_over(&self.cx) {
            self.end_waiting();
        }
    }

    pub(super) fn handle_accept_waiting_answer(&mut self, result: Result<Success, ErrorBody>) {
        let Some(waiting) = &self.waiting else { return };
        let call_id = waiting.call.call_id;
        match only_call(result) {
            Ok(call) => self.activate_waiting(call),
            Err(error) => {
                // It still rings where the error is transient, or the other call stands in its way.
                let rings = is_transient(&error) || error.kind == ErrorKind::AlreadyInCall;
                let unanswered = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection);
                self.stop_answering(error);
                if unanswered {
                    self.cx.queue_hangup(call_id);
                }
                if !rings {
                    self.end_waiting();
                }
            }
        }
    }

    /// It is answered here: the current call is over, or on hold.
    fn activate_waiting(&mut self, call: CallView) {
        let waiting = self.waiting.as_mut();
        let Some(answering) = waiting.and_then(|waiting| waiting.answering.take()) else {
            return;
        };
        // It is shown as waiting until the current call has gone.
        let held = match answering.other {
            OtherCall::Hold => self.put_on_hold(),
            OtherCall::End => {
                let me = self.cx.me().cloned();
                self.end_leg(EndReason::HungUp, me, Vec::new());
                None
            }
        };
        let call_id = call.call_id;
        self.waiting = None;
        let result = if call.state == CallState::Ended {
            self.announce(AppEvent::CallWaitingEnd { call_id });
            Err(ErrorKind::CallOver.into())
        } else {
            let value = accepted(&call);
            self.activate(call, Some(answering.pressed_at));
            Ok(value)
        };
        if let Some(call_id) = held {
            self.cx.emit(AppEvent::CallHeld { call_id });
        }
        self.cx.complete_all(answering.tickets, &result);
    }

    /// The person hangs up, and there is nothing but what is being answered. The server may have the answer already.
    pub(super) fn abandon_second_call(&mut self) {
        if let Some(call_id) = self.answering_second_call() {
            self.cx.queue_hangup(call_id);
            self.end_waiting();
        }
    }

    /// A snapshot has the call already that is being answered here: the answer itself was lost.
    pub(super) fn adopt_answered_waiting(&mut self, calls: &[CallView]) {
        let call_id = self.answering_second_call();
        if let Some(call) = calls.iter().find(|call| Some(call.call_id) == call_id) {
            self.cx.tokens.drop(call.call_id, TokenFor::AcceptWaiting);
            self.cx.requests.drop_owned_by(Owner::Waiting);
            self.activate_waiting(call.clone());
        }
    }

    pub(super) fn reject_waiting(&mut self, ticket: u64, call_id: CallId) {
        let announced = |it: &mut WaitingInvite| it.announced && it.is(call_id);
        let Some(waiting) = self.waiting.take_if(announced) else {
            return self.cx.fail(ticket, ErrorKind::CallNotFound);
        };
        waiting.end(ErrorKind::AlreadyRejected, &mut self.cx);
        // An accept may be on its way: a hang-up takes that back, too.
        self.cx.queue_hangup(call_id);
        self.publish_change();
        self.cx.complete(ticket, Ok(Value::Done));
    }
}
