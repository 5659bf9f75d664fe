//! What comes in goes to whom it concerns: operations by their kind, answers by what they were asked for, events by their call.

use hullo_protocol::{
    CallId, ErrorBody, ErrorKind, Event, ServerFrame, SessionClosed, SlotKind, Success, Token,
};

use super::context::Context;
use super::join::JoinBy;
use super::leg::CallLeg;
use super::leg::diff::Versions;
use super::login_token::LoginToken;
use super::requests::{OnTransient, Pending, Purpose, is_transient};
use super::signalling::Account;
use super::tokens::TokenFor;
use super::{
    AppEvent, ConnectionFailure, Endpoint, LocalDevice, MediaCommand, MediaEvent, Op, Value,
};

impl Endpoint {
    /// What is asked of the current call or of nobody in particular is handed on; a new operation does not compile until it
    /// has its place.
    pub(super) fn handle_op(&mut self, ticket: u64, op: Op) {
        let refusal = match op.needs_sign_in() && !self.cx.signalling.is_signed_in() {
            true => Some(ErrorKind::NotLoggedIn),
            false => op.refused_in(self.state()),
        };
        if let Some(kind) = refusal {
            return self.cx.fail(ticket, kind);
        }
        match op {
            Op::Login {
                app_key,
                accid,
                token,
                provider,
                device,
                cursor,
            } => {
                let login_token = LoginToken::new(token, provider);
                let account = Account::new(app_key, accid, login_token, device);
                self.login(ticket, account, cursor);
            }
            Op::Logout => self.logout(ticket),
            Op::Call { .. } | Op::GroupCall { .. } => self.handle_dial(ticket, op),
            Op::Join { call_id, presets } => self.join(ticket, call_id, JoinBy::Joining, presets),
            Op::ContinueHere { call_id, presets } => {
                self.join(ticket, call_id, JoinBy::Continuing, presets);
            }
            Op::AcceptWaiting {
                call_id,
                other,
                presets,
            } => self.accept_waiting(ticket, call_id, other, presets),
            Op::RejectWaiting { call_id } => self.reject_waiting(ticket, call_id),
            Op::Hangup | Op::Reject | Op::Cancel | Op::Leave => {
                self.hang_up(matches!(op, Op::Hangup));
                self.cx.complete(ticket, Ok(Value::Done));
            }
            Op::MuteLocalAudio { .. }
            | Op::MuteLocalVideo { .. }
            | Op::EnableLocalVideo { .. }
            | Op::RetryDevice { .. } => self.change_local(ticket, &op),
            Op::QueryCall { .. }
            | Op::ListMessages { .. }
            | Op::CallRecord { .. }
            | Op::ListCalls { .. }
            | Op::MarkCallsRead { .. }
            | Op::WatchPresence { .. } => self.cx.handle_query_op(ticket, op),
            Op::Accept { .. }
            | Op::GroupInvite { .. }
            | Op::SwitchCallType { .. }
            | Op::AnswerSwitch { .. }
            | Op::SetAudioMute { .. }
            | Op::ShareScreen { .. }
            | Op::ShowVideos { .. } => match &mut self.current {
                Some(leg) => leg.handle_op(ticket, op, &mut self.cx),
                None => self.cx.fail(ticket, ErrorKind::NotInCall),
            },
        }
    }

    /// Changes what this device's microphone and camera do.
    fn change_local(&mut self, ticket: u64, op: &Op) {
        let result = match &mut self.current {
            Some(leg) => leg.change_local(op, &mut self.cx),
            None => Err(ErrorKind::NotInCall.into()),
        };
        self.sync();
        self.cx.complete(ticket, result.map(|()| Value::Done));
    }

    pub(super) fn handle_frame(&mut self, text: &str) {
        self.cx.signalling.note_activity(self.cx.now);
        match ServerFrame::read(text) {
            Ok(ServerFrame::Reply(reply)) => {
                if let Some(pending) = self.cx.requests.take(reply.re) {
                    self.handle_answer(pending, reply.into_result());
                }
            }
            Ok(ServerFrame::Event(event)) => self.handle_event(event),
            Err(error) => {
                let message = format!("the server sent a frame that cannot be read: {error}");
                let error = ErrorBody::new(ErrorKind::BadRequest, message);
                self.cx.emit_error(error);
            }
        }
    }

    /// The answer to a request, or that there will be none.
    pub(super) fn handle_answer(&mut self, pending: Pending, result: Result<Success, ErrorBody>) {
        if let Err(error) = &result
            && is_transient(error)
        {
            match pending.purpose.policy().on_transient {
                OnTransient::Retry => return self.cx.retry(pending, error.retry_after_ms),
                OnTransient::Renew => {
                    self.cx.schedule_retry(error.retry_after_ms);
                    return self.on_current(|leg, _| leg.invalidate(&pending.purpose));
                }
                OnTransient::Fail => {}
            }
        }
        match pending.purpose {
            Purpose::Login => self.handle_login_answer(result),
            Purpose::Renew(ticket) => {
                self.handle_renewal(ticket, pending.request.command, result);
            }
            Purpose::Start => self.handle_start_answer(pending.may_be_known(), result),
            Purpose::AbandonedStart => {
                self.handle_abandoned_start(&pending.request.command, result);
            }
            Purpose::Accept => self.handle_accept_answer(result),
            Purpose::Offer(peer) => {
                self.on_current(|leg, cx| leg.handle_offer_answer(peer, result, cx));
            }
            Purpose::SetMedia => self.on_current(CallLeg::follow_share),
            Purpose::Switch(media) => {
                self.on_current(|leg, cx| leg.handle_switch_answer(media, result, cx));
            }
            Purpose::AnswerSwitch(ticket) => {
                self.cx.complete(ticket, result.map(|_| Value::Done));
            }
            Purpose::Snapshot(call_id) => self.handle_snapshot_answer(call_id, result),
            Purpose::Record(call_id) => self.handle_record_answer(call_id, result),
            Purpose::Query(ticket) => self.cx.complete(ticket, result.map(value_of)),
            // Who came and went while the connection was away is not known: all that is followed is told again.
            Purpose::RestoreWatch => {
                if let Ok(Success::Presence { accounts }) = result {
                    self.cx.emit_presence(accounts);
                }
            }
            Purpose::Invite(ticket) => {
                if let Ok(Success::Call { call, .. }) = &result {
                    self.adopt_whole(call.clone());
                }
                self.cx.complete(ticket, result.map(value_of));
            }
            Purpose::JoinQuery => self.joining.handle_query(result, &mut self.cx),
            Purpose::Join => self.handle_join_answer(result),
            Purpose::AcceptWaiting => self.handle_accept_waiting_answer(result),
            Purpose::Resume => {
                self.on_current(|leg, cx| leg.handle_resume_answer(pending, &result, cx))
            }
            Purpose::Logout
            | Purpose::Outbox(_)
            | Purpose::Subscribe
            | Purpose::Ping
            | Purpose::Ring
            | Purpose::Closing
            | Purpose::Statistic => {}
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::CallInvited { call, ring_ms_left } => self.ring(call, ring_ms_left),
            Event::CallChanged {
                call_id,
                base,
                version,
                delta,
            } => self.handle_change(call_id, Versions { base, version }, delta),
            Event::InviteAcceptedElsewhere { call_id } => {
                self.handle_answered_elsewhere(call_id, true);
            }
            Event::InviteRejectedElsewhere { call_id } => {
                self.handle_answered_elsewhere(call_id, false);
            }
            Event::SwitchRefused { call_id, .. }
            | Event::MediaSlots { call_id, .. }
            | Event::MediaQuality { call_id, .. }
            | Event::MediaSpeakers { call_id, .. } => {
                self.on_call(call_id, |leg, cx| leg.handle_event(event, cx));
            }
            Event::MediaIceServers { ice_servers } => {
                self.cx.command(MediaCommand::IceServers { ice_servers });
            }
            Event::CallElsewhere { call_id, call } => self.handle_elsewhere(call_id, call),
            Event::CallContinuedElsewhere { call_id } => self.handle_continued_elsewhere(call_id),
            Event::MessageAdded { message } => self.cx.add_message(message),
            Event::PresenceChanged { accounts } => self.cx.emit_presence(accounts),
            Event::SessionClosed { reason } => match reason {
                SessionClosed::Replaced | SessionClosed::KickedOut | SessionClosed::SignedOut => {
                    self.sign_out_by_server(reason);
                }
                // The socket closes next, and the connection comes back by itself.
                SessionClosed::ShuttingDown => {
                    let reason = ConnectionFailure::ShuttingDown;
                    self.cx.signalling.note_reason(reason);
                }
                SessionClosed::TooSlow => {
                    self.cx.signalling.note_reason(ConnectionFailure::TooSlow);
                }
                SessionClosed::TokenExpired => self.need_token(),
            },
            Event::CallsMarkedRead { up_to } => self.note_recents_read(up_to),
            Event::AccountChanged { name, avatar } => {
                self.cx.signalling.rename(name.clone(), avatar.clone());
                self.cx.emit(AppEvent::AccountChanged { name, avatar });
            }
            Event::SessionError { error } => self.cx.emit_error(error),
            Event::Unknown => {}
        }
    }

    /// Takes how far the past calls are read, which never goes back: two devices may be told of in any order.
    fn note_recents_read(&mut self, up_to: u64) {
        let Some(me) = self.cx.me().cloned() else {
            return;
        };
        let known = self.recents_read.as_ref().filter(|(of, _)| *of == me);
        if known.is_some_and(|(_, known)| *known >= up_to) {
            return;
        }
        self.recents_read = Some((me, up_to));
        self.cx.emit(AppEvent::RecentsRead { up_to });
    }

    pub(super) fn handle_media(&mut self, event: MediaEvent) {
        let Some(leg) = &mut self.current else { return };
        let MediaEvent::Device {
            kind,
            state,
            failure,
            message,
        } = event
        else {
            return leg.handle_media(event, &mut self.cx);
        };
        if kind == SlotKind::Screen {
            return leg.handle_screen(state, failure, message, &mut self.cx);
        }
        let error = leg.handle_device(kind, LocalDevice { state, failure });
        self.sync();
        if let Some(kind) = error {
            let message = message.unwrap_or_else(|| kind.text().to_owned());
            self.cx.emit_error(ErrorBody::new(kind, message));
        }
    }

    /// The room token for what waits for it, or why there is none.
    pub(super) fn handle_token(&mut self, call_id: CallId, token: Result<Token, ErrorBody>) {
        match (self.cx.tokens.take(call_id), token) {
            (None, _) => {}
            (Some(TokenFor::Join), token) => self.joining.take_token(token, &mut self.cx),
            (Some(TokenFor::AcceptWaiting), token) => {
                let ended = self.waiting.take_token(token, &mut self.cx);
                self.announce(ended);
            }
            (Some(TokenFor::Dial), Ok(token)) => {
                self.on_call(call_id, |leg, cx| leg.start_with(token, cx));
            }
            (Some(TokenFor::Accept), Ok(token)) => {
                self.on_call(call_id, |leg, cx| leg.accept_with(token, cx));
            }
            (Some(TokenFor::Dial | TokenFor::Accept), Err(error)) => {
                if self.is_current(call_id) {
                    self.give_up_without_token(error);
                }
            }
        }
    }

    /// Does something with the current call, if there is one.
    pub(super) fn on_current(&mut self, act: impl FnOnce(&mut CallLeg, &mut Context)) {
        if let Some(leg) = &mut self.current {
            act(leg, &mut self.cx);
        }
    }

    /// Does something with the current call, if it is this one.
    fn on_call(&mut self, call_id: CallId, act: impl FnOnce(&mut CallLeg, &mut Context)) {
        if self.is_current(call_id) {
            self.on_current(act);
        }
    }

    pub(super) fn is_current(&self, call_id: CallId) -> bool {
        self.current.as_ref().is_some_and(|leg| leg.is(call_id))
    }
}

/// What an operation completes with when the answer is all it waited for.
fn value_of(success: Success) -> Value {
    match success {
        Success::Call { call, refused } => Value::Call { call, refused },
        Success::Messages { messages, more } => Value::Messages { messages, more },
        Success::Calls {
            calls,
            more,
            missed,
            read_to,
        } => Value::Calls {
            calls,
            more,
            missed,
            read_to,
        },
        Success::Record { record } => Value::Record { record },
        Success::Presence { accounts } => Value::Presence { accounts },
        Success::Found { calls } => Value::Found { calls },
        _ => Value::Done,
    }
}
