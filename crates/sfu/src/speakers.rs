//! The active speakers of a room: the loudest first, published when they change, and not too often.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hullo_protocol::Uid;

use crate::loudness::Loudness;

/// Most speakers in one event.
const SPEAKERS_MAX: usize = 5;
/// Shortest time between two events.
const SPEAKERS_INTERVAL_MIN: Duration = Duration::from_millis(300);
/// A speaker must be louder than the one before it by this much to pass it: within a word, voices rise and fall by less.
pub(crate) const SPEAKER_HYSTERESIS_DB: f32 = 6.0;

/// The speakers of a room as they were last published, and when to look again.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    published: Vec<Uid>,
    published_at: Option<Instant>,
    check_at: Option<Instant>,
}

impl Speakers {
    /// When to call [`Self::check`] at the latest.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.check_at
    }

    /// A voice has begun: looks at once, or as soon as the interval allows.
    pub(crate) fn expect_change(&mut self, now: Instant) {
        self.check_at = Some(self.allowed_at().map_or(now, |at| now.max(at)));
    }

    /// `uid` has left, or is held. That it is silent is published as soon as the interval allows.
    pub(crate) fn silence(&mut self, uid: Uid) {
        if self.published.contains(&uid) {
            self.check_at = self.allowed_at();
        }
    }

    /// When the interval since the last event is over; none if there was no event yet.
    fn allowed_at(&self) -> Option<Instant> {
        self.published_at.map(|at| at + SPEAKERS_INTERVAL_MIN)
    }

    /// The speakers, if they have changed since they were published. `audible` has everyone whose audio counts.
    pub(crate) fn check<'a>(
        &mut self,
        audible: impl Iterator<Item = (Uid, &'a Loudness)>,
        now: Instant,
    ) -> Option<Vec<Uid>> {
        let mut loudest = BTreeMap::new();
        for (uid, loudness) in audible.filter(|(_, loudness)| loudness.speaks(now)) {
            let known: &mut &Loudness = loudest.entry(uid).or_insert(loudness);
            if known.level() < loudness.level() {
                *known = loudness;
            }
        }
        let mut speaking: Vec<(Uid, &Loudness)> = loudest.into_iter().collect();
        // Who was published before keeps its rank; who is new comes behind them, until it is clearly louder.
        let rank_of = |uid| self.published.iter().position(|known| *known == uid);
        speaking.sort_by(|(a, a_loudness), (b, b_loudness)| {
            let rank = |uid| rank_of(uid).unwrap_or(usize::MAX);
            let louder = b_loudness.level().total_cmp(&a_loudness.level());
            rank(*a).cmp(&rank(*b)).then(louder).then(a.cmp(b))
        });
        for last in 1..speaking.len() {
            for at in (1..=last).rev() {
                if speaking[at].1.level() < speaking[at - 1].1.level() + SPEAKER_HYSTERESIS_DB {
                    break;
                }
                speaking.swap(at, at - 1);
            }
        }
        self.check_at = next_check(&speaking, now);
        let mut uids: Vec<Uid> = speaking.into_iter().map(|(uid, _)| uid).collect();
        uids.truncate(SPEAKERS_MAX);
        if uids == self.published {
            return None;
        }
        if let Some(earliest) = self.allowed_at()
            && earliest > now
        {
            self.check_at = Some(earliest);
            return None;
        }
        self.published_at = Some(now);
        self.published.clone_from(&uids);
        Some(uids)
    }
}

/// One voice can only end; several can also pass each other.
fn next_check(speaking: &[(Uid, &Loudness)], now: Instant) -> Option<Instant> {
    let ends = speaking.iter().filter_map(|(_, l)| l.speaks_until()).min();
    if speaking.len() > 1 {
        let soon = now + SPEAKERS_INTERVAL_MIN;
        Some(ends.map_or(soon, |at| at.min(soon)))
    } else {
        ends
    }
}
