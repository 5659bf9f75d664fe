//! What the application asks.

use hullo_protocol::{
    Accid, CallId, CallKind, CallView, Command, EndReason, ErrorBody, ErrorKind, Media, OtherCall,
    Success, Token,
};

use super::leg::{CallLeg, LegPhase, local_participant};
use super::requests::Purpose;
use super::{AppEvent, Endpoint, Member, Op, Output, State, Value};

impl Endpoint {
    pub(super) fn handle_op(&mut self, ticket: u64, op: Op) {
        match op {
            Op::Login {
                app_key,
                accid,
                token,
                device,
            } => self.login(ticket, app_key, accid, token, device),
            Op::Logout => self.logout(ticket),
            Op::Call { .. }
            | Op::GroupCall { .. }
            | Op::Join { .. }
            | Op::ContinueHere { .. }
            | Op::QueryCall { .. }
            | Op::ListMessages { .. }
            | Op::WatchPresence { .. }
                if !self.signalling.is_signed_in() =>
            {
                self.fail(ticket, ErrorKind::NotLoggedIn);
            }
            Op::Call {
                accid,
                media,
                attachment,
                timeout_ms,
            } => {
                self.dial(ticket, accid, media, attachment, timeout_ms);
            }
            Op::GroupCall {
                accids,
                media,
                terms,
                attachment,
                timeout_ms,
            } => self.dial_group(ticket, accids, media, terms, attachment, timeout_ms),
            Op::GroupInvite {
                accids,
                attachment,
                timeout_ms,
            } => self.invite(ticket, accids, attachment, timeout_ms),
            Op::Join { call_id } => self.join(ticket, call_id),
            Op::ContinueHere { call_id } => self.continue_here(ticket, call_id),
            Op::QueryCall { call_id, group_id } => {
                let command = Command::Query { call_id, group_id };
                self.request(command, Purpose::Query(ticket));
            }
            Op::AcceptWaiting { call_id, other } => self.accept_waiting(ticket, call_id, other),
            Op::RejectWaiting { call_id } => self.reject_waiting(ticket, call_id),
            Op::Leave => self.leave(ticket),
            Op::ShowVideos { accids } => self.show_videos(ticket, accids),
            // Whoever answers here is not in another call elsewhere any more.
            Op::Accept => self.accept(ticket, OtherCall::End),
            Op::Reject => self.reject(ticket),
            Op::Cancel => self.cancel(ticket),
            Op::Hangup => {
                self.hang_up(true);
                self.complete(ticket, Ok(Value::Done));
            }
            Op::SwitchCallType { media } => self.switch(ticket, media),
            Op::AnswerSwitch { agree } => self.answer_switch(ticket, agree),
            Op::MuteLocalAudio { muted } => self.change_local(ticket, |leg| {
                leg.local.audio_muted = muted;
                // Asking for a microphone that could not be had tries it again.
                leg.local.audio_failed &= muted;
                Ok(())
            }),
            Op::MuteLocalVideo { muted } => self.change_local(ticket, |leg| {
                leg.local.video_muted = muted;
                Ok(())
            }),
            Op::EnableLocalVideo { enabled } => self.change_local(ticket, |leg| {
                if enabled && leg.view.media == Media::Audio {
                    let message = "this is an audio call: switchCallType(\"video\") first";
                    return Err(ErrorBody::new(ErrorKind::BadRequest, message));
                }
                leg.local.video_enabled = enabled;
                leg.local.video_failed &= !enabled;
                Ok(())
            }),
            Op::SetAudioMute { accid, muted } => self.mute_participant(ticket, accid, muted),
            Op::ListMessages {
                with,
                before,
                limit,
            } => {
                self.request(
                    Command::ListMessages {
                        with,
                        before,
                        limit,
                    },
                    Purpose::Query(ticket),
                );
            }
            Op::WatchPresence { accids } => {
                self.signalling.watch(accids.clone());
                self.request(Command::WatchPresence { accids }, Purpose::Query(ticket));
            }
        }
    }

    pub(super) fn accept(&mut self, ticket: u64, other: OtherCall) {
        let answer_until = self.answer_until();
        let Some(leg) = &mut self.current else {
            return self.fail(ticket, ErrorKind::AcceptWhileIdle);
        };
        match &mut leg.phase {
            LegPhase::Called { until } => {
                let (call_id, until) = (leg.view.call_id, *until);
                let secure = leg.view.secure;
                let token_until = secure.then_some(answer_until);
                leg.phase = LegPhase::Accepting {
                    tickets: vec![ticket],
                    other,
                    token_until,
                    until,
                    pressed_at: self.now,
                };
                let own = local_participant(&leg.view, self.signalling.accid());
                match (secure, own.map(|p| p.uid)) {
                    (true, Some(uid)) => self.out.push(Output::AskToken { call_id, uid }),
                    _ => self.request(accept_command(call_id, None, other), Purpose::Accept),
                }
            }
            LegPhase::Accepting { tickets, .. } => tickets.push(ticket),
            LegPhase::InCall => self.fail(ticket, ErrorKind::AcceptWhileInCall),
            _ => self.fail(ticket, ErrorKind::AcceptWhileCalling),
        }
    }

    fn reject(&mut self, ticket: u64) {
        match self.state() {
            State::Idle => return self.fail(ticket, ErrorKind::RejectWhileIdle),
            State::Calling => return self.fail(ticket, ErrorKind::RejectWhileCalling),
            State::InCall => return self.fail(ticket, ErrorKind::RejectWhileInCall),
            State::Called => self.hang_up(false),
        }
        self.complete(ticket, Ok(Value::Done));
    }

    fn cancel(&mut self, ticket: u64) {
        match self.state() {
            State::Idle => return self.fail(ticket, ErrorKind::CancelWhileIdle),
            State::Called => return self.fail(ticket, ErrorKind::CancelWhileCalled),
            State::InCall => return self.fail(ticket, ErrorKind::CancelWhileInCall),
            State::Calling => self.hang_up(false),
        }
        self.complete(ticket, Ok(Value::Done));
    }

    /// Leaves in whatever state: here at once, at the server as soon as it can be told (behaviour R6).
    /// The caller of a group call ends it `for_all`, if that is meant.
    pub(super) fn hang_up(&mut self, for_all: bool) {
        let Some(leg) = &self.current else {
            self.abandon_join(ErrorKind::CallOver);
            self.give_up_answering();
            return self.hang_up_parked();
        };
        let call_id = leg.view.call_id;
        let is_caller = self.signalling.accid() == Some(&leg.view.caller);
        let is_group = leg.view.kind == CallKind::Group;
        // A caller who has left and is called back in has nothing to end but the ringing.
        let is_in = leg.state() != State::Called;
        let command = if for_all && is_caller && is_group && is_in {
            Command::End { call_id }
        } else {
            Command::Hangup { call_id }
        };
        let reason = match leg.state() {
            State::Idle | State::Calling => EndReason::Cancelled,
            State::Called => EndReason::Rejected,
            State::InCall => EndReason::HungUp,
        };
        if self.is_heard() {
            self.request(command, Purpose::Outbox(call_id));
        }
        self.end_leg(reason, self.signalling.accid().cloned(), Vec::new());
    }

    pub(super) fn handle_accept_answer(&mut self, result: Result<Success, ErrorBody>) {
        let Some(leg) = &mut self.current else {
            return;
        };
        let LegPhase::Accepting {
            tickets,
            until,
            pressed_at,
            ..
        } = leg.phase.clone()
        else {
            return;
        };
        let call_id = leg.view.call_id;
        match result {
            Ok(Success::Call { call, .. }) => {
                leg.phase = LegPhase::InCall;
                let pictures = call.media == Media::Video;
                leg.first_frame_since = pictures.then_some(pressed_at);
                self.adopt_whole(call);
                let Some(leg) = &self.current else {
                    return tickets
                        .into_iter()
                        .for_each(|ticket| self.fail(ticket, ErrorKind::CallOver));
                };
                let value = accepted(&leg.view);
                for ticket in tickets {
                    self.complete(ticket, Ok(value.clone()));
                }
            }
            Ok(_) => {}
            Err(error) => {
                leg.phase = LegPhase::Called { until };
                for ticket in tickets {
                    self.complete(ticket, Err(error.clone()));
                }
                match error.kind {
                    // A caller who is called back into the own group call, and is in it by now on another device.
                    ErrorKind::AlreadyAccepted
                    | ErrorKind::InCallOnOtherDevice
                    | ErrorKind::AcceptWhileCalling => {
                        self.leave_to_other_device(true);
                    }
                    ErrorKind::AlreadyRejected => self.leave_to_other_device(false),
                    // It still rings: the person may try again.
                    ErrorKind::StorageUnavailable | ErrorKind::RateLimited => {}
                    // How it ended is on its way, or is asked for.
                    ErrorKind::CallOver => {
                        self.request_snapshot(call_id);
                    }
                    kind => {
                        let leave = match kind {
                            ErrorKind::RoomTokenRefused => Some(reject_without_token(call_id)),
                            ErrorKind::Timeout | ErrorKind::NoConnection => {
                                Some(Command::Hangup { call_id })
                            }
                            _ => None,
                        };
                        if let Some(leave) = leave {
                            self.request(leave, Purpose::Outbox(call_id));
                        }
                        self.end_leg(end_for(kind), None, Vec::new());
                    }
                }
            }
        }
    }

    fn change_local(
        &mut self,
        ticket: u64,
        change: impl FnOnce(&mut CallLeg) -> Result<(), ErrorBody>,
    ) {
        let result = match &mut self.current {
            Some(leg) if !matches!(leg.phase, LegPhase::Called { .. }) => change(leg),
            _ => Err(ErrorKind::NotInCall.into()),
        };
        self.sync();
        self.complete(ticket, result.map(|()| Value::Done));
    }

    fn mute_participant(&mut self, ticket: u64, accid: Accid, muted: bool) {
        let Some(leg) = &mut self.current else {
            return self.fail(ticket, ErrorKind::NotInCall);
        };
        if !leg.view.participants.iter().any(|p| p.accid == accid) {
            return self.fail(ticket, ErrorKind::ParticipantNotFound);
        }
        if muted {
            leg.muted.insert(accid);
        } else {
            leg.muted.remove(&accid);
        }
        self.send_slots();
        self.complete(ticket, Ok(Value::Done));
    }

    /// An error that belongs to no operation.
    pub(super) fn emit_error(&mut self, error: ErrorBody) {
        self.emit(AppEvent::Error { error });
    }
}

/// Answers an invite.
pub(super) fn accept_command(
    call_id: CallId,
    room_token: Option<Token>,
    other: OtherCall,
) -> Command {
    Command::Accept {
        call_id,
        room_token,
        other: Some(other),
    }
}

/// Declines an invite that was to be accepted.
pub(super) fn reject_without_token(call_id: CallId) -> Command {
    Command::Reject {
        call_id,
        without_token: true,
    }
}

pub(super) fn accepted(call: &CallView) -> Value {
    let members = call.participants.iter().filter(|p| p.state.is_in_call());
    let members = members
        .map(|p| Member {
            accid: p.accid.clone(),
            uid: p.uid,
        })
        .collect();
    Value::Accepted {
        call: call.clone(),
        members,
    }
}

/// Why a call is over whose accept failed.
pub(super) fn end_for(kind: ErrorKind) -> EndReason {
    match kind {
        ErrorKind::InviteCancelled => EndReason::Cancelled,
        ErrorKind::InviteExpired => EndReason::TimedOut,
        ErrorKind::RoomTokenRefused => EndReason::TokenRefused,
        _ => EndReason::Server,
    }
}
