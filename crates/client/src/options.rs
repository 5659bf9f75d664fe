//! What a call or an invite may say beside whom it is for.

use std::time::Duration;

use hullo_core::endpoint::DevicePresets;
use hullo_protocol::{GroupTerms, Media};

/// How [`Client::call`](crate::Client::call) dials.
#[derive(Debug, Clone)]
pub struct CallOptions {
    /// What the call carries; video unless said otherwise.
    pub media: Media,
    /// Which of this device's microphone and camera are on from the start.
    pub presets: DevicePresets,
    /// Text and ring time.
    pub invite: InviteOptions,
}

/// How [`Client::group_call`](crate::Client::group_call) dials.
#[derive(Debug, Clone, Default)]
pub struct GroupCallOptions {
    /// As in a call of two.
    pub call: CallOptions,
    /// The group, and who may invite and join.
    pub terms: GroupTerms,
}

/// What an invite says.
#[derive(Debug, Clone, Default)]
pub struct InviteOptions {
    /// The app's own text for the callee.
    pub attachment: Option<String>,
    /// How long it rings; the app's default when absent.
    pub timeout: Option<Duration>,
}

impl CallOptions {
    /// A call by voice.
    pub fn audio() -> Self {
        Self {
            media: Media::Audio,
            ..Self::video()
        }
    }

    /// A call with pictures.
    pub fn video() -> Self {
        Self {
            media: Media::Video,
            presets: DevicePresets::NONE,
            invite: InviteOptions::default(),
        }
    }
}

impl Default for CallOptions {
    fn default() -> Self {
        Self::video()
    }
}

impl InviteOptions {
    pub(crate) fn timeout_ms(&self) -> Option<u64> {
        let timeout = self.timeout?;
        Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX))
    }
}
