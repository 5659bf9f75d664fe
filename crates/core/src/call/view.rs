//! What each participant may see of a call, and of a change of it.

use hullo_protocol::{
    Accid, CallDelta, CallState, CallView, EndView, InviteView, ParticipantView, SwitchView,
};

use super::{Call, Participant, Switch};
use crate::Time;

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

    /// What has changed since `before` that a participant can see; `None` when nothing has. How it ended is different
    /// for each and filled in by [`Call::delta_for`].
    pub fn delta(&self, before: &Self) -> Option<CallDelta> {
        let participants: Vec<ParticipantView> = self
            .participants
            .iter()
            .map(Participant::view)
            .filter(|view| {
                before.participant(&view.accid).map(Participant::view) != Some(view.clone())
            })
            .collect();
        let switch = self.switch.as_ref().map(Switch::view);
        let delta = CallDelta {
            state: (self.state != before.state).then_some(self.state),
            group: self.group.clone().filter(|_| self.group != before.group),
            media: (self.media != before.media).then_some(self.media),
            participants,
            switch: (switch != before.switch.as_ref().map(Switch::view)).then_some(switch),
            end: None,
        };
        (delta != CallDelta::default()).then_some(delta)
    }

    /// The change `delta` as this account sees it.
    pub fn delta_for(&self, accid: &Accid, delta: &CallDelta) -> CallDelta {
        let ended = delta.state == Some(CallState::Ended);
        CallDelta {
            end: self.end_view(accid).filter(|_| ended),
            ..delta.clone()
        }
    }

    fn end_view(&self, accid: &Accid) -> Option<EndView> {
        let end = self.end.as_ref()?;
        let ended_at = self.ended_at.unwrap_or_default();
        Some(EndView {
            reason: end.reason,
            by: end.by.clone(),
            duration_ms: self
                .participant(accid)
                .map_or(0, |own| own.duration_ms(ended_at)),
        })
    }
}

impl Participant {
    fn view(&self) -> ParticipantView {
        ParticipantView {
            accid: self.accid.clone(),
            uid: self.uid,
            state: self.state,
            audio: self.audio,
            video: self.video,
            reconnecting: self.away_since.is_some() && self.state.is_in_call(),
            held: self.held,
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
