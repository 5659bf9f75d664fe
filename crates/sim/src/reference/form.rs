//! What the hub stores of a call, form after form: which steps from one to the next have a cause, and what ends a call.
//!
//! Each step of an account needs a cause of its own: its own command, its device being signed out, time. Only when the call
//! ends do those who ring or are in it go without one. From the steps follows whether the call is over, and why.

use std::collections::BTreeMap;

use hullo_core::call::{Call as Form, Participant};
use hullo_protocol::{
    Accid, CallKind, CallRecord, CallState, Command, EndReason, ParticipantState, RING_MS_DEFAULT,
    RING_MS_MAX, RING_MS_MIN, Uid,
};

use super::cause::{Cause, Verdict};
use super::model::{Call, Model, Part, PartState};
use super::step;

/// A step of an account, and why the call is over if it is by this.
#[derive(Debug, Clone)]
struct Step {
    accid: Accid,
    /// One of these.
    reasons: Vec<EndReason>,
}

/// The hub stores a call.
pub(super) fn stored(
    model: &mut Model,
    form: &Form,
    record: Option<&CallRecord>,
    cause: &Cause<'_>,
) -> Result<(), String> {
    let call_id = form.call_id;
    let is_new = !model.calls.contains_key(&call_id);
    if is_new {
        model.calls.insert(call_id, begun(model, form, cause)?);
    }
    let mut call = model.calls[&call_id].clone();
    if call.over {
        return Err(format!("{call_id} is stored after its end"));
    }
    let was = call.clone();
    let mut steps = Vec::new();
    let mut swept = Vec::new();
    for own in &form.participants {
        match step::judge(model, &was, own, call_id, cause)? {
            Verdict::Stays => {}
            Verdict::Steps(reasons) => steps.push(Step {
                accid: own.accid.clone(),
                reasons,
            }),
            Verdict::Enters => {}
            Verdict::Swept => swept.push(own.accid.clone()),
        }
        update_part(model, &mut call, own, cause);
    }
    if !form.is_ended() && !swept.is_empty() {
        return Err(format!(
            "{swept:?} have gone from {call_id} without a cause"
        ));
    }
    if let Some(missing) = was
        .parts
        .keys()
        .find(|accid| form.participant(accid).is_none())
    {
        return Err(format!("{missing} has vanished from {call_id}"));
    }
    call.kind = form.kind;
    call.terms.clone_from(&form.group);
    let grows = matches!(cause.command, Some(Command::Invite(_))) && cause.call_id == Some(call_id);
    if was.kind != form.kind && !grows {
        return Err(format!("{call_id} has become {:?}", form.kind));
    }
    if form.state == CallState::Active && call.accepted_at.is_none() {
        call.accepted_at = Some(cause.now);
        // The connect time of those who have waited begins with the first answer.
        for part in call.parts.values_mut() {
            part.entered_at = cause.now;
        }
    }
    if form.accepted_at.is_some() != call.accepted_at.is_some() {
        return Err(format!("{call_id} was accepted here and not there"));
    }
    ends(&was, &call, form, record, &steps, &swept, cause)?;
    call.over = form.is_ended();
    model.calls.insert(call_id, call);
    Ok(())
}

/// A call that was not there before: its dial.
fn begun(model: &Model, form: &Form, cause: &Cause<'_>) -> Result<Call, String> {
    let Some(Command::StartCall(start)) = cause.asks(&form.caller, form.call_id) else {
        return Err(format!("{} was never dialled", form.call_id));
    };
    if model.call(form.call_id).is_some() {
        return Err(format!("{} was accepted a second time", form.call_id));
    }
    if model.live_parts(&form.caller).next().is_some() {
        return Err(format!("{} dials from within a call", form.caller));
    }
    if start.group.is_some() != (form.kind == CallKind::Group) || start.media != form.media {
        return Err(format!("{} is not as it was dialled", form.call_id));
    }
    // The caller's uid is always 1 (protocol, `StartCall::room_token`).
    let dialler = Part {
        state: PartState::In,
        device: cause.me.map(|(_, device)| device.clone()),
        ..Part::new(Uid(1), cause.now)
    };
    Ok(Call {
        caller: form.caller.clone(),
        kind: form.kind,
        terms: form.group.clone(),
        media: form.media,
        accepted_at: None,
        over: false,
        switch_by: None,
        parts: BTreeMap::from([(form.caller.clone(), dialler)]),
    })
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
}

/// Whether and why the call is over by these steps.
fn ends(
    was: &Call,
    call: &Call,
    form: &Form,
    record: Option<&CallRecord>,
    steps: &[Step],
    swept: &[Accid],
    cause: &Cause<'_>,
) -> Result<(), String> {
    let call_id = form.call_id;
    let wrong = |what: &str| {
        Err(format!(
            "{what}; steps {steps:?}, swept {swept:?}, record {record:?}, model {call:?}"
        ))
    };
    // Those who are swept away were still there when it was decided.
    let count = |state: PartState| {
        call.parts
            .values()
            .filter(|part| part.state == state)
            .count()
    };
    let is_swept = |state| {
        swept
            .iter()
            .filter(|accid| call.has(accid, PartState::Out(state)))
            .count()
    };
    let inside = count(PartState::In) + is_swept(ParticipantState::Left);
    let rung = count(PartState::Rung) + is_swept(ParticipantState::Cancelled);
    let too_few = match call.kind {
        CallKind::OneToOne => inside + rung < call.parts.len(),
        CallKind::Group => inside == 0 || (inside == 1 && rung == 0),
    };
    let ended_for_all = steps.is_empty()
        && matches!(cause.command, Some(Command::End { .. }))
        && cause.call_id == Some(call_id)
        && form.is_ended();
    let unconnected = call.kind == CallKind::OneToOne
        && form.is_ended()
        && cause.unconnected.iter().any(|(of, _)| *of == call_id);
    let over = too_few || ended_for_all || unconnected;
    if over != form.is_ended() {
        return wrong(&format!(
            "{call_id} is over: {over}, and the hub says otherwise"
        ));
    }
    let Some(record) = record else {
        return if over { wrong("no record") } else { Ok(()) };
    };
    if !over {
        return wrong("a record of a call that goes on");
    }
    let me = cause.me.map(|(me, _)| me.clone());
    let active = was.accepted_at.is_some();
    let (mut reasons, by) = match common_refusal(call) {
        _ if ended_for_all && active => (vec![EndReason::HungUp], me),
        _ if ended_for_all => (vec![EndReason::Cancelled], me),
        Some(common) => (vec![common], None),
        None => {
            let last = steps.last().map(|step| step.accid.clone());
            let reasons = steps.iter().flat_map(|step| step.reasons.clone());
            (reasons.collect(), last)
        }
    };
    if unconnected {
        reasons.push(EndReason::ConnectTimedOut);
    }
    if !reasons.contains(&record.reason) {
        return wrong(&format!("the reason should be one of {reasons:?}"));
    }
    let by_nobody = matches!(
        record.reason,
        EndReason::TimedOut | EndReason::Unreachable | EndReason::ConnectTimedOut
    );
    let by_busy = record.reason == EndReason::Busy
        && record
            .ended_by
            .as_ref()
            .is_none_or(|by| call.has(by, PartState::Out(ParticipantState::Busy)));
    let by_common = call.kind == CallKind::Group
        && record
            .ended_by
            .as_ref()
            .is_none_or(|by| steps.iter().any(|step| step.accid == *by));
    // Of two who go at the same instant, either may have been first.
    let by_either = call.kind == CallKind::OneToOne
        && steps.iter().any(|step| {
            Some(&step.accid) == record.ended_by.as_ref() && step.reasons.contains(&record.reason)
        });
    let right = by_busy || by_common || by_nobody || by_either || record.ended_by == by;
    if !right {
        return wrong(&format!("it should have been ended by {by:?}"));
    }
    Ok(())
}

/// Why a group call is over that nobody has answered while its caller waited.
fn common_refusal(call: &Call) -> Option<EndReason> {
    use ParticipantState as P;
    // A caller that was swept away was there until the end.
    let waited =
        call.has(&call.caller, PartState::In) || call.has(&call.caller, PartState::Out(P::Left));
    if call.kind != CallKind::Group || call.accepted_at.is_some() || !waited {
        return None;
    }
    let callees = call
        .parts
        .iter()
        .filter(|(accid, _)| **accid != call.caller);
    let states: Vec<PartState> = callees.map(|(_, part)| part.state).collect();
    let all = |state| states.iter().all(|it| *it == PartState::Out(state));
    let any = |state| states.contains(&PartState::Out(state));
    // Somebody was taken back: the caller did not wait to the end.
    if any(P::Cancelled) {
        return None;
    }
    Some(match () {
        () if all(P::Unreachable) => EndReason::Unreachable,
        () if all(P::Busy) => EndReason::Busy,
        () if any(P::TimedOut) || any(P::Unreachable) => EndReason::TimedOut,
        () => EndReason::Rejected,
    })
}
