//! A leg: this device's side of one call. Its phase, what it shows of the call, how it takes changes, and how it is closed.

mod answer;
mod devices;
mod dial;
pub(super) mod diff;
mod media;
mod screen;
mod stays;
mod subscription;
mod switch;

use hullo_protocol::{
    Accid, CallId, CallKind, CallState, CallView, Command, EndReason, EndView, ErrorBody,
    ErrorKind, Event, Media, OtherCall, ParticipantDuration, ParticipantState, ParticipantView,
    Slot, Success, Uid,
};

use super::context::Context;
use super::requests::{Owner, Pending, Purpose};
use super::tokens::TokenFor;
use super::{AppEvent, LocalMedia, Op, State};
use crate::Time;
pub(super) use answer::{accept_command, accepted};
use devices::ReportedFailures;
use diff::{end_event, own_end, participant_events, switch_events};
use media::MediaConnection;
use screen::ScreenShare;
use stays::Stays;
use switch::Switching;

/// How long past its ring time an invite rings here when the server cannot be reached.
pub(super) const RING_SLACK_MS: u64 = 3_000;

/// Where the call is for this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LegPhase {
    /// Dialling; the room token is awaited.
    AwaitingToken {
        ticket: u64,
        attachment: Option<String>,
        timeout_ms: Option<u64>,
    },
    /// Dialling; the server has not answered.
    Dialing {
        ticket: u64,
    },
    /// Dialling; the server has the call.
    Calling,
    /// It rings here until this time.
    Called {
        until: Time,
    },
    /// Answered here.
    Accepting {
        tickets: Vec<u64>,
        /// What becomes of a call that the account is in on another device.
        other: OtherCall,
        /// The server is asked, and has not confirmed; before, the room token is awaited.
        asked: bool,
        until: Time,
        pressed_at: Time,
    },
    InCall,
}

/// The call and all that belongs to it; dropped with it (behaviour R2, B31).
#[derive(Debug)]
pub(super) struct CallLeg {
    pub(super) phase: LegPhase,
    pub(super) view: CallView,
    /// Whom this device has dialled.
    dialled: Vec<Accid>,
    pub(super) local: LocalMedia,
    reported: ReportedFailures,
    slots: Vec<Slot>,
    media: MediaConnection,
    share: ScreenShare,
    switching: Option<Switching>,
    /// Whose pictures the application shows; as there is room when it has not said.
    wanted_videos: Option<Vec<Accid>>,
    /// From when the first picture is waited for, until it has come.
    pub(super) first_frame_since: Option<Time>,
    /// When this device's media was connected in the active call.
    pub(super) joined_at: Option<Time>,
    stays: Stays,
    /// `Reconnecting` has been emitted.
    reconnecting: bool,
    /// On hold for a call on another device: it is taken up again when that is over.
    pub(super) parked: bool,
    /// What it carried when it was put on hold.
    media_when_held: Option<Media>,
}

/// What a newer view of the call has come to.
pub(super) enum Adopted {
    /// The call goes on; this is what the application is told of it.
    Changed(Vec<AppEvent>),
    /// It goes on without this account.
    Left(EndReason, Option<Accid>),
    /// It has ended; what else the application is told before that.
    Ended(EndView, Vec<AppEvent>),
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
            reported: ReportedFailures::default(),
            slots: Vec::new(),
            media: MediaConnection::default(),
            share: ScreenShare::default(),
            switching: None,
            wanted_videos: None,
            first_frame_since: None,
            joined_at: None,
            stays: Stays::default(),
            reconnecting: false,
            parked: false,
            media_when_held: None,
        }
    }

    /// The caller's leg.
    pub(super) fn dial(view: CallView, dialled: Vec<Accid>, phase: LegPhase) -> Self {
        let leg = Self::new(view, phase);
        Self { dialled, ..leg }
    }

    /// A call that this device was in before its page was reloaded.
    pub(super) fn restored(call: CallView, phase: LegPhase, joined: bool, cx: &Context) -> Self {
        let active_ms = call.active_ms.unwrap_or_default();
        let mut leg = Self::new(call, phase).with_devices_of(cx.me());
        // Not known to the moment; the record is.
        let began_at = cx.now.minus_ms(active_ms);
        leg.joined_at = joined.then_some(began_at);
        leg.stays.follow(&leg.view, began_at);
        leg
    }

    pub(super) fn is(&self, call_id: CallId) -> bool {
        self.view.call_id == call_id
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

    pub(super) fn is_in_call(&self) -> bool {
        self.phase == LegPhase::InCall
    }

    /// It rings here, and the server has not been told of an answer.
    pub(super) fn rings(&self) -> bool {
        matches!(
            self.phase,
            LegPhase::Called { .. } | LegPhase::Accepting { asked: false, .. }
        )
    }

    /// A dial or an accept is under way, and its answer will say how things are.
    pub(super) fn waits_for_answer(&self) -> bool {
        matches!(
            self.phase,
            LegPhase::AwaitingToken { .. }
                | LegPhase::Dialing { .. }
                | LegPhase::Accepting { asked: true, .. }
        )
    }

    /// Until when it rings here, if it does.
    fn rings_until(&self) -> Option<Time> {
        match self.phase {
            LegPhase::Called { until }
            | LegPhase::Accepting {
                asked: false,
                until,
                ..
            } => Some(until.plus_ms(RING_SLACK_MS)),
            _ => None,
        }
    }

    pub(super) fn due(&self) -> Option<Time> {
        let switching = self.switching.as_ref().map(|switching| switching.until);
        [self.rings_until(), switching, self.media.restart_at]
            .into_iter()
            .flatten()
            .min()
    }

    /// Its ring time is over, and the server has not said what came of it.
    pub(super) fn has_rung_out(&self, now: Time) -> bool {
        self.rings_until().is_some_and(|until| until <= now)
    }

    pub(super) fn expire(&mut self, cx: &mut Context) {
        self.expire_switch(cx);
        self.expire_media(cx);
    }

    /// The account of this number in the call.
    fn accid_of(&self, uid: Uid) -> Option<Accid> {
        let participant = self.view.participants.iter().find(|p| p.uid == uid);
        participant.map(|p| p.accid.clone())
    }

    /// Whom this device has muted for itself here.
    pub(super) fn audio_mutes(&self, cx: &Context) -> Vec<Accid> {
        cx.audio_mutes.of(self.view.call_id).cloned().collect()
    }

    /// The connection of signalling or media is being restored.
    pub(super) fn is_reconnecting(&self) -> bool {
        self.reconnecting
    }

    /// How long this device has been connected in the call.
    pub(super) fn duration_ms(&self, now: Time) -> u64 {
        self.joined_at.map_or(0, |at| now.since(at))
    }

    // What the application asks of it, and what the server says of it.

    pub(super) fn handle_op(&mut self, ticket: u64, op: Op, cx: &mut Context) {
        match op {
            // Whoever answers here is not in another call elsewhere any more.
            Op::Accept { presets } => self.accept(ticket, OtherCall::End, presets, cx),
            Op::GroupInvite {
                accids,
                attachment,
                timeout_ms,
            } => self.invite(ticket, accids, attachment, timeout_ms, cx),
            Op::SwitchCallType { media } => self.switch(ticket, media, cx),
            Op::AnswerSwitch { agree } => self.answer_switch(ticket, agree, cx),
            Op::SetAudioMute { accid, muted } => self.mute_participant(ticket, accid, muted, cx),
            Op::ShowVideos { accids } => self.show_videos(ticket, accids, cx),
            Op::ShareScreen { enabled } => self.share_screen(ticket, enabled, cx),
            // It is dispatched here although it asks nothing of a call.
            _ => cx.fail(ticket, ErrorKind::BadRequest),
        }
    }

    pub(super) fn handle_event(&mut self, event: Event, cx: &mut Context) {
        match event {
            Event::SwitchRefused { media, .. } => self.handle_switch_refused(media, cx),
            Event::MediaSlots { slots, .. } => self.handle_slots(slots, cx),
            Event::MediaSpeakers { uids, .. } => self.emit_speakers(&uids, cx),
            Event::MediaQuality { reports, .. } if self.is_in_call() => {
                cx.emit(AppEvent::UserNetworkQuality { reports });
            }
            _ => {}
        }
    }

    // Changes.

    /// Takes the call as it is now.
    pub(super) fn adopt(&mut self, view: CallView, cx: &mut Context) -> Adopted {
        let old = std::mem::replace(&mut self.view, view);
        self.confirm_dial(cx);
        let me = cx.me().cloned();
        let me = me.as_ref();
        self.stays.follow(&self.view, cx.now);
        if let Some(end) = &self.view.end {
            let events = diff::last_participant_events(&old, &self.view, me);
            return Adopted::Ended(end.clone(), events);
        }
        // While an answer is awaited, that says how it is.
        if !self.waits_for_answer()
            && let Some((reason, by)) = own_end(&self.view, me, self.joined_at.is_some())
        {
            return Adopted::Left(reason, by);
        }
        self.enter_if_active(cx.now);
        self.apply_switch_change(&old, cx);
        self.follow_share(cx);
        if old.participants.len() != self.view.participants.len() {
            // Their tracks may have been announced before them.
            self.send_slots(cx);
        }
        let mut events: Vec<AppEvent> = self.note_join(me, cx.now).into_iter().collect();
        events.extend(participant_events(&old, &self.view, me));
        events.extend(switch_events(&old, &self.view, me));
        Adopted::Changed(events)
    }

    /// The caller's side: somebody has accepted.
    fn enter_if_active(&mut self, now: Time) {
        if self.view.state == CallState::Active && self.phase == LegPhase::Calling {
            self.phase = LegPhase::InCall;
            self.first_frame_since = (self.view.media == Media::Video).then_some(now);
        }
    }

    /// `JoinChannel`, when this device's media has just been connected in the active call.
    fn note_join(&mut self, me: Option<&Accid>, now: Time) -> Option<AppEvent> {
        let own = local_participant(&self.view, me)?;
        // A call that was fetched from another device is joined, but its media has still to come.
        if own.state != ParticipantState::Joined || own.reconnecting || self.joined_at.is_some() {
            return None;
        }
        self.joined_at = Some(now);
        Some(AppEvent::JoinChannel {
            accid: own.accid.clone(),
            uid: own.uid,
            call_id: self.view.call_id,
        })
    }

    // Left, on hold, and over.

    /// How the server learns that this device leaves. The caller of a group call ends it `for_all`, if that is meant.
    pub(super) fn hang_up_command(&self, for_all: bool, me: Option<&Accid>) -> Command {
        let call_id = self.view.call_id;
        let is_caller = me == Some(&self.view.caller);
        // A caller who has left and is called back in has nothing to end but the ringing.
        let is_in = self.state() != State::Called;
        match for_all && is_caller && is_in && self.view.kind == CallKind::Group {
            true => Command::End { call_id },
            false => Command::Hangup { call_id },
        }
    }

    /// Why the call is over here when this device leaves it now.
    pub(super) fn hang_up_reason(&self) -> EndReason {
        match self.state() {
            State::Idle | State::Calling => EndReason::Cancelled,
            State::Called => EndReason::Rejected,
            State::InCall => EndReason::HungUp,
        }
    }

    pub(super) fn put_on_hold(&mut self, cx: &mut Context) {
        self.close_media(cx);
        self.fail_switch(cx);
        self.reconnecting = false;
        // The first picture would tell how long the hold has lasted.
        self.first_frame_since = None;
        self.media_when_held = Some(self.view.media);
    }

    /// Takes it up again; returns whether what it carries was switched meanwhile.
    pub(super) fn resume(&mut self, cx: &mut Context) -> bool {
        self.parked = false;
        let held = self.media_when_held.take();
        let switched = held.is_some_and(|held| held != self.view.media);
        // To audio: video needs the consent of somebody here.
        self.local.video_enabled &= !switched;
        self.local.video_muted &= !switched;
        let resume = Command::Hold {
            call_id: self.view.call_id,
            held: false,
        };
        cx.request(resume, Purpose::Resume);
        switched
    }

    /// What is refused is a call that is over, or still on hold; how is on its way.
    pub(super) fn handle_resume_answer(
        &mut self,
        pending: Pending,
        result: &Result<Success, ErrorBody>,
        cx: &mut Context,
    ) {
        match result {
            // The change itself may come behind the answer.
            Ok(_) => {
                let own = self.view.participants.iter_mut();
                own.filter(|p| Some(&p.accid) == cx.me())
                    .for_each(|own| own.held = false);
            }
            // The other call is over here, but the server does not know of that yet.
            Err(error)
                if error.kind == ErrorKind::AlreadyInCall
                    && cx.requests.has_unconfirmed_hangup() =>
            {
                cx.retry_as_new(pending);
            }
            Err(_) => {}
        }
    }

    /// Closes media, and completes whoever still waits for this call.
    pub(super) fn close(&mut self, kind: ErrorKind, cx: &mut Context) {
        self.close_media(cx);
        cx.tokens.discard(self.view.call_id, TokenFor::Dial);
        cx.tokens.discard(self.view.call_id, TokenFor::Accept);
        for pending in cx.requests.discard_owned_by(Owner::Leg) {
            if let Purpose::Invite(ticket) = pending.purpose {
                cx.fail(ticket, ErrorKind::CallOver);
            }
        }
        match &mut self.phase {
            LegPhase::AwaitingToken { ticket, .. } | LegPhase::Dialing { ticket } => {
                cx.fail(*ticket, kind);
            }
            LegPhase::Accepting { tickets, .. } => cx.fail_all(tickets.drain(..), kind),
            _ => {}
        }
        self.fail_switch(cx);
    }

    /// What the application is told when the call has ended: `CallEnd` is the last of it.
    pub(super) fn end_events(&self, end: EndView, cx: &Context) -> Vec<AppEvent> {
        let mut events = Vec::new();
        events.extend(end_event(&end, self.is_in_call(), cx.me()));
        events.push(self.call_end(end, cx.me()));
        events
    }

    pub(super) fn call_end(&self, end: EndView, me: Option<&Accid>) -> AppEvent {
        AppEvent::CallEnd {
            call_id: self.view.call_id,
            duration_ms: me.map_or(0, |me| end.duration_ms(me)),
            reason: end.reason,
            by: end.by,
            durations: end.durations,
        }
    }

    /// How it ends when that is decided here, with the times that were measured here.
    pub(super) fn own_end_view(
        &self,
        reason: EndReason,
        by: Option<Accid>,
        cx: &Context,
    ) -> EndView {
        let (mut durations, duration_ms) = (
            self.stays.durations(&self.view, cx.now),
            self.duration_ms(cx.now),
        );
        let me = cx.me();
        // Its own time is known better here than from what the server said of it.
        match durations.iter_mut().find(|one| Some(&one.accid) == me) {
            Some(own) => own.duration_ms = duration_ms,
            None => {
                durations.extend(
                    me.filter(|_| duration_ms > 0)
                        .map(|me| ParticipantDuration {
                            accid: me.clone(),
                            duration_ms,
                        }),
                )
            }
        }
        EndView {
            reason,
            by,
            durations,
        }
    }
}

/// The account's own part of a call.
pub(super) fn local_participant<'a>(
    call: &'a CallView,
    me: Option<&Accid>,
) -> Option<&'a ParticipantView> {
    call.participants.iter().find(|p| Some(&p.accid) == me)
}

/// A participant, by its account.
pub(super) fn person_in<'a>(call: &'a CallView, accid: &Accid) -> Option<&'a ParticipantView> {
    call.participants.iter().find(|p| p.accid == *accid)
}

/// The app's own name of a call's group.
pub(super) fn group_id(call: &CallView) -> Option<String> {
    call.group.as_ref().and_then(|terms| terms.group_id.clone())
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
