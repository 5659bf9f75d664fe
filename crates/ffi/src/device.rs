//! Devices of an app's own. Sound is 48,000 samples a second, one channel, 16 bits, little endian; pictures are I420.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hullo_client::RemoteSlot;
use hullo_client::engine::{
    self, AudioInput, AudioOutput, AudioSender, AudioSource, DeviceError, Opened, VideoSource,
};
use hullo_client::protocol::{DeviceFailure, ErrorBody, ErrorKind, SlotKind};

use crate::app::AppError;
use crate::held::Held;
use crate::types::HulloError;

/// A picture in I420 (BT.601, limited range).
#[derive(Debug, Clone, uniffi::Record)]
pub struct Picture {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The three planes one after the other, without gaps between rows: `width * height` bytes of luma, and twice
    /// `ceil(width / 2) * ceil(height / 2)` of colour.
    pub data: Vec<u8>,
}

/// A microphone of an app.
#[uniffi::export(with_foreign)]
pub trait SoundInput: Send + Sync {
    /// Opened when a call wants it; what it hears goes to `to`, until it is stopped. It may wait for the platform.
    fn start(&self, to: Arc<SoundSender>) -> Result<(), AppError>;

    /// Nobody wants to hear any more.
    fn stop(&self) -> Result<(), AppError>;
}

/// A loudspeaker of an app.
#[uniffi::export(with_foreign)]
pub trait SoundOutput: Send + Sync {
    /// Opened when there is somebody to be heard; what it plays comes from `from`, until it is stopped.
    fn start(&self, from: Arc<SoundSource>) -> Result<(), AppError>;

    /// Nobody is to be heard any more.
    fn stop(&self) -> Result<(), AppError>;
}

/// A camera of an app.
#[uniffi::export(with_foreign)]
pub trait PictureInput: Send + Sync {
    /// Opened when a call wants it; what it sees goes to `to`, until it is stopped. It may wait for the platform.
    fn start(&self, to: Arc<PictureSender>) -> Result<(), AppError>;

    /// Nobody wants to see any more.
    fn stop(&self) -> Result<(), AppError>;
}

/// What shows the pictures of others.
#[uniffi::export(with_foreign)]
pub trait PictureOutput: Send + Sync {
    /// A picture of this account's camera or screen. The next one waits until this returns.
    fn show(&self, accid: String, kind: SlotKind, picture: Picture) -> Result<(), AppError>;
}

/// Where a microphone's sound goes.
#[derive(uniffi::Object)]
pub struct SoundSender(Mutex<AudioSender>);

/// Where a loudspeaker's sound comes from: all participants mixed.
#[derive(uniffi::Object)]
pub struct SoundSource(Mutex<AudioSource>);

/// Where a camera's pictures go.
#[derive(uniffi::Object)]
pub struct PictureSender(Mutex<engine::VideoSender>);

#[uniffi::export]
impl SoundSender {
    /// Takes what was heard since the last time: two bytes for each sample, from any thread, as many as there are.
    pub fn send(&self, samples: Vec<u8>) {
        let (samples, _) = samples.as_chunks::<2>();
        let samples: Vec<i16> = samples.iter().copied().map(i16::from_le_bytes).collect();
        locked(&self.0).send(&samples);
    }

    /// The device has stopped by itself, and can send no more.
    pub fn stopped(&self, failure: DeviceFailure, why: String) {
        locked(&self.0).stopped(DeviceError::new(failure, why));
    }
}

#[uniffi::export]
impl SoundSource {
    /// So many samples that are to be played next, two bytes for each; silence where nobody is to be heard. It is to be called as fast as
    /// samples are played.
    pub fn fill(&self, samples: u32) -> Vec<u8> {
        // No loudspeaker plays more than a second at once.
        let mut filled = vec![0; samples.min(48_000) as usize];
        locked(&self.0).fill(&mut filled);
        filled.into_iter().flat_map(i16::to_le_bytes).collect()
    }

    /// The device has stopped by itself, and can play no more.
    pub fn stopped(&self, failure: DeviceFailure, why: String) {
        locked(&self.0).stopped(DeviceError::new(failure, why));
    }
}

#[uniffi::export]
impl PictureSender {
    /// Takes a picture, from any thread; one that is late is dropped. Fails with `bad_request` where its data are not of its size.
    pub fn send(&self, picture: Picture) -> Result<(), HulloError> {
        let Picture {
            width,
            height,
            data,
        } = picture;
        let length = data.len();
        let taken = engine::Picture::new(width as usize, height as usize, data, Instant::now());
        let Some(taken) = taken else {
            let message = format!("{length} bytes are no picture of {width} by {height} in I420");
            return Err(HulloError::Refused {
                error: ErrorBody::new(ErrorKind::BadRequest, message),
            });
        };
        locked(&self.0).send(taken);
        Ok(())
    }

    /// The device has stopped by itself, and can send no more.
    pub fn stopped(&self, failure: DeviceFailure, why: String) {
        locked(&self.0).stopped(DeviceError::new(failure, why));
    }
}

fn locked<T>(one: &Mutex<T>) -> MutexGuard<'_, T> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes an app's device when it is dropped.
struct Open<F: FnMut() -> Result<(), AppError>>(F);

impl<F: FnMut() -> Result<(), AppError>> Drop for Open<F> {
    fn drop(&mut self) {
        // Nobody is there who could do better.
        let _ = (self.0)();
    }
}

fn opened(
    opened: Result<(), AppError>,
    close: impl FnMut() -> Result<(), AppError> + 'static,
) -> Result<Box<dyn Opened>, DeviceError> {
    opened.map_err(|error| DeviceError::new(DeviceFailure::Busy, error.to_string()))?;
    Ok(Box::new(Open(close)))
}

impl AudioInput for Held<dyn SoundInput> {
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        let device = self.clone();
        let sender = SoundSender(Mutex::new(to));
        opened(device.start(Arc::new(sender)), move || device.stop())
    }
}

impl AudioOutput for Held<dyn SoundOutput> {
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        let device = self.clone();
        let source = SoundSource(Mutex::new(from));
        opened(device.start(Arc::new(source)), move || device.stop())
    }
}

impl VideoSource for Held<dyn PictureInput> {
    fn open(&mut self, to: engine::VideoSender) -> Result<Box<dyn Opened>, DeviceError> {
        let device = self.clone();
        let sender = PictureSender(Mutex::new(to));
        opened(device.start(Arc::new(sender)), move || device.stop())
    }
}

impl engine::VideoSink for Held<dyn PictureOutput> {
    fn show(&mut self, from: &RemoteSlot, picture: &engine::Picture) {
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let shown = Picture {
            width: side(picture.width()),
            height: side(picture.height()),
            data: picture.data().to_vec(),
        };
        // A picture that could not be shown is over.
        let _ = (**self).show(from.accid.to_string(), from.kind, shown);
    }
}
