//! How loud one peer is, and whether that is a voice: from the audio levels of its packets (RFC 6464).

use std::time::{Duration, Instant};

use str0m::rtp::ExtensionValues;

/// What is louder than this is not taken for noise. Speech lies at -20 to -40 dBov, a quiet room after noise
/// suppression below -60.
const NOISE_DBOV: f32 = -50.0;
/// The level of digital silence in RFC 6464.
const SILENCE_DBOV: f32 = -127.0;
/// Share of the new level in the smoothed one, for each packet: with 20 ms packets, two thirds of a step in 160 ms.
const SMOOTHING: f32 = 1.0 / 8.0;
/// A longer pause ends a run of voice; shorter ones lie between syllables, or are lost packets.
const PAUSE_MAX: Duration = Duration::from_millis(100);
/// A run of voice this long claims an audio slot: too long for a click, and so short that no word is lost.
const CLAIMS_AFTER: Duration = Duration::from_millis(60);
/// A run of voice this long is speech. The first packet of a run adds its own 20 ms to that.
const SPEAKS_AFTER: Duration = Duration::from_millis(180);
/// After this long without voice, who spoke is silent.
const SILENT_AFTER: Duration = Duration::from_millis(800);
/// After this long without an audio packet, a peer's audio no longer flows.
const FLOWS_FOR: Duration = Duration::from_secs(2);

/// The audio of one peer, as far as its levels tell.
#[derive(Debug, Default)]
pub(crate) struct Loudness {
    packet_at: Option<Instant>,
    level: Option<f32>,
    run: Option<Run>,
    speaks_until: Option<Instant>,
}

/// Voice without a pause.
#[derive(Debug, Clone, Copy)]
struct Run {
    began_at: Instant,
    voiced_at: Instant,
}

impl Loudness {
    /// Takes an audio packet. True if with it the audio begins to flow, to claim a slot, or to count as speech.
    pub(crate) fn observe_level(&mut self, values: &ExtensionValues, now: Instant) -> bool {
        let before = (self.flows(now), self.claims(now), self.speaks(now));
        self.packet_at = Some(now);
        if let Some(level) = values.audio_level.map(f32::from) {
            let smoothed = self.level.unwrap_or(level);
            self.level = Some(smoothed + (level - smoothed) * SMOOTHING);
            // A browser without voice detection sets the flag in every packet, so the level decides as well.
            if level > NOISE_DBOV && values.voice_activity != Some(false) {
                self.observe_voice(now);
            }
        }
        let after = (self.flows(now), self.claims(now), self.speaks(now));
        (!before.0 && after.0) || (!before.1 && after.1) || (!before.2 && after.2)
    }

    fn observe_voice(&mut self, now: Instant) {
        let goes_on = |run: &Run| now.duration_since(run.voiced_at) <= PAUSE_MAX;
        let began_at = self.run.filter(goes_on).map_or(now, |run| run.began_at);
        self.run = Some(Run {
            began_at,
            voiced_at: now,
        });
        if self.speaks(now) || now.duration_since(began_at) >= SPEAKS_AFTER {
            self.speaks_until = Some(now + SILENT_AFTER);
        }
    }

    /// Audio packets have come lately, however quiet.
    pub(crate) fn flows(&self, now: Instant) -> bool {
        self.packet_at
            .is_some_and(|at| now.duration_since(at) < FLOWS_FOR)
    }

    fn claims(&self, now: Instant) -> bool {
        self.run.is_some_and(|run| {
            now.duration_since(run.voiced_at) <= PAUSE_MAX
                && run.voiced_at.duration_since(run.began_at) >= CLAIMS_AFTER
        })
    }

    /// Counts as an active speaker.
    pub(crate) fn speaks(&self, now: Instant) -> bool {
        self.speaks_until.is_some_and(|until| now < until)
    }

    /// Speaks, or may be about to: worth an audio slot.
    pub(crate) fn has_voice(&self, now: Instant) -> bool {
        self.speaks(now) || self.claims(now)
    }

    /// When speech ends if no more voice comes.
    pub(crate) fn speaks_until(&self) -> Option<Instant> {
        self.speaks_until
    }

    /// The newest packet with voice in it.
    pub(crate) fn voiced_at(&self) -> Option<Instant> {
        self.run.map(|run| run.voiced_at)
    }

    /// Smoothed, in dBov: 0 is the loudest there is. A client that sends no levels counts as silent.
    pub(crate) fn level(&self) -> f32 {
        self.level.unwrap_or(SILENCE_DBOV)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: Duration = Duration::from_millis(20);

    struct Voice {
        loudness: Loudness,
        now: Instant,
    }

    impl Voice {
        fn new() -> Self {
            Self {
                loudness: Loudness::default(),
                now: Instant::now(),
            }
        }

        /// Sends `packets` of one level; returns how many of them changed something.
        fn send(&mut self, packets: u32, level: i8, voice_activity: Option<bool>) -> usize {
            let values = ExtensionValues {
                audio_level: Some(level),
                voice_activity,
                ..ExtensionValues::default()
            };
            let rises = (0..packets).filter(|_| {
                self.now += PACKET;
                self.loudness.observe_level(&values, self.now)
            });
            rises.count()
        }

        fn speaks(&self) -> bool {
            self.loudness.speaks(self.now)
        }
    }

    #[test]
    fn voice_counts_after_200_ms_and_until_800_ms_after_its_end() {
        let mut voice = Voice::new();
        voice.send(9, -30, Some(true));
        assert!(!voice.speaks());
        voice.send(1, -30, Some(true));
        assert!(voice.speaks());
        voice.send(39, -90, Some(true));
        assert!(voice.speaks(), "after 780 ms");
        voice.send(1, -90, Some(true));
        assert!(!voice.speaks(), "after 800 ms");
    }

    #[test]
    fn voice_goes_on_through_pauses_between_words() {
        let mut voice = Voice::new();
        voice.send(10, -30, None);
        for _ in 0..10 {
            voice.send(30, -80, None);
            assert!(voice.speaks());
            voice.send(1, -30, None);
        }
    }

    #[test]
    fn noise_and_short_sounds_are_no_speech() {
        let mut voice = Voice::new();
        voice.send(100, -60, Some(true));
        voice.send(100, -20, Some(false));
        for _ in 0..20 {
            // A knock each second.
            voice.send(3, -10, Some(true));
            voice.send(47, -80, Some(true));
        }
        assert!(!voice.speaks());
    }

    #[test]
    fn each_beginning_is_reported_once() {
        let mut voice = Voice::new();
        // It flows, it claims a slot, it speaks.
        assert_eq!(voice.send(200, -30, Some(true)), 3);
        assert_eq!(voice.send(200, -90, Some(true)), 0);
        voice.now += FLOWS_FOR;
        assert!(!voice.loudness.flows(voice.now));
        assert_eq!(voice.send(2, -90, Some(true)), 1);
    }

    #[test]
    fn client_that_sends_no_levels_flows_and_is_silent() {
        let mut loudness = Loudness::default();
        let now = Instant::now();
        assert!(loudness.observe_level(&ExtensionValues::default(), now));
        assert!(loudness.flows(now) && !loudness.has_voice(now));
        assert!((loudness.level() - SILENCE_DBOV).abs() < f32::EPSILON);
    }
}
