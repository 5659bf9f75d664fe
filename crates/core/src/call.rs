//! A call: its participants and invites, its rules, its stored form. Shared by the hub and whoever reads a stored call.
//!
//! The rules are methods that change the call or refuse with a typed error; they know neither sessions nor media
//! connections. What is different for a call of two and one of several is said in [`CallKind`] and decided in
//! `Call::conclude`: who being over ends the call.

mod answer;
mod group;
mod media;
mod quality;
mod record;
mod rule;
mod screen;
#[cfg(test)]
mod tests;
mod time;
mod view;

use std::collections::BTreeMap;

use hullo_protocol::{
    Accid, CallId, CallKind, CallState, DeviceId, DeviceState, EndReason, ErrorBody, ErrorKind,
    GroupTerms, Media, ParticipantState, RefusedInvite, Uid,
};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Time;

pub use answer::{Answer, Outcome};
pub use group::Invitation;
pub(crate) use group::none_invited;
pub use media::SwitchRefusal;
pub use quality::QualityStats;
pub use time::{Connectivity, Due};
pub use view::Touched;

/// A call as the hub owns it and as it is stored (as JSON, by its serde form).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Its name, made by the caller's client.
    pub call_id: CallId,
    /// Names under which it is known as well: those of later dials that met this one (glare).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<CallId>,
    /// One-to-one or group.
    pub kind: CallKind,
    /// What its caller has laid down, if it is a group call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupTerms>,
    /// What it carries now.
    pub media: Media,
    pub state: CallState,
    /// Grows by one with each change that a participant can see; 1 when it is made.
    pub version: u64,
    pub caller: Accid,
    /// The app's own text for the callee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// Whether joining needs a room token.
    #[serde(default)]
    pub secure: bool,
    /// When it was dialled.
    pub created_at: Time,
    /// When it was first accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Everyone in it: the caller first, with uid 1, then the callees from uid 2.
    pub participants: Vec<Participant>,
    /// A switch to video that waits for consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switch: Option<Switch>,
    /// The first answers to the requests about it, oldest first, so that a repeated request gets the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// An account in a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub accid: Accid,
    /// How it is shown.
    #[serde(default, skip_serializing_if = "Profile::is_empty")]
    pub profile: Profile,
    /// Its number in the call.
    pub uid: Uid,
    pub state: ParticipantState,
    /// Who invited it, if that was not the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<Accid>,
    /// The app's own text for it alone, in place of the call's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// The device that dialled, accepted or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// What its microphone does.
    #[serde(deserialize_with = "device_state")]
    pub audio: DeviceState,
    /// What its camera does.
    #[serde(deserialize_with = "device_state")]
    pub video: DeviceState,
    /// It has the call on hold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
    /// Its screen is shared. Invariant: true for at most one participant, who is in the active call and does not hold it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub screen: bool,
    /// When it was invited (the caller: when it dialled).
    pub invited_at: Time,
    /// Until when its invite rings; the caller has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring_until: Option<Time>,
    /// When it accepted or rejected (the caller: when it dialled).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Time>,
    /// Until when its media must be connected, from when it is in the active call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect_until: Option<Time>,
    /// When its media was first connected in the active call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_at: Option<Time>,
    /// When it left the call that it was in; for a lost one: since when it was away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Time>,
    /// Since when its device has been away; the grace time runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_since: Option<Time>,
    /// Its page has said that it is being closed, or reloaded, while the call only rang.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closing: bool,
    /// Milliseconds that it was connected before it left and came again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub spent_ms: u64,
    /// How well it was connected.
    #[serde(
        rename = "tally",
        default,
        skip_serializing_if = "QualityStats::is_empty"
    )]
    pub quality: QualityStats,
}

/// How an account is shown to others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name, for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address of its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

impl Profile {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub reason: EndReason,
    /// Who caused it, where an account did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Accid>,
}

/// A switch that waits for the other side's consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// The account that asked; the other one answers.
    pub by: Accid,
    pub media: Media,
    pub until: Time,
}

/// A valid dial.
#[derive(Debug, Clone)]
pub struct Dial {
    pub call_id: CallId,
    pub caller: Accid,
    pub device: DeviceId,
    pub callees: Vec<Accid>,
    /// What makes it a group call.
    pub group: Option<GroupTerms>,
    pub media: Media,
    /// The app's own text for the callees.
    pub attachment: Option<String>,
    /// How long the invites ring, in milliseconds.
    pub ring_ms: u64,
    /// Whether joining needs a room token.
    pub secure: bool,
}

impl Call {
    /// About how many bytes of memory the call takes.
    pub fn footprint(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let people: usize = self
            .participants
            .iter()
            .map(|own| size_of::<Participant>() + own.accid.as_str().len() + text(&own.attachment))
            .sum();
        let answers: usize = self.answers.iter().map(Answer::bytes).sum();
        size_of::<Self>() + text(&self.attachment) + people + answers
    }

    /// A call that was dialled now: the caller is in it, the callees are invited.
    pub fn dial(dial: Dial, now: Time) -> Self {
        let caller = Participant {
            state: ParticipantState::Accepted,
            device: Some(dial.device),
            audio: DeviceState::Asking,
            video: camera_in(dial.media),
            answered_at: Some(now),
            ..Participant::invited(dial.caller.clone(), Uid(1), now)
        };
        let callees = dial.callees.into_iter().zip(2..).map(|(accid, uid)| {
            let ring_until = Some(now.plus_ms(dial.ring_ms));
            Participant {
                ring_until,
                ..Participant::invited(accid, Uid(uid), now)
            }
        });
        Self {
            call_id: dial.call_id,
            aliases: Vec::new(),
            kind: match dial.group {
                None => CallKind::OneToOne,
                Some(_) => CallKind::Group,
            },
            group: dial.group,
            media: dial.media,
            state: CallState::Ringing,
            version: 1,
            caller: dial.caller,
            attachment: dial.attachment,
            secure: dial.secure,
            created_at: now,
            accepted_at: None,
            ended_at: None,
            end: None,
            participants: std::iter::once(caller).chain(callees).collect(),
            switch: None,
            answers: Vec::new(),
        }
    }

    /// From now on those who are among `people` are shown like this.
    pub fn introduce(&mut self, people: &BTreeMap<Accid, Profile>) {
        for participant in &mut self.participants {
            if let Some(profile) = people.get(&participant.accid) {
                participant.profile.clone_from(profile);
            }
        }
    }

    pub fn is_ended(&self) -> bool {
        self.state == CallState::Ended
    }

    /// The participant that is this account.
    pub fn participant(&self, accid: &Accid) -> Option<&Participant> {
        self.participants.iter().find(|p| p.accid == *accid)
    }

    /// The participant of this number, and its place. Numbers are given in order.
    pub fn place_of(&self, uid: Uid) -> Option<(usize, &Participant)> {
        let place = self.participants.binary_search_by_key(&uid, |p| p.uid);
        let index = place.ok()?;
        Some((index, self.participants.get(index)?))
    }

    /// The accounts of all callees, in order.
    pub fn callees(&self) -> impl Iterator<Item = &Accid> {
        let caller = &self.caller;
        self.participants
            .iter()
            .map(|p| &p.accid)
            .filter(move |accid| *accid != caller)
    }

    fn participant_mut(&mut self, accid: &Accid) -> Result<&mut Participant, ErrorBody> {
        let call_id = self.call_id;
        self.participants
            .iter_mut()
            .find(|p| p.accid == *accid)
            .ok_or_else(|| not_found(call_id))
    }
}

impl Participant {
    fn invited(accid: Accid, uid: Uid, now: Time) -> Self {
        Self {
            accid,
            profile: Profile::default(),
            uid,
            state: ParticipantState::Invited,
            inviter: None,
            attachment: None,
            device: None,
            audio: DeviceState::Off,
            video: DeviceState::Off,
            held: false,
            screen: false,
            invited_at: now,
            ring_until: None,
            answered_at: None,
            connect_until: None,
            joined_at: None,
            left_at: None,
            away_since: None,
            closing: false,
            spent_ms: 0,
            quality: QualityStats::default(),
        }
    }

    /// Whether it is in the call with this device.
    pub fn is_in_call_on(&self, device: &DeviceId) -> bool {
        self.state.is_in_call() && self.device.as_ref() == Some(device)
    }

    /// Milliseconds from when its media was connected in the active call until it left, of all its stays; up to `now`
    /// while it is there.
    pub fn duration_ms(&self, now: Time) -> u64 {
        let stay_ms = self
            .joined_at
            .map_or(0, |joined| self.left_at.unwrap_or(now).since(joined));
        self.spent_ms.saturating_add(stay_ms)
    }
}

/// What a camera does of which its client has said nothing yet.
fn camera_in(media: Media) -> DeviceState {
    match media {
        Media::Audio => DeviceState::Off,
        Media::Video => DeviceState::Asking,
    }
}

/// Reads what a device does. Before 0.2 it was stored as whether it is on.
fn device_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeviceState, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Stored {
        State(DeviceState),
        IsOn(bool),
    }
    Ok(match Stored::deserialize(deserializer)? {
        Stored::State(state) => state,
        Stored::IsOn(true) => DeviceState::On,
        Stored::IsOn(false) => DeviceState::Off,
    })
}

fn is_zero(ms: &u64) -> bool {
    *ms == 0
}

/// What a request about an unknown call gets, and one about a call of other accounts: that it exists is not revealed.
pub fn not_found(call_id: CallId) -> ErrorBody {
    ErrorBody::new(
        ErrorKind::CallNotFound,
        format!("there is no call {call_id} of this account; it may be over and forgotten"),
    )
}
