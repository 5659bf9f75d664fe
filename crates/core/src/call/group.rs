//! What several in a call may do: invite more, join, end it for all, hold it, and go on with it on another device.

use hullo_protocol::{
    Accid, CallKind, CallState, DeviceId, DeviceState, EndReason, ErrorBody, ErrorKind, GroupTerms,
    InviteMode, JoinMode, PARTICIPANTS_MAX, ParticipantState, Uid,
};

use super::{Call, Participant, RefusedInvite, camera_in, not_found};
use crate::Time;

/// More accounts for a call.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub callees: Vec<Accid>,
    /// The app's own text for them; the call's own when absent.
    pub attachment: Option<String>,
    /// How long the invites ring, in milliseconds.
    pub ring_ms: u64,
}

impl Call {
    /// Invites more accounts; a one-to-one call becomes a group call by it. Returns whom to ring, and adds to `refused` those
    /// who cannot be invited; refused as a whole when none can.
    pub fn invite(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        invitation: &Invitation,
        refused: &mut Vec<RefusedInvite>,
        now: Time,
    ) -> Result<Vec<Accid>, ErrorBody> {
        self.may_invite(by, device)?;
        let mut rung = Vec::new();
        for accid in &invitation.callees {
            match self.invitable(accid) {
                Ok(()) => {
                    self.invite_one(by, accid, invitation, now);
                    rung.push(accid.clone());
                }
                Err(kind) => refused.push(RefusedInvite {
                    accid: accid.clone(),
                    kind,
                }),
            }
        }
        if rung.is_empty() {
            return Err(none_invited(refused));
        }
        if self.kind == CallKind::OneToOne {
            self.kind = CallKind::Group;
            self.group = Some(GroupTerms::default());
            self.switch = None;
        }
        Ok(rung)
    }

    fn may_invite(&self, by: &Accid, device: &DeviceId) -> Result<(), ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        if own.state.is_pending() {
            return Err(ErrorKind::InviteWhileCalled.into());
        }
        self.in_call(by, device)?;
        if self.kind == CallKind::OneToOne && self.state != CallState::Active {
            return Err(ErrorKind::InviteWhileCalling.into());
        }
        let caller_only = self
            .group
            .as_ref()
            .is_some_and(|terms| terms.invite_mode == InviteMode::Caller);
        if caller_only && *by != self.caller {
            return Err(ErrorBody::new(
                ErrorKind::Forbidden,
                format!("only {} may invite into this call", self.caller),
            ));
        }
        Ok(())
    }

    fn invitable(&self, accid: &Accid) -> Result<(), ErrorKind> {
        match self.participant(accid) {
            Some(own) if !own.state.is_over() => Err(ErrorKind::AlreadyInCall),
            Some(_) => Ok(()),
            None if self.participants.len() >= PARTICIPANTS_MAX => Err(ErrorKind::ParticipantLimit),
            None => Ok(()),
        }
    }

    /// The account's invite rings from now, whether it is its first or another one.
    fn invite_one(&mut self, by: &Accid, accid: &Accid, invitation: &Invitation, now: Time) {
        let inviter = Some(by.clone()).filter(|by| *by != self.caller);
        let participant = self.fresh_participant(accid, now);
        participant.state = ParticipantState::Invited;
        participant.inviter = inviter;
        participant.attachment.clone_from(&invitation.attachment);
        participant.ring_until = Some(now.plus_ms(invitation.ring_ms));
    }

    /// The account as a participant that has not been there before, but for what goes into the record: the time it has spent
    /// and its quality.
    fn fresh_participant(&mut self, accid: &Accid, now: Time) -> &mut Participant {
        let index = self.participants.iter().position(|p| p.accid == *accid);
        let index = index.unwrap_or_else(|| {
            let new = Participant::invited(accid.clone(), self.next_uid(), now);
            self.participants.push(new);
            self.participants.len() - 1
        });
        let participant = &mut self.participants[index];
        let spent_ms = participant.duration_ms(now);
        *participant = Participant {
            spent_ms,
            quality: std::mem::take(&mut participant.quality),
            profile: std::mem::take(&mut participant.profile),
            ..Participant::invited(accid.clone(), participant.uid, now)
        };
        participant
    }

    /// The number of the next account that comes in.
    pub fn next_uid(&self) -> Uid {
        let greatest = self.participants.iter().map(|p| p.uid.0).max();
        Uid(greatest.unwrap_or(0).saturating_add(1))
    }

    /// The number under which an account is in the call or would join it; refused if it may not.
    pub fn uid_for(&self, accid: &Accid) -> Result<Uid, ErrorBody> {
        let own = self.participant(accid);
        if let Some(own) = own.filter(|own| !own.state.is_over()) {
            return Ok(own.uid);
        }
        let open = |terms: &GroupTerms| terms.join_mode == JoinMode::Everyone;
        if own.is_none() && !self.group.as_ref().is_some_and(open) {
            return Err(not_found(self.call_id));
        }
        if self.is_ended() {
            return Err(ErrorKind::CallOver.into());
        }
        match own {
            _ if self.kind == CallKind::OneToOne => Err(not_found(self.call_id)),
            Some(own) => Ok(own.uid),
            None if self.participants.len() >= PARTICIPANTS_MAX => {
                Err(ErrorKind::ParticipantLimit.into())
            }
            None => Ok(self.next_uid()),
        }
    }

    /// Enters the call without a ringing invite, or by answering the one that rings.
    pub fn join(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        granted: Option<Uid>,
        connect_ms: u64,
        now: Time,
    ) -> Result<(), ErrorBody> {
        let uid = self.uid_for(by)?;
        match self.participant(by) {
            Some(own) if own.state.is_pending() => {
                return self.accept(by, device, granted, connect_ms, now);
            }
            Some(own) if own.state.is_in_call() => return self.in_call(by, device).map(|_| ()),
            _ => {}
        }
        self.check_grant(uid, granted)?;
        self.fresh_participant(by, now);
        self.admit(by, device, connect_ms, now);
        Ok(())
    }

    /// Refuses in a secure call unless the room token was signed for it and `uid`.
    pub(super) fn check_grant(&self, uid: Uid, granted: Option<Uid>) -> Result<(), ErrorBody> {
        if self.secure && granted != Some(uid) {
            return Err(ErrorBody::new(
                ErrorKind::RoomTokenRefused,
                format!("this call needs a room token signed for it, your account and uid {uid}"),
            ));
        }
        Ok(())
    }

    /// From now on the account is in the call with this device.
    pub(super) fn admit(&mut self, by: &Accid, device: &DeviceId, connect_ms: u64, now: Time) {
        let media = self.media;
        if let Ok(participant) = self.participant_mut(by) {
            participant.state = ParticipantState::Accepted;
            participant.device = Some(device.clone());
            participant.answered_at = Some(now);
            participant.audio = DeviceState::Asking;
            participant.video = camera_in(media);
        }
        self.state = CallState::Active;
        self.accepted_at.get_or_insert(now);
        for participant in &mut self.participants {
            if participant.state == ParticipantState::Accepted {
                participant
                    .connect_until
                    .get_or_insert(now.plus_ms(connect_ms));
            }
        }
    }

    /// Ends the call for everyone.
    pub fn end_for_all(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        now: Time,
    ) -> Result<(), ErrorBody> {
        if self.is_ended() {
            return Ok(());
        }
        self.in_call(by, device)?;
        if self.kind == CallKind::Group && *by != self.caller {
            return Err(ErrorBody::new(
                ErrorKind::Forbidden,
                format!(
                    "only {} may end this call for all; leave it with call.hangup",
                    self.caller
                ),
            ));
        }
        let reason = match self.state {
            CallState::Ringing => EndReason::Cancelled,
            CallState::Active | CallState::Ended => EndReason::HungUp,
        };
        self.finish(reason, Some(by), now);
        Ok(())
    }

    /// Holds the call on this device, or takes it up again. A screen that was shared is not shared again then: that takes the
    /// person.
    pub fn hold(&mut self, by: &Accid, device: &DeviceId, held: bool) -> Result<(), ErrorBody> {
        self.in_call(by, device)?;
        if self.state != CallState::Active {
            return Err(ErrorBody::new(
                ErrorKind::BadRequest,
                "only an active call can be held",
            ));
        }
        let participant = self.participant_mut(by)?;
        participant.held = held;
        participant.screen &= !held;
        Ok(())
    }

    /// Goes on with the account's part of the call on this device instead of another.
    pub fn continue_on(
        &mut self,
        by: &Accid,
        device: &DeviceId,
        connect_ms: u64,
        now: Time,
    ) -> Result<(), ErrorBody> {
        let own = self
            .participant(by)
            .ok_or_else(|| not_found(self.call_id))?;
        if self.is_ended() {
            return Err(ErrorKind::CallOver.into());
        }
        if !own.state.is_in_call() {
            return Err(ErrorKind::NotInCall.into());
        }
        let participant = self.participant_mut(by)?;
        // The screen that is shared is the other device's.
        participant.screen &= participant.device.as_ref() == Some(device);
        participant.device = Some(device.clone());
        participant.held = false;
        // Whether they are there on this device is not known; what was muted stays so.
        for state in [&mut participant.audio, &mut participant.video] {
            if *state != DeviceState::Off {
                *state = DeviceState::Asking;
            }
        }
        if let Some(until) = &mut participant.connect_until {
            *until = now.plus_ms(connect_ms);
        }
        Ok(())
    }
}

/// The refusal of an invitation that has reached nobody.
pub(crate) fn none_invited(refused: &[RefusedInvite]) -> ErrorBody {
    match refused {
        [] => ErrorBody::new(
            ErrorKind::BadRequest,
            "callees is empty; name at least one account",
        ),
        [one] => ErrorBody::new(
            one.kind,
            format!("{} cannot be invited: {}", one.accid, one.kind.text()),
        ),
        several => {
            let names: Vec<String> = several.iter().map(|one| one.accid.to_string()).collect();
            ErrorBody::new(
                ErrorKind::InviteFailed,
                format!("none of {} can be invited", names.join(", ")),
            )
        }
    }
}
