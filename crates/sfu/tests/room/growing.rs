//! A call grows: later offers add slots, and what flows already flows on.

use std::time::Duration;

use hullo_sfu::{Event, SlotKind};
use str0m::media::Direction;

use crate::world::World;

#[test]
fn later_offer_adds_slots_and_no_packet_is_lost() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    for (n, more) in [(3, 1), (4, 2), (5, 4)] {
        // In the middle of it all, the caller asks for more slots.
        world.offer_more_slots(caller, more, more);
        world.talk(&[caller, callee], 25);
        let new = world.join_group(n, 2, 2);
        world.talk(&[caller, callee, new], 25);
    }
    world.run_for(Duration::from_millis(200));
    for (from, to) in [(caller, callee), (callee, caller)] {
        for kind in [SlotKind::Audio, SlotKind::Video] {
            let received = world.clients[&to].received_from(from, kind);
            assert_eq!(received.len(), 200, "{kind:?} from {from:?}");
            let first = &received[0];
            for (packet, n) in received.iter().zip(0..) {
                assert_eq!(packet.sequence, first.sequence + n);
                assert_eq!((packet.slot, packet.ssrc), (first.slot, first.ssrc));
            }
        }
    }
    for new in [3, 4, 5] {
        let from = hullo_sfu::PeerId(new);
        let received = world.clients[&caller].received_from(from, SlotKind::Video);
        assert_eq!(received.len(), 25, "from {new}");
    }
    let slots = world.slots_of(caller, SlotKind::Audio);
    assert_eq!(slots[..4], [Some(2), Some(3), Some(4), Some(5)]);
    assert_eq!(slots.len(), 8);
}

#[test]
fn offer_of_eight_audio_and_sixteen_video_slots_is_answered_and_they_carry() {
    let (mut world, peers) = World::with_group(9, 8, 16);
    assert_eq!(world.slots_of(peers[0], SlotKind::Audio).len(), 8);
    assert_eq!(world.slots_of(peers[0], SlotKind::Video).len(), 16);
    world.talk(&peers, 20);
    world.run_for(Duration::from_millis(200));
    for peer in &peers {
        assert_eq!(world.clients[peer].received.len(), 8 * 2 * 20);
    }
}

#[test]
fn new_slots_are_announced_together() {
    let (mut world, caller, _) = World::with_call();
    world.run_for(Duration::from_millis(100));
    let announced = |world: &World| {
        world.count(|event| matches!(event, Event::Slots { peer, .. } if *peer == caller))
    };
    let before = announced(&world);
    world.offer_more_slots(caller, 7, 15);
    assert_eq!(announced(&world), before + 1);
    assert_eq!(world.slots_of(caller, SlotKind::Video).len(), 16);
}

#[test]
fn slot_that_the_client_gives_up_goes_to_nobody_until_it_is_back() {
    let (mut world, peers) = World::with_group(3, 2, 2);
    world.subscribe(peers[0], &[3, 2]);
    let video = world.client(peers[0]).mid(SlotKind::Video).to_string();
    world.talk(&peers, 50);
    let turn = |world: &mut World, direction| {
        world.renegotiate(peers[0], |client| client.offer_direction(&video, direction));
    };
    turn(&mut world, Direction::SendOnly);
    assert_eq!(world.slots_of(peers[0], SlotKind::Video), [None, Some(3)]);
    world.talk(&peers, 50);
    turn(&mut world, Direction::SendRecv);
    assert_eq!(
        world.slots_of(peers[0], SlotKind::Video),
        [Some(2), Some(3)]
    );
    world.talk(&peers, 50);
    world.run_for(Duration::from_millis(200));
    for (from, pictures) in [(peers[1], 100), (peers[2], 150)] {
        let received = world.clients[&peers[0]].received_from(from, SlotKind::Video);
        assert_eq!(received.len(), pictures, "from {from:?}");
    }
}
