//! Who speaks in a room: the loudest first, told when it changes, and not too often.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hullo_protocol::Uid;

use crate::loudness::Loudness;

/// Most speakers that are told of at once.
const SPEAKERS_MAX: usize = 5;
/// Shortest time between two changes that are told.
const TOLD_EVERY: Duration = Duration::from_millis(300);
/// By so many dB one must be louder than the one before it to pass it: voices rise and fall by less within a word.
pub(crate) const LOUDER_DB: f32 = 6.0;

/// The speakers of a room as they were told last, and when to look again.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    told: Vec<Uid>,
    told_at: Option<Instant>,
    check_at: Option<Instant>,
}

impl Speakers {
    /// When to call [`Self::check`] at the latest.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.check_at
    }

    /// A voice has begun: looks at once, or as soon as may be told again.
    pub(crate) fn expect_change(&mut self, now: Instant) {
        self.check_at = Some(self.told_at.map_or(now, |at| now.max(at + TOLD_EVERY)));
    }

    /// `uid` has left, or is held. Its silence is told as soon as it may be.
    pub(crate) fn silence(&mut self, uid: Uid) {
        if self.told.contains(&uid) {
            self.check_at = self.told_at.map(|at| at + TOLD_EVERY);
        }
    }

    /// The speakers, if they have changed since they were told. `audible` has everyone whose audio counts.
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
        let told_as = |uid: Uid| self.told.iter().position(|told| *told == uid);
        // Who was told before keeps its rank; who is new comes behind them, until it is clearly louder.
        speaking.sort_by(|(a, a_loudness), (b, b_loudness)| {
            let rank = |uid| told_as(uid).unwrap_or(usize::MAX);
            let louder = b_loudness.level().total_cmp(&a_loudness.level());
            rank(*a).cmp(&rank(*b)).then(louder).then(a.cmp(b))
        });
        for last in 1..speaking.len() {
            for at in (1..=last).rev() {
                if speaking[at].1.level() < speaking[at - 1].1.level() + LOUDER_DB {
                    break;
                }
                speaking.swap(at, at - 1);
            }
        }
        self.check_at = next_check(&speaking, now);
        let mut uids: Vec<Uid> = speaking.into_iter().map(|(uid, _)| uid).collect();
        uids.truncate(SPEAKERS_MAX);
        if uids == self.told {
            return None;
        }
        if let Some(earliest) = self.told_at.map(|at| at + TOLD_EVERY)
            && earliest > now
        {
            self.check_at = Some(earliest);
            return None;
        }
        self.told_at = Some(now);
        self.told.clone_from(&uids);
        Some(uids)
    }
}

/// One voice can only end; several can also pass each other.
fn next_check(speaking: &[(Uid, &Loudness)], now: Instant) -> Option<Instant> {
    let ends = speaking.iter().filter_map(|(_, l)| l.speaks_until()).min();
    if speaking.len() > 1 {
        Some(ends.map_or(now + TOLD_EVERY, |at| at.min(now + TOLD_EVERY)))
    } else {
        ends
    }
}
