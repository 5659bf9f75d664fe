//! In the call: what one participant sends arrives at the other.

use std::time::Duration;

use hullo_sfu::{Event, PeerId, SlotKind};

use crate::client::{Received, payload_of};
use crate::world::World;

/// Asserts that these are all packets of `from` between the first and the last of them, in order and as they were sent.
fn assert_stream_of(from: PeerId, kind: SlotKind, received: &[&Received]) {
    let ticks = if kind == SlotKind::Audio { 960 } else { 1_800 };
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
    world.run_for(Duration::from_millis(200));
    for (from, to) in [(caller, callee), (callee, caller)] {
        for kind in [SlotKind::Audio, SlotKind::Video] {
            let received = world.clients[&to].received_of(kind);
            assert_eq!(received.len(), 200, "{kind:?} from {from:?}");
            assert_stream_of(from, kind, &received);
        }
    }
    assert_eq!(world.sfu.metrics().packets_forwarded, 800);
    assert_eq!(world.sfu.metrics().bytes_forwarded, 400 * 60 + 400 * 900);
}

#[test]
fn first_packet_of_each_kind_is_reported_once() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    let announced = world.count(|event| matches!(event, Event::FirstMedia { .. }));
    assert_eq!(announced, 4);
}

#[test]
fn stream_whose_sequence_numbers_wrap_arrives_whole() {
    let (mut world, caller, callee) = World::with_call();
    world.client(caller).sequence_base = 65_500;
    world.talk(&[caller], 200);
    world.run_for(Duration::from_millis(200));
    for kind in [SlotKind::Audio, SlotKind::Video] {
        let received = world.clients[&callee].received_of(kind);
        assert_eq!(received.len(), 200, "{kind:?}");
        assert_stream_of(caller, kind, &received);
    }
}

#[test]
fn what_goes_out_wraps_as_well_and_arrives_whole() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller], 1);
    // 64 jumps of a thousand carry the outgoing sequence number across 65,536.
    for _ in 0..64 {
        world.client(caller).sequence_base += 1_000;
        world.talk(&[caller], 1);
    }
    world.talk(&[caller], 1_000);
    world.run_for(Duration::from_millis(200));
    for kind in [SlotKind::Audio, SlotKind::Video] {
        let received = world.clients[&callee].received_of(kind);
        assert_eq!(received.len(), 1_065, "{kind:?}");
        let last = received.last().unwrap();
        assert_eq!(last.sequence, received[0].sequence + 64_000 + 1_064);
    }
}

#[test]
fn packets_that_overtake_each_other_all_arrive_with_their_places_kept() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller], 10);
    world.jitter = Duration::from_millis(60);
    world.talk(&[caller], 300);
    world.jitter = Duration::ZERO;
    world.talk(&[caller], 10);
    world.run_for(Duration::from_millis(500));
    for kind in [SlotKind::Audio, SlotKind::Video] {
        let mut received = world.clients[&callee].received_of(kind);
        let in_order = received.windows(2).all(|p| p[0].sequence < p[1].sequence);
        assert!(!in_order, "nothing was overtaken");
        received.sort_by_key(|packet| packet.sequence);
        received.dedup_by_key(|packet| packet.sequence);
        assert_eq!(received.len(), 320, "{kind:?}");
        assert_stream_of(caller, kind, &received);
    }
}

#[test]
fn what_lies_on_the_timeline_before_the_first_packet_forwarded_is_dropped() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller], 10);
    let before = world.sfu.metrics().packets_forwarded;
    // Older than the first packet of the stream that went out.
    world.client(caller).sequence_base -= 50;
    world.talk(&[caller], 10);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.sfu.metrics().packets_forwarded, before);
    assert_eq!(world.clients[&callee].received.len(), 20);
}
