//! What a call or an invite may say beside whom it is for.

use std::time::Duration;

use hullo_client::protocol::{GroupTerms, Media};
use hullo_client::{CallOptions, DevicePresets, GroupCallOptions, InviteOptions};

/// How `Client::call` dials.
#[uniffi::remote(Record)]
pub struct CallOptions {
    /// What the call carries; video unless said otherwise.
    pub media: Media,
    /// Which of this device's microphone and camera are on from the start.
    #[uniffi(default)]
    pub presets: DevicePresets,
    /// Text and ring time.
    #[uniffi(default)]
    pub invite: InviteOptions,
}

/// How `Client::group_call` dials.
#[uniffi::remote(Record)]
pub struct GroupCallOptions {
    /// As in a call of two.
    pub call: CallOptions,
    /// The group, and who may invite and join.
    pub terms: GroupTerms,
}

/// What an invite says.
#[uniffi::remote(Record)]
pub struct InviteOptions {
    /// The app's own text for the callee.
    #[uniffi(default)]
    pub attachment: Option<String>,
    /// How long it rings; the app's default when absent.
    #[uniffi(default)]
    pub timeout: Option<Duration>,
}
