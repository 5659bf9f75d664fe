//! What a change of the call means to the application: the reference's events, from two views of the same call.

use hullo_protocol::{
    Accid, CallKind, CallState, CallView, EndReason, EndView, Media, ParticipantState,
    ParticipantView, Uid,
};

use super::leg::{CallLeg, LegPhase, error_for, local_participant};
use super::{AppEvent, Endpoint};

impl Endpoint {
    /// Takes the call as it is now: state first, then the events that say what changed.
    pub(super) fn adopt(&mut self, view: CallView) {
        // What was not yet dialled cannot have changed.
        let is_dialled = |leg: &&mut CallLeg| !matches!(leg.phase, LegPhase::AwaitingToken { .. });
        let Some(leg) = self.current.as_mut().filter(is_dialled) else {
            return;
        };
        let old = std::mem::replace(&mut leg.view, view);
        let new = leg.view.clone();
        self.confirm_dial(&new);
        if let Some(end) = &new.end {
            return self.finish(&old, &new, end);
        }
        if self.leave_if_over(&new) {
            return;
        }
        self.enter_if_active(&new);
        self.apply_switch_change(&old, &new);
        if old.participants.len() != new.participants.len() {
            // Their tracks may have been announced before them.
            self.send_slots();
        }
        let joined = self.note_own_join(&new);
        self.sync();
        self.publish_change();
        if let Some(uid) = joined
            && let Some(accid) = self.signalling.accid().cloned()
        {
            let call_id = new.call_id;
            self.emit(AppEvent::JoinChannel {
                accid,
                uid,
                call_id,
            });
        }
        for event in self.participant_events(&old, &new) {
            self.emit(event);
        }
        self.emit_switch_events(&old, &new);
    }

    /// The caller's side: somebody has accepted.
    fn enter_if_active(&mut self, new: &CallView) {
        let now = self.now;
        let Some(leg) = &mut self.current else {
            return;
        };
        if new.state == CallState::Active && leg.phase == LegPhase::Calling {
            leg.phase = LegPhase::InCall;
            leg.first_frame_since = (new.media == Media::Video).then_some(now);
        }
    }

    /// The call goes on without this account: its invite has run out, or it was taken out of the call. While an answer is
    /// awaited, that says how it is.
    fn leave_if_over(&mut self, new: &CallView) -> bool {
        let me = self.signalling.accid().cloned();
        let Some(leg) = &self.current else {
            return false;
        };
        let joined = leg.joined_at.is_some();
        let Some((reason, by)) = own_end(new, me.as_ref(), joined) else {
            return false;
        };
        if leg.waits_for_answer() {
            return false;
        }
        self.end_leg(reason, by, Vec::new());
        true
    }

    /// The own number, when the own media has just been connected in the active call.
    fn note_own_join(&mut self, new: &CallView) -> Option<Uid> {
        let me = self.signalling.accid().cloned();
        let own = local_participant(new, me.as_ref());
        // A call that was fetched from another device is joined, but its media has still to come.
        let joined = own.filter(|p| p.state == ParticipantState::Joined && !p.reconnecting)?;
        let now = self.now;
        let leg = self.current.as_mut()?;
        let first = leg.joined_at.is_none();
        leg.joined_at.get_or_insert(now);
        first.then_some(joined.uid)
    }

    /// The call has ended at the server.
    fn finish(&mut self, old: &CallView, new: &CallView, end: &EndView) {
        let news: Vec<AppEvent> = self
            .participant_events(old, new)
            .into_iter()
            .filter(|event| {
                !matches!(
                    event,
                    AppEvent::UserLeave { .. } | AppEvent::UserReconnected { .. }
                )
            })
            .collect();
        let own = self.own_duration_ms();
        let duration_ms = if end.duration_ms > 0 {
            end.duration_ms
        } else {
            own
        };
        let Some(leg) = self.close_leg(error_for(end.reason)) else {
            return;
        };
        self.publish_change();
        news.into_iter().for_each(|event| self.emit(event));
        self.announce_end(&leg, end);
        self.emit(AppEvent::CallEnd {
            call_id: new.call_id,
            reason: end.reason,
            by: end.by.clone(),
            duration_ms,
            durations: Vec::new(),
        });
    }

    /// The reference's events that go before `CallEnd` and belong to the end as a whole.
    pub(super) fn announce_end(&mut self, leg: &CallLeg, end: &EndView) {
        let me = self.signalling.accid().cloned();
        let other = end.by.clone().filter(|by| Some(by) != me.as_ref());
        match (end.reason, other) {
            (EndReason::Cancelled, Some(accid)) => self.emit(AppEvent::UserCancel { accid }),
            (EndReason::HungUp | EndReason::LoggedOut, Some(accid)) => {
                self.emit(AppEvent::UserLeave { accid });
            }
            (EndReason::TimedOut | EndReason::Unreachable, _) if leg.phase != LegPhase::InCall => {
                self.emit(AppEvent::CallingTimeOut);
            }
            _ => {}
        }
    }

    fn participant_events(&self, old: &CallView, new: &CallView) -> Vec<AppEvent> {
        let mut news = Vec::new();
        for participant in &new.participants {
            if Some(&participant.accid) == self.signalling.accid() {
                continue;
            }
            let before = old
                .participants
                .iter()
                .find(|p| p.accid == participant.accid);
            state_events(before, participant, new.kind, &mut news);
            connection_events(before, participant, &mut news);
            device_events(before, participant, &mut news);
        }
        news
    }

    fn emit_switch_events(&mut self, old: &CallView, new: &CallView) {
        let me = self.signalling.accid().cloned();
        if old.media != new.media {
            self.emit(AppEvent::CallTypeChange { media: new.media });
        }
        let asked = |view: &CallView| {
            view.switch
                .clone()
                .filter(|switch| Some(&switch.by) != me.as_ref())
        };
        match (asked(old), asked(new)) {
            (None, Some(switch)) => {
                self.emit(AppEvent::SwitchAsked {
                    accid: switch.by,
                    media: switch.media,
                });
            }
            (Some(_), None) => self.emit(AppEvent::SwitchClosed),
            _ => {}
        }
    }
}

/// How the account's part of a call has ended, and by whom, if it has.
pub(super) fn own_end(
    call: &CallView,
    me: Option<&Accid>,
    joined: bool,
) -> Option<(EndReason, Option<Accid>)> {
    if let Some(end) = &call.end {
        return Some((end.reason, end.by.clone()));
    }
    let own = local_participant(call, me)?;
    let reason = match own.state {
        ParticipantState::TimedOut => EndReason::TimedOut,
        ParticipantState::Unreachable => EndReason::Unreachable,
        ParticipantState::Rejected => EndReason::Rejected,
        ParticipantState::Cancelled => EndReason::Cancelled,
        ParticipantState::Busy => EndReason::Busy,
        ParticipantState::Lost if joined => EndReason::Lost,
        ParticipantState::Lost => EndReason::ConnectTimedOut,
        ParticipantState::Left => EndReason::HungUp,
        ParticipantState::Invited
        | ParticipantState::Delivered
        | ParticipantState::Ringing
        | ParticipantState::Accepted
        | ParticipantState::Joined => return None,
    };
    let by_me = matches!(
        own.state,
        ParticipantState::Rejected | ParticipantState::Left
    );
    Some((reason, me.cloned().filter(|_| by_me)))
}

fn state_events(
    before: Option<&ParticipantView>,
    now: &ParticipantView,
    kind: CallKind,
    news: &mut Vec<AppEvent>,
) {
    use ParticipantState::{
        Accepted, Busy, Cancelled, Delivered, Invited, Joined, Left, Lost, Rejected, Ringing,
        TimedOut, Unreachable,
    };
    let accid = now.accid.clone();
    let state = before.map(|p| p.state);
    if state == Some(now.state) {
        return;
    }
    let was_in_call = state.is_some_and(ParticipantState::is_in_call);
    match now.state {
        Ringing => news.push(AppEvent::UserRinging { accid }),
        Accepted if !was_in_call => news.push(AppEvent::UserAccept { accid }),
        Joined => {
            if !was_in_call {
                news.push(AppEvent::UserAccept {
                    accid: accid.clone(),
                });
            }
            news.push(AppEvent::UserEnter { accid });
        }
        Rejected => news.push(AppEvent::UserReject { accid }),
        Busy => news.push(AppEvent::UserBusy { accid }),
        Left if was_in_call => news.push(AppEvent::UserLeave { accid }),
        Lost => news.push(AppEvent::UserDisconnect { accid }),
        TimedOut | Unreachable if kind == CallKind::Group => {
            news.push(AppEvent::UserTimeOut { accid });
        }
        Invited | Delivered | Accepted | Left | Cancelled | TimedOut | Unreachable => {}
    }
}

fn connection_events(
    before: Option<&ParticipantView>,
    now: &ParticipantView,
    news: &mut Vec<AppEvent>,
) {
    let accid = now.accid.clone();
    match (before.is_some_and(|p| p.reconnecting), now.reconnecting) {
        (false, true) => news.push(AppEvent::UserReconnecting { accid }),
        // Whoever left or was lost meanwhile has not come back.
        (true, false) if now.state.is_in_call() => news.push(AppEvent::UserReconnected { accid }),
        _ => {}
    }
    let held = now.held;
    if before.is_some_and(|p| p.held) != held && now.state.is_in_call() {
        let accid = now.accid.clone();
        news.push(AppEvent::UserHeld { accid, held });
    }
}

/// Microphone and camera, from when the participant has joined.
fn device_events(
    before: Option<&ParticipantView>,
    now: &ParticipantView,
    news: &mut Vec<AppEvent>,
) {
    if now.state != ParticipantState::Joined {
        return;
    }
    let known = before.filter(|p| p.state == ParticipantState::Joined);
    let accid = || now.accid.clone();
    if known.is_none_or(|p| p.audio != now.audio) {
        news.push(AppEvent::AudioAvailable {
            accid: accid(),
            available: now.audio,
        });
        if known.is_some() {
            news.push(AppEvent::AudioMuted {
                accid: accid(),
                muted: !now.audio,
            });
        }
    }
    if known.is_none_or(|p| p.video != now.video) {
        news.push(AppEvent::CameraAvailable {
            accid: accid(),
            available: now.video,
        });
        if known.is_some() {
            news.push(AppEvent::VideoMuted {
                accid: accid(),
                muted: !now.video,
            });
        }
    }
}
