//! Answering and leaving the current call.

use hullo_protocol::{CallId, Command, EndReason, ErrorBody, ErrorKind, Media, Success};

use super::leg::{CallLeg, LegPhase};
use super::requests::{Purpose, only_call};
use super::{AppEvent, Endpoint};
use crate::Time;

impl Endpoint {
    /// Leaves in whatever state: here at once, at the server as soon as it can be told (behaviour R6).
    /// The caller of a group call ends it `for_all`, if that is meant.
    pub(super) fn hang_up(&mut self, for_all: bool) {
        let Some(leg) = &self.current else {
            self.joining.abandon(ErrorKind::CallOver, &mut self.cx);
            let ended = self.waiting.hang_up(&mut self.cx);
            self.announce(ended);
            let ended = self.held.hang_up_parked(&mut self.cx);
            return self.announce(ended);
        };
        let call_id = leg.view.call_id;
        let command = leg.hang_up_command(for_all, self.cx.me());
        let reason = leg.hang_up_reason();
        if leg.abandon_dial(&mut self.cx) {
            self.cx.request(command, Purpose::Outbox(call_id));
        }
        self.end_leg(reason, self.cx.me().cloned());
    }

    pub(super) fn handle_accept_answer(&mut self, result: Result<Success, ErrorBody>) {
        let Some(leg) = &mut self.current else { return };
        let LegPhase::Accepting {
            tickets,
            until,
            pressed_at,
            ..
        } = &mut leg.phase
        else {
            return;
        };
        let (tickets, until, pressed_at) = (std::mem::take(tickets), *until, *pressed_at);
        match only_call(result) {
            Ok(call) => {
                leg.phase = LegPhase::InCall;
                let pictures = call.media == Media::Video;
                leg.first_frame_since = pictures.then_some(pressed_at);
                self.adopt_whole(call);
                let accepted = self.current.as_ref().map(CallLeg::accepted);
                let result = accepted.ok_or_else(|| ErrorKind::CallOver.into());
                self.cx.complete_all(tickets, &result);
            }
            Err(error) => self.handle_accept_refused(tickets, until, error),
        }
    }

    fn handle_accept_refused(&mut self, tickets: Vec<u64>, until: Time, error: ErrorBody) {
        let Some(leg) = &mut self.current else { return };
        let call_id = leg.view.call_id;
        leg.phase = LegPhase::Called { until };
        let kind = error.kind;
        self.cx.complete_all(tickets, &Err(error));
        match kind {
            // A caller who is called back into its group call, and is in it by now on another device.
            ErrorKind::AlreadyAccepted
            | ErrorKind::InCallOnOtherDevice
            | ErrorKind::AcceptWhileCalling => self.leave_to_other_device(true),
            ErrorKind::AlreadyRejected => self.leave_to_other_device(false),
            // It still rings: the person may try again.
            ErrorKind::StorageUnavailable | ErrorKind::RateLimited => {}
            // How it ended is on its way, or is asked for.
            ErrorKind::CallOver => self.cx.request_snapshot(call_id),
            ErrorKind::CallNotFound => self.cx.request_record(call_id),
            kind => {
                let leave = match kind {
                    ErrorKind::RoomTokenRefused => Some(reject_without_token(call_id)),
                    ErrorKind::Timeout | ErrorKind::NoConnection => {
                        Some(Command::Hangup { call_id })
                    }
                    _ => None,
                };
                if let Some(leave) = leave {
                    self.cx.request(leave, Purpose::Outbox(call_id));
                }
                self.end_leg(end_for(kind), None);
            }
        }
    }

    /// Another device of the account has the call.
    pub(super) fn leave_to_other_device(&mut self, accepted: bool) {
        let kind = if accepted {
            ErrorKind::AlreadyAccepted
        } else {
            ErrorKind::AlreadyRejected
        };
        let Some(leg) = self.close_leg(kind) else {
            return;
        };
        let call_id = leg.view.call_id;
        self.announce([match accepted {
            true => AppEvent::OtherClientAccept { call_id },
            false => AppEvent::OtherClientReject { call_id },
        }]);
    }

    /// No token: nothing is left ringing on either side (behaviour H.9).
    pub(super) fn give_up_without_token(&mut self, error: ErrorBody) {
        let Some(leg) = &mut self.current else { return };
        let call_id = leg.view.call_id;
        match &mut leg.phase {
            LegPhase::AwaitingToken { ticket, .. } => {
                let ticket = *ticket;
                self.abort_dial(ticket, error, false);
            }
            LegPhase::Accepting { tickets, .. } => {
                self.cx.complete_all(tickets.drain(..), &Err(error));
                let reject = reject_without_token(call_id);
                self.cx.request(reject, Purpose::Outbox(call_id));
                let me = self.cx.me().cloned();
                self.end_leg(EndReason::TokenRefused, me);
            }
            _ => {}
        }
    }
}

/// Declines an invite that was to be accepted.
fn reject_without_token(call_id: CallId) -> Command {
    Command::Reject {
        call_id,
        without_token: true,
    }
}

/// Why the call is over when its accept failed.
fn end_for(kind: ErrorKind) -> EndReason {
    match kind {
        ErrorKind::InviteCancelled => EndReason::Cancelled,
        ErrorKind::InviteExpired => EndReason::TimedOut,
        ErrorKind::RoomTokenRefused => EndReason::TokenRefused,
        _ => EndReason::Server,
    }
}
