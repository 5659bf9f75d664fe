//! Key frames: who asks is heard, and nobody drowns the source in requests.

use std::time::Duration;

use hullo_sfu::KEY_FRAME_INTERVAL_MIN;

use crate::world::{LATENCY, World};

#[test]
fn receiver_that_asks_for_a_key_frame_reaches_the_source() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller], 50);
    let asked = |world: &World, of| world.clients[&of].key_frames_asked_at.len();
    let before = (asked(&world, caller), asked(&world, callee));
    world.client(callee).ask_for_key_frame();
    world.talk(&[caller], 10);
    let after = (asked(&world, caller), asked(&world, callee));
    assert_eq!(after, (before.0 + 1, before.1), "caller, callee");
}

#[test]
fn burst_of_requests_is_spread_and_its_last_one_is_still_made() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller], 50);
    let started = world.now;
    for _ in 0..50 {
        world.client(callee).ask_for_key_frame();
        world.talk(&[caller], 1);
    }
    let last_asked = world.now - Duration::from_millis(20);
    world.talk(&[caller], 100);
    let mut asked = world.client(caller).key_frames_asked_at.clone();
    asked.retain(|at| *at > started);
    // One second of asking: the first at once, then one for each interval, then the late one.
    assert!((3..=6).contains(&asked.len()), "{asked:?}");
    for pair in asked.windows(2) {
        assert!(pair[1] - pair[0] >= KEY_FRAME_INTERVAL_MIN, "{asked:?}");
    }
    let last = *asked.last().unwrap();
    assert!(last > last_asked + LATENCY, "the last request was dropped");
    assert!(last < last_asked + KEY_FRAME_INTERVAL_MIN + 4 * LATENCY);
}
