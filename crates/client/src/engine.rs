//! The media engine: codecs, devices, jitter buffers and mixing between a call's connection and a person.
//!
//! - `codec`: the traits of what encodes and decodes; `ready_codecs` has those of this program.
//! - `device`: the traits of devices; [`ready`] has some, and a `keeper` opens and closes each.
//! - `speaking` and `filming`: from a microphone and a camera to the connection; `processing` is what is done to sound before.
//! - `hearing` and `watching`: from the connection to a loudspeaker and to what shows pictures.

mod codec;
mod device;
mod filming;
#[cfg(feature = "h264")]
mod h264;
mod hearing;
mod keeper;
mod meter;
#[cfg(feature = "opus")]
mod opus;
mod picture;
mod processing;
pub mod ready;
mod ready_codecs;
mod speaking;
#[cfg(feature = "vp8")]
mod vp8;
mod watching;

use std::sync::Arc;

use hullo_core::endpoint::RemoteSlot;
use hullo_protocol::{DeviceFailure, SlotKind};
use str0m::format::PayloadParams;
use tokio::sync::{mpsc, watch};

use crate::devices::{Devices, Frame, FromDevice, VideoCodec};
use filming::{Film, Wishes};
use hearing::Hearing;
use keeper::Keeper;
use processing::{NoProcessor, SharedProcessor};
use speaking::{Path, SampleClock};
use watching::Watching;

pub use codec::{
    AudioDecoder, AudioEncoder, CodecError, Codecs, EncodedPicture, PACKET_SAMPLES, SAMPLE_RATE,
    Sound, VideoDecoder, VideoEncoder,
};
pub use device::{AudioInput, AudioOutput, VideoSource};
pub use filming::VideoSender;
pub use hearing::AudioSource;
pub use keeper::{DeviceError, Opened};
pub use meter::{Meter, SILENCE_DBOV};
pub use picture::Picture;
#[cfg(feature = "processing")]
pub use processing::VoiceProcessor;
pub use processing::{AudioProcessor, FRAME_SAMPLES};
pub use ready_codecs::ReadyCodecs;
pub use speaking::AudioSender;
pub use watching::VideoSink;

/// What sound takes of the network, with what is around it.
const AUDIO_BITS: u64 = 50_000;
/// What pictures are sent at before the network has been tried.
const FIRST_BITRATE: u32 = 450_000;

/// The [`Devices`] of an app that has microphones, loudspeakers, cameras and windows, not encoded frames. Sound is 48,000 samples a
/// second, one channel, 16 bits; pictures are [`Picture`]s.
pub struct Engine {
    // The first, so that it is closed before the devices are: then they end.
    heard: mpsc::UnboundedReceiver<FromDevice>,
    said: mpsc::UnboundedSender<FromDevice>,
    codecs: Arc<dyn Codecs>,
    microphone: Option<Keeper>,
    camera: Option<Keeper>,
    loudspeaker: Option<Keeper>,
    hearing: Hearing,
    watching: Option<Watching>,
    wishes: Arc<Wishes>,
    audio_formats: watch::Sender<Vec<PayloadParams>>,
    video_formats: watch::Sender<Vec<PayloadParams>>,
    /// Whether the loudspeaker is wanted.
    plays: bool,
}

/// An engine to be: what is not said is not there. A call without a microphone is silent, one without a loudspeaker is not heard.
pub struct EngineBuilder {
    codecs: Arc<dyn Codecs>,
    processor: SharedProcessor,
    microphone: Option<Box<dyn AudioInput>>,
    camera: Option<Box<dyn VideoSource>>,
    loudspeaker: Option<Box<dyn AudioOutput>>,
    sink: Option<Box<dyn VideoSink>>,
    microphone_meter: Meter,
    loudspeaker_meter: Meter,
}

impl Engine {
    /// One with the ready codecs, and no devices yet.
    pub fn builder() -> EngineBuilder {
        EngineBuilder {
            codecs: Arc::new(ReadyCodecs::default()),
            processor: SharedProcessor::new(NoProcessor),
            microphone: None,
            camera: None,
            loudspeaker: None,
            sink: None,
            microphone_meter: Meter::default(),
            loudspeaker_meter: Meter::default(),
        }
    }
}

impl EngineBuilder {
    /// What encodes and decodes; [`ReadyCodecs`] when not said.
    #[must_use]
    pub fn codecs(mut self, codecs: impl Codecs) -> Self {
        self.codecs = Arc::new(codecs);
        self
    }

    /// What takes echo and noise out of the microphone's sound; nothing when not said.
    #[must_use]
    pub fn processor(mut self, processor: impl AudioProcessor) -> Self {
        self.processor = SharedProcessor::new(processor);
        self
    }

    /// What the person says comes from here.
    #[must_use]
    pub fn microphone(mut self, device: impl AudioInput) -> Self {
        self.microphone = Some(Box::new(device));
        self
    }

    /// What the others see comes from here.
    #[must_use]
    pub fn camera(mut self, device: impl VideoSource) -> Self {
        self.camera = Some(Box::new(device));
        self
    }

    /// What the others say is heard here.
    #[must_use]
    pub fn loudspeaker(mut self, device: impl AudioOutput) -> Self {
        self.loudspeaker = Some(Box::new(device));
        self
    }

    /// What shows the pictures of others.
    #[must_use]
    pub fn sink(mut self, sink: impl VideoSink) -> Self {
        self.sink = Some(Box::new(sink));
        self
    }

    /// How loud the microphone's sound is, after the processing.
    pub fn microphone_meter(&self) -> Meter {
        self.microphone_meter.clone()
    }

    /// How loud the others are together.
    pub fn loudspeaker_meter(&self) -> Meter {
        self.loudspeaker_meter.clone()
    }

    /// Makes it. Nothing is opened before a call wants it.
    pub fn build(self) -> Engine {
        let (said, heard) = mpsc::unbounded_channel();
        let (audio_formats, audio_seen) = watch::channel(Vec::new());
        let (video_formats, video_seen) = watch::channel(Vec::new());
        let wishes = Arc::new(Wishes::new(FIRST_BITRATE));
        let hearing = Hearing::new(
            self.codecs.clone(),
            self.processor.clone(),
            self.loudspeaker_meter,
        );
        let path = Path {
            codecs: self.codecs.clone(),
            processor: self.processor,
            clock: Arc::new(SampleClock::start()),
            formats: audio_seen,
            said: said.clone(),
            meter: self.microphone_meter,
        };
        let film = Film {
            codecs: self.codecs.clone(),
            formats: video_seen,
            said: said.clone(),
            wishes: wishes.clone(),
        };
        let microphone = self.microphone.map(|mut device| {
            let kind = Some(SlotKind::Audio);
            Keeper::start("hullo microphone", kind, said.clone(), move |alarm| {
                device.open(AudioSender::new(&path, alarm)?)
            })
        });
        let camera = self.camera.map(|mut device| {
            let kind = Some(SlotKind::Video);
            Keeper::start("hullo camera", kind, said.clone(), move |alarm| {
                device.open(VideoSender::new(&film, alarm)?)
            })
        });
        let loudspeaker = self.loudspeaker.map(|mut device| {
            let hearing = hearing.clone();
            Keeper::start("hullo loudspeaker", None, said.clone(), move |alarm| {
                device.open(AudioSource::new(hearing.clone(), alarm))
            })
        });
        let watching = self
            .sink
            .map(|sink| Watching::start(self.codecs.clone(), hearing.clone(), said.clone(), sink));
        Engine {
            heard,
            said,
            codecs: self.codecs,
            microphone,
            camera,
            loudspeaker,
            hearing,
            watching,
            wishes,
            audio_formats,
            video_formats,
            plays: false,
        }
    }
}

impl Engine {
    fn device(&self, kind: SlotKind) -> Option<&Keeper> {
        match kind {
            SlotKind::Audio => self.microphone.as_ref(),
            SlotKind::Video => self.camera.as_ref(),
            SlotKind::Screen => None,
        }
    }

    fn want(&self, kind: SlotKind, wanted: bool) {
        if let Some(device) = self.device(kind) {
            return device.want(wanted);
        }
        let state = match wanted {
            true => missing(kind),
            false => FromDevice::ready(kind, false),
        };
        // It is the receiver's own.
        let _ = self.said.send(state);
    }
}

fn missing(kind: SlotKind) -> FromDevice {
    FromDevice::State {
        kind,
        state: hullo_protocol::DeviceState::Failed,
        failure: Some(DeviceFailure::Missing),
        message: Some("the engine was built without one".to_owned()),
    }
}

impl Devices for Engine {
    fn codecs(&self) -> Vec<VideoCodec> {
        self.codecs.video()
    }

    fn negotiated(&mut self, kind: SlotKind, formats: &[PayloadParams]) {
        match kind {
            SlotKind::Audio => self.audio_formats.send_replace(formats.to_vec()),
            SlotKind::Video => self.video_formats.send_replace(formats.to_vec()),
            SlotKind::Screen => Vec::new(),
        };
        self.wishes.want_key_frame();
    }

    fn bitrate(&mut self, bits_per_second: u64) {
        self.wishes
            .set_bitrate(bits_per_second.saturating_sub(AUDIO_BITS));
    }

    fn capture(&mut self, microphone: bool, camera: bool) {
        self.want(SlotKind::Audio, microphone);
        self.want(SlotKind::Video, camera);
    }

    fn retry(&mut self, kind: SlotKind) {
        match self.device(kind) {
            Some(device) => device.retry(),
            None => self.want(kind, true),
        }
    }

    fn follow(&mut self, slots: &[RemoteSlot]) {
        let plays = self.hearing.follow(slots);
        if let Some(loudspeaker) = &self.loudspeaker
            && plays != self.plays
        {
            loudspeaker.want(plays);
        }
        self.plays = plays;
        if let Some(watching) = &self.watching {
            watching.follow(slots);
        }
    }

    async fn next(&mut self) -> FromDevice {
        match self.heard.recv().await {
            Some(said) => said,
            // It has a sender of its own.
            None => std::future::pending().await,
        }
    }

    fn play(&mut self, from: &RemoteSlot, frame: Frame) {
        match from.kind {
            SlotKind::Audio => self.hearing.play(from, &frame),
            SlotKind::Video | SlotKind::Screen => {
                if let Some(watching) = &mut self.watching {
                    watching.play(from, frame);
                }
            }
        }
    }

    fn key_frame_wanted(&mut self) {
        self.wishes.want_key_frame();
    }
}
