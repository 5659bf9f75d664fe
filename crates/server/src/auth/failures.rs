//! Guessing is slow: failed logins of one address are counted, successful ones are not. What cannot be a guess is not held
//! up by those who guess: a right secret and a token of a valid signature are taken from any address at any time.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::Limits;
use crate::network::network;

/// Addresses that are remembered; failures of more at a time are not counted.
const ADDRESSES_MAX: usize = 100_000;
/// Those that have not failed for long are forgotten this often.
const CLEANING: Duration = Duration::from_secs(60);

/// The failed logins of each address, over WebSocket and HTTP together.
pub(crate) struct FailedLogins {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    blocked: Mutex<Blocked>,
}

struct Blocked {
    until: BTreeMap<IpAddr, Instant>,
    cleaned_at: Instant,
}

impl FailedLogins {
    pub(crate) fn new(limits: &Limits) -> Self {
        // The settings refuse zeros.
        let burst = NonZeroU32::new(limits.failed_logins).unwrap_or(NonZeroU32::MIN);
        let refill = Duration::from_millis(limits.failed_login_ms);
        let quota = Quota::with_period(refill).unwrap_or(Quota::per_minute(burst));
        Self {
            limiter: RateLimiter::keyed(quota.allow_burst(burst)),
            clock: DefaultClock::default(),
            blocked: Mutex::new(Blocked {
                until: BTreeMap::new(),
                cleaned_at: Instant::now(),
            }),
        }
    }

    /// Counts a failure. When there were too many of them at once: how long the address has to wait before it may fail
    /// again.
    pub(crate) fn count(&self, address: IpAddr) -> Option<Duration> {
        let network = network(address);
        let now = Instant::now();
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        self.clean(&mut blocked, now);
        if let Some(until) = blocked.until.get(&network)
            && let Some(wait) = until.checked_duration_since(now)
        {
            return Some(wait);
        }
        let is_known = blocked.until.remove(&network).is_some();
        if !is_known && self.limiter.len() >= ADDRESSES_MAX {
            return None;
        }
        let refused = self.limiter.check_key(&network).err()?;
        let wait = refused.wait_time_from(self.clock.now());
        blocked.until.insert(network, now + wait);
        Some(wait)
    }

    fn clean(&self, blocked: &mut Blocked, now: Instant) {
        let is_due = now.saturating_duration_since(blocked.cleaned_at) > CLEANING;
        if is_due {
            blocked.cleaned_at = now;
            blocked.until.retain(|_, until| *until > now);
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_that_fails_too_often_has_to_wait_and_others_do_not() {
        let limits = Limits::default();
        let failures = FailedLogins::new(&limits);
        let guesser = "2001:db8::1".parse().unwrap();
        let neighbour = "2001:db8::ffff".parse().unwrap();
        let other = "192.0.2.1".parse().unwrap();
        for _ in 0..limits.failed_logins {
            assert_eq!(failures.count(guesser), None);
        }
        let wait = failures.count(guesser).unwrap();
        assert!(wait <= Duration::from_millis(limits.failed_login_ms));
        assert!(failures.count(neighbour).is_some());
        assert_eq!(failures.count(other), None);
    }

    #[test]
    fn addresses_that_failed_long_ago_are_forgotten() {
        let failures = FailedLogins::new(&Limits {
            failed_login_ms: 1,
            ..Limits::default()
        });
        for host in 0..1000 {
            failures.count(IpAddr::V4(host.into()));
        }
        let mut blocked = failures.blocked.lock().unwrap();
        // Each is forgiven in a millisecond.
        while !failures.limiter.is_empty() {
            let later = blocked.cleaned_at + 2 * CLEANING;
            failures.clean(&mut blocked, later);
        }
        assert!(blocked.until.is_empty());
    }
}
