//! A client restarts ICE, as after a change of network: the call goes on.

use std::time::Duration;

use hullo_sfu::{Event, SlotKind};

use crate::world::World;

#[test]
fn media_flows_on_after_an_ice_restart() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.restart_ice(callee);
    world.talk(&[caller, callee], 100);
    world.run_for(Duration::from_millis(200));
    for peer in [caller, callee] {
        for kind in [SlotKind::Audio, SlotKind::Video] {
            let received = world.clients[&peer].received_of(kind);
            assert!(
                received.len() >= 140,
                "{peer:?} {kind:?} {}",
                received.len()
            );
            assert_eq!(received.last().unwrap().payload[15], 149);
        }
    }
    let gone = |event: &Event| matches!(event, Event::Closed { .. } | Event::Lost { .. });
    assert_eq!(world.count(gone), 0);
}

#[test]
fn client_that_restarts_ice_from_a_new_address_keeps_its_call() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.move_to_another_address(callee);
    world.restart_ice(callee);
    world.talk(&[caller, callee], 100);
    world.run_for(Duration::from_millis(200));
    let before = world.clients[&callee].received.len();
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&callee].received.len(), before + 100);
}
