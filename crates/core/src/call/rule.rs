//! Who may do what to a call, and what becomes of it. The first writer wins; the others get a typed error.

use hullo_protocol::{
    Accid, CallKind, CallState, DeviceId, DeviceState, EndReason, ErrorBody, ErrorKind,
    ParticipantState, Uid,
};

use super::{Call, End, Participant, not_found};
use crate::Time;

impl Call {
    /// These callees are in other calls: they are not rung.
    pub fn skip_busy(&mut self, callees: &[Accid], now: Time) {
        for callee in callees {
            if let Ok(participant) = self.participant_mut(callee) {
                participant.state = ParticipantState::Busy;
            }
        }
        if let Some(callee) = callees.first() {
            self.conclude(EndReason::Busy, Some(callee), now);
        }
    }

    /// A device of this account is being sent the invite.
    pub fn deliver(&mut self, callee: &Accid) {
        if let Ok(participant) = self.participant_mut(callee)
            && participant.state == ParticipantState::Invited
        {
            participant.state = ParticipantState::Delivered;
        }
    }

    /// A device of this account rings.
    pub fn ring(&mut self, by: &Accid, device: &DeviceId) -> Result<(), ErrorBody> {
        self.pending(by, device, ErrorKind::AcceptWhileCalling)?;
        self.participant_mut(by)?.state = ParticipantState::Ringing;
        Ok(())
    }

    /// Answers the invite on this device; again on the same device it changes nothing. In a secure call `granted` must be
    /// the account's number, from a room token for this call.
    pub fn accept(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        granted: Option<Uid>,
        connect_ms: u64,
        now: Time,
    ) -> Result<(), ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        let uid = own.uid;
        if *by != self.caller && own.is_in_call_on(device) {
            return Ok(());
        }
        self.pending(by, device, ErrorKind::AcceptWhileCalling)?;
        self.check_grant(uid, granted)?;
        self.admit(by, device, connect_ms, now);
        Ok(())
    }

    /// Declines the invite.
    pub fn reject(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        reason: EndReason,
        now: Time,
    ) -> Result<(), ErrorBody> {
        self.pending(by, device, ErrorKind::RejectWhileCalling)?;
        let participant = self.participant_mut(by)?;
        participant.state = ParticipantState::Rejected;
        participant.device = Some(device.clone());
        participant.answered_at = Some(now);
        self.conclude(reason, Some(by), now);
        Ok(())
    }

    /// Takes the invites back before anyone has accepted.
    pub fn cancel(&mut self, by: &Accid, device: &DeviceId, now: Time) -> Result<(), ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        if *by != self.caller {
            return Err(ErrorKind::CancelWhileCalled.into());
        }
        if self.accepted_at.is_some() {
            return Err(ErrorKind::AlreadyAccepted.into());
        }
        if let Some(end) = &self.end {
            return Err(match end.reason {
                EndReason::TimedOut | EndReason::Unreachable => ErrorKind::InviteExpired,
                EndReason::Rejected | EndReason::TokenRefused => ErrorKind::AlreadyRejected,
                EndReason::Busy => ErrorKind::CallOver,
                _ => ErrorKind::InviteCancelled,
            }
            .into());
        }
        if !own.is_in_call_on(device) {
            return Err(ErrorKind::InCallOnOtherDevice.into());
        }
        self.leave(by, ParticipantState::Left, EndReason::Cancelled, now);
        Ok(())
    }

    /// Leaves in whatever state: cancels for the caller of a ringing call, rejects for a callee that rings, hangs up
    /// otherwise. When there is nothing to leave, because the call is over or the account is in it on another device,
    /// that is what was asked for, too.
    pub fn hang_up(&mut self, by: &Accid, device: &DeviceId, now: Time) -> Result<(), ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        if own.state.is_pending() {
            return self.reject(by, device, EndReason::Rejected, now);
        }
        if own.is_in_call_on(device) {
            let reason = match self.state {
                CallState::Ringing => EndReason::Cancelled,
                CallState::Active | CallState::Ended => EndReason::HungUp,
            };
            self.leave(by, ParticipantState::Left, reason, now);
        }
        Ok(())
    }

    /// The account signs out: on one device, or (`None`) on all, in which case it cannot answer any more either.
    pub fn log_out(&mut self, by: &Accid, device: Option<&DeviceId>, now: Time) {
        let Some(own) = self.participant(by) else {
            return;
        };
        let concerned = device.is_none() || own.device.as_ref() == device;
        if own.state.is_in_call() && concerned {
            self.leave(by, ParticipantState::Left, EndReason::LoggedOut, now);
        } else if own.state.is_pending() && device.is_none() {
            self.leave(by, ParticipantState::Unreachable, EndReason::LoggedOut, now);
        }
    }

    /// The account has signed out on its last device: an invite that rings for it will not be answered.
    pub fn withdraw(&mut self, by: &Accid, now: Time) {
        if self.participant(by).is_some_and(|p| p.state.is_pending()) {
            self.leave(by, ParticipantState::Unreachable, EndReason::LoggedOut, now);
        }
    }

    /// Whether this device may have a media connection: it is in the call, or it may still answer.
    pub fn may_offer(&self, by: &Accid, device: &DeviceId) -> Result<Uid, ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        if own.state.is_pending() && !self.is_ended() {
            return Ok(own.uid);
        }
        self.in_call(by, device).map(|own| own.uid)
    }

    /// The participant, if it is in the call with this device.
    pub(super) fn in_call(&self, by: &Accid, device: &DeviceId) -> Result<&Participant, ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        if self.is_ended() {
            return Err(ErrorKind::CallOver.into());
        }
        if !own.state.is_in_call() {
            return Err(ErrorKind::NotInCall.into());
        }
        if own.device.as_ref() != Some(device) {
            return Err(ErrorKind::InCallOnOtherDevice.into());
        }
        Ok(own)
    }

    /// Refuses unless this account's invite can still be answered. The caller has no invite: it gets `for_caller`.
    fn pending(
        &self,
        by: &Accid,
        device: &DeviceId,
        for_caller: ErrorKind,
    ) -> Result<(), ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        // A caller that has left its group call can be invited to it like anyone.
        if *by == self.caller && own.ring_until.is_none() {
            return Err(for_caller.into());
        }
        let kind = match own.state {
            ParticipantState::Invited | ParticipantState::Delivered | ParticipantState::Ringing => {
                return Ok(());
            }
            ParticipantState::Accepted | ParticipantState::Joined => ErrorKind::AlreadyAccepted,
            ParticipantState::Rejected => ErrorKind::AlreadyRejected,
            ParticipantState::Cancelled => ErrorKind::InviteCancelled,
            ParticipantState::TimedOut | ParticipantState::Unreachable => ErrorKind::InviteExpired,
            ParticipantState::Busy => ErrorKind::CallOver,
            ParticipantState::Left | ParticipantState::Lost => {
                if own.device.as_ref() == Some(device) {
                    ErrorKind::CallOver
                } else {
                    ErrorKind::AlreadyAccepted
                }
            }
        };
        Err(kind.into())
    }

    /// Takes a participant out of the call, in the final state `state`.
    pub(super) fn leave(
        &mut self,
        accid: &Accid,
        state: ParticipantState,
        reason: EndReason,
        now: Time,
    ) {
        let Ok(participant) = self.participant_mut(accid) else {
            return;
        };
        participant.leave(state, now);
        self.conclude(reason, Some(accid), now);
    }

    /// Ends the call if too few are left. A one-to-one call is over as soon as one of the two is; a group call when one is
    /// alone and nobody can be waited for, unless its caller wants it kept, or when nobody is in it.
    pub(super) fn conclude(&mut self, reason: EndReason, by: Option<&Accid>, now: Time) {
        let count = |of: fn(ParticipantState) -> bool| {
            self.participants.iter().filter(|p| of(p.state)).count()
        };
        let over = match self.kind {
            CallKind::OneToOne => count(ParticipantState::is_over) > 0,
            CallKind::Group => {
                let pending = count(ParticipantState::is_pending);
                let in_call = count(ParticipantState::is_in_call);
                let waits = self.accepted_at.is_some() && self.keeps_last();
                in_call == 0 || (in_call == 1 && pending == 0 && !waits)
            }
        };
        if !over {
            return;
        }
        match self.common_refusal() {
            Some(common) if common != reason => self.finish(common, None, now),
            _ => self.finish(reason, by, now),
        }
    }

    fn keeps_last(&self) -> bool {
        self.group.as_ref().is_some_and(|terms| terms.keep_last)
    }

    /// Why a group call that nobody has answered is over, when its caller is still there: the callees' common reason; with
    /// several, that it was not answered, or else that it was rejected.
    fn common_refusal(&self) -> Option<EndReason> {
        let caller = self.participant(&self.caller)?;
        if self.kind != CallKind::Group || self.accepted_at.is_some() || caller.state.is_over() {
            return None;
        }
        let states = || {
            let callees = self.participants.iter().filter(|p| p.accid != self.caller);
            callees.map(|p| p.state)
        };
        let any = |state| states().any(|it| it == state);
        let all = |state| states().all(|it| it == state);
        Some(if all(ParticipantState::Unreachable) {
            EndReason::Unreachable
        } else if all(ParticipantState::Busy) {
            EndReason::Busy
        } else if any(ParticipantState::TimedOut) || any(ParticipantState::Unreachable) {
            EndReason::TimedOut
        } else {
            EndReason::Rejected
        })
    }

    /// Ends the call: invites that are open are taken back, who is in it leaves.
    pub(super) fn finish(&mut self, reason: EndReason, by: Option<&Accid>, now: Time) {
        if self.is_ended() {
            return;
        }
        for participant in &mut self.participants {
            if participant.state.is_pending() {
                participant.state = ParticipantState::Cancelled;
            } else if participant.state.is_in_call() {
                participant.leave(ParticipantState::Left, now);
            }
        }
        self.state = CallState::Ended;
        self.ended_at = Some(now);
        self.end = Some(End {
            reason,
            by: by.cloned(),
        });
        self.switch = None;
    }
}

impl Participant {
    fn leave(&mut self, state: ParticipantState, now: Time) {
        if self.state.is_in_call() {
            self.left_at = Some(match (state, self.away_since) {
                (ParticipantState::Lost, Some(away_since)) => away_since,
                _ => now,
            });
        }
        self.state = state;
        self.audio = DeviceState::Off;
        self.video = DeviceState::Off;
        self.held = false;
        self.screen = false;
        self.away_since = None;
        self.closing = false;
        self.connect_until = None;
    }
}
