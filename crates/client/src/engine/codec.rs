//! What encodes and decodes: an app brings its platform's, or takes the ready ones.

use crate::devices::VideoCodec;
use crate::engine::picture::Picture;

/// Samples a second of all sound: one channel, 16 bits.
pub const SAMPLE_RATE: usize = 48_000;
/// Samples of a packet of sound: 20 ms.
pub const PACKET_SAMPLES: usize = SAMPLE_RATE / 50;

/// Why something could not be encoded or decoded, for logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CodecError(pub String);

/// Makes encoders and decoders.
pub trait Codecs: Send + Sync + 'static {
    /// Which pictures can be encoded and decoded, the best first.
    fn video(&self) -> Vec<VideoCodec>;

    /// An encoder of Opus.
    fn audio_encoder(&self) -> Result<Box<dyn AudioEncoder>, CodecError>;

    /// A decoder of Opus.
    fn audio_decoder(&self) -> Result<Box<dyn AudioDecoder>, CodecError>;

    /// An encoder of pictures of this size.
    fn video_encoder(
        &self,
        codec: VideoCodec,
        width: usize,
        height: usize,
        bits_per_second: u32,
    ) -> Result<Box<dyn VideoEncoder>, CodecError>;

    /// A decoder of one stream.
    fn video_decoder(&self, codec: VideoCodec) -> Result<Box<dyn VideoDecoder>, CodecError>;
}

/// Encodes one stream of sound.
pub trait AudioEncoder: Send {
    /// One packet of [`PACKET_SAMPLES`]. An empty one need not be sent: the silence of before goes on.
    fn encode(&mut self, samples: &[i16]) -> Result<Vec<u8>, CodecError>;
}

/// What a decoder of sound gets, in order.
#[derive(Debug, Clone, Copy)]
pub enum Sound<'a> {
    /// One that has come.
    Packet(&'a [u8]),
    /// A packet is missing, and this is the one after it, which may say what was in it (in-band FEC).
    LostBefore(&'a [u8]),
    /// A packet is missing.
    Lost,
}

/// Decodes one stream of sound.
pub trait AudioDecoder: Send {
    /// The samples of a packet, from -1 to 1; what is missing is made up for, [`PACKET_SAMPLES`] each.
    fn decode(&mut self, sound: Sound<'_>) -> Result<Vec<f32>, CodecError>;
}

/// An encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedPicture {
    /// A whole frame; of H.264 in the form of Annex B.
    pub data: Vec<u8>,
    /// It stands for itself.
    pub key_frame: bool,
}

/// Encodes one stream of pictures of one size.
pub trait VideoEncoder: Send {
    /// A picture that was taken at `at_us` microseconds on the clock of its source. Nothing where its bits are better spent on the next.
    fn encode(
        &mut self,
        picture: &Picture,
        at_us: u64,
        key_frame: bool,
    ) -> Result<Option<EncodedPicture>, CodecError>;

    /// For the pictures from now on.
    fn set_bitrate(&mut self, bits_per_second: u32) -> Result<(), CodecError>;
}

/// Decodes one stream of pictures.
pub trait VideoDecoder: Send {
    /// A whole frame. Fails where the ones before are missing.
    fn decode(&mut self, frame: &[u8]) -> Result<Option<Picture>, CodecError>;
}
