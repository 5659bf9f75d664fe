//! A peer that falls silent is lost, and recovered when it is heard again.

use std::time::Duration;

use hullo_sfu::{Event, Quality, Uid};

use crate::world::World;

#[test]
fn silent_peer_is_lost_once_and_recovered_when_it_is_heard_again() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.client(callee).cut_off = true;
    let cut_off_at = world.now;
    world.talk(&[caller], 500);

    let lost: Vec<_> = world
        .events
        .iter()
        .filter(|(_, event)| matches!(event, Event::Lost { .. }))
        .collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert!(matches!(lost[0].1, Event::Lost { peer, .. } if peer == callee));
    let after = lost[0].0 - cut_off_at;
    // The last datagram was on its way for some milliseconds.
    assert!(after >= Duration::from_millis(4_980) && after <= Duration::from_millis(5_100));

    world.client(callee).cut_off = false;
    world.talk(&[caller, callee], 50);
    let recovered =
        |event: &Event| matches!(event, Event::Recovered { peer, .. } if *peer == callee);
    assert_eq!(world.count(recovered), 1);
    assert_eq!(
        world.count(|event| matches!(event, Event::Closed { .. })),
        0
    );
}

#[test]
fn peer_that_was_silent_for_half_a_minute_hears_and_is_heard_again() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.client(callee).cut_off = true;
    world.talk(&[caller], 1_500);
    world.client(callee).cut_off = false;
    world.talk(&[caller, callee], 250);
    let heard = [caller, callee].map(|peer| world.clients[&peer].received.len());
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    for (peer, before) in [caller, callee].into_iter().zip(heard) {
        let more = world.clients[&peer].received.len() - before;
        assert!(more >= 98, "{peer:?} received {more}");
    }
}

#[test]
fn quality_is_reported_every_two_seconds_and_is_down_for_the_lost() {
    let (mut world, caller, callee) = World::with_call();
    let reports = |world: &World| {
        let reports = world.events.iter().filter_map(|(at, event)| match event {
            Event::Quality { reports, .. } => Some((*at, reports.clone())),
            _ => None,
        });
        reports.collect::<Vec<_>>()
    };
    world.talk(&[caller, callee], 500);
    let good = reports(&world);
    for pair in good.windows(2) {
        assert_eq!(pair[1].0 - pair[0].0, Duration::from_secs(2));
    }
    assert!(good.len() >= 4, "{good:?}");
    let last = &good.last().unwrap().1;
    assert_eq!(
        last.iter().map(|r| r.uid).collect::<Vec<_>>(),
        [Uid(1), Uid(2)]
    );
    for report in last {
        assert_eq!(
            (report.up, report.down),
            (Quality::Excellent, Quality::Excellent),
            "{last:?}"
        );
        assert!((30..=90).contains(&report.rtt_ms.unwrap()), "{last:?}");
    }

    world.client(callee).cut_off = true;
    world.talk(&[caller], 400);
    let bad = reports(&world).pop().unwrap().1;
    assert_eq!((bad[1].up, bad[1].down), (Quality::Down, Quality::Down));
    assert_ne!(bad[0].up, Quality::Down);
}

#[test]
fn nobody_is_reported_before_admission() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    world.run_for(Duration::from_secs(10));
    assert_eq!(
        world.count(|event| matches!(event, Event::Quality { .. })),
        0
    );
}
