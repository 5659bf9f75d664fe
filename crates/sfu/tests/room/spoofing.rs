//! A participant whose checks say that they come from where it is not: from a stranger's address, or another participant's.

use std::net::SocketAddr;
use std::time::Duration;

use hullo_sfu::{Event, Uid};

use crate::world::World;

const STRANGER: ([u8; 4], u16) = ([198, 51, 100, 7], 53);

#[test]
fn stranger_whose_address_a_participant_claims_is_sent_no_media() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    let stranger = SocketAddr::from(STRANGER);
    // The participant is heard from nowhere else any more, and keeps the claim alive.
    world.client(callee).cut_off = true;
    for _ in 0..20 {
        let check = world.client(callee).signed_check();
        world.inject(stranger, &check);
        world.talk(&[caller], 50);
    }
    println!("{:?}", world.strayed);
    assert_eq!((world.strayed.media, world.strayed.dtls), (0, 0));
    // An answer to each check, and some that ask in return.
    assert!(
        (20..40).contains(&world.strayed.stun),
        "{:?}",
        world.strayed
    );
}

#[test]
fn participant_that_claims_a_strangers_address_is_still_sent_to_where_it_is() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    let before = world.clients[&callee].received.len();
    for _ in 0..10 {
        let check = world.client(callee).signed_check();
        world.inject(SocketAddr::from(STRANGER), &check);
        world.talk(&[caller, callee], 50);
    }
    world.run_for(Duration::from_millis(200));
    assert!(world.clients[&callee].received.len() - before >= 1_000);
    assert_eq!(world.strayed.media, 0);
}

#[test]
fn address_of_a_live_participant_cannot_be_taken_over() {
    let (mut world, caller, callee) = World::with_call();
    let third = world.join(3, Uid(3));
    world.run_until_connected(&[third]);
    world.admit(third);
    world.talk(&[caller, callee, third], 20);
    world.run_for(Duration::from_millis(200));
    let victim = world.client(callee).outside;
    let before = world.clients[&caller].received.len();
    for _ in 0..100 {
        let check = world.client(third).signed_check();
        world.inject(victim, &check);
        world.talk(&[callee], 1);
    }
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&caller].received.len() - before, 200);
    assert_eq!(world.sfu.metrics().addresses_refused, 100);
}

#[test]
fn lost_peer_is_sent_nothing_until_it_is_heard_again() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.client(callee).cut_off = true;
    world.talk(&[caller], 300);
    assert_eq!(world.count(|event| matches!(event, Event::Lost { .. })), 1);
    let address = world.client(callee).outside;
    let to_the_lost = world.sent_to(address);
    let forwarded = world.sfu.metrics().packets_forwarded;
    world.talk(&[caller], 100);
    assert_eq!(world.sent_to(address), to_the_lost);
    assert_eq!(world.sfu.metrics().packets_forwarded, forwarded);
}

#[test]
fn peer_that_answers_no_check_is_not_connected_and_gets_no_media() {
    let mut world = World::new();
    let caller = world.join(1, Uid(1));
    let callee = world.join(2, Uid(2));
    world.client(callee).answers_no_checks = true;
    world.run_until_connected(&[caller]);
    world.admit(caller);
    world.admit(callee);
    world.talk(&[caller, callee], 250);
    assert!(!world.has_connected(callee));
    assert_eq!(world.clients[&callee].received.len(), 0);
    // As soon as it does, it is.
    world.client(callee).answers_no_checks = false;
    world.talk(&[caller, callee], 250);
    assert!(world.has_connected(callee));
    world.run_for(Duration::from_millis(100));
    let before = world.clients[&callee].received.len();
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.clients[&callee].received.len() - before, 100);
}
