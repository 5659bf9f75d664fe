//! Where a client is: the addresses its datagrams come from, which of them are proven to be its own, and the one to send to.
//!
//! A connectivity check is signed, but the address on it may be anybody's: a client can have it say that of a stranger, who
//! would then be sent everything the client should be. So each address is sent a check in return, whose answer only who is
//! there can give, and media goes to addresses alone from which it came (RFC 8445 leaves a lite agent without one, and
//! RFC 7675 without consent). One from which nothing came for [`SILENT_AFTER`] gets nothing either.
//!
//! Each new address costs str0m a candidate, a pair, and a sort of all pairs, until ICE restarts: there are only so many.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::IceCreds;

use crate::budget::Budget;
use crate::stun::{self, TransactionId};

/// After this long without a datagram from an address the client has left it, if it sends from another one. Browsers check a
/// path that they use every 2.5 s.
const LEFT_AFTER: Duration = Duration::from_secs(3);
/// After this long without a datagram from an address nothing is sent to it.
const SILENT_AFTER: Duration = Duration::from_secs(5);
/// How long an address is remembered.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// Addresses that are remembered at once. A client with three networks, IPv4 and IPv6 of each, and a relay needs eight.
const ADDRESSES_MAX: usize = 16;
/// Addresses that a client may have had between two restarts of ICE.
const ADDRESSES_PER_RESTART: u32 = 128;
/// New addresses: these many at once, and then one each of this long.
const NEW_BURST: u32 = ADDRESSES_MAX as u32;
const NEW_EVERY: Duration = Duration::from_millis(200);
/// From a check to its repetition; twice as long with each, up to the most.
const CHECK_AGAIN: Duration = Duration::from_millis(250);
const CHECK_AGAIN_MAX: Duration = Duration::from_secs(4);

/// The addresses of one client.
#[derive(Debug)]
pub(crate) struct Addresses {
    known: BTreeMap<SocketAddr, Known>,
    credentials: Option<Credentials>,
    new: Budget,
    new_since_restart: u32,
}

/// What a check is signed with.
#[derive(Debug, PartialEq)]
pub(crate) struct Credentials {
    pub(crate) local: IceCreds,
    pub(crate) remote: IceCreds,
}

#[derive(Debug)]
struct Known {
    /// The local address that its datagrams come to.
    local: SocketAddr,
    seen_at: Instant,
    is_proven: bool,
    /// The check that was sent there; it is repeated as it is.
    check: Option<Check>,
    /// When it is to be sent, or sent again.
    check_at: Option<Instant>,
}

#[derive(Debug)]
struct Check {
    id: TransactionId,
    bytes: Vec<u8>,
    again_after: Duration,
}

/// What has become of a datagram's address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Observed {
    Known,
    /// Known from now on; these are not any more.
    New(Vec<SocketAddr>),
    /// One too many.
    Refused,
}

/// A check to send.
pub(crate) struct OutgoingCheck {
    pub(crate) from: SocketAddr,
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

impl Known {
    fn is_within(&self, period: Duration, now: Instant) -> bool {
        now.duration_since(self.seen_at) < period
    }

    /// Asks for the proof that is missing, unless that is under way.
    fn ask(&mut self, now: Instant) {
        if !self.is_proven && self.check_at.is_none() {
            self.check_at = Some(now);
        }
    }
}

impl Addresses {
    pub(crate) fn new() -> Self {
        Self {
            known: BTreeMap::new(),
            credentials: None,
            new: Budget::new(NEW_EVERY, NEW_BURST),
            new_since_restart: 0,
        }
    }

    /// After an offer was answered; other credentials than before are a restart of ICE.
    pub(crate) fn set_credentials(&mut self, credentials: Credentials) {
        if self.credentials.as_ref() == Some(&credentials) {
            return;
        }
        self.credentials = Some(credentials);
        self.new_since_restart = 0;
        for known in self.known.values_mut() {
            known.check = None;
            known.check_at = None;
            known.ask(known.seen_at);
        }
    }

    /// A datagram that is the client's came from `from` to `local`.
    pub(crate) fn observe(
        &mut self,
        from: SocketAddr,
        local: SocketAddr,
        now: Instant,
    ) -> Observed {
        if let Some(known) = self.known.get_mut(&from) {
            known.seen_at = now;
            known.local = local;
            known.ask(now);
            return Observed::Known;
        }
        let is_old = |known: &Known| !known.is_within(FORGOTTEN_AFTER, now);
        let old = self.known.iter().filter(|(_, known)| is_old(known));
        let old: Vec<SocketAddr> = old.map(|(address, _)| *address).collect();
        let has_room = self.known.len() - old.len() < ADDRESSES_MAX
            && self.new_since_restart < ADDRESSES_PER_RESTART;
        if !has_room || !self.new.take(now) {
            return Observed::Refused;
        }
        for address in &old {
            self.known.remove(address);
        }
        self.new_since_restart += 1;
        let new = Known {
            local,
            seen_at: now,
            is_proven: false,
            check: None,
            check_at: Some(now),
        };
        self.known.insert(from, new);
        Observed::New(old)
    }

    /// Something came from there within the time after which nothing is sent there.
    pub(crate) fn is_live(&self, address: SocketAddr, now: Instant) -> bool {
        let known = self.known.get(&address);
        known.is_some_and(|known| known.is_within(SILENT_AFTER, now))
    }

    /// The answer to the check `id` came from `from`. True if that is what proves the address.
    pub(crate) fn prove(&mut self, from: SocketAddr, id: TransactionId, now: Instant) -> bool {
        let Some(known) = self.known.get_mut(&from) else {
            return false;
        };
        let is_proof = known.check.as_ref().is_some_and(|check| check.id == id);
        if is_proof {
            known.is_proven = true;
            known.check = None;
            known.check_at = None;
            known.seen_at = now;
        }
        is_proof
    }

    /// There is an address that media can be sent to.
    pub(crate) fn is_reachable(&self, now: Instant) -> bool {
        self.usable(now).next().is_some()
    }

    fn usable(&self, now: Instant) -> impl Iterator<Item = (SocketAddr, &Known)> {
        let known = self.known.iter().map(|(address, known)| (*address, known));
        known.filter(move |(_, known)| known.is_proven && known.is_within(SILENT_AFTER, now))
    }

    /// Where to send what str0m wants to send to `nominated`; none if it must not be sent. str0m leaves a nominated address for
    /// one of lower priority only 15 s after its last check; a client that moved without a word of signalling would get
    /// nothing until then.
    pub(crate) fn route(&self, nominated: SocketAddr, now: Instant) -> Option<SocketAddr> {
        let wanted = self.known.get(&nominated);
        if wanted.is_some_and(|known| known.is_proven && known.is_within(LEFT_AFTER, now)) {
            return Some(nominated);
        }
        let newest = self.usable(now).max_by_key(|(_, known)| known.seen_at);
        newest.map(|(address, _)| address)
    }

    /// When to call [`Self::poll_check`].
    pub(crate) fn check_due(&self) -> Option<Instant> {
        self.credentials.as_ref()?;
        let due = self.known.values().filter_map(|known| known.check_at);
        due.min()
    }

    /// The next check to send, to an address that is not proven and that the client still uses.
    pub(crate) fn poll_check(&mut self, now: Instant) -> Option<OutgoingCheck> {
        let credentials = self.credentials.as_ref()?;
        let is_due = |known: &Known| known.check_at.is_some_and(|at| at <= now);
        for (address, known) in &mut self.known {
            if !is_due(known) {
                continue;
            }
            if !known.is_within(SILENT_AFTER, now) {
                known.check_at = None;
                continue;
            }
            let check = match known.check.take() {
                Some(check) => Check {
                    again_after: (check.again_after * 2).min(CHECK_AGAIN_MAX),
                    ..check
                },
                None => {
                    let made = stun::check(&credentials.local, &credentials.remote);
                    let Some((id, bytes)) = made else {
                        // With credentials that no check can carry nothing will ever be proven.
                        self.credentials = None;
                        return None;
                    };
                    Check {
                        id,
                        bytes,
                        again_after: CHECK_AGAIN,
                    }
                }
            };
            known.check_at = Some(now + check.again_after);
            let bytes = check.bytes.clone();
            known.check = Some(check);
            return Some(OutgoingCheck {
                from: known.local,
                to: *address,
                bytes,
            });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 9], port))
    }

    fn local() -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], 3478))
    }

    fn addresses() -> Addresses {
        let mut addresses = Addresses::new();
        addresses.set_credentials(Credentials {
            local: IceCreds::new(),
            remote: IceCreds::new(),
        });
        addresses
    }

    /// The client is heard from there, and answers the check if there is one.
    fn heard(addresses: &mut Addresses, port: u16, now: Instant) {
        addresses.observe(address(port), local(), now);
        while let Some(check) = addresses.poll_check(now) {
            let id = check.bytes[8..20].try_into().unwrap();
            assert!(addresses.prove(check.to, id, now));
        }
    }

    #[test]
    fn client_that_left_for_another_address_is_sent_to_there() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut addresses = addresses();
        heard(&mut addresses, 1, start);
        heard(&mut addresses, 2, after(1));
        assert_eq!(addresses.route(address(1), after(2)), Some(address(1)));
        heard(&mut addresses, 2, after(3));
        assert_eq!(addresses.route(address(1), after(3)), Some(address(2)));
        // Back again.
        heard(&mut addresses, 1, after(7));
        heard(&mut addresses, 2, after(8));
        assert_eq!(addresses.route(address(1), after(8)), Some(address(1)));
    }

    #[test]
    fn nothing_is_sent_to_an_address_that_is_silent_or_not_proven() {
        let start = Instant::now();
        let after = |s| start + Duration::from_secs(s);
        let mut addresses = addresses();
        addresses.observe(address(1), local(), start);
        assert_eq!(addresses.route(address(1), start), None);
        heard(&mut addresses, 1, start);
        assert_eq!(addresses.route(address(1), after(4)), Some(address(1)));
        assert_eq!(addresses.route(address(1), after(5)), None);
        assert_eq!(addresses.route(address(9), after(1)), Some(address(1)));
    }

    #[test]
    fn answer_from_elsewhere_or_to_another_check_proves_nothing() {
        let now = Instant::now();
        let mut addresses = addresses();
        addresses.observe(address(1), local(), now);
        let check = addresses.poll_check(now).unwrap();
        let id: TransactionId = check.bytes[8..20].try_into().unwrap();
        assert!(!addresses.prove(address(2), id, now));
        assert!(!addresses.prove(address(1), [7; 12], now));
        assert!(!addresses.is_reachable(now));
        assert!(addresses.prove(address(1), id, now));
        assert!(addresses.is_reachable(now));
    }

    #[test]
    fn check_is_repeated_ever_more_rarely_while_the_client_is_heard() {
        let start = Instant::now();
        let mut addresses = addresses();
        let mut sent_at = Vec::new();
        for ms in 0..20_000 {
            let now = start + Duration::from_millis(ms);
            if ms < 10_000 {
                addresses.observe(address(1), local(), now);
            }
            if addresses.poll_check(now).is_some() {
                sent_at.push(ms);
            }
        }
        assert_eq!(sent_at, [0, 250, 750, 1_750, 3_750, 7_750, 11_750]);
        assert_eq!(addresses.check_due(), None);
    }

    #[test]
    fn addresses_are_few_and_new_ones_are_rare() {
        let start = Instant::now();
        let mut addresses = addresses();
        let mut accepted = 0;
        for n in 0..20_000_u32 {
            let now = start + Duration::from_millis(u64::from(n));
            let from = address(u16::try_from(n).unwrap());
            accepted += u32::from(addresses.observe(from, local(), now) != Observed::Refused);
            assert!(addresses.known.len() <= ADDRESSES_MAX);
        }
        assert_eq!(accepted, NEW_BURST);
        // Once they are forgotten there is room again, until ICE must restart.
        for s in 0..1_000 {
            let now = start + Duration::from_secs(100 + 2 * s);
            let from = address(u16::try_from(30_000 + s).unwrap());
            accepted += u32::from(addresses.observe(from, local(), now) != Observed::Refused);
        }
        assert_eq!(accepted, ADDRESSES_PER_RESTART);
        let now = start + Duration::from_secs(9_000);
        assert_eq!(
            addresses.observe(address(1), local(), now),
            Observed::Refused
        );
        addresses.set_credentials(Credentials {
            local: IceCreds::new(),
            remote: IceCreds::new(),
        });
        assert_ne!(
            addresses.observe(address(1), local(), now),
            Observed::Refused
        );
    }
}
