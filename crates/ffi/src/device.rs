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
pub struct SoundSender(Lent<AudioSender>);

/// Where a loudspeaker's sound comes from: all participants mixed.
#[derive(uniffi::Object)]
pub struct SoundSource(Lent<AudioSource>);

/// Where a camera's pictures go.
#[derive(uniffi::Object)]
pub struct PictureSender(Lent<engine::VideoSender>);

#[uniffi::export]
impl SoundSender {
    /// Takes what was heard since the last time: two bytes for each sample, from any thread, as many as there are.
    pub fn send(&self, samples: Vec<u8>) {
        let (samples, _) = samples.as_chunks::<2>();
        let samples: Vec<i16> = samples.iter().copied().map(i16::from_le_bytes).collect();
        self.0.with(|to| to.send(&samples));
    }

    /// The device has stopped by itself, and can send no more.
    pub fn stopped(&self, failure: DeviceFailure, why: String) {
        self.0
            .with(|engine| engine.stopped(DeviceError::new(failure, why)));
    }
}

#[uniffi::export]
impl SoundSource {
    /// So many samples that are to be played next, two bytes for each; silence where nobody is to be heard. It is to be called as fast as
    /// samples are played.
    pub fn fill(&self, samples: u32) -> Vec<u8> {
        // No loudspeaker plays more than a second at once.
        let mut filled = vec![0; samples.min(48_000) as usize];
        self.0.with(|from| from.fill(&mut filled));
        filled.into_iter().flat_map(i16::to_le_bytes).collect()
    }

    /// The device has stopped by itself, and can play no more.
    pub fn stopped(&self, failure: DeviceFailure, why: String) {
        self.0
            .with(|engine| engine.stopped(DeviceError::new(failure, why)));
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
        self.0.with(|to| to.send(taken));
        Ok(())
    }

    /// The device has stopped by itself, and can send no more.
    pub fn stopped(&self, failure: DeviceFailure, why: String) {
        self.0
            .with(|engine| engine.stopped(DeviceError::new(failure, why)));
    }
}

/// What an app's device has of the engine, until it is stopped: in some languages it is dropped much later.
struct Lent<T>(Mutex<Option<T>>);

impl<T> Lent<T> {
    fn new(it: T) -> Self {
        Self(Mutex::new(Some(it)))
    }

    /// Does nothing where the device is stopped.
    fn with(&self, what: impl FnOnce(&mut T)) {
        if let Some(it) = &mut *self.locked() {
            what(it);
        }
    }

    fn end(&self) {
        *self.locked() = None;
    }

    fn locked(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An app's device while it is open. It is stopped, and what it was lent is taken back, when this is dropped.
struct Open<S: FnMut(), E: FnMut()> {
    stop: S,
    end: E,
}

impl<S: FnMut(), E: FnMut()> Drop for Open<S, E> {
    fn drop(&mut self) {
        (self.stop)();
        (self.end)();
    }
}

fn opened(
    started: Result<(), AppError>,
    stop: impl FnMut() + 'static,
    mut end: impl FnMut() + 'static,
) -> Result<Box<dyn Opened>, DeviceError> {
    match started {
        Ok(()) => Ok(Box::new(Open { stop, end })),
        Err(error) => {
            end();
            Err(DeviceError::new(DeviceFailure::Busy, error.to_string()))
        }
    }
}

/// Opens a device of an app. One that cannot stop has nobody who could do better.
macro_rules! open {
    ($device:expr, $lent:ident($engine:expr)) => {{
        let device = $device.clone();
        let lent = Arc::new($lent(Lent::new($engine)));
        let taken_back = lent.clone();
        opened(
            device.start(lent),
            move || drop(device.stop()),
            move || taken_back.0.end(),
        )
    }};
}

impl AudioInput for Held<dyn SoundInput> {
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        open!(self, SoundSender(to))
    }
}

impl AudioOutput for Held<dyn SoundOutput> {
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        open!(self, SoundSource(from))
    }
}

impl VideoSource for Held<dyn PictureInput> {
    fn open(&mut self, to: engine::VideoSender) -> Result<Box<dyn Opened>, DeviceError> {
        open!(self, PictureSender(to))
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
