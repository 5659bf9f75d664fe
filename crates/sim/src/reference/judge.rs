//! What must follow from a command, which refusals are true, and which ends have a cause.

use hullo_core::Time;
use hullo_core::hub::Config;
use hullo_protocol::{
    Accid, CallRecord, CallState, CallView, Command, EndReason, ErrorKind, Media, RING_MS_DEFAULT,
    RING_MS_MAX, RING_MS_MIN, Request, StartCall, Success,
};

use super::model::{Away, Call, Model, Phase, call_of};

/// The hub has accepted a command of `me`.
pub(super) fn accepted(
    model: &mut Model,
    me: &Accid,
    command: &Command,
    success: &Success,
    now: Time,
) -> Result<(), String> {
    if let Command::StartCall(start) = command {
        let Success::Call { call } = success else {
            return Err("a dial is answered with a call".to_owned());
        };
        return started(model, me, start, call, now);
    }
    if *command == Command::Logout {
        return logged_out(model, me);
    }
    let Some(call) = call_of(command).and_then(|call_id| model.calls.get_mut(&call_id)) else {
        return match command {
            Command::Hangup { .. }
            | Command::Ping
            | Command::WatchPresence { .. }
            | Command::ListMessages { .. } => Ok(()),
            _ => Err("accepted for a call that never was".to_owned()),
        };
    };
    let ended = |reason| Phase::Ending {
        reason,
        by: Some(me.clone()),
    };
    let (caller, callee) = (call.caller == *me, call.callee == *me);
    match (command, &call.phase) {
        (Command::Accept { .. }, Phase::Ringing) if callee && now < call.rings_until => {
            call.accept(now);
        }
        // Again, by the same device.
        (Command::Accept { .. }, Phase::Active) if callee => {}
        (Command::Accept { .. }, _) => return Err("accepted what cannot be accepted".to_owned()),
        (Command::Reject { .. }, Phase::Ringing) if callee => {
            call.phase = ended(EndReason::Rejected);
        }
        (Command::Reject { .. }, Phase::Over) if callee && call.accepted_at.is_none() => {}
        (Command::Reject { .. }, _) => return Err("rejected what cannot be rejected".to_owned()),
        (Command::Cancel { .. }, Phase::Ringing) if caller => {
            call.phase = ended(EndReason::Cancelled);
        }
        (Command::Cancel { .. }, Phase::Over) if caller && call.accepted_at.is_none() => {}
        (Command::Cancel { .. }, _) => return Err("cancelled what cannot be cancelled".to_owned()),
        (Command::Hangup { .. }, Phase::Ringing) if caller => {
            call.phase = ended(EndReason::Cancelled);
        }
        (Command::Hangup { .. }, Phase::Ringing) if callee => {
            call.phase = ended(EndReason::Rejected);
        }
        (Command::Hangup { .. }, Phase::Active) if caller || callee => {
            call.phase = ended(EndReason::HungUp);
        }
        (Command::Switch { media, .. }, Phase::Active) if caller || callee => {
            switched(call, me, *media);
        }
        (Command::AnswerSwitch { agree, .. }, Phase::Active) if caller || callee => {
            let asked = call.switch_by.take_if(|by| by != me);
            if asked.is_some() && *agree {
                call.media = Media::Video;
            }
        }
        (Command::Switch { .. } | Command::AnswerSwitch { .. }, _) => {
            return Err("switched a call that is not active".to_owned());
        }
        _ if !caller && !callee => return Err("accepted from a stranger".to_owned()),
        _ => {}
    }
    Ok(())
}

fn started(
    model: &mut Model,
    me: &Accid,
    start: &StartCall,
    view: &CallView,
    now: Time,
) -> Result<(), String> {
    let [callee] = start.callees.as_slice() else {
        return Err("a dial to other than one account was accepted".to_owned());
    };
    if callee == me {
        return Err("a dial to oneself was accepted".to_owned());
    }
    if view.call_id != start.call_id {
        return glared(model, me, callee, view, now);
    }
    let in_call = model.calls.values().any(|call| call.holds(me));
    if in_call {
        return Err("a dial from within a call was accepted".to_owned());
    }
    let busy = model.is_busy(callee);
    if busy != (view.state == CallState::Ended) {
        return Err(format!(
            "{callee} is busy: {busy}, but the dial says otherwise"
        ));
    }
    if busy {
        model.note_busy(start.call_id);
    }
    let ring_ms = start.ring_ms.unwrap_or(RING_MS_DEFAULT);
    let away = |accid: &Accid| Away {
        session_since: model.offline_since(accid),
        ..Away::default()
    };
    let call = Call {
        caller: me.clone(),
        callee: callee.clone(),
        media: start.media,
        phase: Phase::Ringing,
        rings_until: now.plus_ms(ring_ms.clamp(RING_MS_MIN, RING_MS_MAX)),
        accepted_at: None,
        reached: model.is_online(callee),
        switch_by: None,
        away: [away(me), away(callee)],
    };
    match model.calls.insert(start.call_id, call) {
        None => Ok(()),
        Some(_) => Err("a call id was accepted a second time".to_owned()),
    }
}

/// The dial became an answer to the other side's dial.
fn glared(
    model: &mut Model,
    me: &Accid,
    callee: &Accid,
    view: &CallView,
    now: Time,
) -> Result<(), String> {
    match model.calls.get_mut(&view.call_id) {
        Some(call)
            if call.phase == Phase::Ringing && call.caller == *callee && call.callee == *me =>
        {
            call.accept(now);
            Ok(())
        }
        _ => Err("the dial was joined to a call that is no glare".to_owned()),
    }
}

fn logged_out(model: &mut Model, me: &Accid) -> Result<(), String> {
    for call in model.calls.values_mut().filter(|call| call.holds(me)) {
        call.phase = Phase::Ending {
            reason: EndReason::LoggedOut,
            by: Some(me.clone()),
        };
    }
    Ok(())
}

fn switched(call: &mut Call, me: &Accid, media: Media) {
    match media {
        Media::Audio => {
            call.media = Media::Audio;
            call.switch_by = None;
        }
        Media::Video if call.media == Media::Video => {}
        // Both ask: both have agreed.
        Media::Video if call.switch_by.as_ref().is_some_and(|by| by != me) => {
            call.media = Media::Video;
            call.switch_by = None;
        }
        Media::Video => call.switch_by = Some(me.clone()),
    }
}

/// The hub has refused a command of `me` with `kind`: is that true?
pub(super) fn refused(
    model: &Model,
    me: &Accid,
    request: &Request,
    granted: bool,
    kind: ErrorKind,
    now: Time,
) -> Result<(), String> {
    let call = call_of(&request.command).and_then(|call_id| model.calls.get(&call_id));
    let over = call.is_none_or(|call| !call.is_live());
    let expired =
        call.is_some_and(|call| call.accepted_at.is_none() && (over || now >= call.rings_until));
    let is_true = match kind {
        ErrorKind::CallNotFound => over,
        ErrorKind::CallOver => call.is_some() && over,
        ErrorKind::NotInCall => call.is_none_or(|call| !call.holds(me)),
        ErrorKind::CallExists => call.is_some(),
        ErrorKind::AlreadyInCall => model.is_busy(me),
        ErrorKind::AlreadyAccepted => call.is_some_and(|call| call.accepted_at.is_some()),
        ErrorKind::AlreadyRejected | ErrorKind::InviteCancelled => {
            over && call.is_some_and(|call| call.accepted_at.is_none())
        }
        ErrorKind::InviteExpired => expired,
        ErrorKind::RoomTokenRefused => model.config.secure && !granted,
        ErrorKind::CalledOneself => {
            matches!(&request.command, Command::StartCall(start) if start.callees.contains(me))
        }
        ErrorKind::BadRequest | ErrorKind::BadSdp | ErrorKind::OneToOneOnly => true,
        _ => false,
    };
    is_true
        .then_some(())
        .ok_or_else(|| format!("refused with {kind:?}, which is not true of {call:?}"))
}

/// Whether time alone can have ended this call now, for this reason.
pub(super) fn ended_by_time(
    call: &Call,
    record: &CallRecord,
    config: &Config,
    busy: bool,
    now: Time,
) -> bool {
    let ringing = call.phase == Phase::Ringing;
    let rung_out = ringing && now >= call.rings_until;
    let by = |side: &Accid| record.ended_by.as_ref() == Some(side);
    let long_gone = |away: &Away| {
        [away.session_since, away.media_since]
            .iter()
            .flatten()
            .any(|since| now.since(*since) >= config.grace_ms)
    };
    match record.reason {
        EndReason::TimedOut => rung_out && call.reached,
        EndReason::Unreachable => rung_out && !call.reached,
        EndReason::Busy => busy,
        EndReason::ConnectTimedOut => call.accepted_at.is_some_and(|accepted_at| {
            let missing = call.away.iter().any(|away| !away.was_connected);
            now.since(accepted_at) >= config.connect_ms && missing
        }),
        EndReason::Lost => {
            (by(&call.caller) && long_gone(&call.away[0]))
                || (by(&call.callee) && long_gone(&call.away[1]))
        }
        EndReason::HungUp
        | EndReason::Cancelled
        | EndReason::Rejected
        | EndReason::LoggedOut
        | EndReason::TokenRefused
        | EndReason::Server => false,
    }
}
