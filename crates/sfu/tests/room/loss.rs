//! Loss between the media plane and a receiver is repaired from the media plane's own cache.

use std::collections::BTreeSet;
use std::time::Duration;

use hullo_sfu::SlotKind;

use crate::client::payload_of;
use crate::world::World;

#[test]
fn receiver_that_loses_one_in_twenty_gets_every_picture_packet_in_the_end() {
    let (mut world, caller, callee) = World::with_call();
    // Both streams are known before anything is lost.
    world.talk(&[caller], 20);
    world.client(callee).loss_down_permille = 50;
    world.talk(&[caller], 500);
    world.client(callee).loss_down_permille = 0;
    world.talk(&[caller], 50);
    world.run_for(Duration::from_secs(1));

    let callee = &world.clients[&callee];
    let payloads: BTreeSet<&[u8]> = callee
        .received_of(SlotKind::Video)
        .into_iter()
        .map(|r| r.payload.as_slice())
        .collect();
    let missing: Vec<u64> = (0..570)
        .filter(|n| !payloads.contains(&payload_of(caller, SlotKind::Video, *n)[..]))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    // Sound is not repaired: were there no holes in it, nothing would have been lost here.
    let sound = callee.received_of(SlotKind::Audio).len();
    assert!((500..560).contains(&sound), "{sound} of 570");
}
