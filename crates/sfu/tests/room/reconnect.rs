//! A participant that comes back with a new connection carries on in the stream of the old one.

use std::time::Duration;

use hullo_sfu::{SlotKind, Uid};

use crate::world::World;

#[test]
fn participant_that_reconnects_continues_its_streams_at_the_others() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 100);
    world.run_for(Duration::from_millis(100));
    world.remove(callee);
    let again = world.join(3, Uid(2));
    world.run_until_connected(&[again]);
    world.admit(again);
    world.run_for(Duration::from_secs(1));
    world.talk(&[caller, again], 100);
    world.run_for(Duration::from_millis(200));

    for (kind, clock_hz) in [(SlotKind::Audio, 48_000.0), (SlotKind::Video, 90_000.0)] {
        let received = world.clients[&caller].received_of(kind);
        assert_eq!(received.len(), 200, "{kind:?}");
        for pair in received.windows(2) {
            assert_eq!(pair[1].ssrc, pair[0].ssrc);
            assert_eq!(pair[1].sequence, pair[0].sequence + 1);
            assert!(pair[1].time > pair[0].time);
        }
        // At the seam, the timestamp moves on by the time that passed.
        let (last, first) = (received[99], received[100]);
        assert_eq!((last.payload[7], first.payload[7]), (2, 3));
        let ticks = f64::from(first.time - last.time);
        let passed = (first.at - last.at).as_secs_f64() * clock_hz;
        assert!(
            (ticks - passed).abs() < clock_hz / 100.0,
            "{ticks} {passed}"
        );
        assert_eq!(world.clients[&again].received_of(kind).len(), 100);
    }
}

#[test]
fn source_that_reconnects_is_asked_for_a_key_frame() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.remove(callee);
    let again = world.join(3, Uid(2));
    world.run_until_connected(&[again]);
    world.admit(again);
    world.talk(&[caller, again], 50);
    assert!(!world.client(again).key_frames_asked_at.is_empty());
}

#[test]
fn admission_that_comes_before_the_connection_holds_once_it_is_there() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.admit(caller);
    world.admit(callee);
    world.run_until_connected(&[caller, callee]);
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&caller].received.len(), 100);
    assert_eq!(world.clients[&callee].received.len(), 100);
}
