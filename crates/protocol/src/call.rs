//! The states and reasons of a call, the same words on both ends and in storage.

use serde::{Deserialize, Serialize};

macro_rules! wire_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$vdoc])* $variant),+
        }
    };
}
pub(crate) use wire_enum;

wire_enum!(
    /// One-to-one or group.
    #[derive(Default)]
    CallKind {
        /// Two accounts; ends for both when either leaves.
        #[default]
        OneToOne,
        /// Several accounts; ends when nobody is left to talk to.
        Group,
    }
);

wire_enum!(
    /// Who may invite more accounts into a group call.
    #[derive(Default)]
    InviteMode {
        /// Everyone who is in it.
        #[default]
        Everyone,
        /// The caller alone.
        Caller,
    }
);

wire_enum!(
    /// Who may join a running group call without a ringing invite.
    #[derive(Default)]
    JoinMode {
        /// Those who have been invited to it once, whatever became of that.
        #[default]
        Invited,
        /// Every account of the app that knows the call or its group.
        Everyone,
    }
);

wire_enum!(
    /// What shall become of the account's other call when one is accepted (call waiting).
    OtherCall {
        /// It is left.
        End,
        /// It is held; the device takes it up again when this one is over.
        Hold,
    }
);

wire_enum!(
    /// What a call carries.
    Media {
        /// Sound only.
        Audio,
        /// Sound and picture.
        Video,
    }
);

wire_enum!(
    /// Where a call is. `Ringing` until the first callee accepts.
    CallState {
        /// Nobody has answered yet.
        Ringing,
        /// At least one callee has accepted.
        Active,
        /// Over; it has one [`EndReason`] and one record.
        Ended,
    }
);

wire_enum!(
    /// Where an account in a call is (design section 2).
    ParticipantState {
        /// The invite is stored; no device of the account has it yet.
        Invited,
        /// At least one device has been sent the invite.
        Delivered,
        /// At least one device says that it rings.
        Ringing,
        /// One device has answered (the caller: has dialled); its media is not connected yet.
        Accepted,
        /// Its media is connected and the call is active.
        Joined,
        /// Left after having been in the call: by hang-up, or because the call ended.
        Left,
        /// Its device stayed away past the grace time.
        Lost,
        /// Said no.
        Rejected,
        /// Was in another call.
        Busy,
        /// The caller took the invite back.
        Cancelled,
        /// Did not answer in time.
        TimedOut,
        /// Had no device that could be reached while it rang.
        Unreachable,
    }
);

impl ParticipantState {
    /// Still able to answer its invite.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Invited | Self::Delivered | Self::Ringing)
    }

    /// In the call: has dialled or answered and has not left.
    pub fn is_in_call(self) -> bool {
        matches!(self, Self::Accepted | Self::Joined)
    }

    /// Nothing more happens to this participant.
    pub fn is_over(self) -> bool {
        !self.is_pending() && !self.is_in_call()
    }
}

wire_enum!(
    /// What a microphone or camera of a participant does. Only what is `on` flows.
    #[derive(Default)]
    DeviceState {
        /// Muted or closed by the person, or not in the call.
        #[default]
        Off,
        /// The browser asks the person for it, or opens it.
        Asking,
        /// It is open, and flows.
        On,
        /// There is none that may be used; it is wanted all the same, and may come.
        Failed,
    }
);

wire_enum!(
    /// Why a device could not be opened, or was lost.
    DeviceFailure {
        /// The person or the browser said no.
        Denied,
        /// There is none.
        Missing,
        /// Another program has it, or it is broken.
        Busy,
        /// The page is not secure: browsers give devices to https and localhost alone.
        Insecure,
        /// It was unplugged or taken away, and there is no other.
        Ended,
    }
);

wire_enum!(
    /// The one reason for which a call ended. Who caused it stands beside it as `by`.
    EndReason {
        /// A participant hung up an active call.
        HungUp,
        /// The caller cancelled while it rang.
        Cancelled,
        /// The callee (all callees) rejected.
        Rejected,
        /// The callee was in another call.
        Busy,
        /// Nobody answered in time.
        TimedOut,
        /// Nobody answered in time and no device of the callee was ever reached.
        Unreachable,
        /// Accepted, but media did not connect in time.
        ConnectTimedOut,
        /// A participant's device stayed away past the grace time.
        Lost,
        /// The account of a participant logged out or its device was signed out by another login.
        LoggedOut,
        /// A participant's room token was refused or could not be had (secure mode).
        TokenRefused,
        /// The server ended it: a limit, or an operator.
        Server,
    }
);

wire_enum!(
    /// Network quality on the reference's scale (behaviour D.4).
    Quality {
        /// 0: no figures yet.
        Unknown,
        /// 1
        Excellent,
        /// 2
        Good,
        /// 3
        Poor,
        /// 4
        Bad,
        /// 5
        VeryBad,
        /// 6: no packets at all.
        Down,
    }
);
