//! Entering a running call without being rung: by joining it, or by fetching it from another of the account's devices.

use hullo_protocol::{
    CallId, CallState, CallView, Command, ErrorBody, ErrorKind, Media, Success, Token, Uid,
};

use super::leg::{CallLeg, LegPhase};
use super::operate::accepted;
use super::requests::Purpose;
use super::{AppEvent, Endpoint, Output, State};
use crate::Time;

/// A call that the application is entering. Whatever rings meanwhile waits.
#[derive(Debug)]
pub(super) struct PendingJoin {
    ticket: u64,
    call_id: CallId,
    stage: Stage,
    pressed_at: Time,
    /// It is hung up here, and the server may have to hear of that: it is taken back, unless the entry fails.
    hung_up: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// Its number in the call is asked for, because the room token must be signed for it.
    Querying,
    /// The room token is awaited.
    AwaitingToken(Time),
    /// The server is asked.
    Joining,
    /// The server is asked; the account is in the call already, on another device.
    Continuing,
}

impl PendingJoin {
    pub(super) fn due(&self) -> Option<Time> {
        match self.stage {
            Stage::AwaitingToken(until) => Some(until),
            _ => None,
        }
    }
}

impl Endpoint {
    /// Joins a running group call.
    pub(super) fn join(&mut self, ticket: u64, call_id: CallId) {
        if !self.can_join(ticket, call_id) {
            return;
        }
        if self.signalling.is_secure() {
            self.begin_join(ticket, call_id, Stage::Querying);
            let query = Command::Query {
                call_id: Some(call_id),
                group_id: None,
            };
            self.request(query, Purpose::JoinQuery);
        } else {
            self.begin_join(ticket, call_id, Stage::Joining);
            self.request_join(call_id, None);
        }
    }

    /// Fetches a call from another device.
    pub(super) fn continue_here(&mut self, ticket: u64, call_id: CallId) {
        if self.can_join(ticket, call_id) {
            self.begin_join(ticket, call_id, Stage::Continuing);
            self.request(Command::Continue { call_id }, Purpose::Join);
        }
    }

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
        self.fail(ticket, kind);
        false
    }

    fn begin_join(&mut self, ticket: u64, call_id: CallId, stage: Stage) {
        // A hang-up that is still to be said (again) must not end what the person enters now.
        let hang_ups = self
            .requests
            .drop_where(|purpose| *purpose == Purpose::Outbox(call_id));
        self.joining = Some(PendingJoin {
            ticket,
            call_id,
            stage,
            pressed_at: self.now,
            hung_up: !hang_ups.is_empty(),
        });
    }

    fn request_join(&mut self, call_id: CallId, room_token: Option<Token>) {
        let join = Command::Join {
            call_id,
            room_token,
        };
        self.request(join, Purpose::Join);
    }

    pub(super) fn handle_join_query(&mut self, result: Result<Success, ErrorBody>) {
        let until = self.answer_until();
        let Some(joining) = &mut self.joining else {
            return;
        };
        let call_id = joining.call_id;
        let uid: Result<Uid, ErrorBody> = match result {
            Ok(Success::Found { calls }) => calls
                .first()
                .map(|found| found.uid)
                .ok_or_else(|| ErrorKind::CallNotFound.into()),
            Ok(_) => Err(ErrorKind::Server.into()),
            Err(error) => Err(error),
        };
        match uid {
            Ok(uid) => {
                joining.stage = Stage::AwaitingToken(until);
                self.out.push(Output::AskToken { call_id, uid });
            }
            Err(error) => self.fail_join(error),
        }
    }

    /// True if the token was awaited for a call that is being entered.
    pub(super) fn take_join_token(
        &mut self,
        call_id: CallId,
        token: Option<&Token>,
        error: Option<&str>,
    ) -> bool {
        let awaits = |joining: &PendingJoin| {
            joining.call_id == call_id && matches!(joining.stage, Stage::AwaitingToken(_))
        };
        let Some(joining) = self.joining.as_mut().filter(|joining| awaits(joining)) else {
            return false;
        };
        match (token, error) {
            (Some(token), None) => {
                joining.stage = Stage::Joining;
                self.request_join(call_id, Some(token.clone()));
            }
            (_, error) => {
                let message = error.unwrap_or("the token handler gave no token");
                self.fail_join(ErrorBody::new(ErrorKind::TokenUnavailable, message));
            }
        }
        true
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
                self.complete(ticket, Ok(value));
            }
            Ok(_) => self.fail(ticket, ErrorKind::CallOver),
            Err(error) => {
                // The server may have let it in since. If not, a hang-up from here touches no other device.
                let unheard = matches!(error.kind, ErrorKind::Timeout | ErrorKind::NoConnection)
                    && matches!(joining.stage, Stage::Joining | Stage::Continuing);
                if joining.hung_up || unheard {
                    let call_id = joining.call_id;
                    self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
                }
                self.complete(ticket, Err(error));
            }
        }
    }

    /// A snapshot has the call already that is being entered: the answer itself was lost.
    pub(super) fn adopt_joined(&mut self, calls: &[CallView]) {
        let asked = |e: &&PendingJoin| matches!(e.stage, Stage::Joining | Stage::Continuing);
        let call_id = self.joining.as_ref().filter(asked).map(|e| e.call_id);
        let entered = calls.iter().find(|call| Some(call.call_id) == call_id);
        if let (Some(call), None) = (entered.cloned(), &self.current) {
            self.requests
                .drop_where(|purpose| *purpose == Purpose::Join);
            let refused = Vec::new();
            self.handle_join_answer(Ok(Success::Call { call, refused }));
        }
    }

    /// A call has come in from a snapshot, while one was to be entered: there is no more to do, or nothing that can be done.
    pub(super) fn reconcile_join(&mut self) {
        let (Some(leg), Some(joining)) = (&self.current, &self.joining) else {
            return;
        };
        if leg.view.call_id != joining.call_id {
            return self.abandon_join(ErrorKind::CallWhileInCall);
        }
        let (ticket, value) = (joining.ticket, accepted(&leg.view));
        self.requests
            .drop_where(|purpose| matches!(purpose, Purpose::Join | Purpose::JoinQuery));
        self.joining = None;
        self.complete(ticket, Ok(value));
    }

    /// This device is in the call now. The first picture counts from when it was `pressed`, if at all.
    pub(super) fn activate(&mut self, call: CallView, pressed: Option<Time>) {
        self.elsewhere.retain(|other| other.call_id != call.call_id);
        self.held.take_if(|held| held.view.call_id == call.call_id);
        self.forget_waiting(call.call_id);
        // The snapshot of a reconnection may have brought it in already.
        let known = self
            .current
            .as_ref()
            .is_some_and(|leg| leg.view.call_id == call.call_id);
        if known {
            return self.adopt_whole(call);
        }
        let phase = match call.state {
            CallState::Ringing => LegPhase::Calling,
            CallState::Active | CallState::Ended => LegPhase::InCall,
        };
        let pictures = call.media == Media::Video;
        let mut leg = CallLeg::new(call, phase).with_devices_of(self.signalling.accid());
        leg.first_frame_since = pressed.filter(|_| pictures);
        self.current = Some(leg);
        self.publish_change();
        self.open_media();
    }

    fn fail_join(&mut self, error: ErrorBody) {
        if let Some(joining) = self.joining.take() {
            if joining.hung_up {
                let call_id = joining.call_id;
                self.request(Command::Hangup { call_id }, Purpose::Outbox(call_id));
            }
            self.complete(joining.ticket, Err(error));
        }
    }

    /// Nobody enters anything any more. The server may have let the account in, and is told.
    pub(super) fn abandon_join(&mut self, kind: ErrorKind) {
        let dropped = self
            .requests
            .drop_where(|purpose| matches!(purpose, Purpose::Join | Purpose::JoinQuery));
        let asked = dropped
            .iter()
            .any(|pending| pending.purpose == Purpose::Join && (pending.sent || pending.repeated));
        if let Some(joining) = &mut self.joining {
            joining.hung_up |= asked;
        }
        self.fail_join(kind.into());
    }

    pub(super) fn expire_join(&mut self) {
        let due = self.joining.as_ref().and_then(PendingJoin::due);
        if due.is_some_and(|until| until <= self.now) {
            let message = "no answer in time";
            self.fail_join(ErrorBody::new(ErrorKind::TokenUnavailable, message));
        }
    }

    /// The account's calls on other devices, but for those that are here, too.
    pub(super) fn calls_elsewhere(&self) -> Vec<CallView> {
        let here = |call: &CallView| {
            let legs = self.current.iter().chain(&self.held);
            let mut legs = legs.filter(|leg| !leg.rings());
            legs.any(|leg| leg.view.call_id == call.call_id)
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
        let is = |leg: &&CallLeg| leg.view.call_id == call_id;
        if self.current.as_ref().is_some_and(|leg| is(&leg)) {
            self.close_leg(ErrorKind::InCallOnOtherDevice);
            // The account is in it still: what was on hold for it stays so.
            if let Some(held) = &mut self.held {
                held.parked = true;
            }
        } else if self
            .held
            .take_if(|held| held.view.call_id == call_id)
            .is_none()
        {
            return;
        }
        self.publish_change();
        self.emit(AppEvent::OtherClientContinue { call_id });
    }
}
