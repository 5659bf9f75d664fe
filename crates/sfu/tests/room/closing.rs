//! Peers go and rooms close; what comes after them is dropped and counted.

use std::time::Duration;

use hullo_sfu::{Event, NegotiateError, PeerId, RoomId, Uid};

use crate::client::Client;
use crate::world::{ROOM, World};

#[test]
fn closed_room_has_no_peers_and_drops_what_is_sent_to_it() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    world.sfu.close(ROOM);
    let metrics = world.sfu.metrics();
    assert_eq!((metrics.rooms, metrics.peers), (0, 0));
    world.talk(&[caller, callee], 20);
    let after = world.sfu.metrics();
    assert!(after.datagrams_dropped >= metrics.datagrams_dropped + 80);
    assert_eq!(after.packets_forwarded, metrics.packets_forwarded);
}

#[test]
fn media_plane_without_peers_sleeps() {
    let (mut world, _, _) = World::with_call();
    world.sfu.close(ROOM);
    world.run_for(Duration::from_secs(3));
    assert_eq!(world.sfu.poll_timeout(), None);
}

#[test]
fn ringing_device_that_goes_does_not_disturb_the_one_that_answered() {
    let mut world = World::new();
    let caller = world.join(1, Uid(1));
    let (phone, laptop) = (world.join(2, Uid(2)), world.join(3, Uid(2)));
    world.run_until_connected(&[caller, phone, laptop]);
    world.admit(caller);
    world.admit(laptop);
    world.talk(&[caller, phone, laptop], 50);
    world.remove(phone);
    world.talk(&[caller, laptop], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&laptop].received.len(), 200);
    let caller = &world.clients[&caller];
    assert_eq!(caller.received.len(), 200);
    assert!(caller.received.iter().all(|r| r.payload[7] == 3));
    assert!(world.clients[&phone].received.is_empty());
    assert_eq!(
        world.count(|event| matches!(event, Event::Closed { .. })),
        0
    );
}

#[test]
fn slot_of_one_who_left_is_free() {
    let (mut world, caller, callee) = World::with_call();
    world.remove(callee);
    let slots = world
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            Event::Slots { peer, slots, .. } if *peer == caller => Some(slots.clone()),
            _ => None,
        });
    let uids: Vec<_> = slots.unwrap().into_iter().map(|slot| slot.uid).collect();
    assert_eq!(uids, [None, None]);
}

#[test]
fn peer_cannot_negotiate_in_a_room_that_is_not_open() {
    let mut world = World::new();
    let address = world.free_address();
    let (offer, _) = Client::new(PeerId(1), Uid(1), address, world.now).offer();
    let other = RoomId(8);
    let answer = world
        .sfu
        .negotiate(other, PeerId(1), Uid(1), &offer, world.now);
    assert_eq!(answer, Err(NegotiateError::NoRoom));
    assert_eq!(world.sfu.metrics().peers, 0);
}

#[test]
fn admission_and_removal_of_the_unknown_change_nothing() {
    let (mut world, caller, callee) = World::with_call();
    world.sfu.admit(RoomId(8), caller, world.now);
    world.sfu.admit(ROOM, PeerId(99), world.now);
    world.sfu.remove(RoomId(8), caller);
    world.sfu.remove(ROOM, PeerId(99));
    world.sfu.close(RoomId(8));
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&callee].received.len(), 100);
}
