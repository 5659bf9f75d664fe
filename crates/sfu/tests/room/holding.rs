//! On hold: nothing flows, the connection stays, and what comes after is whole.

use std::time::Duration;

use hullo_sfu::{Event, PeerId, SlotKind};

use crate::world::World;

#[test]
fn nothing_flows_from_or_to_one_who_is_held() {
    let (mut world, peers) = World::with_group(3, 2, 2);
    world.talk(&peers, 50);
    world.run_for(Duration::from_millis(100));
    world.hold(peers[0], true);
    let before: Vec<usize> = peers
        .iter()
        .map(|p| world.clients[p].received.len())
        .collect();
    let held_back = world.sfu.metrics().packets_held_back;
    world.talk(&peers, 500);
    world.run_for(Duration::from_millis(100));
    let more = |n: usize| world.clients[&peers[n]].received.len() - before[n];
    assert_eq!((more(0), more(1), more(2)), (0, 1_000, 1_000));
    assert_eq!(world.sfu.metrics().packets_held_back - held_back, 1_000);
    // It is there all the time.
    let gone = |event: &Event| matches!(event, Event::Lost { .. } | Event::Closed { .. });
    assert_eq!(world.count(gone), 0);
    assert!(!world.clients[&peers[0]].disconnected);
}

#[test]
fn streams_go_on_without_a_hole_after_a_hold_and_start_with_key_frames() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(100));
    world.hold(caller, true);
    world.talk(&[caller, callee], 200);
    let asked = |world: &World, of: PeerId| world.clients[&of].key_frames_asked_at.len();
    let before = (asked(&world, caller), asked(&world, callee));
    world.hold(caller, false);
    world.run_for(Duration::from_millis(100));
    assert_eq!(asked(&world, caller), before.0 + 1);
    assert_eq!(asked(&world, callee), before.1 + 1);
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    for (from, to) in [(caller, callee), (callee, caller)] {
        for kind in [SlotKind::Audio, SlotKind::Video] {
            let received = world.clients[&to].received_from(from, kind);
            assert_eq!(received.len(), 100, "{kind:?}");
            for pair in received.windows(2) {
                assert_eq!(pair[1].sequence, pair[0].sequence + 1, "{kind:?}");
            }
        }
    }
}

#[test]
fn one_who_is_held_is_neither_reported_nor_speaks() {
    let (mut world, peers) = World::with_group(3, 2, 1);
    let levels = [(peers[0], -30), (peers[1], -80), (peers[2], -80)];
    world.speak(&levels, 50);
    world.hold(peers[0], true);
    let held_at = world.now;
    world.speak(&levels, 300);
    let mut reports = 0;
    for (at, event) in &world.events {
        match event {
            Event::Quality { reports: all, .. } if *at > held_at => {
                let uids: Vec<u64> = all.iter().map(|report| report.uid.0).collect();
                assert_eq!(uids, [2, 3]);
                reports += 1;
            }
            Event::Speakers { uids, .. } if *at > held_at => assert!(uids.is_empty()),
            _ => {}
        }
    }
    assert!(reports >= 2);
    let silent = |event: &Event| matches!(event, Event::Speakers { uids, .. } if uids.is_empty());
    assert_eq!(world.count(silent), 1);
    world.hold(peers[0], false);
    world.speak(&levels, 50);
    let last = world
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            Event::Speakers { uids, .. } => Some(uids.len()),
            _ => None,
        });
    assert_eq!(last, Some(1));
}

#[test]
fn hold_that_comes_before_the_peer_holds_once_it_is_there_and_admission_does_not_end_it() {
    let (mut world, peers) = World::with_group(2, 2, 2);
    world.hold(PeerId(3), true);
    let third = world.join_group(3, 2, 2);
    world.talk(&[peers[0], third], 50);
    world.run_for(Duration::from_millis(200));
    assert!(world.clients[&third].received.is_empty());
    assert!(world.clients[&peers[0]].received.is_empty());
    world.hold(third, false);
    world.talk(&[third], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&peers[0]].received.len(), 100);
}
