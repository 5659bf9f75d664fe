//! This device, and how well it is connected.

use hullo_client::protocol::{
    Accid, DeviceFailure, DeviceState, Platform, Quality, QualityReport, SlotKind,
};
use hullo_client::{DevicePresets, LocalDevice, LocalMedia, State};

/// Where this device is.
#[uniffi::remote(Enum)]
pub enum State {
    /// No call.
    Idle,
    /// Dialling; nobody has accepted.
    Calling,
    /// Someone calls.
    Called,
    /// Accepted.
    InCall,
}

/// What a microphone or camera of a participant does. Only what is `on` flows.
#[uniffi::remote(Enum)]
pub enum DeviceState {
    /// Muted or closed by the person, or not in the call.
    Off,
    /// The person is asked for it, or it is being opened.
    Asking,
    /// It is open, and flows.
    On,
    /// There is none that may be used; it is wanted all the same, and may come.
    Failed,
}

/// Why a device could not be opened, or was lost.
#[uniffi::remote(Enum)]
pub enum DeviceFailure {
    /// The person or the system said no.
    Denied,
    /// There is none.
    Missing,
    /// Another program has it, or it is broken.
    Busy,
    /// Its page is not secure: browsers give devices to https and localhost alone.
    Insecure,
    /// It was unplugged or taken away, and there is no other.
    Ended,
}

/// What a slot can carry.
#[uniffi::remote(Enum)]
pub enum SlotKind {
    /// Sound.
    Audio,
    /// The camera's picture.
    Video,
    /// The picture of a shared screen.
    Screen,
}

/// Which of this device's microphone and camera are on from the start of a call. What is absent is as the call carries it, or
/// as it was before: in another device's part of the call, or set while it rang.
#[uniffi::remote(Record)]
pub struct DevicePresets {
    /// False: muted.
    #[uniffi(default)]
    pub audio: Option<bool>,
    /// False: the camera stays closed. An audio call has none in any case.
    #[uniffi(default)]
    pub video: Option<bool>,
}

/// What one of this device's devices does.
#[uniffi::remote(Record)]
pub struct LocalDevice {
    /// `off` while nobody wants it.
    pub state: DeviceState,
    /// Why it has failed, if it has. It is wanted still: `retry_device` tries it again.
    pub failure: Option<DeviceFailure>,
}

/// What this device's devices do, and apart from that what the person wants.
#[uniffi::remote(Record)]
pub struct LocalMedia {
    /// Open, too, while it is muted.
    pub microphone: LocalDevice,
    /// Closed while it is muted or not enabled.
    pub camera: LocalDevice,
    /// Shared while it is on.
    pub screen: LocalDevice,
    /// The person has muted the microphone.
    pub audio_muted: bool,
    /// The person wants the camera.
    pub video_enabled: bool,
    /// The person has paused the picture.
    pub video_muted: bool,
}

/// What a client runs on.
#[uniffi::remote(Enum)]
pub enum Platform {
    Web,
    /// iOS or iPadOS.
    Ios,
    /// Android.
    Android,
    /// A desktop program.
    Desktop,
    /// A program without a person, such as a bot or a test.
    Server,
}

/// How good a connection is.
#[uniffi::remote(Enum)]
pub enum Quality {
    /// No figures yet.
    Unknown,
    /// Nothing to wish for.
    Excellent,
    /// Hardly anything is lost.
    Good,
    /// It can be heard and seen that something is lost.
    Poor,
    /// It is hard to talk.
    Bad,
    /// One can hardly talk.
    VeryBad,
    /// No packets at all.
    Down,
}

/// Network quality of one participant.
#[uniffi::remote(Record)]
pub struct QualityReport {
    pub accid: Accid,
    /// From it to the server.
    pub up: Quality,
    /// From the server to it.
    pub down: Quality,
    /// Round trip between it and the server in milliseconds, once known.
    pub rtt_ms: Option<u32>,
    /// Variation of the arrival times (RFC 3550 section 6.4.1) of what comes from it, in milliseconds, once known.
    pub jitter_ms: Option<u32>,
    /// Packets lost on the way from it, per thousand, once known.
    pub loss_up_permille: Option<u32>,
    /// Packets lost on the way to it, per thousand, once known.
    pub loss_down_permille: Option<u32>,
}
