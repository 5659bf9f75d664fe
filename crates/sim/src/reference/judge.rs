//! What must have followed from a command, and which refusals are true.

use std::collections::BTreeSet;

use hullo_core::Time;
use hullo_core::hub::RoomGrant;
use hullo_protocol::{
    Accid, CallId, CallKind, CallView, Command, DeviceId, ErrorKind, FoundCall, InviteMode,
    JoinMode, Media, ParticipantState, RefusedInvite, Request, Success, Uid,
};

use super::model::{Call, Model, Part, PartState};

/// A request, who makes it, and what its shell knows.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestContext<'a> {
    pub(super) me: &'a Accid,
    pub(super) device: &'a DeviceId,
    pub(super) request: &'a Request,
    /// The claims of its verified room token.
    pub(super) grant: Option<&'a RoomGrant>,
    /// Accounts in it that cannot be called.
    pub(super) refused: &'a [RefusedInvite],
    pub(super) now: Time,
}

/// The hub has accepted a command, and the model has followed what it stored: what was asked for must be the case.
pub(super) fn accepted(
    model: &mut Model,
    context: &RequestContext<'_>,
    success: &Success,
) -> Result<(), String> {
    let command = &context.request.command;
    match (command, success) {
        (Command::StartCall(start), Success::Call { call, refused }) => {
            if call.call_id != start.call_id {
                return glared(model, context, &start.callees, call);
            }
            return invited(context, &start.callees, refused, model.call(start.call_id));
        }
        (Command::Invite(more), Success::Call { call, refused }) => {
            return invited(context, &more.callees, refused, model.call(call.call_id));
        }
        (Command::Query { .. }, Success::Found { calls }) => {
            for found in calls {
                may_see(model, context.me, found.call_id)?;
                shown_to_its_own(model, context.me, found)?;
            }
            return Ok(());
        }
        (Command::Logout, _) => {
            let here = |part: &Part| part.device.as_ref() == Some(context.device);
            let left = model
                .live_parts(context.me)
                .find(|(_, _, part)| part.state == PartState::In && here(part));
            return match left {
                Some((call_id, ..)) => Err(format!("has logged out and is still in {call_id}")),
                None => Ok(()),
            };
        }
        _ => {}
    }
    let Some(call_id) = model.call_of(command) else {
        return Ok(());
    };
    let switch_until = context.now.plus_ms(model.config.switch_ms);
    if let Some(call) = model.calls.get_mut(&call_id) {
        switched(call, context.me, command, switch_until)?;
    }
    done(model, context, call_id)
}

/// What was asked of one call is the case.
fn done(model: &Model, context: &RequestContext<'_>, call_id: CallId) -> Result<(), String> {
    let RequestContext { me, device, .. } = context;
    let command = &context.request.command;
    let goes = matches!(command, Command::Hangup { .. } | Command::End { .. });
    let Some((call, part)) = model
        .call(call_id)
        .and_then(|call| Some((call, call.part(me)?)))
    else {
        // Not being in the call is what was asked for.
        return goes
            .then_some(())
            .ok_or_else(|| "accepted from a stranger, or for a call that never was".to_owned());
    };
    let here = part.state == PartState::In && part.device.as_ref() == Some(device);
    let is_done = match command {
        Command::Accept { .. } | Command::Join { .. } | Command::Continue { .. } => {
            let free = !model.is_active_elsewhere(me, Some(call_id));
            // Again, it changes nothing, be the call held or not.
            let continues = matches!(command, Command::Continue { .. });
            here && (free || part.held) && !(continues && part.held) && !call.over
        }
        Command::Reject { .. } => part.state == PartState::Out(ParticipantState::Rejected),
        Command::Cancel { .. } => call.over && call.accepted_at.is_none(),
        Command::End { .. } => call.over,
        Command::Hangup { .. } => call.over || (!here && part.state != PartState::Rung),
        Command::Hold { held, .. } => {
            let free = *held || !model.is_active_elsewhere(me, Some(call_id));
            here && part.held == *held && free
        }
        Command::Ring { .. } => part.state == PartState::Rung && !call.over,
        Command::Switch { .. } | Command::AnswerSwitch { .. } => {
            here && call.kind == CallKind::OneToOne && call.is_active()
        }
        Command::SetMedia { .. } => here && !call.over,
        _ => true,
    };
    is_done
        .then_some(())
        .ok_or_else(|| format!("accepted, and it is not so: {part:?}; {call:?}"))
}

/// Everyone who was named is rung, busy, or refused for a true reason.
fn invited(
    context: &RequestContext<'_>,
    callees: &[Accid],
    refused: &[RefusedInvite],
    call: Option<&Call>,
) -> Result<(), String> {
    let Some(call) = call else {
        return Err("invited to a call that never was".to_owned());
    };
    let callees: BTreeSet<&Accid> = callees.iter().collect();
    for callee in callees {
        let refusal = refused.iter().find(|one| one.accid == *callee);
        let is_true = match refusal.map(|one| one.kind) {
            None => call.part(callee).is_some_and(|part| match part.state {
                PartState::Rung | PartState::Out(ParticipantState::Busy) => true,
                // The call was over at once, for all others were busy.
                PartState::Out(_) => call.over,
                PartState::In => false,
            }),
            Some(ErrorKind::CalledOneself) => callee == context.me,
            Some(ErrorKind::AlreadyInCall) => {
                call.has(callee, PartState::In) || call.has(callee, PartState::Rung)
            }
            Some(_) => refusal.is_some_and(|refusal| context.refused.contains(refusal)),
        };
        if !is_true {
            return Err(format!(
                "{callee} was asked for, and it is not so: {call:?}"
            ));
        }
    }
    Ok(())
}

/// The dial became an answer to the other side's dial.
fn glared(
    model: &mut Model,
    context: &RequestContext<'_>,
    callees: &[Accid],
    view: &CallView,
) -> Result<(), String> {
    let Some(Command::StartCall(start)) = Some(&context.request.command) else {
        return Ok(());
    };
    model.note_alias(start.call_id, view.call_id);
    let Some(call) = model.calls.get(&view.call_id) else {
        return Err("the dial was joined to a call that is not there".to_owned());
    };
    let met = [call.caller.clone()] == callees
        && call.kind == CallKind::OneToOne
        && start.group.is_none()
        && call.holds(context.me)
        && call.is_active();
    met.then_some(())
        .ok_or_else(|| "the dial was joined to a call that is no glare".to_owned())
}

/// Whoever finds a call may see it: it is in it, was, or may join.
pub(super) fn may_see(model: &Model, me: &Accid, call_id: CallId) -> Result<(), String> {
    match model.call(call_id) {
        Some(call) if !call.over && may_find(call, me) => Ok(()),
        _ => Err(format!("{me} finds {call_id}, which is not for it")),
    }
}

/// A call behind a door shows its inside to those who have a part in it.
fn shown_to_its_own(model: &Model, me: &Accid, found: &FoundCall) -> Result<(), String> {
    let has_part = |call: &Call| call.part(me).is_some();
    let own = model.call(found.call_id).is_some_and(has_part);
    match found.call.is_some() == (own || !model.config.secure) {
        true => Ok(()),
        false => Err(format!("{me} is shown {found:?}")),
    }
}

fn may_find(call: &Call, me: &Accid) -> bool {
    let open = |terms: &hullo_protocol::GroupTerms| terms.join_mode == JoinMode::Everyone;
    call.part(me).is_some() || call.terms.as_ref().is_some_and(open)
}

/// Who may switch what the call carries, and what becomes of it.
fn switched(call: &mut Call, me: &Accid, command: &Command, until: Time) -> Result<(), String> {
    let asks = matches!(
        command,
        Command::Switch { .. } | Command::AnswerSwitch { .. }
    );
    if asks && !call.is_active() {
        return Err("switched a call that is not active".to_owned());
    }
    match command {
        // A call of several cannot ask everyone.
        Command::Invite(_) => call.switch_by = None,
        Command::Switch {
            media: Media::Audio,
            ..
        } => {
            call.media = Media::Audio;
            call.switch_by = None;
        }
        Command::Switch { .. } if call.media == Media::Video => {}
        // Both ask: both have agreed.
        Command::Switch { .. } if call.switch_by.as_ref().is_some_and(|(by, _)| by != me) => {
            call.media = Media::Video;
            call.switch_by = None;
        }
        Command::Switch { .. } => {
            call.switch_by.get_or_insert((me.clone(), until));
        }
        Command::AnswerSwitch { agree, .. } => {
            let waiting = call.switch_by.take_if(|(by, _)| by != me);
            if waiting.is_some() && *agree {
                call.media = Media::Video;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The hub has refused a command with `kind`: is that true?
pub(super) fn refused(
    model: &Model,
    context: &RequestContext<'_>,
    kind: ErrorKind,
) -> Result<(), String> {
    let command = &context.request.command;
    let me = context.me;
    let call_id = model.call_of(command);
    let call = call_id.and_then(|call_id| model.call(call_id));
    let part = call.and_then(|call| call.part(me));
    let is_true = match kind {
        ErrorKind::BadRequest | ErrorKind::BadSdp => true,
        ErrorKind::CallExists => call.is_some(),
        ErrorKind::RoomTokenRefused => {
            model.config.secure && !granted(context.grant, me, call_id, uid_of(call, me))
        }
        ErrorKind::Forbidden => call.is_some_and(|call| forbidden(call, me, command)),
        ErrorKind::CalledOneself
        | ErrorKind::AccountNotFound
        | ErrorKind::AccountDisabled
        | ErrorKind::InviteFailed
        | ErrorKind::AlreadyInCall => in_the_way(model, context, kind, call_id, call),
        ErrorKind::CallNotFound => {
            let joins = matches!(command, Command::Join { .. });
            let one_to_one = call.is_some_and(|call| call.kind == CallKind::OneToOne);
            let forgotten = call.is_none_or(|call| call.over);
            forgotten
                || (part.is_none() && !(joins && call.is_some_and(|call| may_find(call, me))))
                || (joins && one_to_one)
        }
        ErrorKind::CallOver if part.is_none() => {
            let dials = matches!(command, Command::StartCall(_));
            call.is_some_and(|call| call.over && (dials || may_find(call, me)))
        }
        _ => match (call, part) {
            (Some(call), Some(part)) => true_of_part(call, part, context, kind),
            _ => false,
        },
    };
    is_true
        .then_some(())
        .ok_or_else(|| format!("refused with {kind:?}, which is not true of {call:?}"))
}

/// Whether a room token lets this account into this call under this number.
pub(super) fn granted(
    grant: Option<&RoomGrant>,
    me: &Accid,
    call_id: Option<CallId>,
    uid: Uid,
) -> bool {
    grant.is_some_and(|grant| {
        Some(grant.call_id) == call_id && grant.accid == *me && grant.uid == uid
    })
}

/// The number that an account has in a call, or would have: the next one; in its own dial 1.
pub(super) fn uid_of(call: Option<&Call>, me: &Accid) -> Uid {
    let Some(call) = call else {
        return Uid(1);
    };
    let next = call
        .parts
        .values()
        .map(|part| part.uid.0)
        .max()
        .unwrap_or(0)
        + 1;
    call.part(me).map_or(Uid(next), |part| part.uid)
}

/// Only the caller ends a call for all, and only it invites where it has said so.
fn forbidden(call: &Call, me: &Accid, command: &Command) -> bool {
    let alone = |call: &Call| {
        call.terms
            .as_ref()
            .is_some_and(|terms| terms.invite_mode == InviteMode::Caller)
    };
    match command {
        Command::End { .. } => call.kind == CallKind::Group && call.caller != *me,
        Command::Invite(_) => call.caller != *me && alone(call),
        _ => false,
    }
}

/// Whether something stands in the way of a dial, an invitation or an entry.
fn in_the_way(
    model: &Model,
    context: &RequestContext<'_>,
    kind: ErrorKind,
    call_id: Option<CallId>,
    call: Option<&Call>,
) -> bool {
    let callees = match &context.request.command {
        Command::StartCall(start) => &start.callees,
        Command::Invite(more) => &more.callees,
        _ => {
            return kind == ErrorKind::AlreadyInCall
                && model.is_active_elsewhere(context.me, call_id);
        }
    };
    let here = |callee: &Accid| {
        call.is_some_and(|call| {
            call.has(callee, PartState::In) || call.has(callee, PartState::Rung)
        })
    };
    let known = |callee: &Accid| context.refused.iter().find(|one| one.accid == *callee);
    let oneself = |callee: &Accid| callee == context.me;
    let dials = matches!(context.request.command, Command::StartCall(_));
    // An invitation is refused as a whole only when nobody could be invited.
    let none = callees
        .iter()
        .all(|callee| here(callee) || known(callee).is_some() || oneself(callee));
    match kind {
        // Two who dial each other meet.
        ErrorKind::AlreadyInCall if dials => {
            let mut others = model.live_parts(context.me).peekable();
            let glares = |(_, call, _): &(_, &Call, _)| meets(call, context);
            others.peek().is_some() && !(others.all(|it| glares(&it)))
        }
        ErrorKind::AlreadyInCall => none && callees.iter().any(here),
        ErrorKind::CalledOneself => none && callees.iter().any(oneself),
        ErrorKind::AccountNotFound | ErrorKind::AccountDisabled => {
            let said = |callee| known(callee).is_some_and(|one| one.kind == kind);
            none && callees.iter().any(said)
        }
        _ => none && callees.len() > 1,
    }
}

/// Whether the dial meets this call: a dial of just this account to the asker.
fn meets(call: &Call, context: &RequestContext<'_>) -> bool {
    let Command::StartCall(start) = &context.request.command else {
        return false;
    };
    let mutual = [call.caller.clone()] == *start.callees && start.group.is_none();
    call.kind == CallKind::OneToOne && call.has(context.me, PartState::Rung) && mutual
}

/// Whether a refusal is true of the asker's part of the call.
fn true_of_part(call: &Call, part: &Part, context: &RequestContext<'_>, kind: ErrorKind) -> bool {
    use ParticipantState as P;
    let out = |state| part.state == PartState::Out(state);
    let is_out = matches!(part.state, PartState::Out(_));
    let command = &context.request.command;
    let cancels = matches!(command, Command::Cancel { .. });
    let unanswered = call.over && call.accepted_at.is_none();
    let ringing = call.accepted_at.is_none() && !call.over;
    match kind {
        ErrorKind::CallOver => call.over || is_out,
        ErrorKind::NotInCall => part.state != PartState::In,
        ErrorKind::InCallOnOtherDevice => {
            part.state == PartState::In && part.device.as_ref() != Some(context.device)
        }
        ErrorKind::AlreadyAccepted if cancels => call.accepted_at.is_some(),
        ErrorKind::AlreadyAccepted => part.state == PartState::In || out(P::Left) || out(P::Lost),
        ErrorKind::AlreadyRejected => out(P::Rejected) || (cancels && unanswered),
        ErrorKind::InviteCancelled => out(P::Cancelled) || (cancels && unanswered),
        ErrorKind::InviteExpired => {
            out(P::TimedOut) || out(P::Unreachable) || (cancels && unanswered)
        }
        ErrorKind::InviteWhileCalled => part.state == PartState::Rung,
        ErrorKind::InviteWhileCalling => call.kind == CallKind::OneToOne && ringing,
        ErrorKind::AcceptWhileCalling | ErrorKind::RejectWhileCalling => call.caller == *context.me,
        ErrorKind::CancelWhileCalled => call.caller != *context.me,
        ErrorKind::SwitchWhileCalling | ErrorKind::SwitchWhileCalled => ringing,
        ErrorKind::OneToOneOnly => call.kind == CallKind::Group,
        _ => false,
    }
}
