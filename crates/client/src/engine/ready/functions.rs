//! A microphone and a loudspeaker that are a program's functions, and those that hear nothing and play to nobody: a call goes on as
//! with real ones.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::engine::device::{AudioInput, AudioOutput};
use crate::engine::hearing::AudioSource;
use crate::engine::keeper::{DeviceError, Opened};
use crate::engine::processing::FRAME_SAMPLES;
use crate::engine::ready::pace;
use crate::engine::speaking::AudioSender;

const FRAME: Duration = Duration::from_millis(10);

/// Hears what a function says: it fills the samples of 10 ms each time, which are silent before.
#[derive(Debug, Clone)]
pub struct FnInput<F>(Arc<Mutex<F>>);

/// Plays to a function: it is given the samples of 10 ms each time.
#[derive(Debug, Clone)]
pub struct FnOutput<F>(Arc<Mutex<F>>);

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullInput;

/// Takes what is to be played in its time, and drops it.
#[derive(Debug, Clone, Copy, Default)]
pub struct NullOutput;

impl<F: FnMut(&mut [i16]) + Send + 'static> FnInput<F> {
    /// Of this function.
    pub fn new(fill: F) -> Self {
        Self(Arc::new(Mutex::new(fill)))
    }
}

impl<F: FnMut(&[i16]) + Send + 'static> FnOutput<F> {
    /// Of this function.
    pub fn new(play: F) -> Self {
        Self(Arc::new(Mutex::new(play)))
    }
}

impl<F: FnMut(&mut [i16]) + Send + 'static> AudioInput for FnInput<F> {
    fn open(&mut self, mut to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        let fill = self.0.clone();
        pace::every(FRAME, move || {
            let mut heard = [0; FRAME_SAMPLES];
            fill.lock().unwrap_or_else(PoisonError::into_inner)(&mut heard);
            to.send(&heard);
            true
        })
    }
}

impl<F: FnMut(&[i16]) + Send + 'static> AudioOutput for FnOutput<F> {
    fn open(&mut self, mut from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        let play = self.0.clone();
        pace::every(FRAME, move || {
            let mut played = [0; FRAME_SAMPLES];
            from.fill(&mut played);
            play.lock().unwrap_or_else(PoisonError::into_inner)(&played);
            true
        })
    }
}

impl AudioInput for NullInput {
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        FnInput::new(|_: &mut [i16]| {}).open(to)
    }
}

impl AudioOutput for NullOutput {
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        FnOutput::new(|_: &[i16]| {}).open(from)
    }
}
