//! The ready codecs: each by a feature.

use crate::devices::VideoCodec;
use crate::engine::codec::{
    AudioDecoder, AudioEncoder, CodecError, Codecs, VideoDecoder, VideoEncoder,
};

/// The codecs that this program was built with: Opus (feature `opus`), VP8 (`vp8`) and H.264 (`h264`).
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadyCodecs {
    first: Option<VideoCodec>,
}

impl ReadyCodecs {
    /// The same, with this one preferred to others for what is sent.
    #[must_use]
    pub fn preferring(codec: VideoCodec) -> Self {
        Self { first: Some(codec) }
    }
}

impl Codecs for ReadyCodecs {
    fn video(&self) -> Vec<VideoCodec> {
        let mut codecs = Vec::new();
        if cfg!(feature = "vp8") {
            codecs.push(VideoCodec::Vp8);
        }
        if cfg!(feature = "h264") {
            codecs.push(VideoCodec::H264);
        }
        codecs.sort_by_key(|codec| Some(*codec) != self.first);
        codecs
    }

    fn audio_encoder(&self) -> Result<Box<dyn AudioEncoder>, CodecError> {
        #[cfg(feature = "opus")]
        return Ok(Box::new(super::opus::Encoder::new()?));
        #[cfg(not(feature = "opus"))]
        Err(missing("Opus", "opus"))
    }

    fn audio_decoder(&self) -> Result<Box<dyn AudioDecoder>, CodecError> {
        #[cfg(feature = "opus")]
        return Ok(Box::new(super::opus::Decoder::new()?));
        #[cfg(not(feature = "opus"))]
        Err(missing("Opus", "opus"))
    }

    fn video_encoder(
        &self,
        codec: VideoCodec,
        width: usize,
        height: usize,
        bits_per_second: u32,
    ) -> Result<Box<dyn VideoEncoder>, CodecError> {
        let _ = (width, height, bits_per_second);
        match codec {
            #[cfg(feature = "vp8")]
            VideoCodec::Vp8 => Ok(Box::new(super::vp8::Encoder::new(
                width,
                height,
                bits_per_second,
            )?)),
            #[cfg(feature = "h264")]
            VideoCodec::H264 => Ok(Box::new(super::h264::Encoder::new(bits_per_second)?)),
            #[allow(unreachable_patterns, reason = "with all features")]
            other => Err(unknown(other)),
        }
    }

    fn video_decoder(&self, codec: VideoCodec) -> Result<Box<dyn VideoDecoder>, CodecError> {
        match codec {
            #[cfg(feature = "vp8")]
            VideoCodec::Vp8 => Ok(Box::new(super::vp8::Decoder::new()?)),
            #[cfg(feature = "h264")]
            VideoCodec::H264 => Ok(Box::new(super::h264::Decoder::new()?)),
            #[allow(unreachable_patterns, reason = "with all features")]
            other => Err(unknown(other)),
        }
    }
}

#[allow(dead_code, reason = "with all features")]
fn unknown(codec: VideoCodec) -> CodecError {
    match codec {
        VideoCodec::Vp8 => missing("VP8", "vp8"),
        VideoCodec::H264 => missing("H.264", "h264"),
    }
}

#[allow(dead_code, reason = "with all features")]
fn missing(codec: &str, feature: &str) -> CodecError {
    CodecError(format!(
        "{codec} is not in this program: enable the feature `{feature}` of hullo-client, or bring your own Codecs"
    ))
}
