//! More than two in a room.

use std::time::Duration;

use hullo_sfu::SlotKind;

use crate::world::World;

#[test]
fn five_in_a_room_all_see_and_hear_each_other() {
    let (mut world, peers) = World::with_group(5, 4, 4);
    world.talk(&peers, 100);
    world.run_for(Duration::from_millis(200));
    for to in &peers {
        for from in peers.iter().filter(|from| *from != to) {
            for kind in [SlotKind::Audio, SlotKind::Video] {
                let received = world.clients[to].received_from(*from, kind);
                assert_eq!(received.len(), 100, "{kind:?} from {from:?} to {to:?}");
                let slot = received[0].slot;
                assert!(received.iter().all(|packet| packet.slot == slot));
            }
        }
    }
    assert_eq!(world.sfu.metrics().packets_forwarded, 5 * 4 * 2 * 100);
}

#[test]
fn one_who_leaves_and_one_who_comes_touch_no_other_stream() {
    let (mut world, peers) = World::with_group(4, 4, 4);
    world.talk(&peers, 50);
    let slots = world.slots_of(peers[0], SlotKind::Video);
    assert_eq!(slots, [Some(2), Some(3), Some(4), None]);
    world.remove(peers[2]);
    world.talk(&[peers[0], peers[1], peers[3]], 50);
    let fifth = world.join_group(5, 4, 4);
    world.talk(&[peers[0], peers[1], peers[3], fifth], 50);
    world.run_for(Duration::from_millis(200));
    let slots = world.slots_of(peers[0], SlotKind::Video);
    assert_eq!(slots, [Some(2), Some(5), Some(4), None]);
    for from in [peers[1], peers[3]] {
        for kind in [SlotKind::Audio, SlotKind::Video] {
            let received = world.clients[&peers[0]].received_from(from, kind);
            let first = received[0].sequence;
            let last = received.last().unwrap().sequence;
            assert_eq!((received.len(), last - first), (150, 149), "{kind:?}");
        }
    }
    let of_fifth = world.clients[&peers[0]].received_from(fifth, SlotKind::Video);
    assert_eq!(of_fifth.len(), 50);
}

#[test]
fn in_a_room_of_a_hundred_each_gets_the_three_pictures_that_it_shows() {
    let (mut world, peers) = World::with_group(100, 3, 3);
    // Each shows those behind it, in a ring.
    for n in 1..=100 {
        let shown = [1, 2, 3].map(|ahead| (n - 1 + ahead) % 100 + 1);
        world.subscribe(peers[n as usize - 1], &shown);
    }
    world.run_for(Duration::from_millis(500));
    let before = world.sfu.metrics();
    world.send(&peers, &[SlotKind::Video], 10);
    world.run_for(Duration::from_millis(200));
    let after = world.sfu.metrics();
    assert_eq!(after.packets_received - before.packets_received, 100 * 10);
    assert_eq!(
        after.packets_forwarded - before.packets_forwarded,
        100 * 3 * 10
    );
    for (n, peer) in (1..).zip(&peers) {
        for ahead in [1, 2, 3] {
            let from = peers[(n - 1 + ahead) % 100];
            let received = world.clients[peer].received_from(from, SlotKind::Video);
            assert_eq!(received.len(), 10, "{from:?} to {peer:?}");
        }
    }
    // Each source is asked at once by three, and answers them with one key frame.
    let asked = after.key_frame_requests - before.key_frame_requests;
    assert!(asked <= 2 * 100, "{asked}");
}

#[test]
fn in_a_room_of_a_hundred_the_three_who_speak_are_heard_by_all() {
    let (mut world, peers) = World::with_group(100, 3, 1);
    let speaking = [(peers[10], -20), (peers[50], -25), (peers[99], -30)];
    world.speak(&speaking, 25);
    let before = world.sfu.metrics().packets_forwarded;
    world.speak(&speaking, 20);
    world.run_for(Duration::from_millis(200));
    let forwarded = world.sfu.metrics().packets_forwarded - before;
    assert!(
        (3 * 99 * 20..=3 * 99 * 22).contains(&forwarded),
        "{forwarded}"
    );
}
