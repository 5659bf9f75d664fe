//! Which peer a datagram belongs to: by the address it comes from, or by the user name of its STUN message.

use std::collections::HashMap;
use std::net::SocketAddr;

use crate::PeerId;

/// STUN's fixed bits and magic cookie (RFC 8489 section 5), header length, and the attribute USERNAME.
const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const STUN_HEADER_BYTES: usize = 20;
const STUN_USERNAME: u16 = 0x0006;

/// Finds the peer of a datagram without asking every peer.
#[derive(Debug, Default)]
pub(crate) struct Demux {
    by_address: HashMap<SocketAddr, PeerId>,
    by_ufrag: HashMap<String, PeerId>,
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
        let by_ufrag = stun_ufrag(bytes).and_then(|ufrag| self.by_ufrag.get(ufrag));
        let by_address = self.by_address.get(&from);
        by_ufrag
            .into_iter()
            .chain(by_address)
            .copied()
            .find(|id| accepts(*id))
    }

    pub(crate) fn learn_ufrag(&mut self, ufrag: String, peer: PeerId) {
        self.by_ufrag.insert(ufrag, peer);
    }

    pub(crate) fn learn_address(&mut self, address: SocketAddr, peer: PeerId) {
        self.by_address.insert(address, peer);
    }

    pub(crate) fn forget(&mut self, peer: PeerId) {
        self.by_address.retain(|_, id| *id != peer);
        self.by_ufrag.retain(|_, id| *id != peer);
    }
}

/// The receiver's half of USERNAME in a STUN message, the part before the colon (RFC 8445 section 7.2.2).
fn stun_ufrag(bytes: &[u8]) -> Option<&str> {
    if bytes.first()? & 0xC0 != 0 || bytes.get(4..8)? != STUN_COOKIE {
        return None;
    }
    let mut rest = bytes.get(STUN_HEADER_BYTES..)?;
    loop {
        let kind = u16::from_be_bytes([*rest.first()?, *rest.get(1)?]);
        let length = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        let value = rest.get(4..4 + length)?;
        if kind == STUN_USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next();
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding_request(username: &str) -> Vec<u8> {
        let mut bytes = vec![0x00, 0x01, 0x00, 0x00];
        bytes.extend(STUN_COOKIE);
        bytes.extend([0; 12]);
        // An attribute before it, with padding.
        bytes.extend([0x80, 0x22, 0x00, 0x03, b'a', b'b', b'c', 0]);
        bytes.extend(STUN_USERNAME.to_be_bytes());
        bytes.extend((username.len() as u16).to_be_bytes());
        bytes.extend(username.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn stun_request_names_its_receiver() {
        assert_eq!(
            stun_ufrag(&binding_request("server:client")),
            Some("server")
        );
    }

    #[test]
    fn what_is_cut_off_or_not_stun_names_nobody() {
        let whole = binding_request("server:client");
        for length in 0..whole.len() - 4 {
            assert_eq!(stun_ufrag(&whole[..length]), None, "{length}");
        }
        assert_eq!(stun_ufrag(&[0x80; 64]), None);
    }
}
