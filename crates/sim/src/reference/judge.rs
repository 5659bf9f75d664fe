//! What must follow from a command, which refusals are true, and which ends have a cause.

use hullo_core::Time;
use hullo_core::hub::Config;
use hullo_protocol::{
    Accid, CallRecord, CallState, CallView, Command, EndReason, ErrorKind, Media, RING_MS_DEFAULT,
    RING_MS_MAX, RING_MS_MIN, Request, StartCall, Success,
};

use super::model::{Away, Call, Model, Phase};

/// The hub has accepted a command of `me`.
pub(super) fn accepted(
    model: &mut Model,
    me: &Accid,
    command: &Command,
    success: &Success,
    now: Time,
) -> Result<(), String> {
    if let Command::StartCall(start) = command {
        let Success::Call { call, .. } = success else {
            return Err("a dial is answered with a call".to_owned());
        };
        return started(model, me, start, call, now);
    }
    if *command == Command::Logout {
        return logged_out(model, me);
    }
    let switch_until = now.plus_ms(model.config.switch_ms);
    let call_id = model.call_of(command);
    // An archived call is over and changes no more; what is asked of it is judged on a copy.
    let mut archived = call_id.and_then(|call_id| model.call(call_id).cloned());
    let live = call_id.and_then(|call_id| model.calls.get_mut(&call_id));
    let Some(call) = live.or(archived.as_mut()) else {
        return match command {
            Command::Hangup { .. }
            | Command::Ping
            | Command::WatchPresence { .. }
            | Command::ListMessages { .. } => Ok(()),
            _ => Err("accepted for a call that never was".to_owned()),
        };
    };
    let mine = Mine {
        caller: call.caller == *me,
        callee: call.callee == *me,
    };
    if !mine.caller && !mine.callee {
        if matches!(command, Command::Hangup { .. }) {
            // Not being in the call is what was asked for.
            return Ok(());
        }
        return Err("accepted from a stranger".to_owned());
    }
    match command {
        Command::Accept { .. } => accept(call, &mine, now),
        Command::Reject { .. } | Command::Cancel { .. } | Command::Hangup { .. } => {
            end(call, &mine, me, command)
        }
        Command::Switch { .. } | Command::AnswerSwitch { .. } if call.phase != Phase::Active => {
            Err("switched a call that is not active".to_owned())
        }
        Command::Switch { media, .. } => {
            switched(call, me, *media, switch_until);
            Ok(())
        }
        Command::AnswerSwitch { agree, .. } => {
            let asked = call.switch_by.take_if(|(by, _)| by != me);
            if asked.is_some() && *agree {
                call.media = Media::Video;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// The part that the asking account has in the call.
struct Mine {
    caller: bool,
    callee: bool,
}

fn accept(call: &mut Call, mine: &Mine, now: Time) -> Result<(), String> {
    match call.phase {
        Phase::Ringing if mine.callee && now < call.rings_until => {
            call.accept(now);
            Ok(())
        }
        // Again, by the same device.
        Phase::Active if mine.callee => Ok(()),
        _ => Err("accepted what cannot be accepted".to_owned()),
    }
}

/// First writer wins: what rings is cancelled by its caller or rejected by its callee, what is active is hung up.
fn end(call: &mut Call, mine: &Mine, me: &Accid, command: &Command) -> Result<(), String> {
    let hangup = matches!(command, Command::Hangup { .. });
    let reason = match (command, &call.phase) {
        (Command::Reject { .. }, Phase::Ringing) if mine.callee => EndReason::Rejected,
        (Command::Cancel { .. }, Phase::Ringing) if mine.caller => EndReason::Cancelled,
        (Command::Hangup { .. }, Phase::Ringing) if mine.caller => EndReason::Cancelled,
        (Command::Hangup { .. }, Phase::Ringing) => EndReason::Rejected,
        (Command::Hangup { .. }, Phase::Active) => EndReason::HungUp,
        (_, Phase::Over) if hangup => return Ok(()),
        _ => return Err("ended what cannot be ended so".to_owned()),
    };
    call.phase = Phase::Ending {
        reason,
        by: Some(me.clone()),
    };
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
        model.note_alias(start.call_id, view.call_id);
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
    let away = |accid: &Accid| Away::offline(model.offline_since(accid));
    let call = Call {
        caller: me.clone(),
        callee: callee.clone(),
        media: start.media,
        phase: Phase::Ringing,
        rings_until: now.plus_ms(ring_ms.clamp(RING_MS_MIN, RING_MS_MAX)),
        accepted_at: None,
        reached: model.is_online(callee),
        reached_perhaps: false,
        switch_by: None,
        away: [away(me), away(callee)],
    };
    match model.call(start.call_id) {
        None => {
            model.calls.insert(start.call_id, call);
            Ok(())
        }
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

fn switched(call: &mut Call, me: &Accid, media: Media, until: Time) {
    match media {
        Media::Audio => {
            call.media = Media::Audio;
            call.switch_by = None;
        }
        Media::Video if call.media == Media::Video => {}
        // Both ask: both have agreed.
        Media::Video if call.switch_by.as_ref().is_some_and(|(by, _)| by != me) => {
            call.media = Media::Video;
            call.switch_by = None;
        }
        Media::Video => {
            call.switch_by.get_or_insert((me.clone(), until));
        }
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
    let call = model
        .call_of(&request.command)
        .and_then(|call_id| model.call(call_id));
    let over = call.is_none_or(|call| !call.is_live());
    let expired =
        call.is_some_and(|call| call.accepted_at.is_none() && (over || now >= call.rings_until));
    let is_true = match kind {
        ErrorKind::CallNotFound => over || call.is_none_or(|call| !call.concerns(me)),
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
        ErrorKind::AcceptWhileCalling | ErrorKind::RejectWhileCalling => {
            call.is_some_and(|call| call.caller == *me)
        }
        ErrorKind::CancelWhileCalled => call.is_some_and(|call| call.callee == *me),
        ErrorKind::SwitchWhileCalling | ErrorKind::SwitchWhileCalled => {
            call.is_some_and(|call| call.phase == Phase::Ringing)
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
        let since = away.since;
        since.is_some_and(|since| now.since(since) >= config.grace_ms)
    };
    match record.reason {
        EndReason::TimedOut => rung_out && (call.reached || call.reached_perhaps),
        EndReason::Unreachable => rung_out && !call.reached,
        EndReason::Busy => busy,
        EndReason::ConnectTimedOut => call.accepted_at.is_some_and(|accepted_at| {
            let missing = call.away.iter().any(|away| !away.has_media);
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
