//! What the Rust client gives back, field by field: its types may grow, and cannot be made outside of it.

use hullo_client::protocol::{Accid, CallView, Message, RecentCall, RefusedInvite};
use hullo_client::{LocalMedia, State};

/// The signed-in account.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Account {
    /// As the app's backend created it.
    pub accid: Accid,
    /// For display.
    pub name: Option<String>,
    /// The address of its picture.
    pub avatar: Option<String>,
    /// Whether the app's calls need room tokens.
    pub secure: bool,
}

/// Where a client is: what its last `Changed` said, and who is signed in.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Status {
    /// The account; absent while signed out.
    pub account: Option<Account>,
    /// Where this device is.
    pub state: State,
    /// The call, unless idle.
    pub call: Option<CallView>,
    /// What this device's microphone, camera and screen do.
    pub local: LocalMedia,
    /// Whom this device has muted for itself in the call.
    pub audio_mutes: Vec<Accid>,
    /// The call that is on hold beside the current one.
    pub held: Option<CallView>,
    /// The invite that waits beside the current call.
    pub waiting: Option<CallView>,
    /// Calls of the account on its other devices, which `continue_here` fetches.
    pub elsewhere: Vec<CallView>,
    /// The session with the server is open. It is restored by itself when it is not.
    pub connected: bool,
    /// In a call whose connection (to the server, or of its media) is being restored.
    pub reconnecting: bool,
}

/// The call of a dial to several, and those who could not be invited.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Dialled {
    /// As the server has it.
    pub call: CallView,
    /// With why.
    pub refused: Vec<RefusedInvite>,
}

/// A page of past calls.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Recents {
    /// Newest first.
    pub calls: Vec<RecentCall>,
    /// Whether there are older ones.
    pub more: bool,
    /// How many of those after `read_to` were missed.
    pub missed: u32,
    /// Up to which place the person has read them.
    pub read_to: u64,
}

/// A page of a conversation.
#[derive(Debug, Clone, uniffi::Record)]
pub struct Messages {
    /// Newest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Takes over each of the fields.
macro_rules! mirror {
    ($name:ident { $($field:ident),+ }) => {
        impl From<hullo_client::$name> for $name {
            fn from(it: hullo_client::$name) -> Self {
                Self { $($field: it.$field),+ }
            }
        }
    };
}

mirror!(Account {
    accid,
    name,
    avatar,
    secure
});
mirror!(Dialled { call, refused });
mirror!(Recents {
    calls,
    more,
    missed,
    read_to
});
mirror!(Messages { messages, more });

impl From<hullo_client::Status> for Status {
    fn from(it: hullo_client::Status) -> Self {
        Self {
            account: it.account.map(Account::from),
            state: it.state,
            call: it.call,
            local: it.local,
            audio_mutes: it.audio_mutes,
            held: it.held,
            waiting: it.waiting,
            elsewhere: it.elsewhere,
            connected: it.connected,
            reconnecting: it.reconnecting,
        }
    }
}
