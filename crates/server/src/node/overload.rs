//! Whether an app's actor has more to do than it can. A stall that is over soon is none: it has to be behind for some time. Once it
//! was, a short delay is enough for a while, so that what waits stays little: the more calls are under way at once, the
//! more each of them costs.

use std::time::{Duration, Instant};

use crate::config::Bound;

/// So long after the last refusal a short delay is enough.
const WARY: Duration = Duration::from_secs(1);

/// What the dials have seen.
#[derive(Debug, Default)]
pub(super) struct Overload {
    behind_since: Option<Instant>,
    wary_until: Option<Instant>,
}

impl Overload {
    /// Whether a dial that comes now, when the oldest that waits has waited for so long, is to be refused.
    pub(super) fn refuses(&mut self, now: Instant, behind: Duration, bound: Bound) -> bool {
        let Some(over) = behind
            .checked_sub(bound.behind)
            .filter(|over| !over.is_zero())
        else {
            self.behind_since = None;
            return false;
        };
        let since = *self
            .behind_since
            .get_or_insert_with(|| now.checked_sub(over).unwrap_or(now));
        let lasts = now.saturating_duration_since(since) >= bound.lasting;
        let refuses = lasts || self.wary_until.is_some_and(|until| now < until);
        if refuses {
            self.wary_until = Some(now + WARY);
        }
        refuses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound {
        behind: Duration::from_millis(50),
        lasting: Duration::from_millis(300),
    };

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn stall_that_is_over_soon_refuses_nobody_and_one_that_lasts_does() {
        let (mut overload, began) = (Overload::default(), Instant::now());
        for behind in [60, 200, 340, 10, 340] {
            assert!(!overload.refuses(began, ms(behind), BOUND), "{behind}");
            assert!(!overload.refuses(began, Duration::ZERO, BOUND));
        }
        assert!(overload.refuses(began, ms(350), BOUND));
    }

    #[test]
    fn queue_that_does_not_become_short_is_seen_however_short_each_wait_is() {
        let (mut overload, began) = (Overload::default(), Instant::now());
        let mut at = |at, behind| overload.refuses(began + ms(at), ms(behind), BOUND);
        assert!(!at(0, 60));
        assert!(!at(200, 70));
        assert!(at(300, 60), "behind for 310 ms");
        assert!(!at(400, 40));
        assert!(at(500, 60), "it is wary now");
        assert!(!at(1_550, 0));
        assert!(!at(1_600, 60), "and calm again");
    }
}
