//! A pure tone, to be known by its frequency.

use std::f64::consts::TAU;
use std::time::Duration;

use crate::engine::codec::SAMPLE_RATE;
use crate::engine::device::AudioInput;
use crate::engine::keeper::{DeviceError, Opened};
use crate::engine::processing::FRAME_SAMPLES;
use crate::engine::ready::pace;
use crate::engine::speaking::AudioSender;

/// A third of the loudest: -9.5 dB below full scale.
const AMPLITUDE: f64 = 10_900.0;

/// A microphone that hears a tone of this many hertz.
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    /// From 50 to 8,000: what Opus keeps.
    pub hertz: f64,
}

impl AudioInput for Tone {
    fn open(&mut self, mut to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        let hertz = self.hertz;
        let mut position = 0u64;
        pace::every(Duration::from_millis(10), move || {
            let sample = |at: usize| {
                let time = (position + at as u64) as f64 / SAMPLE_RATE as f64;
                ((time * hertz * TAU).sin() * AMPLITUDE) as i16
            };
            let samples: Vec<i16> = (0..FRAME_SAMPLES).map(sample).collect();
            position += FRAME_SAMPLES as u64;
            to.send(&samples);
            true
        })
    }
}
