//! How often actors have failed lately.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When so many actors have failed
const FAILURES_MAX: usize = 5;
/// within this time, starting them again does not help.
const WITHIN: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(super) struct Failures(VecDeque<Instant>);

impl Failures {
    /// Another one has failed; true when it is one too many.
    pub(super) fn add(&mut self, now: Instant) -> bool {
        self.0.retain(|at| now.duration_since(*at) < WITHIN);
        self.0.push_back(now);
        self.0.len() > FAILURES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_too_many_when_they_come_close_together() {
        let start = Instant::now();
        let mut failures = Failures::default();
        for second in 0..60 {
            assert!(!failures.add(start + Duration::from_secs(second * 12)));
        }
        let soon = start + Duration::from_secs(59 * 12 + 1);
        assert!(failures.add(soon));
    }
}
