//! What passes between the endpoint and the device's media.

use hullo_protocol::{Accid, SlotKind};
use serde::{Deserialize, Serialize};

/// What the device's media reports. `peer` is the number in [`MediaCommand::Open`]; events of other peers are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum MediaEvent {
    /// An offer is ready to be sent (after `Open` and after `Restart`).
    Offered {
        /// Which connection.
        peer: u32,
        /// The offer.
        sdp: String,
    },
    /// ICE and DTLS are done.
    Connected {
        /// Which connection.
        peer: u32,
    },
    /// No packets for the moment.
    Disconnected {
        /// Which connection.
        peer: u32,
    },
    /// The connection cannot go on; a restart or a new one is needed.
    Failed {
        /// Which connection.
        peer: u32,
    },
    /// The first picture of a participant has been decoded.
    FirstVideoFrame {
        /// Which connection.
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
        /// Which.
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
        /// Its number.
        peer: u32,
        /// M-lines that receive sound, 1 to 8.
        audio: u8,
        /// M-lines that receive pictures, 1 to 15.
        video: u8,
    },
    /// Add m-lines that receive only until there are so many, and report the new offer. What flows goes on.
    Grow {
        /// Which connection.
        peer: u32,
        /// M-lines that receive sound, all in all.
        audio: u8,
        /// M-lines that receive pictures, all in all.
        video: u8,
    },
    /// The server's answer.
    Answer {
        /// Which connection.
        peer: u32,
        /// The answer.
        sdp: String,
    },
    /// Restart ICE and report the new offer.
    Restart {
        /// Which connection.
        peer: u32,
    },
    /// Which own devices shall be open (for the own view, too); idempotent, whole truth each time.
    Capture {
        /// The microphone.
        audio: bool,
        /// The camera.
        video: bool,
    },
    /// Which open devices shall flow into the connection; idempotent, whole truth each time. False is also mute.
    Flow {
        /// Which connection.
        peer: u32,
        /// The microphone.
        audio: bool,
        /// The camera.
        video: bool,
    },
    /// Whose tracks the receiving m-lines carry, and whether they are to be heard.
    Slots {
        /// Which connection.
        peer: u32,
        /// One for each m-line in use.
        slots: Vec<RemoteSlot>,
    },
    /// Close the connection and all own devices at once.
    Close,
}

/// A receiving m-line and the account whose track it carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteSlot {
    /// The m-line.
    pub mid: String,
    /// Sound or picture.
    pub kind: SlotKind,
    /// Whose.
    pub accid: Accid,
    /// Muted by `SetAudioMute`.
    pub muted: bool,
}

/// What the own devices do.
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
