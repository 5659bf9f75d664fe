//! H.264 by OpenH264.

use std::time::Instant;

use openh264::encoder::{
    BitRate, EncoderConfig, IntraFramePeriod, Profile, RateControlMode, UsageType,
};
use openh264::formats::YUVSource;
use openh264::{OpenH264API, Timestamp};

use crate::engine::codec::{CodecError, EncodedPicture, VideoDecoder, VideoEncoder};
use crate::engine::picture::Picture;

/// Of an encoder that runs the rate cannot be changed; a new one begins with a key frame. So it is followed in steps of a quarter.
const STEP: f64 = 0.25;

pub(super) struct Encoder {
    encoder: openh264::encoder::Encoder,
    bits_per_second: u32,
    is_new: bool,
}

pub(super) struct Decoder(openh264::decoder::Decoder);

impl From<openh264::Error> for CodecError {
    fn from(error: openh264::Error) -> Self {
        Self(error.to_string())
    }
}

impl Encoder {
    pub(super) fn new(bits_per_second: u32) -> Result<Self, CodecError> {
        let config = EncoderConfig::new()
            .bitrate(BitRate::from_bps(bits_per_second.max(1_000)))
            .usage_type(UsageType::CameraVideoRealTime)
            .rate_control_mode(RateControlMode::Bitrate)
            .skip_frames(true)
            .profile(Profile::Baseline)
            .intra_frame_period(IntraFramePeriod::from_num_frames(0))
            .scene_change_detect(false)
            .num_threads(1);
        let encoder =
            openh264::encoder::Encoder::with_api_config(OpenH264API::from_source(), config)?;
        Ok(Self {
            encoder,
            bits_per_second,
            is_new: true,
        })
    }
}

impl VideoEncoder for Encoder {
    fn encode(
        &mut self,
        picture: &Picture,
        at_us: u64,
        key_frame: bool,
    ) -> Result<Option<EncodedPicture>, CodecError> {
        let whole = key_frame || self.is_new;
        if key_frame && !self.is_new {
            self.encoder.force_intra_frame();
        }
        let encoded = self
            .encoder
            .encode_at(&Source(picture), Timestamp::from_millis(at_us / 1_000))?;
        self.is_new = false;
        let data = encoded.to_vec();
        Ok((!data.is_empty()).then_some(EncodedPicture {
            data,
            key_frame: whole,
        }))
    }

    fn set_bitrate(&mut self, bits_per_second: u32) -> Result<(), CodecError> {
        let change = f64::from(bits_per_second) / f64::from(self.bits_per_second.max(1)) - 1.0;
        if change.abs() >= STEP {
            *self = Self::new(bits_per_second)?;
        }
        Ok(())
    }
}

impl Decoder {
    pub(super) fn new() -> Result<Self, CodecError> {
        Ok(Self(openh264::decoder::Decoder::new()?))
    }
}

impl VideoDecoder for Decoder {
    fn decode(&mut self, frame: &[u8]) -> Result<Option<Picture>, CodecError> {
        let Some(seen) = self.0.decode(frame)? else {
            return Ok(None);
        };
        let (width, height) = seen.dimensions();
        let (y, u, v) = seen.strides();
        Ok(Picture::from_planes(
            width,
            height,
            [seen.y(), seen.u(), seen.v()],
            [y, u, v],
            Instant::now(),
        ))
    }
}

struct Source<'a>(&'a Picture);

impl YUVSource for Source<'_> {
    fn dimensions(&self) -> (usize, usize) {
        (self.0.width(), self.0.height())
    }

    fn strides(&self) -> (usize, usize, usize) {
        (self.0.stride(0), self.0.stride(1), self.0.stride(2))
    }

    fn y(&self) -> &[u8] {
        self.0.plane(0)
    }

    fn u(&self) -> &[u8] {
        self.0.plane(1)
    }

    fn v(&self) -> &[u8] {
        self.0.plane(2)
    }
}
