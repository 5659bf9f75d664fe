//! What passes between the endpoint and the device's media.

use hullo_protocol::{Accid, DeviceFailure, DeviceState, IceServer, SlotKind};
use serde::{Deserialize, Serialize};

/// What the device's media reports. `peer` is the number in [`MediaCommand::Open`]; events of other peers are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum MediaEvent {
    /// An offer is ready to be sent (after `Open` and after `Restart`).
    Offered { peer: u32, sdp: String },
    /// ICE and DTLS are done.
    Connected { peer: u32 },
    /// No packets for the moment.
    Disconnected { peer: u32 },
    /// The connection cannot go on; a restart or a new one is needed.
    Failed { peer: u32 },
    /// The first picture of a participant has been decoded.
    FirstVideoFrame {
        peer: u32,
        /// The m-line it came through.
        mid: String,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// What a device does now: one that `Capture` asked for is `asking` until it is `on` or has `failed`. A device that has
    /// failed is tried again by itself when another is plugged in or chosen, and each attempt is reported. A screen is `off` when
    /// the person has ended it with the browser's own button.
    Device {
        kind: SlotKind,
        state: DeviceState,
        /// Why it has failed; `busy` when absent.
        #[serde(default)]
        failure: Option<DeviceFailure>,
        /// What the platform says of the failure.
        #[serde(default)]
        message: Option<String>,
    },
}

/// What the device's media shall do. The shell owns RTCPeerConnection and the devices; it decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum MediaCommand {
    /// Make a connection with one audio and one video m-line to send and to receive, nothing attached, as many more to receive
    /// only as are asked for, and one for screens both ways if asked for; and report its offer. Closes any other connection.
    Open {
        peer: u32,
        /// M-lines that receive sound, 1 to 8.
        audio: u8,
        /// M-lines that receive pictures, 1 to 15.
        video: u8,
        /// Whether there is an m-line for screens, marked `a=content:slides` in the offer.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        screen: bool,
    },
    /// Add m-lines until there are so many, and report the new offer. What flows goes on.
    Grow {
        peer: u32,
        /// M-lines that receive sound, all in all.
        audio: u8,
        /// M-lines that receive pictures, all in all.
        video: u8,
        /// As in `Open`; one that is there stays.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        screen: bool,
    },
    /// The server's answer.
    Answer { peer: u32, sdp: String },
    /// Restart ICE and report the new offer.
    Restart { peer: u32 },
    /// Which of this device's microphone, camera and screen are to be open (for the local view, too); idempotent, complete each
    /// time. The person chooses the screen.
    Capture {
        audio: bool,
        video: bool,
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        screen: bool,
    },
    /// Try a device again that has failed and is wanted.
    Retry { kind: SlotKind },
    /// Which open devices shall flow into the connection; idempotent, complete each time. False is also mute.
    Flow {
        peer: u32,
        audio: bool,
        video: bool,
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        screen: bool,
    },
    /// Whose tracks the receiving m-lines carry, and whether they are to be heard.
    Slots {
        peer: u32,
        /// One for each m-line in use.
        slots: Vec<RemoteSlot>,
    },
    /// The servers for connections that are made from now on, and for restarts of the one there is.
    IceServers {
        /// All of them, in place of those before.
        ice_servers: Vec<IceServer>,
    },
    /// Close the connection, the microphone, the camera and the screen at once.
    Close,
}

/// A receiving m-line and the account whose track it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteSlot {
    pub mid: String,
    /// Sound, the camera's picture or a screen.
    pub kind: SlotKind,
    pub accid: Accid,
    /// Muted by `SetAudioMute`.
    pub muted: bool,
}

/// What one of this device's devices does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalDevice {
    /// `off` while nobody wants it.
    pub state: DeviceState,
    /// Why it has failed, if it has. It is wanted still: `RetryDevice` tries it again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<DeviceFailure>,
}

impl LocalDevice {
    pub(super) fn of(state: DeviceState) -> Self {
        Self {
            state,
            failure: None,
        }
    }
}

/// Which of this device's microphone and camera are on from the start of a call. What is absent is as the call carries it, or
/// as it was before: in another device's part of the call, or set while it rang.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicePresets {
    /// False: muted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub audio: Option<bool>,
    /// False: the camera stays closed. An audio call has none in any case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub video: Option<bool>,
}

impl DevicePresets {
    /// All as it is.
    pub const NONE: Self = Self {
        audio: None,
        video: None,
    };
}

/// What this device's devices do, and apart from that what the person wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalMedia {
    /// Open, too, while it is muted.
    pub microphone: LocalDevice,
    /// Closed while it is muted or not enabled.
    pub camera: LocalDevice,
    pub screen: LocalDevice,
    /// The person has muted the microphone.
    pub audio_muted: bool,
    /// The person wants the camera.
    pub video_enabled: bool,
    /// The person has paused the picture.
    pub video_muted: bool,
}
