//! Guessing is slow: failed logins of one address are counted, successful ones are not.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// So many failures of one address at once,
const BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// and then one in this time.
const REFILL: Duration = Duration::from_secs(6);

/// The failed logins of each address, over WebSocket and HTTP together.
pub(crate) struct FailedLogins {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    blocked: Mutex<BTreeMap<IpAddr, Instant>>,
}

impl FailedLogins {
    pub(crate) fn new() -> Self {
        // The quota is a constant that is not zero.
        let quota = Quota::with_period(REFILL).unwrap_or(Quota::per_minute(BURST));
        Self {
            limiter: RateLimiter::keyed(quota.allow_burst(BURST)),
            clock: DefaultClock::default(),
            blocked: Mutex::new(BTreeMap::new()),
        }
    }

    /// How long this address has to wait before it may try again; `None` when it may try now.
    pub(crate) fn wait(&self, address: IpAddr) -> Option<Duration> {
        let blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        let until = *blocked.get(&network(address))?;
        until
            .checked_duration_since(Instant::now())
            .filter(|wait| !wait.is_zero())
    }

    /// Counts a failure; too many of them at once make the address wait.
    pub(crate) fn count(&self, address: IpAddr) {
        let network = network(address);
        let Err(refused) = self.limiter.check_key(&network) else {
            return;
        };
        let wait = refused.wait_time_from(self.clock.now());
        let now = Instant::now();
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        blocked.retain(|_, until| *until > now);
        blocked.insert(network, now + wait);
        self.limiter.retain_recent();
    }
}

/// An IPv6 subscriber has a whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let subscriber = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(subscriber.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_that_fails_too_often_has_to_wait_and_others_do_not() {
        let failures = FailedLogins::new();
        let guesser = "2001:db8::1".parse().unwrap();
        let neighbour = "2001:db8::ffff".parse().unwrap();
        let other = "192.0.2.1".parse().unwrap();
        for _ in 0..BURST.get() {
            failures.count(guesser);
            assert_eq!(failures.wait(guesser), None);
        }
        failures.count(guesser);
        assert!(failures.wait(guesser).unwrap() <= REFILL);
        assert!(failures.wait(neighbour).is_some());
        assert_eq!(failures.wait(other), None);
    }
}
