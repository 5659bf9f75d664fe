//! What a client offers to the media plane.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_protocol::{SDP_BYTES_MAX, Uid};
use hullo_sfu::{Config, PeerId, RoomId, Sfu};

pub(crate) const ROOM: RoomId = RoomId(1);
/// More outputs at one instant than this are an endless loop.
const OUTPUTS_MAX: u32 = 10_000;

pub(crate) fn sfu(now: Instant) -> (Sfu, SocketAddr) {
    let address = SocketAddr::from(([192, 0, 2, 1], 3478));
    let mut sfu = Sfu::new(Config::new(vec![address]), now);
    sfu.open(ROOM);
    (sfu, address)
}

/// Takes what there is to send and to know.
pub(crate) fn drain(sfu: &mut Sfu, now: Instant) {
    for _ in 0..OUTPUTS_MAX {
        if sfu.poll_output().is_none() {
            match sfu.poll_timeout() {
                Some(due) if due <= now => sfu.handle_timeout(now),
                _ => return,
            }
        }
    }
    panic!("the media plane does not come to rest");
}

/// Offers of two devices, the second of each an ICE restart or more lines, parted by a zero byte.
pub(crate) fn offers(data: &[u8]) {
    let mut now = Instant::now();
    let (mut sfu, _) = sfu(now);
    for (number, bytes) in data.split(|byte| *byte == 0).take(4).enumerate() {
        let text = String::from_utf8_lossy(bytes);
        if text.len() > SDP_BYTES_MAX {
            continue;
        }
        let peer = number as u64 / 2 + 1;
        now += Duration::from_millis(50);
        // Refused or answered; nothing else.
        let answer = sfu.negotiate(ROOM, PeerId(peer), Uid(peer), &text, now);
        if let Ok(answer) = answer {
            assert!(answer.starts_with("v=0"), "{answer}");
        }
        sfu.admit(ROOM, PeerId(peer), now);
        drain(&mut sfu, now);
    }
    sfu.handle_timeout(now + Duration::from_secs(3));
    drain(&mut sfu, now + Duration::from_secs(3));
}
