//! What passes between the endpoint and the device's media.

use hullo_protocol::{Accid, IceServer, SlotKind};
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
    /// A microphone or camera that `Capture` asked for could not be opened, or was lost.
    CaptureFailed {
        kind: SlotKind,
        /// Whether permission was denied (otherwise: none there, or in use).
        denied: bool,
        /// What the platform says.
        message: String,
    },
}

/// What the device's media shall do. The shell owns RTCPeerConnection and the devices; it decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum MediaCommand {
    /// Make a connection with one audio and one video m-line to send and to receive, nothing attached, and as many more to
    /// receive only as are asked for, and report its offer. Closes any other connection.
    Open {
        peer: u32,
        /// M-lines that receive sound, 1 to 8.
        audio: u8,
        /// M-lines that receive pictures, 1 to 15.
        video: u8,
    },
    /// Add m-lines that receive only until there are so many, and report the new offer. What flows goes on.
    Grow {
        peer: u32,
        /// M-lines that receive sound, all in all.
        audio: u8,
        /// M-lines that receive pictures, all in all.
        video: u8,
    },
    /// The server's answer.
    Answer { peer: u32, sdp: String },
    /// Restart ICE and report the new offer.
    Restart { peer: u32 },
    /// Which of this device's microphone and camera are to be open (for the local view, too); idempotent, complete each time.
    Capture { audio: bool, video: bool },
    /// Which open devices shall flow into the connection; idempotent, complete each time. False is also mute.
    Flow { peer: u32, audio: bool, video: bool },
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
    /// Close the connection, the microphone and the camera at once.
    Close,
}

/// A receiving m-line and the account whose track it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteSlot {
    pub mid: String,
    /// Sound or picture.
    pub kind: SlotKind,
    pub accid: Accid,
    /// Muted by `SetAudioMute`.
    pub muted: bool,
}

/// What this device's microphone and camera do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalMedia {
    /// The camera is open.
    pub video_enabled: bool,
    /// The camera's picture is paused.
    pub video_muted: bool,
    /// The microphone is muted.
    pub audio_muted: bool,
    /// There is no microphone that may be used.
    pub audio_failed: bool,
    /// There is no camera that may be used.
    pub video_failed: bool,
}
