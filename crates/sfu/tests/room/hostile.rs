//! Clients that are who they say they are, and send what no client should, or leave without notice.

use std::time::Duration;

use hullo_sfu::{Event, PeerId, SlotKind, Uid};

use crate::world::{Seeded, World};

#[test]
fn nonsense_from_one_participant_harms_nobody() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    let mut seeded = Seeded(8);
    for n in 0..2_000 {
        let kind = [SlotKind::Audio, SlotKind::Video][seeded.below(2) as usize];
        let length = seeded.below(1_200) as usize;
        let payload = seeded.bytes(length);
        // Jumps ahead and back, within what one sender may have in flight and far beyond it.
        let sequence = match seeded.below(3) {
            0 => 5_000 + n,
            1 => 5_000 + seeded.below(2_000),
            _ => 5_000 + seeded.below(60_000),
        };
        let time = seeded.next() as u32;
        let now = world.now;
        world
            .client(caller)
            .write_raw(kind, sequence, time, payload, now);
        world.client(caller).handle_timeout(now);
        world.run_for(Duration::from_millis(2));
    }
    // What the callee sends still arrives, and the callee is not closed by what it got.
    let before = world.clients[&caller].received.len();
    world.talk(&[callee], 100);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&caller].received.len(), before + 200);
    assert_eq!(
        world.count(|event| matches!(event, Event::Closed { .. })),
        0
    );
    assert_eq!(world.sfu.metrics().peers_failed, 0);
}

#[test]
fn participant_that_asks_for_a_hundred_key_frames_a_second_does_not_reach_the_source_so_often() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller], 20);
    let before = world.sfu.metrics().key_frame_requests;
    for _ in 0..500 {
        world.client(callee).ask_for_key_frame();
        let now = world.now;
        world.client(callee).handle_timeout(now);
        world.run_for(Duration::from_millis(10));
    }
    let made = world.sfu.metrics().key_frame_requests - before;
    assert!((5..=18).contains(&made), "{made} in 5 s");
}

#[test]
fn client_that_closes_its_connection_is_closed_and_nobody_else() {
    let (mut world, caller, callee) = World::with_call();
    let third = world.join(3, Uid(3));
    world.run_until_connected(&[third]);
    world.admit(third);
    world.talk(&[caller, callee, third], 20);
    world.client(third).close();
    world.run_for(Duration::from_secs(1));
    let closed: Vec<PeerId> = world
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Closed {
                peer,
                failed: false,
                ..
            } => Some(*peer),
            _ => None,
        })
        .collect();
    assert_eq!(closed, [third]);
    assert_eq!(
        world.sfu.metrics().peers_failed,
        0,
        "to hang up is no failure"
    );
    assert_eq!(world.sfu.metrics().peers, 2);
    let before = world.clients[&callee].received.len();
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&callee].received.len(), before + 100);
}
