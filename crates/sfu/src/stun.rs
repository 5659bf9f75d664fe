//! The little of STUN (RFC 8489) that is needed beside str0m: whom a message is for, and the check that proves an address.

use str0m::IceCreds;
use str0m::ice::{StunMessage, TransId};

use crate::crypto;

/// STUN's magic cookie (RFC 8489 section 5), header length, and the attribute USERNAME.
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const HEADER_BYTES: usize = 20;
const USERNAME: u16 = 0x0006;
/// A binding request with a user name of 2 x 256 letters, the most that ICE allows, is smaller.
const CHECK_BYTES_MAX: usize = 700;
/// That of a host candidate (RFC 8445 section 5.1.2), which is what the server has.
const PRIORITY: u32 = (126 << 24) | (65_535 << 8) | 255;

/// What names a request, and is repeated in the answer to it.
pub(crate) type TransactionId = [u8; 12];

/// The receiver's half of USERNAME in a STUN message, the part before the colon (RFC 8445 section 7.2.2).
pub(crate) fn ufrag(bytes: &[u8]) -> Option<&str> {
    if !is_stun(bytes) {
        return None;
    }
    let mut rest = bytes.get(HEADER_BYTES..)?;
    loop {
        let kind = u16::from_be_bytes([*rest.first()?, *rest.get(1)?]);
        let length = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        let value = rest.get(4..4 + length)?;
        if kind == USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next();
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
}

/// The transaction of a successful answer to a binding request; none for anything else.
pub(crate) fn answered(bytes: &[u8]) -> Option<TransactionId> {
    let is_answer = bytes.starts_with(&[0x01, 0x01]) && is_stun(bytes);
    bytes.get(8..20).filter(|_| is_answer)?.try_into().ok()
}

/// True for STUN as opposed to DTLS and RTP (RFC 7983).
pub(crate) fn is_stun(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first < 4) && bytes.get(4..8) == Some(&COOKIE)
}

/// A connectivity check (RFC 8445 section 7.2.2) from the server to a client. A lite agent has no need of any to find a path;
/// this one proves that the client is where its datagrams say they come from. None if the credentials are longer than ICE
/// allows.
pub(crate) fn check(local: &IceCreds, remote: &IceCreds) -> Option<(TransactionId, Vec<u8>)> {
    let username = format!("{}:{}", remote.ufrag, local.ufrag);
    // The client is in control, as with every lite agent, so that no tie has to be broken.
    let request =
        StunMessage::binding_request(&username, TransId::new(), false, 0, PRIORITY, false);
    let mut bytes = vec![0; CHECK_BYTES_MAX];
    let hmac = crypto::provider().sha1_hmac_provider;
    let sign = |key: &[u8], parts: &[&[u8]]| hmac.sha1_hmac(key, parts);
    let length = request
        .to_bytes(Some(remote.pass.as_bytes()), &mut bytes, sign)
        .ok()?;
    bytes.truncate(length);
    let id = bytes.get(8..20)?.try_into().ok()?;
    Some((id, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding_request(username: &str) -> Vec<u8> {
        let mut bytes = vec![0x00, 0x01, 0x00, 0x00];
        bytes.extend(COOKIE);
        bytes.extend([0; 12]);
        // An attribute before it, with padding.
        bytes.extend([0x80, 0x22, 0x00, 0x03, b'a', b'b', b'c', 0]);
        bytes.extend(USERNAME.to_be_bytes());
        bytes.extend((username.len() as u16).to_be_bytes());
        bytes.extend(username.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn stun_request_names_its_receiver() {
        assert_eq!(ufrag(&binding_request("server:client")), Some("server"));
    }

    #[test]
    fn what_is_cut_off_or_not_stun_names_nobody() {
        let whole = binding_request("server:client");
        for length in 0..whole.len() - 4 {
            assert_eq!(ufrag(&whole[..length]), None, "{length}");
        }
        assert_eq!(ufrag(&[0x80; 64]), None);
    }

    #[test]
    fn check_is_for_the_client_and_only_the_answer_to_it_counts() {
        let (local, remote) = (IceCreds::new(), IceCreds::new());
        let (id, bytes) = check(&local, &remote).unwrap();
        assert_eq!(ufrag(&bytes), Some(remote.ufrag.as_str()));
        assert_eq!(answered(&bytes), None);
        let mut answer = bytes;
        answer[0] = 1;
        assert_eq!(answered(&answer), Some(id));
        assert_eq!(answered(&answer[..19]), None);
        let long = IceCreds {
            ufrag: "u".repeat(1_000),
            ..remote
        };
        assert_eq!(check(&local, &long), None);
    }
}
