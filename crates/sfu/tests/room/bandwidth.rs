//! The estimate of bandwidth: it costs no latency, next to nothing where it is not needed, and is right enough to grade by.

use std::time::Duration;

use hullo_sfu::{Quality, SlotKind, Uid};

use crate::world::{LATENCY, World};

#[test]
fn key_frame_of_forty_packets_arrives_as_fast_as_the_network_is() {
    let (mut world, caller, callee) = World::with_call();
    // The client has heard that it is connected.
    world.run_for(Duration::from_millis(100));
    for burst in 0..10 {
        let sent_at = world.now;
        let before = world.clients[&callee].received.len();
        for _ in 0..40 {
            world.write(caller, SlotKind::Video);
        }
        world.run_for(Duration::from_millis(500));
        let received = &world.clients[&callee].received[before..];
        assert_eq!(received.len(), 40, "burst {burst}");
        for packet in received {
            assert_eq!(packet.at - sent_at, 2 * LATENCY, "burst {burst}");
        }
    }
}

#[test]
fn what_gets_through_a_narrow_link_is_estimated() {
    for bps in [2_000_000, 800_000] {
        let (mut world, caller, callee) = World::with_call();
        world.client(callee).bps_down = Some(bps);
        world.talk(&[caller, callee], 500);
        let report = world.report_of(Uid(2));
        let estimate = report.bandwidth_bps.unwrap();
        assert!((bps * 3 / 4..=bps).contains(&estimate), "{report:?}");
        assert_eq!(report.down, Quality::Excellent, "{report:?}");
    }
}

#[test]
fn link_too_narrow_for_what_is_sent_is_poor_or_worse() {
    // 400 kbit/s are sent. A little too much for the first link, which lets a queue grow; far too much for the second.
    for (bps, at_best) in [(380_000, Quality::Poor), (200_000, Quality::Bad)] {
        let (mut world, caller, callee) = World::with_call();
        world.client(callee).bps_down = Some(bps);
        world.talk(&[caller, callee], 750);
        let report = world.report_of(Uid(2));
        assert!(report.down as u8 >= at_best as u8, "{bps}: {report:?}");
        // Half of it to twice as much: nobody heeds the estimate, so that the link stays full and tells little.
        let estimate = report.bandwidth_bps.unwrap();
        assert!((bps / 2..=bps * 2).contains(&estimate), "{report:?}");
        assert_eq!(world.report_of(Uid(1)).down, Quality::Excellent);
    }
}

#[test]
fn nothing_is_sent_for_the_estimate_while_it_rings_and_while_only_sound_flows() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    world.run_for(Duration::from_secs(1));
    let sent_in = |world: &mut World, run: &dyn Fn(&mut World)| {
        let before = world.sent;
        run(world);
        world.sent - before
    };
    let ten_seconds = |world: &mut World| world.run_for(Duration::from_secs(10));
    let ringing = sent_in(&mut world, &ten_seconds);
    assert!(ringing < 50, "{ringing}");
    world.admit(caller);
    world.admit(callee);
    // 1,000 packets, and reports about them.
    let sound = |world: &mut World| world.send(&[caller, callee], &[SlotKind::Audio], 500);
    let sent = sent_in(&mut world, &sound);
    assert!((1_000..1_600).contains(&sent), "{sent}");
    assert_eq!(world.report_of(Uid(2)).bandwidth_bps, None);
    // Pictures wake it, and when they end it sleeps again.
    world.talk(&[caller, callee], 500);
    assert!(world.report_of(Uid(2)).bandwidth_bps.is_some());
    world.run_for(Duration::from_secs(10));
    let silent = sent_in(&mut world, &ten_seconds);
    assert!(silent < 50, "{silent}");
}

#[test]
fn connection_without_video_asks_to_be_woken_a_few_times_a_second_at_most() {
    let mut world = World::new();
    let peers: Vec<_> = (1..=10).map(|n| world.join(n, Uid(n))).collect();
    world.run_until_connected(&peers);
    world.run_for(Duration::from_secs(2));
    let before = world.wakes;
    world.run_for(Duration::from_secs(10));
    let each = (world.wakes - before) as f64 / 100.0;
    println!("{each} wake-ups a second for each idle peer");
    assert!(each < 6.0, "{each}");
}
