//! The one call: its phase, its public state, how it begins and how it ends.

use std::collections::BTreeSet;

use hullo_protocol::{
    Accid, CallKind, CallState, CallView, Command, EndReason, EndView, ErrorKind, Media, OtherCall,
    ParticipantDuration, ParticipantState, ParticipantView, Slot,
};

use super::media_connection::MediaConnection;
use super::requests::{ANSWER_MS, Purpose};
use super::switch::Switching;
use super::{AppEvent, Endpoint, LocalMedia, MediaCommand, State};
use crate::Time;

/// How long past its ring time an invite rings here when the server cannot be heard.
pub(super) const RING_SLACK_MS: u64 = 3_000;
/// Where the call is for this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LegPhase {
    /// Dialling; the room token is awaited.
    AwaitingToken {
        ticket: u64,
        attachment: Option<String>,
        timeout_ms: Option<u64>,
        until: Time,
    },
    /// Dialling; the server has not answered.
    Dialing { ticket: u64 },
    /// Dialling; the server has the call.
    Calling,
    /// It rings here until this time.
    Called { until: Time },
    /// Answered here; the room token is awaited, or the server has not confirmed.
    Accepting {
        tickets: Vec<u64>,
        /// What becomes of a call that the account is in on another device.
        other: OtherCall,
        token_until: Option<Time>,
        until: Time,
        pressed_at: Time,
    },
    /// In the call.
    InCall,
}

/// The call and all that belongs to it; dropped with it (behaviour R2, B31).
#[derive(Debug)]
pub(super) struct CallLeg {
    pub(super) phase: LegPhase,
    pub(super) view: CallView,
    /// Whom the own dial has named.
    pub(super) dialled: Vec<Accid>,
    pub(super) local: LocalMedia,
    pub(super) muted: BTreeSet<Accid>,
    pub(super) slots: Vec<Slot>,
    pub(super) media: MediaConnection,
    pub(super) switching: Option<Switching>,
    /// Whose pictures the application shows; as there is room when it has not said.
    pub(super) wanted_videos: Option<Vec<Accid>>,
    /// From when the first picture is waited for, until it has come.
    pub(super) first_frame_since: Option<Time>,
    /// When the own media was connected in the active call.
    pub(super) joined_at: Option<Time>,
    /// `Reconnecting` has been said.
    pub(super) reconnecting: bool,
    /// On hold for a call on another device: it is taken up again when that is over.
    pub(super) parked: bool,
    /// What it carried when it was put on hold.
    pub(super) media_when_held: Option<Media>,
}

impl CallLeg {
    pub(super) fn new(view: CallView, phase: LegPhase) -> Self {
        let local = LocalMedia {
            video_enabled: view.media == Media::Video,
            ..LocalMedia::default()
        };
        Self {
            phase,
            view,
            dialled: Vec::new(),
            local,
            muted: BTreeSet::new(),
            slots: Vec::new(),
            media: MediaConnection::default(),
            switching: None,
            wanted_videos: None,
            first_frame_since: None,
            joined_at: None,
            reconnecting: false,
            parked: false,
            media_when_held: None,
        }
    }

    /// With the own devices as the others see them: what was off on another page or device stays off.
    pub(super) fn with_devices_of(mut self, me: Option<&Accid>) -> Self {
        if let Some(own) = local_participant(&self.view, me) {
            self.local.audio_muted = !own.audio;
            self.local.video_enabled &= own.video;
        }
        self
    }

    pub(super) fn state(&self) -> State {
        match self.phase {
            LegPhase::AwaitingToken { .. } | LegPhase::Dialing { .. } | LegPhase::Calling => {
                State::Calling
            }
            LegPhase::Called { .. } | LegPhase::Accepting { .. } => State::Called,
            LegPhase::InCall => State::InCall,
        }
    }

    /// It rings here, and the server has not been told of an answer.
    pub(super) fn rings(&self) -> bool {
        matches!(
            self.phase,
            LegPhase::Called { .. }
                | LegPhase::Accepting {
                    token_until: Some(_),
                    ..
                }
        )
    }

    /// A dial or an accept is under way, and its answer will say how things are.
    pub(super) fn waits_for_answer(&self) -> bool {
        matches!(
            self.phase,
            LegPhase::AwaitingToken { .. }
                | LegPhase::Dialing { .. }
                | LegPhase::Accepting {
                    token_until: None,
                    ..
                }
        )
    }

    pub(super) fn due(&self) -> Option<Time> {
        let phase = match &self.phase {
            LegPhase::AwaitingToken { until, .. } => Some(*until),
            LegPhase::Called { until } => Some(until.plus_ms(RING_SLACK_MS)),
            LegPhase::Accepting {
                token_until: Some(token_until),
                until,
                ..
            } => Some((*token_until).min(until.plus_ms(RING_SLACK_MS))),
            _ => None,
        };
        let switching = self.switching.as_ref().map(|switching| switching.until);
        [phase, switching, self.media.restart_at]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Endpoint {
    /// An invite has come: say so, send the receipt, and warm the path.
    pub(super) fn ring(&mut self, call: CallView, ring_ms_left: u64) {
        let Some(me) = self.signalling.accid().cloned() else {
            return;
        };
        let invited = call
            .participants
            .iter()
            .any(|p| p.accid == me && p.state.is_pending());
        let known = self.concerns(call.call_id) || self.is_held(call.call_id);
        if !invited || known || call.state == CallState::Ended {
            return;
        }
        let answers = self.joining.is_some() || self.is_answering_second_call();
        if self.current.is_some() || answers {
            return self.queue_invite(call, ring_ms_left);
        }
        let call_id = call.call_id;
        self.waiting.take_if(|waiting| waiting.is(call_id));
        let until = self.now.plus_ms(ring_ms_left);
        let event = AppEvent::Invited {
            invitor: invitor(&call, &me),
            accids: callees(&call),
            group: call.kind == CallKind::Group,
            media: call.media,
            attachment: call.attachment.clone(),
            ring_ms_left,
            call_id,
        };
        self.current = Some(CallLeg::new(call, LegPhase::Called { until }));
        self.publish_change();
        self.emit(event);
        self.request(Command::Ring { call_id }, Purpose::Ring);
        self.open_media();
    }

    /// The same invite, after a reconnect.
    pub(super) fn refresh_invite(&mut self, call: CallView, ring_ms_left: u64) {
        let call_id = call.call_id;
        if let Some(leg) = &mut self.current
            && let LegPhase::Called { until } | LegPhase::Accepting { until, .. } = &mut leg.phase
        {
            *until = self.now.plus_ms(ring_ms_left);
        }
        self.adopt_whole(call);
        self.request(Command::Ring { call_id }, Purpose::Ring);
        self.restart_media();
    }

    /// A call of this device that the application does not know of: the page was reloaded. What was off stays off.
    pub(super) fn resume(&mut self, call: CallView) {
        let phase = match call.state {
            CallState::Ringing => LegPhase::Calling,
            CallState::Active => LegPhase::InCall,
            CallState::Ended => return,
        };
        let me = self.signalling.accid().cloned();
        let own = local_participant(&call, me.as_ref()).cloned();
        let joined = own
            .as_ref()
            .is_some_and(|p| p.state == ParticipantState::Joined);
        let active_ms = call.active_ms.unwrap_or_default();
        let mut leg = CallLeg::new(call, phase).with_devices_of(me.as_ref());
        // Not known to the moment; the record is.
        leg.joined_at = joined.then(|| self.now.minus_ms(active_ms));
        self.current = Some(leg);
        self.publish_change();
        self.open_media();
    }

    /// Ends the call for the application: media first, then the state, then the events that say why.
    pub(super) fn end_leg(
        &mut self,
        reason: EndReason,
        by: Option<Accid>,
        durations: Vec<ParticipantDuration>,
    ) {
        let duration_ms = self.own_duration_ms();
        let Some(leg) = self.close_leg(error_for(reason)) else {
            return;
        };
        let call_id = leg.view.call_id;
        self.publish_change();
        let end = EndView {
            reason,
            by: by.clone(),
            duration_ms,
        };
        self.announce_end(&leg, &end);
        self.emit(AppEvent::CallEnd {
            call_id,
            reason,
            by,
            duration_ms,
            durations,
        });
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
        self.publish_change();
        self.emit(match accepted {
            true => AppEvent::OtherClientAccept { call_id },
            false => AppEvent::OtherClientReject { call_id },
        });
    }

    /// Closes media and completes whoever still waits for this call.
    pub(super) fn close_leg(&mut self, kind: ErrorKind) -> Option<CallLeg> {
        let leg = self.current.take()?;
        self.close_media();
        let dropped = self.requests.drop_where(|purpose| {
            use Purpose::{Accept, Invite, Ring, Start};
            matches!(purpose, Accept | Invite(_) | Ring | Start)
        });
        for pending in dropped {
            if let Purpose::Invite(ticket) = pending.purpose {
                self.fail(ticket, ErrorKind::CallOver);
            }
        }
        match &leg.phase {
            LegPhase::AwaitingToken { ticket, .. } | LegPhase::Dialing { ticket } => {
                self.fail(*ticket, kind)
            }
            LegPhase::Accepting { tickets, .. } => {
                tickets.iter().for_each(|ticket| self.fail(*ticket, kind))
            }
            _ => {}
        }
        if let Some(switching) = &leg.switching {
            self.fail_switch(switching);
        }
        Some(leg)
    }

    /// Closes media and forgets what was asked for the sake of it.
    pub(super) fn close_media(&mut self) {
        self.command(MediaCommand::Close);
        self.requests.drop_where(|purpose| {
            use Purpose::{Offer, Resume, SetMedia, Subscribe, Switch};
            matches!(
                purpose,
                Offer(_) | Resume | SetMedia | Subscribe | Switch(_)
            )
        });
    }

    pub(super) fn own_duration_ms(&self) -> u64 {
        let joined_at = self.current.as_ref().and_then(|leg| leg.joined_at);
        joined_at.map_or(0, |at| self.now.since(at))
    }

    pub(super) fn expire_leg(&mut self) {
        let Some(leg) = &self.current else { return };
        let now = self.now;
        match &leg.phase {
            LegPhase::AwaitingToken { until, .. } if *until <= now => {
                self.handle_token(leg.view.call_id, None, Some("no answer in time".into()));
            }
            LegPhase::Accepting {
                token_until: Some(until),
                ..
            } if *until <= now => {
                self.handle_token(leg.view.call_id, None, Some("no answer in time".into()));
            }
            LegPhase::Called { until } | LegPhase::Accepting { until, .. }
                if leg.rings() && until.plus_ms(RING_SLACK_MS) <= now =>
            {
                self.end_leg(EndReason::TimedOut, None, Vec::new());
            }
            _ => {}
        }
        self.expire_switch();
        self.expire_media();
    }

    pub(super) fn answer_until(&self) -> Time {
        self.now.plus_ms(ANSWER_MS)
    }
}

/// The account's own part of a call.
pub(super) fn local_participant<'a>(
    call: &'a CallView,
    me: Option<&Accid>,
) -> Option<&'a ParticipantView> {
    call.participants.iter().find(|p| Some(&p.accid) == me)
}

/// Who has called this account into the call.
pub(super) fn invitor(call: &CallView, me: &Accid) -> Accid {
    let inviter = local_participant(call, Some(me)).and_then(|own| own.inviter.clone());
    inviter.unwrap_or_else(|| call.caller.clone())
}

/// Everyone in the call but its caller.
pub(super) fn callees(call: &CallView) -> Vec<Accid> {
    let others = call.participants.iter().filter(|p| p.accid != call.caller);
    others.map(|p| p.accid.clone()).collect()
}

/// What an operation is answered whose call has ended meanwhile.
pub(super) fn error_for(reason: EndReason) -> ErrorKind {
    match reason {
        EndReason::Cancelled => ErrorKind::InviteCancelled,
        EndReason::TimedOut | EndReason::Unreachable => ErrorKind::InviteExpired,
        EndReason::LoggedOut => ErrorKind::SignedOut,
        EndReason::TokenRefused => ErrorKind::RoomTokenRefused,
        _ => ErrorKind::CallOver,
    }
}
