//! What the hub stores of a call, each time that it does: what has changed since the last time must have a cause.
//!
//! Each step of an account needs a cause of its own: its own command, its device being signed out, time. Only when the call
//! ends do those who ring or are in it go without one. From the steps follows whether the call is over, and why.

use std::collections::BTreeMap;

use hullo_core::call::{Call as StoredCall, Participant};
use hullo_protocol::{
    CallKind, CallRecord, CallState, Command, ParticipantState, RING_MS_DEFAULT, RING_MS_MAX,
    RING_MS_MIN, Uid,
};

use super::cause::{Cause, Verdict};
use super::ending::{Change, Departure};
use super::model::{Call, Model, Part, PartState};
use super::step;

/// The hub stores a call.
pub(super) fn apply(
    model: &mut Model,
    stored: &StoredCall,
    record: Option<&CallRecord>,
    cause: &Cause<'_>,
) -> Result<(), String> {
    let call_id = stored.call_id;
    let is_new = !model.calls.contains_key(&call_id);
    if is_new {
        if model.call(call_id).is_some() {
            // The store will not have it, and the batch comes again.
            model.dialled_again.insert(call_id);
            return Ok(());
        }
        model.calls.insert(call_id, dialled(model, stored, cause)?);
    }
    let mut call = model.calls[&call_id].clone();
    if call.over {
        return Err(format!("{call_id} is stored after its end"));
    }
    let was = call.clone();
    let mut departures = Vec::new();
    let mut swept = Vec::new();
    for own in &stored.participants {
        match step::judge(model, &was, own, call_id, cause)? {
            Verdict::Stays => {}
            Verdict::Leaves(reasons) => departures.push(Departure {
                accid: own.accid.clone(),
                reasons,
            }),
            Verdict::Enters => {}
            Verdict::Swept => swept.push(own.accid.clone()),
        }
        update_part(model, &mut call, own, cause);
    }
    if !stored.is_ended() && !swept.is_empty() {
        return Err(format!(
            "{swept:?} have gone from {call_id} without a cause"
        ));
    }
    if let Some(missing) = was
        .parts
        .keys()
        .find(|accid| stored.participant(accid).is_none())
    {
        return Err(format!("{missing} has vanished from {call_id}"));
    }
    update_call(&mut call, stored, cause)?;
    let change = Change {
        was: &was,
        call: &call,
        stored,
        record,
        departures: &departures,
        swept: &swept,
        cause,
    };
    change.check_end()?;
    call.over = stored.is_ended();
    model.calls.insert(call_id, call);
    Ok(())
}

/// A call that was not there before: its dial.
fn dialled(model: &Model, stored: &StoredCall, cause: &Cause<'_>) -> Result<Call, String> {
    let Some(Command::StartCall(start)) = cause.asks(&stored.caller, stored.call_id) else {
        return Err(format!("{} was never dialled", stored.call_id));
    };
    if model.live_parts(&stored.caller).next().is_some() {
        return Err(format!("{} dials from within a call", stored.caller));
    }
    if start.group.is_some() != (stored.kind == CallKind::Group) || start.media != stored.media {
        return Err(format!("{} is not as it was dialled", stored.call_id));
    }
    // The caller's uid is always 1 (protocol, `StartCall::room_token`).
    let dialler = Part {
        state: PartState::In,
        device: cause.me.map(|(_, device)| device.clone()),
        ..Part::new(Uid(1), cause.now)
    };
    Ok(Call {
        caller: stored.caller.clone(),
        kind: stored.kind,
        terms: stored.group.clone(),
        media: stored.media,
        accepted_at: None,
        over: false,
        switch_by: None,
        parts: BTreeMap::from([(stored.caller.clone(), dialler)]),
    })
}

/// Takes over what has changed in the call itself.
fn update_call(call: &mut Call, stored: &StoredCall, cause: &Cause<'_>) -> Result<(), String> {
    let call_id = stored.call_id;
    let grows = matches!(cause.command, Some(Command::Invite(_))) && cause.call_id == Some(call_id);
    if call.kind != stored.kind && !grows {
        return Err(format!("{call_id} has become {:?}", stored.kind));
    }
    call.kind = stored.kind;
    call.terms.clone_from(&stored.group);
    if stored.state == CallState::Active && call.accepted_at.is_none() {
        call.accepted_at = Some(cause.now);
        // The connect time of those who have waited begins with the first answer.
        for part in call.parts.values_mut() {
            part.entered_at = cause.now;
        }
    }
    if stored.accepted_at.is_some() != call.accepted_at.is_some() {
        return Err(format!("{call_id} was accepted here and not there"));
    }
    Ok(())
}

/// Takes over the new state of the account's part.
fn update_part(model: &Model, call: &mut Call, own: &Participant, cause: &Cause<'_>) {
    let now = cause.now;
    let is = PartState::of(own.state);
    let part = call.parts.entry(own.accid.clone()).or_insert_with(|| Part {
        state: PartState::Out(ParticipantState::Left),
        ..Part::new(own.uid, now)
    });
    if part.state != is {
        *part = Part {
            state: is,
            ..Part::new(part.uid, now)
        };
        if is == PartState::Rung {
            let wish = match cause.command {
                Some(Command::StartCall(start)) => start.ring_ms,
                Some(Command::Invite(more)) => more.ring_ms,
                _ => None,
            };
            let ring_ms = wish.unwrap_or(RING_MS_DEFAULT);
            part.rings_until = Some(now.plus_ms(ring_ms.clamp(RING_MS_MIN, RING_MS_MAX)));
            part.reached = model.is_online(&own.accid);
        }
    }
    if part.device != own.device {
        part.entered_at = now;
    }
    part.device.clone_from(&own.device);
    part.held = own.held;
    part.closing = own.closing;
}
