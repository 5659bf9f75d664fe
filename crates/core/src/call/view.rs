//! What each participant may see of a call, and of a change of it.

use std::collections::BTreeSet;

use hullo_protocol::{
    Accid, CallDelta, CallState, CallView, EndView, InviteView, ParticipantState as P,
    ParticipantView, SwitchView,
};

use super::{Call, Participant, Switch};
use crate::Time;

/// What of a call has changed since a version that someone knows: names only, so that they are told the values as they are
/// when they are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    state: bool,
    group: bool,
    media: bool,
    switch: bool,
    /// By their places in the call. Participants are added at the end, and none is ever taken out.
    participants: BTreeSet<usize>,
}

impl Touched {
    /// Whether a participant cannot see any of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything but participants has changed.
    pub fn is_of_all(&self) -> bool {
        self.state || self.group || self.media || self.switch
    }

    /// The places of the participants that have changed or are new.
    pub fn participants(&self) -> impl Iterator<Item = usize> {
        self.participants.iter().copied()
    }

    /// Adds what has changed as well.
    pub fn add(&mut self, mut other: Self) {
        self.state |= other.state;
        self.group |= other.group;
        self.media |= other.media;
        self.switch |= other.switch;
        self.participants.append(&mut other.participants);
    }
}

impl Call {
    /// The whole call as this account sees it.
    pub fn view(&self, accid: &Accid, now: Time) -> CallView {
        let active = self.state == CallState::Active;
        CallView {
            call_id: self.call_id,
            version: self.version,
            kind: self.kind,
            group: self.group.clone(),
            media: self.media,
            state: self.state,
            caller: self.caller.clone(),
            attachment: self
                .participant(accid)
                .and_then(|own| own.attachment.clone())
                .or_else(|| self.attachment.clone()),
            participants: self.participants.iter().map(Participant::view).collect(),
            active_ms: self
                .accepted_at
                .filter(|_| active)
                .map(|accepted| now.since(accepted)),
            switch: self.switch.as_ref().map(Switch::view),
            end: self.end_view(accid),
            secure: self.secure,
        }
    }

    /// The account's invite, while it rings.
    pub fn invite_view(&self, accid: &Accid, now: Time) -> Option<InviteView> {
        let own = self.participant(accid).filter(|p| p.state.is_pending())?;
        let ring_ms_left = own.ring_until?.since(now);
        Some(InviteView {
            call: self.view(accid, now),
            ring_ms_left,
        })
    }

    /// What has changed since `before` that a participant can see.
    pub fn touched_since(&self, before: &Self) -> Touched {
        let participants = self.participants.iter().enumerate();
        let changed = participants.filter(|(index, own)| {
            let was = before.participants.get(*index);
            was.is_none_or(|was| was != *own && was.view() != own.view())
        });
        Touched {
            state: self.state != before.state,
            group: self.group != before.group,
            media: self.media != before.media,
            switch: self.switch != before.switch,
            participants: changed.map(|(index, _)| index).collect(),
        }
    }

    /// The values of what has changed, as they are now.
    pub fn delta(&self, touched: &Touched) -> CallDelta {
        let participants = touched.participants();
        CallDelta {
            state: touched.state.then_some(self.state),
            group: self.group.clone().filter(|_| touched.group),
            media: touched.media.then_some(self.media),
            participants: participants
                .filter_map(|index| self.participants.get(index))
                .map(Participant::view)
                .collect(),
            switch: touched
                .switch
                .then(|| self.switch.as_ref().map(Switch::view)),
            end: None,
        }
    }

    /// The end of the call, which `before` was its state before, for those who do not know of `touched` yet: who was in it
    /// has left it, and only those whose part has ended otherwise are named. How long it was is not the same for all:
    /// [`Call::end_shown`].
    pub fn end_delta(&self, before: &Self, touched: &Touched) -> CallDelta {
        let Some(end) = &self.end else {
            return self.delta(touched);
        };
        let pairs = self.participants.iter().zip(&before.participants);
        let otherwise = pairs.enumerate().filter(|(index, (own, was))| {
            touched.participants.contains(index) || was.view().ended(end.reason) != own.view()
        });
        let participants = otherwise.map(|(index, _)| index).collect();
        self.delta(&Touched {
            state: true,
            participants,
            ..touched.clone()
        })
    }

    /// How the call has ended for this account, if it has.
    pub fn end_view(&self, accid: &Accid) -> Option<EndView> {
        let own = self.participant(accid)?;
        self.end_shown(self.may_know_durations(own))
    }

    /// How the call has ended for those who may, or may not, know how long the others were in it.
    pub fn end_shown(&self, durations: bool) -> Option<EndView> {
        let end = self.end.as_ref()?;
        Some(EndView {
            reason: end.reason,
            by: end.by.clone(),
            durations: match durations {
                true => self.durations(self.ended_at.unwrap_or_default()),
                false => Vec::new(),
            },
        })
    }

    /// Who was never in it learns nothing of how the others fared: as in the record (`CallRecord::seen_by`).
    pub fn may_know_durations(&self, own: &Participant) -> bool {
        let has_left = matches!(own.state, P::Left | P::Lost);
        own.accid == self.caller || has_left || self.was_in(own)
    }
}

impl Participant {
    fn view(&self) -> ParticipantView {
        ParticipantView {
            accid: self.accid.clone(),
            name: self.profile.name.clone(),
            avatar: self.profile.avatar.clone(),
            uid: self.uid,
            state: self.state,
            audio: self.audio,
            video: self.video,
            reconnecting: self.away_since.is_some() && self.state.is_in_call(),
            held: self.held,
            screen: self.screen,
            inviter: self.inviter.clone(),
            device: self.device.clone(),
        }
    }
}

impl Switch {
    fn view(&self) -> SwitchView {
        SwitchView {
            by: self.by.clone(),
            media: self.media,
        }
    }
}
