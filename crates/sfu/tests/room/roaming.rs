//! A client whose address changes under it, without a word of signalling: its STUN messages tell.

use std::time::Duration;

use hullo_sfu::Event;

use crate::world::World;

#[test]
fn client_whose_address_changes_keeps_its_call() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.move_to_another_address(callee);
    // Its next connectivity check names it at the new address.
    world.talk(&[caller, callee], 250);
    let heard = [caller, callee].map(|peer| world.clients[&peer].received.len());
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    for (peer, before) in [caller, callee].into_iter().zip(heard) {
        let more = world.clients[&peer].received.len() - before;
        assert!(more >= 98, "{peer:?} received {more}");
    }
    assert_eq!(world.count(|event| matches!(event, Event::Lost { .. })), 0);
}
