//! What makes and takes the sound and the pictures of a call, encoded.

use std::collections::VecDeque;
use std::future::{Future, pending};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use hullo_core::endpoint::RemoteSlot;
use hullo_protocol::{DeviceFailure, DeviceState, SlotKind};
use str0m::format::PayloadParams;
use str0m::media::MediaTime;

/// One encoded frame: a packet of Opus, or a whole picture.
#[derive(Debug, Clone)]
pub struct Frame {
    /// How it is encoded.
    pub params: PayloadParams,
    /// When it is to be played, on the clock of its source.
    pub time: MediaTime,
    /// When it was made, or came.
    pub at: Instant,
    /// Its bytes, without packets around them.
    pub data: Arc<[u8]>,
    /// How loud sound is, in dBov: 0 is the loudest, -127 silence (RFC 6464). The server chooses by it whose sound is forwarded.
    pub level: Option<i8>,
    /// What is known of one that came; nothing of one that was made here.
    pub received: Option<Received>,
}

/// How a frame came.
#[derive(Debug, Clone)]
pub struct Received {
    /// The numbers of its first and last packet; those of the frame before end right before them, unless something was lost.
    pub packets: (u64, u64),
    /// Nothing is missing between the frame before and this one.
    pub is_next: bool,
    /// Its sender's clock, if he has said: this wall clock time is that time of [`Frame::time`] (RFC 3550, section 6.4.1). By it sound
    /// and pictures of the same moment are found.
    pub reference: Option<(SystemTime, MediaTime)>,
}

impl Frame {
    /// One that was made here and now.
    pub fn made(params: PayloadParams, time: MediaTime, data: impl Into<Arc<[u8]>>) -> Self {
        Self {
            params,
            time,
            at: Instant::now(),
            data: data.into(),
            level: None,
            received: None,
        }
    }
}

/// What devices have to say.
#[derive(Debug, Clone)]
pub enum FromDevice {
    /// What one of them does now.
    State {
        /// Microphone, camera or screen.
        kind: SlotKind,
        /// One that was asked for is `asking` until it is `on` or has `failed`.
        state: DeviceState,
        /// Why it has failed, if it has.
        failure: Option<DeviceFailure>,
        /// What the platform says of that, for the app's eyes.
        message: Option<String>,
    },
    /// To be sent, if the call takes it now: what is muted goes nowhere.
    Frame(SlotKind, Frame),
    /// Who receives this picture can do nothing with it before a whole one comes.
    WantsKeyFrame(RemoteSlot),
    /// The first picture of a participant can be seen.
    FirstPicture {
        /// The m-line that it came through.
        slot: RemoteSlot,
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
}

impl FromDevice {
    /// One that is there at once, if it is wanted.
    pub fn ready(kind: SlotKind, is_wanted: bool) -> Self {
        Self::State {
            kind,
            state: match is_wanted {
                true => DeviceState::On,
                false => DeviceState::Off,
            },
            failure: None,
            message: None,
        }
    }
}

/// A way to encode pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoCodec {
    /// RFC 6386.
    Vp8,
    /// Constrained baseline, in the form of Annex B.
    H264,
}

/// All that the server forwards.
const EVERY_CODEC: [VideoCodec; 2] = [VideoCodec::Vp8, VideoCodec::H264];

/// This device's microphone and camera, and what plays the others' sound and shows their pictures, all encoded. An app that has none of
/// its own takes an [`Engine`](crate::Engine).
pub trait Devices: Send + 'static {
    /// How pictures may be encoded that are sent to this device: what it cannot decode is not offered. What is not said is all that the
    /// server forwards. Sound is Opus.
    fn codecs(&self) -> Vec<VideoCodec> {
        EVERY_CODEC.to_vec()
    }

    /// How what is sent may be encoded, the server's favourite first: after each answer of the server.
    fn negotiated(&mut self, _kind: SlotKind, _formats: &[PayloadParams]) {}

    /// How much the network carries now, in bits a second, sound and pictures together.
    fn bitrate(&mut self, _bits_per_second: u64) {}

    /// How many bits a second would be used if there were room: for that much the network is tried.
    fn bitrate_wanted(&self) -> u64 {
        1_500_000
    }

    /// Which are to be open: idempotent, complete each time. Each says what has become of it by [`Devices::next`].
    fn capture(&mut self, microphone: bool, camera: bool);

    /// A device that has failed is to be tried again.
    fn retry(&mut self, kind: SlotKind);

    /// Whose sound and pictures come from now on, and what is to be heard of it.
    fn follow(&mut self, slots: &[RemoteSlot]);

    /// What they say next. Loses nothing when it is dropped before it is done.
    fn next(&mut self) -> impl Future<Output = FromDevice> + Send;

    /// Takes a frame of a participant.
    fn play(&mut self, from: &RemoteSlot, frame: Frame);

    /// Somebody needs a whole picture of this device's camera.
    fn key_frame_wanted(&mut self);
}

/// Devices that are there, and silent and dark; what comes is not played.
#[derive(Debug, Default)]
pub struct NoDevices {
    states: VecDeque<FromDevice>,
}

impl Devices for NoDevices {
    fn capture(&mut self, microphone: bool, camera: bool) {
        self.states = [
            FromDevice::ready(SlotKind::Audio, microphone),
            FromDevice::ready(SlotKind::Video, camera),
        ]
        .into();
    }

    fn retry(&mut self, _: SlotKind) {}

    fn follow(&mut self, _: &[RemoteSlot]) {}

    async fn next(&mut self) -> FromDevice {
        match self.states.pop_front() {
            Some(state) => state,
            None => pending().await,
        }
    }

    fn play(&mut self, _: &RemoteSlot, _: Frame) {}

    fn key_frame_wanted(&mut self) {}
}
