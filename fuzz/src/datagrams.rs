//! What comes to the media port.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_protocol::Uid;
use hullo_sfu::PeerId;

use crate::offer::{ROOM, drain, sfu};

/// What a browser offers.
const OFFER: &str = include_str!("offer.sdp");
/// A datagram is no longer.
const BYTES_MAX: usize = 1500;

/// Datagrams, each led by a byte for its address, one for the pause before it and two for its length. Where one has `UFRAG`, the
/// server's own is put: no stranger gets far without it, and who has negotiated knows it.
pub(crate) fn datagrams(data: &[u8]) {
    let mut now = Instant::now();
    let (mut sfu, to) = sfu(now);
    let answer = sfu.negotiate(ROOM, PeerId(1), Uid(1), OFFER, now);
    let answer = answer.expect("the offer of a browser is answered");
    let ufrag = answer
        .lines()
        .find_map(|line| line.strip_prefix("a=ice-ufrag:"))
        .expect("an answer has a ufrag")
        .to_owned();
    sfu.admit(ROOM, PeerId(1), now);
    drain(&mut sfu, now);
    let mut rest = data;
    while let [from, pause, high, low, tail @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high, *low])) % BYTES_MAX;
        let (bytes, after) = tail.split_at(length.min(tail.len()));
        rest = after;
        let from = SocketAddr::from(([198, 51, 100, from % 8], 1000 + u16::from(*from)));
        now += Duration::from_millis(u64::from(*pause));
        sfu.handle_datagram(from, to, &with_ufrag(bytes, &ufrag), now);
        drain(&mut sfu, now);
    }
    let metrics = sfu.metrics();
    assert!(metrics.peers <= 1, "nobody comes in by datagrams alone");
}

fn with_ufrag(bytes: &[u8], ufrag: &str) -> Vec<u8> {
    const MARK: &[u8] = b"UFRAG";
    let at = bytes.windows(MARK.len()).position(|window| window == MARK);
    match at {
        Some(at) => [&bytes[..at], ufrag.as_bytes(), &bytes[at + MARK.len()..]].concat(),
        None => bytes.to_vec(),
    }
}
