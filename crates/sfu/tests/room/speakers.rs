//! Who speaks: published when it changes, and not too often.

use std::time::{Duration, Instant};

use hullo_sfu::Event;

use crate::world::World;

fn published(world: &World) -> Vec<(Instant, Vec<u64>)> {
    let published = world.events.iter().filter_map(|(at, event)| match event {
        Event::Speakers { uids, .. } => Some((*at, uids.iter().map(|uid| uid.0).collect())),
        _ => None,
    });
    published.collect()
}

fn published_uids(world: &World) -> Vec<Vec<u64>> {
    published(world).into_iter().map(|(_, uids)| uids).collect()
}

#[test]
fn in_a_room_of_two_who_speaks_is_published_and_when_it_falls_silent() {
    let (mut world, caller, callee) = World::with_call();
    world.speak(&[(caller, -80), (callee, -80)], 50);
    let began = world.now;
    world.speak(&[(caller, -30), (callee, -80)], 50);
    let ended = world.now;
    world.speak(&[(caller, -80), (callee, -80)], 100);
    assert_eq!(published_uids(&world), [vec![1], vec![]]);
    let [(spoke_at, _), (silent_at, _)] = published(&world)[..] else {
        panic!("{:?}", published(&world));
    };
    let (after, late) = (spoke_at - began, silent_at - ended);
    assert!((180..=260).contains(&after.as_millis()), "{after:?}");
    assert!((780..=860).contains(&late.as_millis()), "{late:?}");
}

#[test]
fn silence_is_published_though_no_packet_comes() {
    let (mut world, caller, callee) = World::with_call();
    world.speak(&[(caller, -30), (callee, -80)], 50);
    world.run_for(Duration::from_secs(2));
    assert_eq!(published_uids(&world), [vec![1], vec![]]);
    let [(_, _), (silent_at, _)] = published(&world)[..] else {
        panic!("{:?}", published(&world));
    };
    assert!(world.now - silent_at > Duration::from_secs(1));
}

#[test]
fn loudest_come_first_and_five_at_most() {
    let (mut world, peers) = World::with_group(7, 6, 1);
    let levels: Vec<_> = peers
        .iter()
        .copied()
        .zip([-48, -10, -38, -17, -31, -24, -45])
        .collect();
    world.speak(&levels, 100);
    assert_eq!(published_uids(&world).last().unwrap(), &[2, 4, 6, 5, 3]);
}

#[test]
fn changes_are_published_at_most_every_300_ms_and_the_last_always() {
    let (mut world, peers) = World::with_group(6, 5, 1);
    // One after the other begins, 60 ms apart.
    for speaking in 1..=peers.len() {
        let levels: Vec<_> = peers[..speaking].iter().map(|peer| (*peer, -30)).collect();
        world.speak(&levels, 3);
    }
    let levels: Vec<_> = peers.iter().map(|peer| (*peer, -30)).collect();
    world.speak(&levels, 50);
    world.run_for(Duration::from_secs(3));
    let published = published(&world);
    for pair in published.windows(2) {
        assert!(
            pair[1].0 - pair[0].0 >= Duration::from_millis(300),
            "{published:?}"
        );
        assert_ne!(pair[0].1, pair[1].1);
    }
    assert!(
        published.iter().any(|(_, uids)| uids.len() == 5),
        "{published:?}"
    );
    assert!(published.last().unwrap().1.is_empty(), "{published:?}");
}

#[test]
fn voices_that_are_about_equally_loud_keep_their_order() {
    let (mut world, peers) = World::with_group(3, 2, 1);
    world.speak(&[(peers[0], -30), (peers[1], -31), (peers[2], -32)], 50);
    let before = published(&world).len();
    for round in 0..50 {
        let level = |n| if round % 3 == n { -27 } else { -32 };
        world.speak(&[0, 1, 2].map(|n| (peers[n], level(n))), 10);
    }
    assert_eq!(published(&world).len(), before, "{:?}", published(&world));
}

#[test]
fn who_is_not_admitted_does_not_speak_and_who_leaves_stops() {
    let (mut world, peers) = World::with_group(3, 2, 1);
    let stranger = world.join(9, hullo_sfu::Uid(9));
    world.run_until_connected(&[stranger]);
    world.speak(&[(stranger, -10), (peers[1], -30)], 50);
    assert_eq!(published_uids(&world), [[2]]);
    world.remove(peers[1]);
    let left_at = world.now;
    world.run_for(Duration::from_secs(1));
    assert_eq!(published_uids(&world).last().unwrap(), &[0; 0]);
    assert!(published(&world).last().unwrap().0 - left_at <= Duration::from_millis(300));
}
