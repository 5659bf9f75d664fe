//! What is done to a microphone's sound before it is encoded: echo, noise and loudness.

use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::codec::SAMPLE_RATE;

/// Samples that are processed at a time: 10 ms.
pub const FRAME_SAMPLES: usize = SAMPLE_RATE / 100;

/// Takes the echo of the loudspeaker, noise and the like out of what a microphone hears. Both are called with [`FRAME_SAMPLES`] samples.
pub trait AudioProcessor: Send + 'static {
    /// What the loudspeaker is about to play.
    fn render(&mut self, samples: &[i16]);

    /// What the microphone has heard, which is changed in place.
    fn capture(&mut self, samples: &mut [i16]);
}

/// Lets everything pass.
#[derive(Debug, Default)]
pub(super) struct NoProcessor;

impl AudioProcessor for NoProcessor {
    fn render(&mut self, _: &[i16]) {}

    fn capture(&mut self, _: &mut [i16]) {}
}

/// The one of an engine, which microphone and loudspeaker both use.
#[derive(Clone)]
pub(super) struct SharedProcessor(Arc<Mutex<dyn AudioProcessor>>);

impl SharedProcessor {
    pub(super) fn new(processor: impl AudioProcessor) -> Self {
        Self(Arc::new(Mutex::new(processor)))
    }

    pub(super) fn render(&self, samples: &[i16]) {
        let mut processor = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        processor.render(samples);
    }

    pub(super) fn capture(&self, samples: &mut [i16]) {
        let mut processor = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        processor.capture(samples);
    }
}

/// WebRTC's processing: it takes out echo and noise and levels the loudness (feature `processing`).
#[cfg(feature = "processing")]
pub struct VoiceProcessor(sonora::AudioProcessing);

#[cfg(feature = "processing")]
impl Default for VoiceProcessor {
    fn default() -> Self {
        use sonora::config::{EchoCanceller, GainController2, HighPassFilter, NoiseSuppression};
        let config = sonora::Config {
            high_pass_filter: Some(HighPassFilter::default()),
            echo_canceller: Some(EchoCanceller::default()),
            noise_suppression: Some(NoiseSuppression::default()),
            gain_controller2: Some(GainController2::default()),
            ..Default::default()
        };
        let format = sonora::StreamConfig::new(SAMPLE_RATE as u32, 1);
        Self(
            sonora::AudioProcessing::builder()
                .config(config)
                .capture_config(format)
                .render_config(format)
                .build(),
        )
    }
}

#[cfg(feature = "processing")]
impl AudioProcessor for VoiceProcessor {
    fn render(&mut self, samples: &[i16]) {
        let mut played = [0; FRAME_SAMPLES];
        if let Err(error) = self.0.process_render_i16(samples, &mut played) {
            tracing::debug!(?error, "sound of the loudspeaker was not looked at");
        }
    }

    fn capture(&mut self, samples: &mut [i16]) {
        let mut clean = [0; FRAME_SAMPLES];
        match self.0.process_capture_i16(samples, &mut clean) {
            Ok(()) => samples.copy_from_slice(&clean),
            Err(error) => tracing::debug!(?error, "sound of the microphone was left as it is"),
        }
    }
}
