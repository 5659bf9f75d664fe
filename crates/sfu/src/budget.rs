//! A limit on how often something may happen.

use std::time::{Duration, Instant};

/// Lets `burst` things happen at once, and then one each `every`: a bucket of tokens, kept as the time at which it is full
/// again (the generic cell rate algorithm).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    every: Duration,
    burst: u32,
    full_at: Option<Instant>,
}

impl Budget {
    pub(crate) const fn new(every: Duration, burst: u32) -> Self {
        Self {
            every,
            burst,
            full_at: None,
        }
    }

    /// True if it may happen now; it is taken as done then.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |at| at.max(now)) + self.every;
        let is_within = full_at <= now + self.every * self.burst;
        if is_within {
            self.full_at = Some(full_at);
        }
        is_within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_passes_and_then_one_each_interval() {
        let start = Instant::now();
        let mut budget = Budget::new(Duration::from_millis(200), 3);
        let passed = |budget: &mut Budget, at: u64| {
            (0..10)
                .filter(|_| budget.take(start + Duration::from_millis(at)))
                .count()
        };
        assert_eq!(passed(&mut budget, 0), 3);
        assert_eq!(passed(&mut budget, 199), 0);
        assert_eq!(passed(&mut budget, 200), 1);
        assert_eq!(passed(&mut budget, 10_000), 3);
    }
}
