//! The step of one account between two states of a call that are stored one after the other: it needs a cause.

use hullo_core::Time;
use hullo_core::call::Participant;
use hullo_protocol::{
    Accid, CallId, CallKind, Command, DeviceId, EndReason, GroupTerms, JoinMode, OtherCall,
    ParticipantState as P,
};

use super::cause::{Cause, Verdict};
use super::judge::granted;
use super::model::{Call, Model, Part, PartState};

/// An account and its part before and after.
#[derive(Clone, Copy)]
struct Step<'a> {
    call_id: CallId,
    was: &'a Call,
    before: Option<&'a Part>,
    own: &'a Participant,
    cause: &'a Cause<'a>,
    /// What the account itself has asked of this call.
    command: Option<&'a Command>,
}

/// Judges the step of one account.
pub(super) fn judge(
    model: &Model,
    was: &Call,
    own: &Participant,
    call_id: CallId,
    cause: &Cause<'_>,
) -> Result<Verdict, String> {
    let step = Step {
        call_id,
        was,
        before: was.part(&own.accid),
        own,
        cause,
        command: cause.asks(&own.accid, call_id),
    };
    let is = PartState::of(own.state);
    let verdict = match step.before {
        Some(before) if before.state == is => {
            stays(before, own, call_id, cause)?;
            if before.uid != own.uid {
                return Err(format!(
                    "{} was uid {} and is {}",
                    own.accid, before.uid, own.uid
                ));
            }
            Some(Verdict::Stays)
        }
        Some(before) if before.state == PartState::Rung => step.while_ringing(model, before),
        Some(before) if before.state == PartState::In => step.when_inside(before),
        _ => step.when_outside(model),
    };
    verdict.ok_or_else(|| {
        format!(
            "{} goes from {:?} to {:?} in {call_id} without a cause",
            own.accid,
            step.before.map(|before| before.state),
            own.state
        )
    })
}

impl Step<'_> {
    /// It asks on the device on which it comes in.
    fn is_here(&self) -> bool {
        self.own.device.as_ref() == self.cause.me.map(|(_, device)| device)
    }

    /// Its room token lets it in, if one is needed. The dial that meets another was let in for itself.
    fn may_enter(&self, model: &Model) -> bool {
        !model.config.secure
            || matches!(self.command, Some(Command::StartCall(_)))
            || granted(
                self.cause.grant,
                &self.own.accid,
                Some(self.call_id),
                self.own.uid,
            )
    }

    /// It has no part in the call, or none any more.
    fn when_outside(&self, model: &Model) -> Option<Verdict> {
        let accid = &self.own.accid;
        let invited = names(self.cause, self.call_id, accid);
        let busy = model.is_busy(accid, self.call_id);
        let joins = matches!(self.command, Some(Command::Join { .. }));
        match PartState::of(self.own.state) {
            PartState::Rung if invited && !busy => Some(Verdict::Enters),
            PartState::Out(P::Busy) if invited && busy => {
                Some(Verdict::Leaves(vec![EndReason::Busy]))
            }
            PartState::In if joins => (self.is_here()
                && self.may_enter(model)
                && may_join(self.was, self.before.is_some()))
            .then_some(Verdict::Enters),
            _ => None,
        }
    }

    /// It rings.
    fn while_ringing(&self, model: &Model, before: &Part) -> Option<Verdict> {
        let now = self.cause.now;
        let rejects = matches!(
            self.command,
            Some(Command::Reject { .. } | Command::Hangup { .. })
        );
        let without_token = matches!(
            self.command,
            Some(Command::Reject {
                without_token: true,
                ..
            })
        );
        let reached = before.reached || before.reached_perhaps;
        let banned = self.cause.banned == Some(&self.own.accid);
        let reason = match PartState::of(self.own.state) {
            PartState::In => {
                let comes = self.is_here() && self.may_enter(model) && answers(self.command);
                return comes.then_some(Verdict::Enters);
            }
            PartState::Out(P::Rejected) if without_token => EndReason::TokenRefused,
            PartState::Out(P::Rejected) if rejects => EndReason::Rejected,
            PartState::Out(P::TimedOut) if rung_out(before, now) && reached => EndReason::TimedOut,
            PartState::Out(P::Unreachable) if rung_out(before, now) && !before.reached => {
                EndReason::Unreachable
            }
            PartState::Out(P::Unreachable) if banned || self.signs_out(model) => {
                EndReason::LoggedOut
            }
            PartState::Out(P::Cancelled) => return Some(Verdict::Swept),
            _ => return None,
        };
        Some(Verdict::Leaves(vec![reason]))
    }

    /// Its last device signs out.
    fn signs_out(&self, model: &Model) -> bool {
        let accid = &self.own.accid;
        let signed_out = &self.cause.signed_out;
        let mut sessions = model.sessions.values().filter(|of| of.accid == *accid);
        matches!(self.cause.command, Some(Command::Logout))
            && sessions.all(|of| signed_out.contains(&(accid.clone(), of.device.clone())))
    }

    /// It is in the call.
    fn when_inside(&self, before: &Part) -> Option<Verdict> {
        let accid = &self.own.accid;
        let key = (self.call_id, accid.clone());
        let active = self.was.accepted_at.is_some();
        let device = self.cause.me.map(|(_, device)| device);
        let other = self.cause.other(accid, self.call_id);
        match PartState::of(self.own.state) {
            PartState::Out(P::Lost) => {
                let mut reasons = Vec::new();
                if self.cause.gone.contains(&key) {
                    reasons.push(EndReason::Lost);
                }
                if self.cause.unconnected.contains(&key) {
                    reasons.push(EndReason::ConnectTimedOut);
                }
                (!reasons.is_empty()).then_some(Verdict::Leaves(reasons))
            }
            PartState::Out(P::Left) if signed_out(accid, before, self.cause) => {
                Some(Verdict::Leaves(vec![EndReason::LoggedOut]))
            }
            PartState::Out(P::Left) if leaves(self.command, before, device) && !active => {
                Some(Verdict::Leaves(vec![EndReason::Cancelled]))
            }
            PartState::Out(P::Left)
                if leaves(self.command, before, device) || (other.is_some() && active) =>
            {
                Some(Verdict::Leaves(vec![EndReason::HungUp]))
            }
            PartState::Out(P::Left) => Some(Verdict::Swept),
            _ => None,
        }
    }
}

/// The account stays; its device and its hold change only by its own command.
fn stays(
    before: &Part,
    own: &Participant,
    call_id: CallId,
    cause: &Cause<'_>,
) -> Result<(), String> {
    if before.state != PartState::In {
        return Ok(());
    }
    let accid = &own.accid;
    let command = cause.asks(accid, call_id);
    let continues = matches!(command, Some(Command::Continue { .. }));
    if before.device != own.device && !continues {
        return Err(format!(
            "{accid} has moved to {:?} in {call_id}",
            own.device
        ));
    }
    let may_hold = match own.held {
        true => {
            matches!(command, Some(Command::Hold { held: true, .. }))
                || cause.other(accid, call_id) == Some(OtherCall::Hold)
        }
        false => continues || matches!(command, Some(Command::Hold { held: false, .. })),
    };
    if before.held != own.held && !may_hold {
        return Err(format!("{accid} holds {call_id}: {}, by nobody", own.held));
    }
    Ok(())
}

/// Whether the accepted command invites the account into the call.
fn names(cause: &Cause<'_>, call_id: CallId, accid: &Accid) -> bool {
    let here = cause.call_id == Some(call_id);
    here && match cause.command {
        Some(Command::StartCall(start)) => start.callees.contains(accid),
        Some(Command::Invite(more)) => more.callees.contains(accid),
        _ => false,
    }
}

fn answers(command: Option<&Command>) -> bool {
    matches!(
        command,
        Some(Command::Accept { .. } | Command::Join { .. } | Command::StartCall(_))
    )
}

/// Whether whoever asks may come in without ringing.
fn may_join(call: &Call, was_invited: bool) -> bool {
    let everyone = |terms: &GroupTerms| terms.join_mode == JoinMode::Everyone;
    call.kind == CallKind::Group && (was_invited || call.terms.as_ref().is_some_and(everyone))
}

fn leaves(command: Option<&Command>, before: &Part, device: Option<&DeviceId>) -> bool {
    let here = before.device.as_ref() == device;
    here && matches!(
        command,
        Some(Command::Hangup { .. } | Command::Cancel { .. })
    )
}

fn signed_out(accid: &Accid, before: &Part, cause: &Cause<'_>) -> bool {
    let device = before.device.as_ref();
    let here = |(of, on): &(Accid, DeviceId)| of == accid && Some(on) == device;
    cause.banned == Some(accid) || cause.signed_out.iter().any(here)
}

fn rung_out(before: &Part, now: Time) -> bool {
    before.rings_until.is_some_and(|until| now >= until)
}
