//! In the call: what one participant sends arrives at the other.

use hullo_sfu::{Event, Kind, PeerId};

use crate::client::{Received, payload_of};
use crate::world::World;

/// Asserts that these are all packets of `from` between the first and the last of them, in order and as they were sent.
fn assert_stream_of(from: PeerId, kind: Kind, received: &[&Received]) {
    let ticks = if kind == Kind::Audio { 960 } else { 1_800 };
    let first = received[0];
    for (n, packet) in received.iter().enumerate() {
        assert_eq!(packet.payload, payload_of(from, kind, n as u64), "{n}");
        assert_eq!(packet.sequence, first.sequence + n as u64);
        assert_eq!(packet.time, first.time + n as u32 * ticks);
        assert_eq!(packet.marker, n % 3 == 0);
        assert_eq!(packet.ssrc, first.ssrc);
    }
}

#[test]
fn sound_and_picture_arrive_as_they_were_sent() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 200);
    world.run_for(std::time::Duration::from_millis(200));
    for (from, to) in [(caller, callee), (callee, caller)] {
        for kind in [Kind::Audio, Kind::Video] {
            let received = world.clients[&to].received_of(kind);
            assert_eq!(received.len(), 200, "{kind:?} from {from:?}");
            assert_stream_of(from, kind, &received);
        }
    }
    assert_eq!(world.sfu.metrics().packets_forwarded, 800);
    assert_eq!(world.sfu.metrics().bytes_forwarded, 400 * 60 + 400 * 900);
}

#[test]
fn the_first_packet_of_each_kind_is_told_once() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    let told = world.count(|event| matches!(event, Event::FirstMedia { .. }));
    assert_eq!(told, 4);
}
