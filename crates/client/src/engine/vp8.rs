//! VP8 by libvpx.

use std::time::Instant;

use hullo_vp8::Planes;

use crate::engine::codec::{CodecError, EncodedPicture, VideoDecoder, VideoEncoder};
use crate::engine::picture::Picture;

pub(super) struct Encoder(hullo_vp8::Encoder);

pub(super) struct Decoder(hullo_vp8::Decoder);

impl From<hullo_vp8::Error> for CodecError {
    fn from(error: hullo_vp8::Error) -> Self {
        Self(error.to_string())
    }
}

impl Encoder {
    pub(super) fn new(
        width: usize,
        height: usize,
        bits_per_second: u32,
    ) -> Result<Self, CodecError> {
        Ok(Self(hullo_vp8::Encoder::new(
            width,
            height,
            bits_per_second,
        )?))
    }
}

impl VideoEncoder for Encoder {
    fn encode(
        &mut self,
        picture: &Picture,
        at_us: u64,
        key_frame: bool,
    ) -> Result<Option<EncodedPicture>, CodecError> {
        let planes = Planes {
            width: picture.width(),
            height: picture.height(),
            data: [0, 1, 2].map(|plane| picture.plane(plane)),
            strides: [0, 1, 2].map(|plane| picture.stride(plane)),
        };
        let encoded = self.0.encode(planes, at_us, key_frame)?;
        Ok(encoded.map(|encoded| EncodedPicture {
            data: encoded.data,
            key_frame: encoded.key_frame,
        }))
    }

    fn set_bitrate(&mut self, bits_per_second: u32) -> Result<(), CodecError> {
        Ok(self.0.set_bitrate(bits_per_second)?)
    }
}

impl Decoder {
    pub(super) fn new() -> Result<Self, CodecError> {
        Ok(Self(hullo_vp8::Decoder::new()?))
    }
}

impl VideoDecoder for Decoder {
    fn decode(&mut self, frame: &[u8]) -> Result<Option<Picture>, CodecError> {
        let Some(seen) = self.0.decode(frame)? else {
            return Ok(None);
        };
        let (width, height) = (seen.width, seen.height);
        Ok(Picture::from_planes(
            width,
            height,
            seen.data,
            seen.strides,
            Instant::now(),
        ))
    }
}
