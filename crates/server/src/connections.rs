//! The open connections: how many there may be, in all and of one address, and how many of them may be strangers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::network::network;

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    pub(crate) open: usize,
    pub(crate) open_per_address: usize,
    /// Of them, those that have not signed in.
    pub(crate) waiting: usize,
    pub(crate) waiting_per_address: usize,
}

/// Counts the connections to one address of ours.
pub(crate) struct Connections {
    places: Places,
    taken: Mutex<Taken>,
    pub(crate) metrics: ConnectionMetrics,
}

/// What is shown of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionMetrics {
    pub(crate) open: Gauge,
    pub(crate) waiting: Gauge,
    pub(crate) refused: Family<RefusalLabels, Counter>,
    /// Connections that the system could not hand over, mostly for want of files.
    pub(crate) accept_errors: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RefusalLabels {
    limit: &'static str,
}

#[derive(Default)]
struct Taken {
    all: Share,
    by_network: HashMap<IpAddr, Share>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Share {
    open: usize,
    waiting: usize,
}

/// Which limit a connection has met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the server has as many connections as it may; come back in a moment")]
    Open,
    #[error("this address has as many connections as it may; close some, or come back later")]
    OpenPerAddress,
    #[error("too many connections are signing in; come back in a moment")]
    Waiting,
    #[error("too many connections of this address are not signed in; come back in a moment")]
    WaitingPerAddress,
}

impl Refusal {
    /// The limit's name in the settings.
    pub(crate) fn limit(self) -> &'static str {
        match self {
            Self::Open => "connections",
            Self::OpenPerAddress => "connections_per_address",
            Self::Waiting => "waiting",
            Self::WaitingPerAddress => "waiting_per_address",
        }
    }
}

/// A connection's place; given back when this goes.
pub(crate) struct Admission {
    connections: Arc<Connections>,
    held: Mutex<Held>,
}

struct Held {
    /// Whose share it is counted in, once that is known.
    network: Option<IpAddr>,
    waiting: bool,
}

impl Connections {
    pub(crate) fn new(places: Places, metrics: ConnectionMetrics) -> Self {
        Self {
            places,
            taken: Mutex::default(),
            metrics,
        }
    }

    /// Takes a place for a connection that has not signed in. Behind a proxy its address is not known yet.
    pub(crate) fn admit(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Admission, Refusal> {
        let admission = {
            let mut taken = lock(&self.taken);
            if taken.all.open >= self.places.open {
                return Err(self.count(Refusal::Open));
            }
            if taken.all.waiting >= self.places.waiting {
                return Err(self.count(Refusal::Waiting));
            }
            taken.all.open += 1;
            taken.all.waiting += 1;
            self.show(&taken);
            Admission {
                connections: self.clone(),
                held: Mutex::new(Held {
                    network: None,
                    waiting: true,
                }),
            }
        };
        match address {
            Some(address) => admission.belong_to(address).map(|()| admission),
            None => Ok(admission),
        }
    }

    fn count(&self, refusal: Refusal) -> Refusal {
        let limit = refusal.limit();
        let labels = RefusalLabels { limit };
        self.metrics.refused.get_or_create(&labels).inc();
        refusal
    }

    fn show(&self, taken: &Taken) {
        let of = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.open.set(of(taken.all.open));
        self.metrics.waiting.set(of(taken.all.waiting));
    }
}

impl Admission {
    /// Counts the connection in the share of this address, which a proxy may have named later.
    pub(crate) fn belong_to(&self, address: IpAddr) -> Result<(), Refusal> {
        let network = network(address);
        let connections = &self.connections;
        let mut held = lock(&self.held);
        if held.network.is_some() {
            return Ok(());
        }
        let mut taken = lock(&connections.taken);
        let share = taken.by_network.entry(network).or_default();
        let refusal = if share.open >= connections.places.open_per_address {
            Some(Refusal::OpenPerAddress)
        } else if held.waiting && share.waiting >= connections.places.waiting_per_address {
            Some(Refusal::WaitingPerAddress)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return Err(connections.count(refusal));
        }
        share.open += 1;
        share.waiting += usize::from(held.waiting);
        held.network = Some(network);
        Ok(())
    }

    /// The connection is a stranger's no more.
    pub(crate) fn sign_in(&self) {
        let mut held = lock(&self.held);
        if !std::mem::replace(&mut held.waiting, false) {
            return;
        }
        let mut taken = lock(&self.connections.taken);
        taken.all.waiting -= 1;
        if let Some(share) = held.network.and_then(|one| taken.by_network.get_mut(&one)) {
            share.waiting -= 1;
        }
        self.connections.show(&taken);
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.sign_in();
        let network = lock(&self.held).network;
        let mut taken = lock(&self.connections.taken);
        taken.all.open -= 1;
        if let Some(network) = network
            && let Some(share) = taken.by_network.get_mut(&network)
        {
            share.open -= 1;
            if share.open == 0 {
                taken.by_network.remove(&network);
            }
        }
        self.connections.show(&taken);
    }
}

/// Nothing in here panics while it holds the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(places: [usize; 4]) -> Arc<Connections> {
        let [open, open_per_address, waiting, waiting_per_address] = places;
        let places = Places {
            open,
            open_per_address,
            waiting,
            waiting_per_address,
        };
        Arc::new(Connections::new(places, ConnectionMetrics::default()))
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    fn refused(result: Result<Admission, Refusal>) -> Option<Refusal> {
        result.err()
    }

    #[test]
    fn each_limit_refuses_by_its_name_and_a_place_that_is_given_back_is_free() {
        let one = address("192.0.2.1");
        for (places, refusal) in [
            ([2, 9, 9, 9], Refusal::Open),
            ([9, 2, 9, 9], Refusal::OpenPerAddress),
            ([9, 9, 2, 9], Refusal::Waiting),
            ([9, 9, 9, 2], Refusal::WaitingPerAddress),
        ] {
            let connections = connections(places);
            let first = connections.admit(one).unwrap();
            let _second = connections.admit(one).unwrap();
            assert_eq!(refused(connections.admit(one)), Some(refusal));
            assert_eq!(connections.metrics.open.get(), 2, "{refusal:?}");
            drop(first);
            assert_eq!(refused(connections.admit(one)), None);
        }
    }

    #[test]
    fn who_has_signed_in_waits_no_more_and_one_address_does_not_keep_others_out() {
        let connections = connections([9, 3, 9, 1]);
        let first = connections.admit(address("2001:db8::1")).unwrap();
        let neighbour = address("2001:db8::2");
        let refusal = refused(connections.admit(neighbour));
        assert_eq!(refusal, Some(Refusal::WaitingPerAddress));
        assert_eq!(refused(connections.admit(address("192.0.2.1"))), None);
        first.sign_in();
        first.sign_in();
        assert_eq!(connections.metrics.waiting.get(), 0);
        assert_eq!(refused(connections.admit(neighbour)), None);
    }

    #[test]
    fn address_that_a_proxy_names_later_is_counted_from_then() {
        let connections = connections([9, 1, 9, 9]);
        let (first, second) = (
            connections.admit(None).unwrap(),
            connections.admit(None).unwrap(),
        );
        let named = "192.0.2.1".parse().unwrap();
        assert_eq!(first.belong_to(named), Ok(()));
        assert_eq!(first.belong_to(named), Ok(()), "it is counted once");
        assert_eq!(second.belong_to(named), Err(Refusal::OpenPerAddress));
        drop(first);
        assert_eq!(second.belong_to(named), Ok(()));
        drop(second);
        assert!(lock(&connections.taken).by_network.is_empty());
    }
}
