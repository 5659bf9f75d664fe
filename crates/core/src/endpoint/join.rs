//! Joining a running call without being rung, and fetching one from another of the account's devices.

use hullo_protocol::{
    CallId, CallState, CallView, Command, ErrorBody, ErrorKind, Media, Success, Token,
};

use super::context::Context;
use super::leg::{CallLeg, LegPhase, accepted};
use super::requests::{Owner, Pending, Purpose};
use super::tokens::TokenFor;
use super::{AppEvent, DevicePresets, Endpoint};
use crate::Time;

/// The call that the application is joining, where there is one. Whatever rings meanwhile waits.
#[derive(Debug, Default)]
pub(super) struct Joining {
    pending: Option<PendingJoin>,
}

#[derive(Debug)]
struct PendingJoin {
    ticket: u64,
    call_id: CallId,
    stage: Stage,
    presets: DevicePresets,
    pressed_at: Time,
    /// It is hung up here, and the server may have to learn of that: it is taken back, unless the join fails.
    hung_up: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// This account's number in the call is asked for, because the room token must be signed for it.
    Querying,
    /// The room token is awaited.
    AwaitingToken,
    /// The server is asked.
    Joining,
    /// The server is asked; the account is in the call already, on another device.
    Continuing,
}

/// How to come into a running call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JoinBy {
    /// As one more participant of a group call.
    Joining,
    /// By fetching it from another device of the account.
    Continuing,
}

impl PendingJoin {
    /// The server may have let the account in.
    fn is_asked(&self) -> bool {
        matches!(self.stage, Stage::Joining | Stage::Continuing)
    }

    fn request_join(&mut self, room_token: Option<Token>, cx: &mut Context) {
        self.stage = Stage::Joining;
        let join = Command::Join {
            call_id: self.call_id,
            room_token,
        };
        cx.request(join, Purpose::Join);
    }
}

impl Joining {
    pub(super) fn is_some(&self) -> bool {
        self.pending.is_some()
    }

    fn begin(
        &mut self,
        ticket: u64,
        call_id: CallId,
        by: JoinBy,
        presets: DevicePresets,
        cx: &mut Context,
    ) {
        // A hang-up that is not yet sent, or will be sent again, must not end what the person joins now.
        let hang_ups = cx.requests.discard(&Purpose::Outbox(call_id));
        let pending = self.pending.insert(PendingJoin {
            ticket,
            call_id,
            stage: Stage::Continuing,
            presets,
            pressed_at: cx.now,
            hung_up: !hang_ups.is_empty(),
        });
        match by {
            JoinBy::Continuing => cx.request(Command::Continue { call_id }, Purpose::Join),
            JoinBy::Joining if cx.signalling.is_secure() => {
                pending.stage = Stage::Querying;
                let query = Command::Query {
                    call_id: Some(call_id),
                    group_id: None,
                };
                cx.request(query, Purpose::JoinQuery);
            }
            JoinBy::Joining => pending.request_join(None, cx),
        }
    }

    /// Which number this account has in the call: asks for the room token for it.
    pub(super) fn handle_query(&mut self, result: Result<Success, ErrorBody>, cx: &mut Context) {
        let Some(pending) = &mut self.pending else {
            return;
        };
        let found = match result {
            Ok(Success::Found { calls }) => calls.into_iter().next().ok_or(ErrorKind::CallNotFound),
            Ok(_) => Err(ErrorKind::Server),
            Err(error) => return self.fail(error, cx),
        };
        match found {
            Ok(found) => {
                pending.stage = Stage::AwaitingToken;
                cx.ask_token(pending.call_id, found.uid, TokenFor::Join);
            }
            Err(kind) => self.fail(kind.into(), cx),
        }
    }

    pub(super) fn take_token(&mut self, token: Result<Token, ErrorBody>, cx: &mut Context) {
        match (&mut self.pending, token) {
            (None, _) => {}
            (Some(pending), Ok(token)) => pending.request_join(Some(token), cx),
            (Some(_), Err(error)) => self.fail(error, cx),
        }
    }

    fn fail(&mut self, error: ErrorBody, cx: &mut Context) {
        if let Some(pending) = self.pending.take() {
            cx.tokens.discard(pending.call_id, TokenFor::Join);
            if pending.hung_up {
                cx.queue_hangup(pending.call_id);
            }
            cx.complete(pending.ticket, Err(error));
        }
    }

    /// Nobody joins anything any more. The server may have let the account in, and is told.
    pub(super) fn abandon(&mut self, kind: ErrorKind, cx: &mut Context) {
        let dropped = cx.requests.discard_owned_by(Owner::Join);
        let asked = |it: &Pending| it.purpose == Purpose::Join && it.may_be_known();
        if let Some(pending) = &mut self.pending {
            pending.hung_up |= dropped.iter().any(asked);
        }
        self.fail(kind.into(), cx);
    }

    /// A call has come in from a snapshot, while one was to be joined: there is no more to do, or nothing that can be done.
    pub(super) fn reconcile(&mut self, current: Option<&CallLeg>, cx: &mut Context) {
        let Some(leg) = current.filter(|_| self.is_some()) else {
            return;
        };
        match self.pending.take_if(|pending| leg.is(pending.call_id)) {
            Some(joined) => {
                cx.requests.discard_owned_by(Owner::Join);
                cx.tokens.discard(joined.call_id, TokenFor::Join);
                cx.complete(joined.ticket, Ok(leg.accepted()));
            }
            None => self.abandon(ErrorKind::CallWhileInCall, cx),
        }
    }
}

impl Endpoint {
    /// Joins a running group call, or fetches a call from another device.
    pub(super) fn join(
        &mut self,
        ticket: u64,
        call_id: CallId,
        by: JoinBy,
        presets: DevicePresets,
    ) {
        if self.held.is(call_id) && !self.joining.is_some() {
            self.held.take_up(ticket, presets, &mut self.cx);
        } else if self.waiting.answering().is_some() {
            self.cx.fail(ticket, ErrorKind::CallWhileCalled);
        } else if self.joining.is_some() {
            self.cx.fail(ticket, ErrorKind::CallWhileCalling);
        } else {
            self.joining
                .begin(ticket, call_id, by, presets, &mut self.cx);
        }
    }

    pub(super) fn handle_join_answer(&mut self, result: Result<Success, ErrorBody>) {
        let Some(joining) = self.joining.pending.take() else {
            return;
        };
        let ticket = joining.ticket;
        match result {
            Ok(Success::Call { call, .. }) if call.state != CallState::Ended => {
                let value = accepted(&call);
                // A picture that has been seen on the other device is not the first one here.
                let joins = joining.stage == Stage::Joining;
                self.activate(call, joins.then_some(joining.pressed_at), joining.presets);
                self.cx.complete(ticket, Ok(value));
            }
            Ok(_) => self.cx.fail(ticket, ErrorKind::CallOver),
            Err(error) => {
                // The server may have let it in since. If not, a hang-up from here touches no other device.
                let unanswered = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection);
                if joining.hung_up || (unanswered && joining.is_asked()) {
                    self.cx.queue_hangup(joining.call_id);
                }
                self.cx.complete(ticket, Err(error));
            }
        }
    }

    /// A snapshot has the call already that is being joined: the answer itself was lost.
    pub(super) fn adopt_joined(&mut self, calls: &[CallView]) {
        let pending = self.joining.pending.as_ref().filter(|it| it.is_asked());
        let call_id = pending.map(|it| it.call_id);
        let joined = calls.iter().find(|call| Some(call.call_id) == call_id);
        if let (Some(call), None) = (joined.cloned(), &self.current) {
            self.cx.requests.discard(&Purpose::Join);
            let refused = Vec::new();
            self.handle_join_answer(Ok(Success::Call { call, refused }));
        }
    }

    /// This device is in the call now. The first picture counts from when it was `pressed`, if at all.
    pub(super) fn activate(
        &mut self,
        call: CallView,
        pressed: Option<Time>,
        presets: DevicePresets,
    ) {
        self.elsewhere.retain(|other| other.call_id != call.call_id);
        self.held.leg.take_if(|held| held.is(call.call_id));
        let ended = self.waiting.forget(call.call_id, &mut self.cx);
        self.announce(ended);
        // The snapshot of a reconnection may have brought it in already.
        if self.is_current(call.call_id) {
            self.on_current(|leg, _| leg.preset(presets));
            return self.adopt_whole(call);
        }
        let phase = match call.state {
            CallState::Ringing => LegPhase::Calling,
            CallState::Active | CallState::Ended => LegPhase::InCall,
        };
        let pictures = call.media == Media::Video;
        let mut leg = CallLeg::new(call, phase).with_devices_of(self.cx.me());
        leg.preset(presets);
        leg.first_frame_since = pressed.filter(|_| pictures);
        self.current = Some(leg);
        self.publish_change();
        self.on_current(CallLeg::open_media);
    }

    /// The account's calls on other devices, but for those that are here, too.
    pub(super) fn calls_elsewhere(&self) -> Vec<CallView> {
        let here = |call: &CallView| {
            let mut legs = self.current.iter().chain(&self.held.leg);
            legs.any(|leg| !leg.rings() && leg.is(call.call_id))
        };
        let others = self.elsewhere.iter().filter(|call| !here(call));
        others.cloned().collect()
    }

    pub(super) fn handle_elsewhere(&mut self, call_id: CallId, call: Option<CallView>) {
        let is_over = call.is_none();
        self.elsewhere.retain(|other| other.call_id != call_id);
        self.elsewhere.extend(call);
        if is_over {
            self.unpark();
        }
    }

    /// Another device has fetched the call from here.
    pub(super) fn handle_continued_elsewhere(&mut self, call_id: CallId) {
        let event = if self.is_current(call_id) {
            self.close_leg(ErrorKind::InCallOnOtherDevice);
            // The account is in it still: what was on hold for it stays so.
            self.held.park(true);
            Some(AppEvent::OtherClientContinue { call_id })
        } else {
            self.held.leave_to_other_device(call_id)
        };
        self.announce(event);
    }
}
