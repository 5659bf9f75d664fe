//! Where a client is: the addresses its datagrams came from, and the one to send to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// After this long without a datagram from an address the client has left it, if it sends from another one. Browsers check a
/// path that they use every 2.5 s.
const LEFT_AFTER: Duration = Duration::from_secs(3);
/// How long an address is remembered.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);

/// When a client last sent from which address.
#[derive(Debug, Default)]
pub(crate) struct Addresses {
    last_seen: BTreeMap<SocketAddr, Instant>,
}

impl Addresses {
    pub(crate) fn observe(&mut self, from: SocketAddr, now: Instant) {
        if self.last_seen.insert(from, now).is_none() {
            let recent = |at: Instant| now.duration_since(at) < FORGOTTEN_AFTER;
            self.last_seen.retain(|_, at| recent(*at));
        }
    }

    /// Where to send what ICE wants to send to `nominated`. str0m leaves a nominated address for one of lower priority only
    /// 15 s after its last check; a client that moved without a word of signalling would get nothing until then.
    pub(crate) fn route(&self, nominated: SocketAddr, now: Instant) -> SocketAddr {
        let is_fresh = |at: Instant| now.duration_since(at) < LEFT_AFTER;
        if self
            .last_seen
            .get(&nominated)
            .is_none_or(|at| is_fresh(*at))
        {
            return nominated;
        }
        let newest = self.last_seen.iter().max_by_key(|(_, at)| **at);
        newest
            .filter(|(_, at)| is_fresh(**at))
            .map_or(nominated, |(address, _)| *address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 9], port))
    }

    #[test]
    fn client_that_left_for_another_address_is_sent_to_there() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut addresses = Addresses::default();
        addresses.observe(address(1), start);
        addresses.observe(address(2), after(1));
        assert_eq!(addresses.route(address(1), after(2)), address(1));
        addresses.observe(address(2), after(3));
        assert_eq!(addresses.route(address(1), after(3)), address(2));
        // All silent: ICE knows best.
        assert_eq!(addresses.route(address(1), after(6)), address(1));
        // Back again.
        addresses.observe(address(1), after(7));
        addresses.observe(address(2), after(8));
        assert_eq!(addresses.route(address(1), after(8)), address(1));
    }

    #[test]
    fn addresses_that_never_sent_are_left_alone() {
        let start = Instant::now();
        let mut addresses = Addresses::default();
        addresses.observe(address(2), start);
        assert_eq!(addresses.route(address(1), start), address(1));
    }

    #[test]
    fn old_addresses_are_forgotten() {
        let start = Instant::now();
        let mut addresses = Addresses::default();
        for n in 0..100 {
            addresses.observe(address(n), start + Duration::from_secs(u64::from(n)));
        }
        assert_eq!(addresses.last_seen.len(), 30);
    }
}
