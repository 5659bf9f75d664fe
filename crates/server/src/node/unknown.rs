//! App keys that there are not, for a moment: whoever tries the same one again costs no read.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use hullo_protocol::AppKey;

/// An app that is created meanwhile is found after so long at the latest.
const FORGET: Duration = Duration::from_secs(1);
/// So many keys are remembered; more are looked up each time.
const KEYS_MAX: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct UnknownKeys(BTreeMap<AppKey, Instant>);

impl UnknownKeys {
    /// Whether there was no such app a moment ago.
    pub(super) fn contains(&self, key: &AppKey, now: Instant) -> bool {
        let looked_up = self.0.get(key);
        looked_up.is_some_and(|at| now.duration_since(*at) < FORGET)
    }

    /// There is no such app.
    pub(super) fn add(&mut self, key: AppKey, now: Instant) {
        if self.0.len() >= KEYS_MAX {
            self.0.retain(|_, at| now.duration_since(*at) < FORGET);
        }
        if self.0.len() < KEYS_MAX {
            self.0.insert(key, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_unknown_for_a_moment_and_the_memory_is_bounded() {
        let key = |number: usize| AppKey::parse(&format!("app{number}")).unwrap();
        let mut unknown = UnknownKeys::default();
        let start = Instant::now();
        for number in 0..KEYS_MAX + 1 {
            unknown.add(key(number), start);
        }
        assert!(unknown.contains(&key(0), start) && !unknown.contains(&key(KEYS_MAX), start));
        let later = start + FORGET;
        assert!(!unknown.contains(&key(0), later));
        unknown.add(key(KEYS_MAX), later);
        assert!(unknown.contains(&key(KEYS_MAX), later));
        assert_eq!(unknown.0.len(), 1);
    }
}
