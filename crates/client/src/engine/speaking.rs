//! From a microphone to packets of Opus.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use hullo_protocol::{DeviceFailure, SlotKind};
use str0m::format::PayloadParams;
use str0m::media::{Frequency, MediaTime};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::devices::{Frame, FromDevice};
use crate::engine::codec::{AudioEncoder, Codecs, PACKET_SAMPLES, SAMPLE_RATE};
use crate::engine::keeper::{Alarm, DeviceError};
use crate::engine::meter::{Meter, level_of};
use crate::engine::processing::{FRAME_SAMPLES, SharedProcessor};

/// Where a microphone's sound goes: 48,000 samples a second, one channel, 16 bits. From any thread, in pieces of any length; it is
/// encoded at once, in a tenth of a millisecond for each 20 ms.
pub struct AudioSender {
    encoder: Box<dyn AudioEncoder>,
    processor: SharedProcessor,
    /// What is not a whole frame of the processor yet, and what is not a whole packet.
    raw: Vec<i16>,
    clean: Vec<i16>,
    clock: Arc<SampleClock>,
    /// The number of the next sample.
    position: u64,
    formats: watch::Receiver<Vec<PayloadParams>>,
    said: UnboundedSender<FromDevice>,
    meter: Meter,
    alarm: Alarm,
}

/// Counts the samples of all microphones of an engine, one after the other: what was sent once is never before what comes later.
#[derive(Debug)]
pub(super) struct SampleClock {
    began: Instant,
    next: AtomicU64,
}

impl SampleClock {
    pub(super) fn start() -> Self {
        Self {
            began: Instant::now(),
            next: AtomicU64::new(0),
        }
    }

    /// The number of a sample that is heard now.
    fn now(&self) -> u64 {
        let samples = self.began.elapsed().as_micros() * SAMPLE_RATE as u128 / 1_000_000;
        (samples as u64).max(self.next.load(Ordering::Relaxed))
    }
}

/// What a microphone's sound goes through, whichever microphone it is.
#[derive(Clone)]
pub(super) struct Path {
    pub(super) codecs: Arc<dyn Codecs>,
    pub(super) processor: SharedProcessor,
    pub(super) clock: Arc<SampleClock>,
    pub(super) formats: watch::Receiver<Vec<PayloadParams>>,
    pub(super) said: UnboundedSender<FromDevice>,
    pub(super) meter: Meter,
}

impl AudioSender {
    pub(super) fn new(path: &Path, alarm: Alarm) -> Result<Self, DeviceError> {
        let encoder = path
            .codecs
            .audio_encoder()
            .map_err(|error| DeviceError::new(DeviceFailure::Busy, error.0))?;
        Ok(Self {
            encoder,
            processor: path.processor.clone(),
            raw: Vec::new(),
            clean: Vec::new(),
            position: path.clock.now(),
            clock: path.clock.clone(),
            formats: path.formats.clone(),
            said: path.said.clone(),
            meter: path.meter.clone(),
            alarm,
        })
    }

    /// Takes what was heard since the last time.
    pub fn send(&mut self, samples: &[i16]) {
        self.raw.extend_from_slice(samples);
        while self.raw.len() >= FRAME_SAMPLES {
            let mut frame: Vec<i16> = self.raw.drain(..FRAME_SAMPLES).collect();
            self.processor.capture(&mut frame);
            self.meter.set(level_of(&frame));
            self.clean.extend(frame);
        }
        while self.clean.len() >= PACKET_SAMPLES {
            let packet: Vec<i16> = self.clean.drain(..PACKET_SAMPLES).collect();
            self.encode(&packet);
        }
    }

    #[cfg(feature = "sound-card")]
    pub(super) fn alarm(&self) -> Alarm {
        self.alarm.clone()
    }

    /// The device has stopped by itself, and can send no more.
    pub fn stopped(&self, error: DeviceError) {
        self.alarm.raise(error);
    }

    fn encode(&mut self, samples: &[i16]) {
        let position = self.position;
        self.position += PACKET_SAMPLES as u64;
        self.clock.next.fetch_max(self.position, Ordering::Relaxed);
        let data = match self.encoder.encode(samples) {
            Ok(data) if data.is_empty() => return,
            Ok(data) => data,
            Err(error) => {
                tracing::warn!(%error, "sound could not be encoded");
                return;
            }
        };
        let Some(params) = self.formats.borrow().first().copied() else {
            return;
        };
        let time = MediaTime::new(position, Frequency::FORTY_EIGHT_KHZ);
        let mut frame = Frame::made(params, time, data);
        frame.level = Some(level_of(samples));
        // The call may be over.
        let _ = self.said.send(FromDevice::Frame(SlotKind::Audio, frame));
    }
}
