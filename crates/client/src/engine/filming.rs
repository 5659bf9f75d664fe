//! From a camera to encoded pictures, on a thread of its own while the camera is open.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use hullo_protocol::{DeviceFailure, SlotKind};
use str0m::format::{Codec, PayloadParams};
use str0m::media::MediaTime;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

use crate::devices::{Frame, FromDevice, VideoCodec};
use crate::engine::codec::{CodecError, Codecs, VideoEncoder};
use crate::engine::keeper::{Alarm, DeviceError};
use crate::engine::picture::Picture;

/// Fewer bits than this make no picture.
const BITRATE_MIN: u32 = 50_000;
/// Bits for each pixel of a second at 30 pictures: more are not seen.
const BITS_PER_PIXEL: u64 = 3;

/// Where a camera's pictures go, from any thread. They are encoded on another one: where that is not done with the one before, the older of two
/// that wait is dropped.
pub struct VideoSender {
    mailbox: Arc<Mailbox>,
    alarm: Alarm,
}

/// What a camera's pictures go through, whichever camera it is.
#[derive(Clone)]
pub(super) struct Film {
    pub(super) codecs: Arc<dyn Codecs>,
    pub(super) formats: watch::Receiver<Vec<PayloadParams>>,
    pub(super) said: UnboundedSender<FromDevice>,
    pub(super) wishes: Arc<Wishes>,
}

/// What the call wants of the pictures.
#[derive(Debug)]
pub(super) struct Wishes {
    began: Instant,
    key_frame: AtomicBool,
    bits_per_second: AtomicU32,
}

impl Wishes {
    pub(super) fn new(bits_per_second: u32) -> Self {
        Self {
            began: Instant::now(),
            key_frame: AtomicBool::new(false),
            bits_per_second: AtomicU32::new(bits_per_second),
        }
    }

    pub(super) fn want_key_frame(&self) {
        self.key_frame.store(true, Ordering::Relaxed);
    }

    pub(super) fn set_bitrate(&self, bits_per_second: u64) {
        let bits = u32::try_from(bits_per_second).unwrap_or(u32::MAX);
        self.bits_per_second
            .store(bits.max(BITRATE_MIN), Ordering::Relaxed);
    }

    /// As many as are of use for this picture.
    fn bitrate(&self, picture: &Picture) -> u32 {
        let of_use = (picture.width() * picture.height()) as u64 * BITS_PER_PIXEL;
        let of_use = u32::try_from(of_use).unwrap_or(u32::MAX).max(BITRATE_MIN);
        self.bits_per_second.load(Ordering::Relaxed).min(of_use)
    }
}

/// The newest picture that is not encoded yet.
#[derive(Default)]
struct Mailbox {
    state: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    picture: Option<Picture>,
    is_closed: bool,
}

impl Mailbox {
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    /// The next picture; `None` once it is closed.
    fn take(&self) -> Option<Picture> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_empty = |waiting: &mut Waiting| waiting.picture.is_none() && !waiting.is_closed;
        let mut state = self
            .changed
            .wait_while(state, is_empty)
            .unwrap_or_else(PoisonError::into_inner);
        match state.is_closed {
            true => None,
            false => state.picture.take(),
        }
    }
}

impl VideoSender {
    pub(super) fn new(film: &Film, alarm: Alarm) -> Result<Self, DeviceError> {
        let mailbox = Arc::new(Mailbox::default());
        let filming = Filming {
            film: film.clone(),
            encoder: None,
        };
        let pictures = mailbox.clone();
        thread::Builder::new()
            .name("hullo encoder".to_owned())
            .spawn(move || filming.run(&pictures))
            .map_err(|error| DeviceError::new(DeviceFailure::Busy, error.to_string()))?;
        Ok(Self { mailbox, alarm })
    }

    /// Takes a picture.
    pub fn send(&mut self, picture: Picture) {
        self.mailbox
            .change(|waiting| waiting.picture = Some(picture));
    }

    /// The device has stopped by itself, and can send no more.
    pub fn stopped(&self, error: DeviceError) {
        self.alarm.raise(error);
    }
}

impl Drop for VideoSender {
    fn drop(&mut self) {
        self.mailbox.change(|waiting| waiting.is_closed = true);
    }
}

/// The thread that encodes.
struct Filming {
    film: Film,
    encoder: Option<Encoding>,
}

/// An encoder, and what it is for.
struct Encoding {
    encoder: Box<dyn VideoEncoder>,
    codec: VideoCodec,
    width: usize,
    height: usize,
}

impl Filming {
    fn run(mut self, mailbox: &Mailbox) {
        while let Some(picture) = mailbox.take() {
            if let Err(error) = self.encode(&picture) {
                tracing::warn!(%error, "a picture could not be encoded");
                self.encoder = None;
            }
        }
    }

    fn encode(&mut self, picture: &Picture) -> Result<(), CodecError> {
        let Some((codec, params)) = self.format() else {
            return Ok(());
        };
        let wishes = self.film.wishes.clone();
        let bitrate = wishes.bitrate(picture);
        let size = (picture.width(), picture.height());
        let encoding = match &mut self.encoder {
            Some(one) if one.codec == codec && (one.width, one.height) == size => one,
            other => other.insert(Encoding {
                encoder: self
                    .film
                    .codecs
                    .video_encoder(codec, size.0, size.1, bitrate)?,
                codec,
                width: size.0,
                height: size.1,
            }),
        };
        encoding.encoder.set_bitrate(bitrate)?;
        let taken = picture.at().saturating_duration_since(wishes.began);
        let at_us = taken.as_micros() as u64;
        let key_frame = wishes.key_frame.swap(false, Ordering::Relaxed);
        let encoded = encoding.encoder.encode(picture, at_us, key_frame)?;
        let Some(encoded) = encoded else {
            if key_frame {
                wishes.want_key_frame();
            }
            return Ok(());
        };
        let time = MediaTime::from_90khz(at_us * 9 / 100);
        let mut frame = Frame::made(params, time, encoded.data);
        frame.at = picture.at();
        // The call may be over.
        let _ = self
            .film
            .said
            .send(FromDevice::Frame(SlotKind::Video, frame));
        Ok(())
    }

    /// The best way to encode that the server takes.
    fn format(&self) -> Option<(VideoCodec, PayloadParams)> {
        let formats = self.film.formats.borrow();
        let mine = self.film.codecs.video();
        mine.into_iter().find_map(|codec| {
            let params = formats.iter().find(|params| is_of(params, codec))?;
            Some((codec, *params))
        })
    }
}

/// Of H.264 the form that may be cut into packets (RFC 6184, section 6.3).
fn is_of(params: &PayloadParams, codec: VideoCodec) -> bool {
    let spec = params.spec();
    match codec {
        VideoCodec::Vp8 => spec.codec == Codec::Vp8,
        VideoCodec::H264 => spec.codec == Codec::H264 && spec.format.packetization_mode == Some(1),
    }
}
