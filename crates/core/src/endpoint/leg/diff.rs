//! What a change of the call means to the application: the reference's events, from two views of the same call.

use hullo_protocol::{
    Accid, CallDelta, CallKind, CallSummary, CallView, DeviceState, EndReason, EndView,
    ParticipantState, ParticipantView,
};

use super::local_participant;
use crate::endpoint::AppEvent;

/// From which version of a call a change leads to which.
#[derive(Debug, Clone, Copy)]
pub(in crate::endpoint) struct Versions {
    pub(in crate::endpoint) base: u64,
    pub(in crate::endpoint) version: u64,
}

/// What a change is to someone who knows a call as of some version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::endpoint) enum Change {
    /// It can be applied.
    Next,
    /// It is known already.
    Old,
    /// Something was missed before it: ask for the whole call.
    Gap,
}

impl Versions {
    /// An end is final: it counts whatever was missed before it.
    pub(in crate::endpoint) fn to(self, known: u64, delta: &CallDelta) -> Change {
        match self.version > known {
            false => Change::Old,
            true if self.base <= known || delta.end.is_some() => Change::Next,
            true => Change::Gap,
        }
    }
}

/// Applies one change to a call.
pub(in crate::endpoint) fn merge(view: &mut CallView, version: u64, delta: CallDelta) {
    view.version = version;
    view.state = delta.state.unwrap_or(view.state);
    if let Some(end) = &delta.end {
        let participants = std::mem::take(&mut view.participants).into_iter();
        view.participants = participants.map(|p| p.ended(end.reason)).collect();
    }
    view.media = delta.media.unwrap_or(view.media);
    if delta.group.is_some() {
        view.kind = CallKind::Group;
        view.group = delta.group;
    }
    for participant in delta.participants {
        let mut known = view.participants.iter_mut();
        match known.find(|p| p.accid == participant.accid) {
            Some(known) => *known = participant,
            None => view.participants.push(participant),
        }
    }
    if let Some(switch) = delta.switch {
        view.switch = switch;
    }
    view.end = delta.end.or(view.end.take());
}

/// What has become of the other participants.
pub(super) fn participant_events(
    old: &CallView,
    new: &CallView,
    me: Option<&Accid>,
) -> Vec<AppEvent> {
    let mut events = Vec::new();
    for now in &new.participants {
        if Some(&now.accid) == me {
            continue;
        }
        let before = old.participants.iter().find(|p| p.accid == now.accid);
        state_events(before, now, new.kind, &mut events);
        connection_events(before, now, &mut events);
        device_events(before, now, &mut events);
    }
    events.extend(screen_events(old, new, me));
    events
}

/// What has become of the others when the call ends: that they have left, are back, or share nothing any more, is no news then.
pub(in crate::endpoint) fn last_participant_events(
    old: &CallView,
    new: &CallView,
    me: Option<&Accid>,
) -> Vec<AppEvent> {
    let is_news = |event: &AppEvent| {
        use AppEvent::{ScreenAvailable, UserLeave, UserReconnected};
        !matches!(
            event,
            UserLeave { .. } | UserReconnected { .. } | ScreenAvailable { .. }
        )
    };
    let mut events = participant_events(old, new, me);
    events.retain(is_news);
    events
}

/// What the call carries, and what the other side asks for.
pub(super) fn switch_events(old: &CallView, new: &CallView, me: Option<&Accid>) -> Vec<AppEvent> {
    let mut events = Vec::new();
    if old.media != new.media {
        events.push(AppEvent::CallTypeChange { media: new.media });
    }
    let asked = |view: &CallView| {
        let switch = view.switch.clone();
        switch.filter(|switch| Some(&switch.by) != me)
    };
    match (asked(old), asked(new)) {
        (None, Some(switch)) => events.push(AppEvent::SwitchAsked {
            accid: switch.by,
            media: switch.media,
        }),
        (Some(_), None) => events.push(AppEvent::SwitchClosed),
        _ => {}
    }
    events
}

/// The reference's event that goes before `CallEnd` and belongs to the end as a whole.
pub(super) fn end_event(end: &EndView, in_call: bool, me: Option<&Accid>) -> Option<AppEvent> {
    let other = end.by.clone().filter(|by| Some(by) != me);
    match (end.reason, other) {
        (EndReason::Cancelled, Some(accid)) => Some(AppEvent::UserCancel { accid }),
        (EndReason::HungUp | EndReason::LoggedOut, Some(accid)) => {
            Some(AppEvent::UserLeave { accid })
        }
        (EndReason::TimedOut | EndReason::Unreachable, _) if !in_call => {
            Some(AppEvent::CallingTimeOut)
        }
        _ => None,
    }
}

/// How the account's part of a call has ended, and by whom, if it has.
pub(in crate::endpoint) fn own_end(
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
    events: &mut Vec<AppEvent>,
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
        Ringing => events.push(AppEvent::UserRinging { accid }),
        Accepted if !was_in_call => events.push(AppEvent::UserAccept { accid }),
        Joined => {
            if !was_in_call {
                events.push(AppEvent::UserAccept {
                    accid: accid.clone(),
                });
            }
            events.push(AppEvent::UserEnter { accid });
        }
        Rejected => events.push(AppEvent::UserReject { accid }),
        Busy => events.push(AppEvent::UserBusy { accid }),
        Left if was_in_call => events.push(AppEvent::UserLeave { accid }),
        Lost => events.push(AppEvent::UserDisconnect { accid }),
        TimedOut | Unreachable if kind == CallKind::Group => {
            events.push(AppEvent::UserTimeOut { accid });
        }
        Invited | Delivered | Accepted | Left | Cancelled | TimedOut | Unreachable => {}
    }
}

fn connection_events(
    before: Option<&ParticipantView>,
    now: &ParticipantView,
    events: &mut Vec<AppEvent>,
) {
    let accid = now.accid.clone();
    match (before.is_some_and(|p| p.reconnecting), now.reconnecting) {
        (false, true) => events.push(AppEvent::UserReconnecting { accid }),
        // Whoever left or was lost meanwhile has not come back.
        (true, false) if now.state.is_in_call() => events.push(AppEvent::UserReconnected { accid }),
        _ => {}
    }
    let held = now.held;
    if before.is_some_and(|p| p.held) != held && now.state.is_in_call() {
        let accid = now.accid.clone();
        events.push(AppEvent::UserHeld { accid, held });
    }
}

/// Microphone and camera, from when the participant has joined.
fn device_events(
    before: Option<&ParticipantView>,
    now: &ParticipantView,
    events: &mut Vec<AppEvent>,
) {
    if now.state != ParticipantState::Joined {
        return;
    }
    let known = before.filter(|p| p.state == ParticipantState::Joined);
    let accid = || now.accid.clone();
    let is_on = |state| state == DeviceState::On;
    let is_off = |state| state == DeviceState::Off;
    if known.is_none_or(|p| is_on(p.audio) != is_on(now.audio)) {
        events.push(AppEvent::AudioAvailable {
            accid: accid(),
            available: is_on(now.audio),
        });
    }
    if known.is_some_and(|p| is_off(p.audio) != is_off(now.audio)) {
        events.push(AppEvent::AudioMuted {
            accid: accid(),
            muted: is_off(now.audio),
        });
    }
    if known.is_none_or(|p| is_on(p.video) != is_on(now.video)) {
        events.push(AppEvent::CameraAvailable {
            accid: accid(),
            available: is_on(now.video),
        });
    }
    if known.is_some_and(|p| is_off(p.video) != is_off(now.video)) {
        events.push(AppEvent::VideoMuted {
            accid: accid(),
            muted: is_off(now.video),
        });
    }
}

/// Whose screen is not shared any more, and then whose is.
fn screen_events(old: &CallView, new: &CallView, me: Option<&Accid>) -> Vec<AppEvent> {
    let shares = |view: &CallView, accid: &Accid| {
        let mut participants = view.participants.iter();
        participants.any(|p| p.accid == *accid && p.screen)
    };
    let changed = |available: bool| {
        let others = new.participants.iter().filter(|p| Some(&p.accid) != me);
        let changed =
            others.filter(move |p| p.screen == available && shares(old, &p.accid) != available);
        changed.map(move |p| AppEvent::ScreenAvailable {
            accid: p.accid.clone(),
            available,
        })
    };
    changed(false).chain(changed(true)).collect()
}

/// The end of a call that this device has missed, as its summary has it: of a group that says only how long this device's account was in
/// it.
pub(in crate::endpoint) fn missed_end(
    summary: &CallSummary,
    kind: CallKind,
    me: Option<&Accid>,
) -> EndView {
    let mut durations = summary.durations();
    if kind == CallKind::Group {
        durations.retain(|one| Some(&one.accid) == me);
    }
    EndView {
        reason: summary.reason,
        by: summary.ended_by.clone(),
        durations,
    }
}
