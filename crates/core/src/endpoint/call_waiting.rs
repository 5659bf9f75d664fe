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
use super::leg::diff::{Change, Versions, merge, own_end};
use super::leg::{
    CallLeg, RING_SLACK_MS, accept_command, accepted, callees, group_id, invitor,
    local_participant, person_in,
};
use super::requests::{Owner, Purpose, is_transient, only_call};
use super::tokens::TokenFor;
use super::{AppEvent, DevicePresets, Endpoint, State, Value};
use crate::Time;

/// The invite beside the current call, where there is one. What it returns, the application is told.
#[derive(Debug, Default)]
pub(super) struct CallWaiting {
    invite: Option<WaitingInvite>,
}

#[derive(Debug)]
struct WaitingInvite {
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
    presets: DevicePresets,
    pressed_at: Time,
}

impl WaitingInvite {
    fn is(&self, call_id: CallId) -> bool {
        self.call.call_id == call_id
    }

    /// While it is being answered, the server says whether that was in time.
    fn due(&self) -> Option<Time> {
        let rings = self.announced && self.answering.is_none();
        rings.then(|| self.until.plus_ms(RING_SLACK_MS))
    }

    /// Whether it is over for this account.
    fn is_over(&self, cx: &Context) -> bool {
        own_end(&self.call, cx.me(), false).is_some()
    }

    /// `CallWaiting`, if the application does not know of it yet.
    #[must_use = "the application is to be told"]
    fn announce(&mut self, cx: &Context) -> Option<AppEvent> {
        let me = cx.me()?;
        if std::mem::replace(&mut self.announced, true) {
            return None;
        }
        let from = invitor(&self.call, me);
        Some(AppEvent::CallWaiting {
            name: person_in(&self.call, &from).and_then(|p| p.name.clone()),
            avatar: person_in(&self.call, &from).and_then(|p| p.avatar.clone()),
            invitor: from,
            accids: callees(&self.call),
            group: self.call.kind == CallKind::Group,
            group_id: group_id(&self.call),
            media: self.call.media,
            attachment: self.call.attachment.clone(),
            ring_ms_left: self.until.since(cx.now),
            call_id: self.call.call_id,
        })
    }

    /// Answers it, with what becomes of the current call.
    fn accept(&mut self, ticket: u64, other: OtherCall, presets: DevicePresets, cx: &mut Context) {
        if let Some(answering) = &mut self.answering {
            return answering.tickets.push(ticket);
        }
        self.answering = Some(Answering {
            tickets: vec![ticket],
            other,
            presets,
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
    #[must_use = "the application is to be told"]
    fn end(self, kind: ErrorKind, cx: &mut Context) -> Option<AppEvent> {
        let call_id = self.call.call_id;
        let tickets = self.answering.into_iter().flat_map(|it| it.tickets);
        cx.fail_all(tickets, kind);
        cx.tokens.discard(call_id, TokenFor::AcceptWaiting);
        cx.requests.discard_owned_by(Owner::Waiting);
        self.announced
            .then_some(AppEvent::CallWaitingEnd { call_id })
    }
}

impl CallWaiting {
    /// The call, if the application knows of it.
    pub(super) fn announced_view(&self) -> Option<CallView> {
        let invite = self.invite.as_ref().filter(|invite| invite.announced);
        invite.map(|invite| invite.call.clone())
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.invite.as_ref().and_then(WaitingInvite::due)
    }

    /// The call that is being answered beside the current one.
    pub(super) fn answering(&self) -> Option<CallId> {
        let invite = self.invite.as_ref();
        let answering = invite.filter(|invite| invite.answering.is_some());
        answering.map(|invite| invite.call.call_id)
    }

    /// It rings as the current call from now on.
    pub(super) fn promote(&mut self, call_id: CallId) {
        self.invite.take_if(|invite| invite.is(call_id));
    }

    /// Puts an invite beside the current call.
    #[must_use = "the application is to be told"]
    fn queue(&mut self, call: CallView, ring_ms_left: u64, cx: &mut Context) -> Option<AppEvent> {
        let until = cx.now.plus_ms(ring_ms_left);
        match &mut self.invite {
            Some(invite) if invite.is(call.call_id) => {
                invite.call = call;
                invite.until = until;
                None
            }
            _ => {
                let ended = self.end(cx);
                self.invite = Some(WaitingInvite {
                    call,
                    until,
                    announced: false,
                    answering: None,
                });
                ended
            }
        }
    }

    /// A change of the invite that waits.
    #[must_use = "the application is to be told"]
    pub(super) fn change(
        &mut self,
        call_id: CallId,
        versions: Versions,
        delta: CallDelta,
        cx: &mut Context,
    ) -> Option<AppEvent> {
        let invite = self.invite.as_mut().filter(|it| it.is(call_id))?;
        let ends = delta.end.is_some();
        if versions.to(invite.call.version, &delta) == Change::Next {
            merge(&mut invite.call, versions.version, delta);
        }
        // While it is being answered here, the answer says how it is.
        match ends || (invite.answering.is_none() && invite.is_over(cx)) {
            true => self.end(cx),
            false => None,
        }
    }

    /// It rings no more, and was not answered here.
    #[must_use = "the application is to be told"]
    pub(super) fn end(&mut self, cx: &mut Context) -> Option<AppEvent> {
        self.invite.take()?.end(ErrorKind::CallOver, cx)
    }

    /// It was answered on another device, or it is the call that this device is in after all.
    #[must_use = "the application is to be told"]
    pub(super) fn forget(&mut self, call_id: CallId, cx: &mut Context) -> Option<AppEvent> {
        self.end_if(|invite| invite.is(call_id), cx)
    }

    #[must_use = "the application is to be told"]
    pub(super) fn expire(&mut self, cx: &mut Context) -> Option<AppEvent> {
        let now = cx.now;
        self.end_if(|invite| invite.due().is_some_and(|due| due <= now), cx)
    }

    /// What the server has of invites is all there is.
    #[must_use = "the application is to be told"]
    pub(super) fn reconcile(
        &mut self,
        known: impl Fn(CallId) -> bool,
        cx: &mut Context,
    ) -> Option<AppEvent> {
        let gone = |it: &WaitingInvite| it.answering.is_none() && !known(it.call.call_id);
        self.end_if(gone, cx)
    }

    #[must_use = "the application is to be told"]
    fn end_if(
        &mut self,
        is_over: impl FnOnce(&WaitingInvite) -> bool,
        cx: &mut Context,
    ) -> Option<AppEvent> {
        match self.invite.as_ref().is_some_and(is_over) {
            true => self.end(cx),
            false => None,
        }
    }

    fn accept(
        &mut self,
        ticket: u64,
        call_id: CallId,
        other: OtherCall,
        presets: DevicePresets,
        cx: &mut Context,
    ) {
        let invite = self.invite.as_mut();
        match invite.filter(|it| it.announced && it.is(call_id)) {
            Some(invite) => invite.accept(ticket, other, presets, cx),
            None => cx.fail(ticket, ErrorKind::CallNotFound),
        }
    }

    #[must_use = "the application is to be told"]
    pub(super) fn take_token(
        &mut self,
        token: Result<Token, ErrorBody>,
        cx: &mut Context,
    ) -> Option<AppEvent> {
        match token {
            Ok(token) => {
                self.invite.as_ref()?.request_accept(Some(token), cx);
                None
            }
            Err(error) => self.stop_answering(error, cx),
        }
    }

    /// The answer failed: it waits on, unless its time was over meanwhile.
    #[must_use = "the application is to be told"]
    fn stop_answering(&mut self, error: ErrorBody, cx: &mut Context) -> Option<AppEvent> {
        let invite = self.invite.as_mut()?;
        let tickets = invite
            .answering
            .take()
            .into_iter()
            .flat_map(|it| it.tickets);
        cx.complete_all(tickets, &Err(error));
        let over = invite.is_over(cx);
        self.end_if(|_| over, cx)
    }

    /// The person hangs up, and there is nothing but what is being answered. The server may have the answer already.
    #[must_use = "the application is to be told"]
    pub(super) fn hang_up(&mut self, cx: &mut Context) -> Option<AppEvent> {
        cx.queue_hangup(self.answering()?);
        self.end(cx)
    }

    /// Declines it; the caller of this publishes that and completes the ticket.
    fn reject(&mut self, call_id: CallId, cx: &mut Context) -> Result<(), ErrorKind> {
        let announced = |it: &mut WaitingInvite| it.announced && it.is(call_id);
        let rejected = self.invite.take_if(announced);
        let rejected = rejected.ok_or(ErrorKind::CallNotFound)?;
        // The application has declined it itself, and is told no `CallWaitingEnd`.
        let _ = rejected.end(ErrorKind::AlreadyRejected, cx);
        // An accept may be on its way: a hang-up takes that back, too.
        cx.queue_hangup(call_id);
        Ok(())
    }
}

impl Endpoint {
    pub(super) fn queue_invite(&mut self, call: CallView, ring_ms_left: u64) {
        // First come, first served: the account has given its answer, and whoever calls meanwhile finds it busy.
        let answering = self.waiting.answering();
        if answering.is_some_and(|answering| answering != call.call_id) {
            return;
        }
        let ended = self.waiting.queue(call, ring_ms_left, &mut self.cx);
        self.announce(ended);
        if self.current.as_ref().is_some_and(CallLeg::is_in_call) {
            self.announce_waiting();
        }
    }

    /// The current call is one that another can wait beside.
    fn announce_waiting(&mut self) {
        let Some(invite) = &mut self.waiting.invite else {
            return;
        };
        let call_id = invite.call.call_id;
        let event = invite.announce(&self.cx);
        self.publish_change();
        event.into_iter().for_each(|event| self.cx.emit(event));
        self.cx.request(Command::Ring { call_id }, Purpose::Ring);
    }

    /// Rings for the invite that waits as soon as nothing stands in its way. While it is not known what became of a dial
    /// that was given up, this does: it may have met this very invite.
    pub(super) fn ring_waiting(&mut self) {
        let now = self.cx.now;
        if let Some(leg) = &self.current {
            let in_call = leg.is_in_call();
            let ended = self.waiting.forget(leg.view.call_id, &mut self.cx);
            self.announce(ended);
            let invite = self.waiting.invite.as_ref();
            match invite
                .filter(|it| in_call && !it.announced)
                .map(|it| it.until > now)
            {
                None => {}
                Some(true) => self.announce_waiting(),
                Some(false) => self.end_waiting(),
            }
            return;
        }
        let blocked = self.joining.is_some() || self.waiting.answering().is_some();
        let abandoned = &Purpose::AbandonedStart;
        if blocked || !self.cx.signalling.is_ready() || self.cx.requests.is_waiting(abandoned) {
            return;
        }
        match self.waiting.invite.take_if(|invite| invite.until > now) {
            Some(WaitingInvite { call, until, .. }) => self.ring(call, until.since(now)),
            None => self.end_waiting(),
        }
    }

    pub(super) fn end_waiting(&mut self) {
        let ended = self.waiting.end(&mut self.cx);
        self.announce(ended);
    }

    pub(super) fn accept_waiting(
        &mut self,
        ticket: u64,
        call_id: CallId,
        other: OtherCall,
        presets: DevicePresets,
    ) {
        // What rings here may be a second call all the same: the first is on another device.
        let current = self.current.as_mut();
        match current.filter(|leg| leg.state() == State::Called && leg.is(call_id)) {
            Some(leg) => leg.accept(ticket, other, presets, &mut self.cx),
            None => {
                let waiting = &mut self.waiting;
                waiting.accept(ticket, call_id, other, presets, &mut self.cx);
            }
        }
    }

    pub(super) fn reject_waiting(&mut self, ticket: u64, call_id: CallId) {
        let result = self.waiting.reject(call_id, &mut self.cx);
        self.publish_change();
        let result = result.map(|()| Value::Done).map_err(ErrorBody::from);
        self.cx.complete(ticket, result);
    }

    pub(super) fn handle_accept_waiting_answer(&mut self, result: Result<Success, ErrorBody>) {
        match only_call(result) {
            Ok(call) => self.activate_waiting(call),
            Err(error) => {
                // It still rings where the error is transient, or the other call stands in its way.
                let rings = is_transient(&error) || error.kind == ErrorKind::AlreadyInCall;
                let unanswered = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection);
                let call_id = self.waiting.answering().filter(|_| unanswered);
                let ended = self.waiting.stop_answering(error, &mut self.cx);
                self.announce(ended);
                call_id.into_iter().for_each(|it| self.cx.queue_hangup(it));
                if !rings {
                    self.end_waiting();
                }
            }
        }
    }

    /// It is answered here: the current call is over, or on hold.
    fn activate_waiting(&mut self, call: CallView) {
        let invite = self.waiting.invite.as_mut();
        let Some(answering) = invite.and_then(|invite| invite.answering.take()) else {
            return;
        };
        // It is shown as waiting until the current call has gone.
        let held = match answering.other {
            OtherCall::Hold => self.put_on_hold(),
            OtherCall::End => {
                let me = self.cx.me().cloned();
                self.end_leg(EndReason::HungUp, me);
                None
            }
        };
        let call_id = call.call_id;
        self.waiting.invite = None;
        let result = if call.state == CallState::Ended {
            self.announce([AppEvent::CallWaitingEnd { call_id }]);
            Err(ErrorKind::CallOver.into())
        } else {
            let value = accepted(&call);
            self.activate(call, Some(answering.pressed_at), answering.presets);
            Ok(value)
        };
        if let Some(call_id) = held {
            self.cx.emit(AppEvent::CallHeld { call_id });
        }
        self.cx.complete_all(answering.tickets, &result);
    }

    /// A snapshot has the call already that is being answered here: the answer itself was lost.
    pub(super) fn adopt_answered_waiting(&mut self, calls: &[CallView]) {
        let call_id = self.waiting.answering();
        if let Some(call) = calls.iter().find(|call| Some(call.call_id) == call_id) {
            let tokens = &mut self.cx.tokens;
            tokens.discard(call.call_id, TokenFor::AcceptWaiting);
            self.cx.requests.discard_owned_by(Owner::Waiting);
            self.activate_waiting(call.clone());
        }
    }
}
