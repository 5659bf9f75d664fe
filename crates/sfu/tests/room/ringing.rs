//! While it rings: peers connect and know their slots, and nothing flows.

use hullo_sfu::{Event, PeerId, Slot, SlotKind, Uid};

use crate::world::World;

fn slots_now(world: &World, of: PeerId) -> Vec<Slot> {
    let slots = world
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            Event::Slots { peer, slots, .. } if *peer == of => Some(slots.clone()),
            _ => None,
        });
    slots.unwrap()
}

#[test]
fn peers_connect_while_it_rings() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    assert_eq!(
        world.count(|event| matches!(event, Event::Connected { .. })),
        2
    );
}

#[test]
fn slots_name_the_other_participant_before_anybody_is_admitted() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    for (peer, other) in [(caller, Uid(2)), (callee, Uid(1))] {
        let expected: Vec<Slot> = [SlotKind::Audio, SlotKind::Video]
            .into_iter()
            .map(|kind| Slot {
                mid: world.client(peer).mid(kind).to_string(),
                kind,
                uid: Some(other),
            })
            .collect();
        assert_eq!(slots_now(&world, peer), expected);
    }
}

#[test]
fn nothing_is_forwarded_while_nobody_is_admitted() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    world.talk(&[caller, callee], 50);
    let metrics = world.sfu.metrics();
    assert!(metrics.packets_held_back >= 190, "{metrics:?}");
    assert_eq!(
        (metrics.packets_received, metrics.packets_forwarded),
        (0, 0)
    );
    assert!(world.client(caller).received.is_empty());
    assert!(world.client(callee).received.is_empty());
}

#[test]
fn nothing_is_forwarded_from_or_to_the_one_who_is_not_admitted() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    world.admit(caller);
    world.talk(&[caller, callee], 50);
    let metrics = world.sfu.metrics();
    assert!(metrics.packets_held_back >= 95, "{metrics:?}");
    assert_eq!(metrics.packets_forwarded, 0);
    assert!(world.client(caller).received.is_empty());
    assert!(world.client(callee).received.is_empty());
}
