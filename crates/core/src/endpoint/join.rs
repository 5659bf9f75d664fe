//! Joining a running call without being rung, and fetching one from another of the account's devices.

use hullo_protocol::{
    CallId, CallState, CallView, Command, ErrorBody, ErrorKind, Media, Success, Token,
};

use super::leg::{CallLeg, LegPhase, accepted};
use super::requests::{Owner, Pending, Purpose};
use super::tokens::TokenFor;
use super::{AppEvent, Endpoint, State};
use crate::Time;

/// A call that the application is joining. Whatever rings meanwhile waits.
#[derive(Debug)]
pub(super) struct PendingJoin {
    ticket: u64,
    call_id: CallId,
    stage: Stage,
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

impl PendingJoin {
    /// The server may have let the account in.
    fn is_asked(&self) -> bool {
        matches!(self.stage, Stage::Joining | Stage::Continuing)
    }
}

impl Endpoint {
    /// Joins a running group call.
    pub(super) fn join(&mut self, ticket: u64, call_id: CallId) {
        if !self.can_join(ticket, call_id) {
            return;
        }
        if self.cx.signalling.is_secure() {
            self.begin_join(ticket, call_id, Stage::Querying);
            let query = Command::Query {
                call_id: Some(call_id),
                group_id: None,
            };
            self.cx.request(query, Purpose::JoinQuery);
        } else {
            self.begin_join(ticket, call_id, Stage::Joining);
            let join = join_command(call_id, None);
            self.cx.request(join, Purpose::Join);
        }
    }

    /// Fetches a call from another device.
    pub(super) fn continue_here(&mut self, ticket: u64, call_id: CallId) {
        if self.can_join(ticket, call_id) {
            self.begin_join(ticket, call_id, Stage::Continuing);
            self.cx
                .request(Command::Continue { call_id }, Purpose::Join);
        }
    }

    /// Whether nothing stands in the way; otherwise the ticket is completed.
    fn can_join(&mut self, ticket: u64, call_id: CallId) -> bool {
        if self.joining.is_none() && self.state() == State::Idle && self.is_held(call_id) {
            self.take_up_parked(ticket);
            return false;
        }
        let kind = match self.state() {
            State::Idle if self.is_answering_second_call() => ErrorKind::CallWhileCalled,
            State::Idle if self.joining.is_none() => return true,
            State::Idle | State::Calling => ErrorKind::CallWhileCalling,
            State::Called => ErrorKind::CallWhileCalled,
            State::InCall => ErrorKind::CallWhileInCall,
        };
        self.cx.fail(ticket, kind);
        false
    }

    fn begin_join(&mut self, ticket: u64, call_id: CallId, stage: Stage) {
        // A hang-up that is not yet sent, or will be sent again, must not end what the person joins now.
        let hang_ups = self.cx.requests.drop(&Purpose::Outbox(call_id));
        self.joining = Some(PendingJoin {
            ticket,
            call_id,
            stage,
            pressed_at: self.cx.now,
            hung_up: !hang_ups.is_empty(),
        });
    }

    pub(super) fn handle_join_query(&mut self, result: Result<Success, ErrorBody>) {
        let Some(joining) = &mut self.joining else {
            return;
        };
        let uid = match result {
            Ok(Success::Found { calls }) => calls
                .first()
                .map(|found| found.uid)
                .ok_or_else(|| ErrorKind::CallNotFound.into()),
            Ok(_) => Err(ErrorKind::Server.into()),
            Err(error) => Err(error),
        };
        match uid {
            Ok(uid) => {
                joining.stage = Stage::AwaitingToken;
                self.cx.ask_token(joining.call_id, uid, TokenFor::Join);
            }
            Err(error) => self.fail_join(error),
        }
    }

    pub(super) fn take_join_token(&mut self, token: Result<Token, ErrorBody>) {
        let Some(joining) = &mut self.joining else {
            return;
        };
        match token {
            Ok(token) => {
                joining.stage = Stage::Joining;
                let join = join_command(joining.call_id, Some(token));
                self.cx.request(join, Purpose::Join);
            }
            Err(error) => self.fail_join(error),
        }
    }

    pub(super) fn handle_join_answer(&mut self, result: Result<Success, ErrorBody>) {
        let Some(joining) = self.joining.take() else {
            return;
        };
        let ticket = joining.ticket;
        match result {
            Ok(Success::Call { call, .. }) if call.state != CallState::Ended => {
                let value = accepted(&call);
                // A picture that has been seen on the other device is not the first one here.
                let joins = joining.stage == Stage::Joining;
                self.activate(call, joins.then_some(joining.pressed_at));
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
        let joining = self.joining.as_ref().filter(|it| it.is_asked());
        let call_id = joining.map(|it| it.call_id);
        let joined = calls.iter().find(|call| Some(call.call_id) == call_id);
        if let (Some(call), None) = (joined.cloned(), &self.current) {
            self.cx.requests.drop(&Purpose::Join);
            let refused = Vec::new();
            self.handle_join_answer(Ok(Success::Call { call, refused }));
        }
    }

    /// A call has come in from a snapshot, while one was to be joined: there is no more to do, or nothing that can be done.
    pub(super) fn reconcile_join(&mut self) {
        let (Some(leg), Some(joining)) = (&self.current, &self.joining) else {
            return;
        };
        let (call_id, ticket, value) = (joining.call_id, joining.ticket, leg.accepted());
        if !leg.is(call_id) {
            return self.abandon_join(ErrorKind::CallWhileInCall);
        }
        self.cx.requests.drop_owned_by(Owner::Join);
        self.cx.tokens.drop(call_id, TokenFor::Join);
        self.joining = None;
        self.cx.complete(ticket, Ok(value));
    }

    /// This device is in the call now. The first picture counts from when it was `pressed`, if at all.
    pub(super) fn activate(&mut self, call: CallView, pressed: Option<Time>) {
        self.elsewhere.retain(|other| other.call_id != call.call_id);
        self.held.take_if(|held| held.is(call.call_id));
        self.forget_waiting(call.call_id);
        // The snapshot of a reconnection may have brought it in already.
        if self.is_current(call.call_id) {
            return self.adopt_whole(call);
        }
        let phase = match call.state {
            CallState::Ringing => LegPhase::Calling,
            CallState::Active | CallState::Ended => LegPhase::InCall,
        };
        let pictures = call.media == Media::Video;
        let mut leg = CallLeg::new(call, phase).with_devices_of(self.cx.me());
        leg.first_frame_since = pressed.filter(|_| pictures);
        self.current = Some(leg);
        self.publish_change();
        self.on_current(CallLeg::open_media);
    }

    fn fail_join(&mut self, error: ErrorBody) {
        if let Some(joining) = self.joining.take() {
            self.cx.tokens.drop(joining.call_id, TokenFor::Join);
            if joining.hung_up {
                self.cx.queue_hangup(joining.call_id);
            }
            self.cx.complete(joining.ticket, Err(error));
        }
    }

    /// Nobody joins anything any more. The server may have let the account in, and is told.
    pub(super) fn abandon_join(&mut self, kind: ErrorKind) {
        let dropped = self.cx.requests.drop_owned_by(Owner::Join);
        let asked = |pending: &Pending| pending.purpose == Purpose::Join && pending.may_be_known();
        if let Some(joining) = &mut self.joining {
            joining.hung_up |= dropped.iter().any(asked);
        }
        self.fail_join(kind.into());
    }

    /// The account's calls on other devices, but for those that are here, too.
    pub(super) fn calls_elsewhere(&self) -> Vec<CallView> {
        let here = |call: &CallView| {
            let mut legs = self.current.iter().chain(&self.held);
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
        if self.is_current(call_id) {
            self.close_leg(ErrorKind::InCallOnOtherDevice);
            // The account is in it still: what was on hold for it stays so.
            if let Some(held) = &mut self.held {
                held.parked = true;
            }
        } else if self.held.take_if(|held| held.is(call_id)).is_none() {
            return;
        }
        self.announce(AppEvent::OtherClientContinue { call_id });
    }
}

fn join_command(call_id: CallId, room_token: Option<Token>) -> Command {
    Command::Join {
        call_id,
        room_token,
    }
}
