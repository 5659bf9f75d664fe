//! Quality: who is reported, and by what.

use std::time::Duration;

use hullo_sfu::{Quality, Uid};

use crate::world::World;

#[test]
fn jitter_on_the_way_here_is_graded_up_and_not_laid_to_the_receivers() {
    let (mut world, caller, callee) = World::with_call();
    world.client(caller).jitter_up = Duration::from_millis(150);
    world.talk(&[caller, callee], 600);
    let (unsteady, steady) = (world.report_of(Uid(1)), world.report_of(Uid(2)));
    let jitter = unsteady.jitter_ms.unwrap();
    assert!((30..=150).contains(&jitter), "{unsteady:?}");
    assert_ne!(unsteady.up, Quality::Excellent, "{unsteady:?}");
    assert_eq!(steady.down, Quality::Excellent, "{steady:?}");
    assert_eq!(steady.up, Quality::Excellent, "{steady:?}");
}

#[test]
fn jitter_on_the_way_to_a_receiver_is_graded_down() {
    let (mut world, caller, callee) = World::with_call();
    world.client(callee).jitter_down = Duration::from_millis(150);
    world.talk(&[caller, callee], 600);
    let (steady, unsteady) = (world.report_of(Uid(1)), world.report_of(Uid(2)));
    assert!(unsteady.jitter_ms.unwrap() >= 30, "{unsteady:?}");
    assert_ne!(unsteady.down, Quality::Excellent, "{unsteady:?}");
    assert_eq!(steady.up, Quality::Excellent, "{steady:?}");
    assert_eq!(steady.down, Quality::Excellent, "{steady:?}");
    assert!(steady.jitter_ms.unwrap() < 10, "{steady:?}");
}

#[test]
fn loss_on_the_way_to_a_receiver_is_graded_down() {
    let (mut world, caller, callee) = World::with_call();
    // About half of it is made good by retransmission, and not reported.
    world.client(callee).loss_down_permille = 250;
    world.talk(&[caller, callee], 600);
    let report = world.report_of(Uid(2));
    assert_eq!(report.down, Quality::Bad, "{report:?}");
    assert_eq!(report.up, Quality::Excellent, "{report:?}");
    assert!(report.loss_down_permille.unwrap() > 30, "{report:?}");
}

#[test]
fn admitted_peer_that_has_not_connected_is_unknown() {
    let mut world = World::new();
    let (caller, callee) = (world.join(1, Uid(1)), world.join(2, Uid(2)));
    world.client(callee).cut_off = true;
    world.run_until_connected(&[caller]);
    world.admit(caller);
    world.admit(callee);
    world.talk(&[caller], 500);
    let report = world.report_of(Uid(2));
    assert_eq!(
        (report.up, report.down),
        (Quality::Unknown, Quality::Unknown)
    );
    assert_eq!(report.jitter_ms.or(report.rtt_ms), None);
}
