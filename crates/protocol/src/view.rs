//! What a client may see of a call.

use serde::{Deserialize, Serialize};

use crate::{
    Accid, CallId, CallKind, CallState, CallSummary, DeviceId, DeviceState, EndReason, ErrorKind,
    InviteMode, JoinMode, Media, Message, MessageId, ParticipantDuration, ParticipantState, Uid,
};

/// A whole call as one of its participants sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CallView {
    /// The call.
    pub call_id: CallId,
    /// Grows by one with each change of the call.
    pub version: u64,
    /// One-to-one or group.
    pub kind: CallKind,
    /// The terms of a group call; absent for one-to-one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<GroupTerms>,
    /// What it carries now.
    pub media: Media,
    /// Where it is.
    pub state: CallState,
    /// Who dialled.
    pub caller: Accid,
    /// The app's own text, at most 4 KiB, handed to the callee with the invite.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attachment: Option<String>,
    /// Everyone in it, the caller first.
    pub participants: Vec<ParticipantView>,
    /// Milliseconds since the first accept, when it is active.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub active_ms: Option<u64>,
    /// A switch to video that waits for consent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub switch: Option<SwitchView>,
    /// Why it ended, once it has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<EndView>,
    /// Whether joining needs a room token signed with the app's secret.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub secure: bool,
}

/// What its caller has laid down for a group call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct GroupTerms {
    /// The app's own name of the group, 1 to 64 bytes, by which its running calls can be found.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group_id: Option<String>,
    /// Who may invite.
    #[serde(default)]
    pub invite_mode: InviteMode,
    /// Who may join uninvited.
    #[serde(default)]
    pub join_mode: JoinMode,
    /// Once somebody has answered, the last one who is in it stays until leaving, so that others can join or be invited.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub keep_last: bool,
}

/// An account that could not be invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct RefusedInvite {
    /// The account.
    pub accid: Accid,
    /// Why: `account_not_found`, `account_disabled`, `already_in_call`, `participant_limit`, `called_oneself`.
    pub kind: ErrorKind,
}

/// A running call that the asking account is in or may join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct FoundCall {
    /// The call.
    pub call_id: CallId,
    /// The number under which this account is in it or would join it; a room token must be signed for it.
    pub uid: Uid,
    /// What it carries now.
    pub media: Media,
    /// The terms of a group call; absent for one-to-one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<GroupTerms>,
    /// How many are in it now.
    pub people: u32,
    /// All of it. Of a call that needs a room token, only those who have a part in it see more than the above.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub call: Option<CallView>,
}

/// One participant as the others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct ParticipantView {
    /// The account.
    pub accid: Accid,
    /// The account's name, for display.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The address of the account's picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
    /// Its number in this call.
    pub uid: Uid,
    /// Where it is.
    pub state: ParticipantState,
    /// What its microphone does.
    pub audio: DeviceState,
    /// What its camera does; `off` in an audio call.
    pub video: DeviceState,
    /// In the call, but its device is away for the moment; the grace time runs.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub reconnecting: bool,
    /// In the call, but has it on hold: nothing flows from or to it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub held: bool,
    /// Whether its screen is the one that is shared in the call.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub screen: bool,
    /// Who invited it, if that was not the caller.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inviter: Option<Accid>,
    /// The device that answered (or dialled), so that other devices of the account know it was not them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub device: Option<DeviceId>,
}

impl ParticipantView {
    /// The same participant in a call that has ended for this reason, if nothing else has become of it: it has left, an
    /// invite that rang is cancelled or has run out, and what was over stays so.
    #[must_use]
    pub fn ended(self, reason: EndReason) -> Self {
        let ran_out = matches!(reason, EndReason::TimedOut | EndReason::Unreachable);
        let state = match self.state {
            ParticipantState::Invited if ran_out => ParticipantState::Unreachable,
            state if state.is_pending() && ran_out => ParticipantState::TimedOut,
            state if state.is_pending() => ParticipantState::Cancelled,
            state if state.is_in_call() => ParticipantState::Left,
            over => over,
        };
        Self {
            state,
            audio: DeviceState::Off,
            video: DeviceState::Off,
            reconnecting: false,
            held: false,
            screen: false,
            ..self
        }
    }
}

/// A switch from audio to video that waits for the other side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct SwitchView {
    /// Who asked.
    pub by: Accid,
    /// What was asked for.
    pub media: Media,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct EndView {
    /// Why.
    pub reason: EndReason,
    /// Who caused it, where an account did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<Accid>,
    /// Connected time of each account that was in the call, the receiving one included, as in its record; nothing for who was never in it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub durations: Vec<ParticipantDuration>,
}

impl EndView {
    /// Connected time of this account in milliseconds.
    pub fn duration_ms(&self, accid: &Accid) -> u64 {
        let own = self.durations.iter().find(|one| one.accid == *accid);
        own.map_or(0, |own| own.duration_ms)
    }
}

/// What has changed of a call: what is absent has not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct CallDelta {
    /// The new state. In a call that has ended, everyone's part is over, as [`ParticipantView::ended`] says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<CallState>,
    /// The terms of the group call that a one-to-one call has become.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub group: Option<GroupTerms>,
    /// The new media.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub media: Option<Media>,
    /// Those participants that changed or are new, each whole; of a call that has ended, only those whose part has not
    /// ended as that of everyone.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub participants: Vec<ParticipantView>,
    /// The waiting switch: absent when unchanged, `null` when there is none any more.
    #[serde(skip_serializing_if = "Option::is_none", default, with = "nullable")]
    #[cfg_attr(feature = "schemars", schemars(with = "Option<SwitchView>"))]
    pub switch: Option<Option<SwitchView>>,
    /// How it ended, if this change ended it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub end: Option<EndView>,
}

/// An invite that still rings, as the invited account's device sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct InviteView {
    /// The call that rings.
    pub call: CallView,
    /// How much longer it rings, in milliseconds.
    pub ring_ms_left: u64,
}

/// All that concerns this device now: sent after each login, in place of any replay of events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// Calls that this device is in.
    pub calls: Vec<CallView>,
    /// Calls that the account is in on another of its devices: they can be continued here.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub elsewhere: Vec<CallView>,
    /// Invites that ring for the account.
    pub invites: Vec<InviteView>,
    /// Messages since the login's cursor, oldest first: the newest page of them. None for a device without a cursor, to
    /// which all is old.
    pub messages: Vec<Message>,
    /// More came since the cursor than the page holds; `message.list` has them.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub more: bool,
    /// The device's cursor from now on.
    #[serde(default)]
    pub cursor: MessageId,
    /// Calls named in the login's `calls` that ended meanwhile.
    pub ended: Vec<CallSummary>,
}

/// Keeps "absent" and "null" apart.
mod nullable {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value
            .as_ref()
            .and_then(Option::as_ref)
            .serialize(serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::<T>::deserialize(deserializer).map(Some)
    }
}
