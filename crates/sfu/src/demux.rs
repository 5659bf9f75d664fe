//! Which peer a datagram belongs to: by the address it comes from, or by the user name of its STUN message.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::{PeerId, stun};

/// Finds the peer of a datagram without asking every peer.
///
/// Invariant: `of_peer` holds exactly what leads to each peer in the two other maps, so that a peer is forgotten at the cost
/// of its own entries. An address is learned when its peer accepts it, which bounds how many there are.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    by_address: HashMap<SocketAddr, PeerId>,
    by_ufrag: HashMap<String, PeerId>,
    of_peer: HashMap<PeerId, Keys>,
}

#[derive(Debug, Default)]
struct Keys {
    ufrag: Option<String>,
    addresses: Vec<SocketAddr>,
}

impl Demux {
    /// The peer that `accepts` this datagram. The user name of STUN decides before the address, which may have passed from one
    /// peer to another.
    pub(crate) fn find(
        &self,
        from: SocketAddr,
        bytes: &[u8],
        accepts: impl Fn(PeerId) -> bool,
    ) -> Option<PeerId> {
        let by_ufrag = stun::ufrag(bytes).and_then(|ufrag| self.by_ufrag.get(ufrag));
        let by_address = self.by_address.get(&from);
        by_ufrag
            .into_iter()
            .chain(by_address)
            .copied()
            .find(|id| accepts(*id))
    }

    /// Whose address it is.
    pub(crate) fn holder(&self, address: SocketAddr) -> Option<PeerId> {
        self.by_address.get(&address).copied()
    }

    /// The peer's user name, in place of the one it had.
    pub(crate) fn set_ufrag(&mut self, ufrag: String, peer: PeerId) {
        let keys = self.of_peer.entry(peer).or_default();
        if let Some(before) = keys.ufrag.replace(ufrag.clone()) {
            self.by_ufrag.remove(&before);
        }
        self.by_ufrag.insert(ufrag, peer);
    }

    /// The address is this peer's, and no other's any more.
    pub(crate) fn learn_address(&mut self, address: SocketAddr, peer: PeerId) {
        let before = self.by_address.insert(address, peer);
        if before == Some(peer) {
            return;
        }
        if let Some(keys) = before.and_then(|before| self.of_peer.get_mut(&before)) {
            keys.addresses.retain(|of| *of != address);
        }
        let keys = self.of_peer.entry(peer).or_default();
        keys.addresses.push(address);
    }

    /// The address is not this peer's any more.
    pub(crate) fn forget_address(&mut self, address: SocketAddr, peer: PeerId) {
        if self.holder(address) == Some(peer) {
            self.by_address.remove(&address);
        }
        if let Some(keys) = self.of_peer.get_mut(&peer) {
            keys.addresses.retain(|of| *of != address);
        }
    }

    pub(crate) fn forget(&mut self, peer: PeerId) {
        let Some(keys) = self.of_peer.remove(&peer) else {
            return;
        };
        for address in keys.addresses {
            self.by_address.remove(&address);
        }
        if let Some(ufrag) = keys.ufrag {
            self.by_ufrag.remove(&ufrag);
        }
    }

    /// How many addresses lead to a peer.
    pub(crate) fn addresses(&self) -> usize {
        self.by_address.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgotten_peer_leaves_nothing_behind_and_nothing_of_others_goes_with_it() {
        let address = |port: u16| SocketAddr::from(([192, 0, 2, 9], port));
        let (one, two) = (PeerId(1), PeerId(2));
        let mut demux = Demux::default();
        demux.set_ufrag("first".into(), one);
        demux.set_ufrag("second".into(), one);
        demux.set_ufrag("other".into(), two);
        for port in 1..=3 {
            demux.learn_address(address(port), one);
        }
        demux.learn_address(address(3), two);
        demux.forget_address(address(2), one);
        demux.forget_address(address(3), one);
        assert_eq!(demux.holder(address(3)), Some(two));
        demux.forget(one);
        assert_eq!((demux.by_address.len(), demux.by_ufrag.len()), (1, 1));
        demux.forget(two);
        assert!(demux.by_address.is_empty() && demux.by_ufrag.is_empty());
        assert!(demux.of_peer.is_empty());
    }
}
