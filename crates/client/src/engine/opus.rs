//! Opus (RFC 6716) by libopus.

use opus::{Application, Bitrate, Channels, Signal};

use crate::engine::codec::{
    AudioDecoder, AudioEncoder, CodecError, PACKET_SAMPLES, SAMPLE_RATE, Sound,
};

/// What speech needs to sound as it is.
const BITS_PER_SECOND: i32 = 32_000;
/// For how much loss in-band FEC makes up, in percent.
const LOSS_PERCENT: i32 = 10;
/// Longer than any packet at this rate.
const PACKET_BYTES_MAX: usize = 1_275;
/// A packet of so few bytes says that nothing changes (DTX), and need not be sent.
const NOTHING_BYTES: usize = 2;
/// Samples of the longest packet, 120 ms (RFC 6716, section 2.1.4).
const SAMPLES_MAX: usize = SAMPLE_RATE * 120 / 1_000;

pub(super) struct Encoder(opus::Encoder);

pub(super) struct Decoder(opus::Decoder);

impl From<opus::Error> for CodecError {
    fn from(error: opus::Error) -> Self {
        Self(error.to_string())
    }
}

impl Encoder {
    pub(super) fn new() -> Result<Self, CodecError> {
        let mut encoder =
            opus::Encoder::new(SAMPLE_RATE as u32, Channels::Mono, Application::Voip)?;
        encoder.set_signal(Signal::Voice)?;
        encoder.set_bitrate(Bitrate::Bits(BITS_PER_SECOND))?;
        encoder.set_inband_fec(true)?;
        encoder.set_packet_loss_perc(LOSS_PERCENT)?;
        encoder.set_dtx(true)?;
        Ok(Self(encoder))
    }
}

impl AudioEncoder for Encoder {
    fn encode(&mut self, samples: &[i16]) -> Result<Vec<u8>, CodecError> {
        let mut packet = self.0.encode_vec(samples, PACKET_BYTES_MAX)?;
        if packet.len() <= NOTHING_BYTES {
            packet.clear();
        }
        Ok(packet)
    }
}

impl Decoder {
    pub(super) fn new() -> Result<Self, CodecError> {
        let decoder = opus::Decoder::new(SAMPLE_RATE as u32, Channels::Mono)?;
        Ok(Self(decoder))
    }
}

impl AudioDecoder for Decoder {
    fn decode(&mut self, sound: Sound<'_>) -> Result<Vec<f32>, CodecError> {
        let (packet, samples, is_fec): (&[u8], _, _) = match sound {
            Sound::Packet(packet) => (packet, SAMPLES_MAX, false),
            Sound::LostBefore(next) => (next, PACKET_SAMPLES, true),
            Sound::Lost => (&[], PACKET_SAMPLES, false),
        };
        let mut decoded = vec![0.0; samples];
        let count = self.0.decode_float(packet, &mut decoded, is_fec)?;
        decoded.truncate(count);
        Ok(decoded)
    }
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    fn tone(packet: usize) -> Vec<i16> {
        let sample = |at: usize| {
            let time = (packet * PACKET_SAMPLES + at) as f32 / SAMPLE_RATE as f32;
            ((time * 440.0 * TAU).sin() * 12_000.0) as i16
        };
        (0..PACKET_SAMPLES).map(sample).collect()
    }

    fn loudness(samples: &[f32]) -> f32 {
        let power: f32 = samples.iter().map(|sample| sample * sample).sum();
        (power / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_is_as_loud_when_it_comes_out_and_a_lost_packet_is_made_up_for() {
        let mut encoder = Encoder::new().unwrap();
        let mut decoder = Decoder::new().unwrap();
        let packets: Vec<Vec<u8>> = (0..20)
            .map(|at| encoder.encode(&tone(at)).unwrap())
            .collect();
        let decoded: Vec<Vec<f32>> = packets[..10]
            .iter()
            .map(|packet| decoder.decode(Sound::Packet(packet)).unwrap())
            .collect();
        let as_loud = 12_000.0 / 32_768.0 / 2.0_f32.sqrt();
        assert!((loudness(&decoded[9]) - as_loud).abs() < 0.05);
        let lost = decoder.decode(Sound::Lost).unwrap();
        assert_eq!(lost.len(), PACKET_SAMPLES);
        assert!(loudness(&lost) > 0.1, "{}", loudness(&lost));
        decoder.decode(Sound::Packet(&packets[11])).unwrap();
        let recovered = decoder.decode(Sound::LostBefore(&packets[13])).unwrap();
        assert_eq!(recovered.len(), PACKET_SAMPLES);
        let whole = decoder.decode(Sound::Packet(&packets[13])).unwrap();
        assert_eq!(whole.len(), PACKET_SAMPLES);
        assert!(loudness(&whole) > 0.1, "{}", loudness(&whole));
    }

    #[test]
    fn silence_is_not_sent_for_long() {
        let mut encoder = Encoder::new().unwrap();
        let silent = [0; PACKET_SAMPLES];
        let sent = (0..100)
            .filter(|_| !encoder.encode(&silent).unwrap().is_empty())
            .count();
        assert!(sent < 40, "{sent} packets");
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        let mut decoder = Decoder::new().unwrap();
        assert!(decoder.decode(Sound::Packet(&[0xff; 3])).is_err());
    }
}
