//! Who is shown: by subscription, by priority, and without needless change.

use std::time::Duration;

use hullo_sfu::{PeerId, SlotKind, Uid};

use crate::world::{ROOM, World};

const VIDEO: SlotKind = SlotKind::Video;

/// A receiver (uid 1) and four others, with this many video slots each.
fn world_with(slots: usize) -> (World, Vec<PeerId>) {
    World::with_group(5, 4, slots)
}

#[test]
fn before_it_subscribes_a_peer_is_shown_everyone_by_uid() {
    let (world, peers) = world_with(3);
    assert_eq!(world.slots_of(peers[0], VIDEO), [Some(2), Some(3), Some(4)]);
    assert_eq!(world.slots_of(peers[3], VIDEO), [Some(1), Some(2), Some(3)]);
}

#[test]
fn only_those_who_are_wanted_are_shown_and_all_are_heard() {
    let (mut world, peers) = world_with(3);
    world.subscribe(peers[0], &[5, 3]);
    world.talk(&peers, 50);
    world.run_for(Duration::from_millis(200));
    let receiver = &world.clients[&peers[0]];
    for (peer, pictures) in [(1, 0), (2, 50), (3, 0), (4, 50)] {
        let from = peers[peer];
        assert_eq!(receiver.received_from(from, VIDEO).len(), pictures);
        assert_eq!(receiver.received_from(from, SlotKind::Audio).len(), 50);
    }
    world.subscribe(peers[0], &[]);
    assert_eq!(world.slots_of(peers[0], VIDEO), [None, None, None]);
}

#[test]
fn most_wanted_get_the_slots_and_who_is_still_wanted_keeps_its_own() {
    let (mut world, peers) = world_with(2);
    let slots = |world: &World| world.slots_of(peers[0], VIDEO);
    world.subscribe(peers[0], &[4, 5, 2]);
    assert_eq!(slots(&world), [Some(4), Some(5)]);
    // Another order of the same two moves nobody.
    world.subscribe(peers[0], &[5, 4, 2]);
    assert_eq!(slots(&world), [Some(4), Some(5)]);
    // Who comes before them takes the slot of who falls behind.
    world.subscribe(peers[0], &[3, 5, 4]);
    assert_eq!(slots(&world), [Some(3), Some(5)]);
    // Neither itself, nor strangers, nor doubles count.
    world.subscribe(peers[0], &[1, 77, 5, 5, 3]);
    assert_eq!(slots(&world), [Some(3), Some(5)]);
}

#[test]
fn change_that_changes_nothing_is_not_announced() {
    let (mut world, peers) = world_with(2);
    world.subscribe(peers[0], &[4, 5]);
    let announced = world.events.len();
    world.subscribe(peers[0], &[5, 4]);
    world.subscribe(peers[0], &[5, 4, 3]);
    assert_eq!(world.events.len(), announced);
}

#[test]
fn one_who_is_wanted_gets_its_slot_when_it_comes() {
    let (mut world, peers) = world_with(2);
    world.subscribe(peers[0], &[9, 2, 3]);
    assert_eq!(world.slots_of(peers[0], VIDEO), [Some(2), Some(3)]);
    let ninth = world.join_group(9, 4, 2);
    assert_eq!(world.slots_of(peers[0], VIDEO), [Some(2), Some(9)]);
    world.talk(&[ninth], 20);
    world.run_for(Duration::from_millis(200));
    let received = world.clients[&peers[0]].received_from(ninth, VIDEO);
    assert_eq!(received.len(), 20);
}

#[test]
fn one_who_leaves_makes_room_for_the_next_wanted_who_is_asked_for_a_key_frame() {
    let (mut world, peers) = world_with(2);
    world.subscribe(peers[0], &[2, 3, 5]);
    for peer in &peers[1..] {
        world.subscribe(*peer, &[]);
    }
    world.talk(&peers, 50);
    let asked = |world: &World| world.clients[&peers[4]].key_frames_asked_at.len();
    let before = asked(&world);
    world.remove(peers[1]);
    assert_eq!(world.slots_of(peers[0], VIDEO), [Some(5), Some(3)]);
    // Asked before a packet of it comes through.
    world.run_for(Duration::from_millis(100));
    assert_eq!(asked(&world), before + 1);
}

#[test]
fn slot_that_goes_from_one_to_another_carries_one_stream() {
    let (mut world, peers) = world_with(1);
    world.subscribe(peers[0], &[2]);
    world.talk(&peers, 50);
    world.subscribe(peers[0], &[3]);
    world.talk(&peers, 50);
    // Back again: what was sent meanwhile is no hole.
    world.subscribe(peers[0], &[2]);
    world.talk(&peers, 50);
    world.run_for(Duration::from_millis(200));
    let received = world.clients[&peers[0]].received_of(VIDEO);
    assert!(received.len() >= 145, "{}", received.len());
    for pair in received.windows(2) {
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
        assert!(pair[1].time > pair[0].time);
    }
    for (peer, least) in [(1, 95), (2, 45)] {
        let of = world.clients[&peers[0]].received_from(peers[peer], VIDEO);
        assert!(of.len() >= least, "{}", of.len());
    }
    assert!(!world.clients[&peers[2]].key_frames_asked_at.is_empty());
}

#[test]
fn subscription_that_comes_before_the_peer_holds_once_it_is_there() {
    let (mut world, _) = world_with(2);
    let sixth = PeerId(6);
    world.subscribe(sixth, &[5, 4]);
    world.join_group(6, 4, 2);
    assert_eq!(world.slots_of(sixth, VIDEO), [Some(5), Some(4)]);
    // It ends with the peer.
    world.remove(sixth);
    world.join_with_slots(6, Uid(6), 4, 2);
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.slots_of(sixth, VIDEO), [Some(1), Some(2)]);
}

#[test]
fn subscription_for_a_room_that_is_not_open_or_of_a_peer_elsewhere_changes_nothing() {
    let (mut world, peers) = world_with(2);
    let other = hullo_sfu::RoomId(8);
    world
        .sfu
        .subscribe(other, peers[0], vec![Uid(5)], world.now);
    world.sfu.open(other);
    world
        .sfu
        .subscribe(other, peers[0], vec![Uid(5)], world.now);
    world.sfu.hold(other, peers[0], true, world.now);
    world.talk(&peers, 10);
    assert_eq!(world.slots_of(peers[0], VIDEO), [Some(2), Some(3)]);
    world
        .sfu
        .subscribe(ROOM, PeerId(99), vec![Uid(5)], world.now);
    world.talk(&peers, 10);
    world.run_for(Duration::from_millis(200));
    let received = world.clients[&peers[0]].received_from(peers[1], VIDEO);
    assert_eq!(received.len(), 20);
}
