//! From packets of Opus to a loudspeaker: each participant has a jitter buffer, and what comes out is mixed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hullo_core::endpoint::RemoteSlot;
use hullo_protocol::{Accid, SlotKind};
use neteq::codec::AudioDecoder as NeteqDecoder;
use neteq::{AudioPacket, NetEq, NetEqConfig, NetEqError, RtpHeader};

use crate::devices::Frame;
use crate::engine::codec::{AudioDecoder, Codecs, PACKET_SAMPLES, SAMPLE_RATE, Sound};
use crate::engine::keeper::{Alarm, DeviceError};
use crate::engine::meter::{Meter, level_of};
use crate::engine::processing::{FRAME_SAMPLES, SharedProcessor};

/// Longest gap that is made up for packet by packet; a longer one is a pause.
const GAP_MAX: u64 = 5;
/// More sound than this does not wait: what is older is skipped.
const WAITING_PACKETS_MAX: usize = 100;
/// Kinds of packets, as the jitter buffer knows them.
const PACKET: u8 = 0;
const LOST_BEFORE: u8 = 1;
const LOST: u8 = 2;

/// What a loudspeaker plays: all participants mixed, 48,000 samples a second, one channel, 16 bits.
pub struct AudioSource {
    hearing: Hearing,
    alarm: Alarm,
}

impl AudioSource {
    pub(super) fn new(hearing: Hearing, alarm: Alarm) -> Self {
        Self { hearing, alarm }
    }

    /// Fills this with what is to be played next; silence where nobody is to be heard. It is to be called as fast as samples are played: the
    /// buffers of the participants follow that clock.
    pub fn fill(&mut self, samples: &mut [i16]) {
        self.hearing.fill(samples);
    }

    #[cfg(feature = "sound-card")]
    pub(super) fn alarm(&self) -> Alarm {
        self.alarm.clone()
    }

    /// The device has stopped by itself, and can play no more.
    pub fn stopped(&self, error: DeviceError) {
        self.alarm.raise(error);
    }
}

impl Drop for AudioSource {
    fn drop(&mut self) {
        self.hearing.lock().plays = false;
    }
}

/// All who are heard; shared by the connection, which brings packets, and the loudspeaker.
#[derive(Clone)]
pub(super) struct Hearing {
    state: Arc<Mutex<State>>,
    codecs: Arc<dyn Codecs>,
    processor: SharedProcessor,
    meter: Meter,
}

#[derive(Default)]
struct State {
    /// By m-line.
    ears: HashMap<String, Ear>,
    /// What was mixed and not played yet.
    mixed: Vec<i16>,
    /// Somebody listens. What was said before would only be heard late.
    plays: bool,
}

/// Hears one participant.
struct Ear {
    accid: Accid,
    muted: bool,
    buffer: NetEq,
    last_packet: Option<u64>,
    /// When what was said at a moment is heard here: the time between them, and when that was found.
    heard_after: Option<HeardAfter>,
}

/// The wall clock of a participant, and when what was said then is heard here.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeardAfter {
    said: SystemTime,
    heard: Instant,
}

impl HeardAfter {
    /// When what was seen by him at `seen` belongs here.
    pub(super) fn due(&self, seen: SystemTime) -> Option<Instant> {
        match seen.duration_since(self.said) {
            Ok(later) => self.heard.checked_add(later),
            Err(earlier) => self.heard.checked_sub(earlier.duration()),
        }
    }
}

impl Hearing {
    pub(super) fn new(codecs: Arc<dyn Codecs>, processor: SharedProcessor, meter: Meter) -> Self {
        Self {
            state: Arc::default(),
            codecs,
            processor,
            meter,
        }
    }

    /// Who is heard from now on; whether there is anybody.
    pub(super) fn follow(&self, slots: &[RemoteSlot]) -> bool {
        let mut state = self.lock();
        let mut followed = HashMap::new();
        for slot in slots.iter().filter(|slot| slot.kind == SlotKind::Audio) {
            let known = state
                .ears
                .remove(&slot.mid)
                .filter(|ear| ear.accid == slot.accid);
            let ear = match known {
                Some(mut ear) => {
                    ear.muted = slot.muted;
                    Some(ear)
                }
                None => self.ear(slot),
            };
            followed.extend(ear.map(|ear| (slot.mid.clone(), ear)));
        }
        state.ears = followed;
        !state.ears.is_empty()
    }

    fn ear(&self, slot: &RemoteSlot) -> Option<Ear> {
        let decoder = match self.codecs.audio_decoder() {
            Ok(decoder) => Arc::new(Mutex::new(decoder)),
            Err(error) => {
                tracing::error!(%error, "{} cannot be heard", slot.accid);
                return None;
            }
        };
        let config = NetEqConfig {
            sample_rate: SAMPLE_RATE as u32,
            channels: 1,
            max_packets_in_buffer: WAITING_PACKETS_MAX,
            ..Default::default()
        };
        let mut buffer = match NetEq::new(config) {
            Ok(buffer) => buffer,
            Err(error) => {
                tracing::error!(%error, "{} cannot be heard", slot.accid);
                return None;
            }
        };
        for kind in [PACKET, LOST_BEFORE, LOST] {
            let decoder = decoder.clone();
            buffer.register_decoder(kind, Box::new(Decoding { decoder, kind }));
        }
        Some(Ear {
            accid: slot.accid.clone(),
            muted: slot.muted,
            buffer,
            last_packet: None,
            heard_after: None,
        })
    }

    /// Takes a packet.
    pub(super) fn play(&self, from: &RemoteSlot, frame: &Frame) {
        let mut state = self.lock();
        if state.plays
            && let Some(ear) = state.ears.get_mut(&from.mid)
        {
            ear.take(frame);
        }
    }

    /// When what a participant said and showed at a moment is heard.
    pub(super) fn heard_after(&self, accid: &Accid) -> Option<HeardAfter> {
        let state = self.lock();
        let ear = state.ears.values().find(|ear| ear.accid == *accid)?;
        ear.heard_after
    }

    fn fill(&self, samples: &mut [i16]) {
        let mut state = self.lock();
        state.plays = true;
        while state.mixed.len() < samples.len() {
            let frame = state.mix();
            self.meter.set(level_of(&frame));
            self.processor.render(&frame);
            state.mixed.extend(frame);
        }
        let played = samples.len();
        samples.copy_from_slice(&state.mixed[..played]);
        state.mixed.drain(..played);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The next 10 ms of all.
    fn mix(&mut self) -> Vec<i16> {
        let mut sum = [0.0f32; FRAME_SAMPLES];
        for ear in self.ears.values_mut() {
            // One that cannot be decoded is silent.
            let Ok(heard) = ear.buffer.get_audio() else {
                continue;
            };
            if !ear.muted {
                for (sum, sample) in sum.iter_mut().zip(heard.samples) {
                    *sum += sample;
                }
            }
        }
        let sample = |sum: f32| (sum * 32_768.0).clamp(-32_768.0, 32_767.0) as i16;
        sum.into_iter().map(sample).collect()
    }
}

impl Ear {
    fn take(&mut self, frame: &Frame) {
        let (first, last) = match &frame.received {
            Some(received) => received.packets,
            None => {
                let next = self.last_packet.map_or(0, |last| last + 1);
                (next, next)
            }
        };
        let gap = self
            .last_packet
            .map_or(0, |before| first.saturating_sub(before + 1));
        self.last_packet = Some(last.max(self.last_packet.unwrap_or(0)));
        let time = frame.time.numer() as u32;
        if (1..=GAP_MAX).contains(&gap) {
            for before in (1..=gap).rev() {
                let kind = match before {
                    1 => LOST_BEFORE,
                    _ => LOST,
                };
                let missing = time.wrapping_sub(before as u32 * PACKET_SAMPLES as u32);
                self.insert(first - before, missing, kind, &frame.data);
            }
        }
        self.insert(first, time, PACKET, &frame.data);
        self.look_at_the_clock(frame);
    }

    fn insert(&mut self, number: u64, time: u32, kind: u8, data: &[u8]) {
        let header = RtpHeader::new(number as u16, time, 0, kind, false);
        let packet = AudioPacket::new(header, data.to_vec(), SAMPLE_RATE as u32, 1, 20);
        // A full buffer has made room by itself.
        if let Err(error) = self.buffer.insert_packet(packet) {
            tracing::debug!(%error, "a packet of sound was not taken");
        }
    }

    /// What comes now is heard when what waits before it has been.
    fn look_at_the_clock(&mut self, frame: &Frame) {
        let reference = frame
            .received
            .as_ref()
            .and_then(|received| received.reference);
        let Some((wall, at)) = reference else {
            return;
        };
        let (frame_us, at_us) = (frame.time.as_micros(), at.as_micros());
        let said = match frame_us >= at_us {
            true => wall.checked_add(Duration::from_micros(frame_us - at_us)),
            false => wall.checked_sub(Duration::from_micros(at_us - frame_us)),
        };
        let waiting = self.buffer.get_statistics().current_buffer_size_ms;
        let heard = Instant::now() + Duration::from_millis(u64::from(waiting));
        self.heard_after = said.map(|said| HeardAfter { said, heard });
    }
}

/// The one decoder of a participant, for one kind of packet.
struct Decoding {
    decoder: Arc<Mutex<Box<dyn AudioDecoder>>>,
    kind: u8,
}

impl NeteqDecoder for Decoding {
    fn sample_rate(&self) -> u32 {
        SAMPLE_RATE as u32
    }

    fn channels(&self) -> u8 {
        1
    }

    fn decode(&mut self, packet: &[u8]) -> neteq::Result<Vec<f32>> {
        let sound = match self.kind {
            PACKET => Sound::Packet(packet),
            LOST_BEFORE => Sound::LostBefore(packet),
            _ => Sound::Lost,
        };
        let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        decoder
            .decode(sound)
            .map_err(|error| NetEqError::DecoderError(error.0))
    }
}

#[cfg(test)]
#[cfg(feature = "opus")]
mod tests {
    use std::f32::consts::TAU;

    use str0m::format::{Codec, CodecSpec, FormatParams, PayloadParams};
    use str0m::media::{Frequency, MediaTime};

    use super::*;
    use crate::devices::Received;
    use crate::engine::processing::NoProcessor;
    use crate::engine::ready_codecs::ReadyCodecs;

    fn hearing() -> Hearing {
        let codecs = Arc::new(ReadyCodecs::default());
        Hearing::new(codecs, SharedProcessor::new(NoProcessor), Meter::default())
    }

    fn slot(mid: &str, muted: bool) -> RemoteSlot {
        RemoteSlot {
            mid: mid.to_owned(),
            kind: SlotKind::Audio,
            accid: "alice".parse().unwrap(),
            muted,
        }
    }

    /// Says a tone, a packet at a time.
    struct Speaker {
        encoder: Box<dyn crate::engine::codec::AudioEncoder>,
        next: u64,
    }

    impl Speaker {
        fn new() -> Self {
            let encoder = ReadyCodecs::default().audio_encoder().unwrap();
            Self { encoder, next: 0 }
        }

        fn say(&mut self) -> Frame {
            let start = self.next * PACKET_SAMPLES as u64;
            let sample = |at: usize| {
                let time = (start + at as u64) as f32 / SAMPLE_RATE as f32;
                ((time * 500.0 * TAU).sin() * 12_000.0) as i16
            };
            let samples: Vec<i16> = (0..PACKET_SAMPLES).map(sample).collect();
            let spec = CodecSpec {
                codec: Codec::Opus,
                clock_rate: Frequency::FORTY_EIGHT_KHZ,
                channels: Some(2),
                format: FormatParams::default(),
            };
            let params = PayloadParams::new(111.into(), None, spec);
            let time = MediaTime::new(start, Frequency::FORTY_EIGHT_KHZ);
            let mut frame = Frame::made(params, time, self.encoder.encode(&samples).unwrap());
            frame.received = Some(Received {
                packets: (self.next, self.next),
                is_next: true,
                reference: None,
            });
            self.next += 1;
            frame
        }
    }

    /// How loud each 20 ms are that come out while packets come in, but for those that are lost: in real time, which the jitter buffer
    /// goes by.
    fn levels(hearing: &Hearing, of: &RemoteSlot, lost: impl Fn(u64) -> bool) -> Vec<i8> {
        let mut speaker = Speaker::new();
        let mut due = Instant::now();
        let one = |number| {
            let frame = speaker.say();
            if !lost(number) {
                hearing.play(of, &frame);
            }
            let mut played = [0; PACKET_SAMPLES];
            hearing.fill(&mut played);
            due += Duration::from_millis(20);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            level_of(&played)
        };
        (0..100).map(one).collect()
    }

    #[test]
    fn who_speaks_is_heard_and_who_is_muted_or_gone_is_not() {
        let hearing = hearing();
        let alice = slot("0", false);
        assert!(hearing.follow(std::slice::from_ref(&alice)));
        let heard = levels(&hearing, &alice, |_| false);
        assert!(heard[50..].iter().all(|level| *level > -20), "{heard:?}");
        hearing.follow(&[slot("0", true)]);
        let muted = levels(&hearing, &alice, |_| false);
        assert!(muted.iter().all(|level| *level == -127), "{muted:?}");
        assert!(!hearing.follow(&[]));
        let gone = levels(&hearing, &alice, |_| false);
        assert!(gone.iter().all(|level| *level == -127));
    }

    #[test]
    fn packets_that_are_lost_leave_no_holes() {
        let hearing = hearing();
        let alice = slot("0", false);
        hearing.follow(std::slice::from_ref(&alice));
        let heard = levels(&hearing, &alice, |number| {
            number % 10 == 9 || number % 23 == 0
        });
        assert!(heard[50..].iter().all(|level| *level > -35), "{heard:?}");
    }

    #[test]
    fn two_are_heard_together() {
        let hearing = hearing();
        let (alice, bob) = (slot("0", false), slot("1", false));
        hearing.follow(&[alice.clone(), bob.clone()]);
        let mut speaker = Speaker::new();
        let mut loudest = -127;
        for _ in 0..100 {
            let frame = speaker.say();
            hearing.play(&alice, &frame);
            hearing.play(&bob, &frame);
            let mut played = [0; PACKET_SAMPLES];
            hearing.fill(&mut played);
            loudest = level_of(&played).max(loudest);
        }
        // Twice the same sound is 6 dB louder than the -12 dBov of one.
        assert!((-8..=-4).contains(&loudest), "{loudest}");
    }
}
