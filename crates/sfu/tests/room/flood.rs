//! A participant who signs thousands of connectivity checks, each from another port. It costs itself, and nobody else.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_sfu::{RoomId, Uid};

use crate::world::World;

const CHECKS: u16 = 20_000;
/// How many of them come in a second.
const CHECKS_PER_SECOND: u32 = 2_000;

#[test]
fn flood_of_signed_checks_from_new_ports_is_bounded_in_work_and_state() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    let other = RoomId(8);
    let others = [11, 12].map(|n| world.join_room(other, n, Uid(n)));
    world.run_until_connected(&others);
    for peer in others {
        world.sfu.admit(other, peer, world.now);
    }
    world.talk(&others, 20);
    world.run_for(Duration::from_millis(100));

    // What goes out in as long without a flood.
    let before = world.sent;
    world.talk(&others, u64::from(CHECKS) / 40);
    world.run_for(Duration::from_millis(100));
    let usual = world.sent - before;

    let flooder = callee;
    let check = world.client(flooder).signed_check();
    let (sent, began) = (world.sent, world.now);
    let received = others.map(|peer| world.clients[&peer].received.len());
    let mut section = Instant::now();
    for n in 0..CHECKS {
        let from = SocketAddr::from(([198, 51, 100, 7], 1_024 + n));
        world.inject(from, &check);
        if n % 40 == 39 {
            // Twenty milliseconds' worth; the other room talks on.
            world.talk(&others, 1);
        }
        if n % 4_000 == 3_999 {
            let each = section.elapsed() / 4_000;
            println!("{} checks: {each:?} for each, with all else", n + 1);
            section = Instant::now();
        }
    }
    let took = world.now - began;
    assert_eq!(
        took,
        Duration::from_secs(1) * u32::from(CHECKS) / CHECKS_PER_SECOND
    );

    // State: sixteen addresses for the flooder, and one for each of the others.
    let metrics = world.sfu.metrics();
    println!("{metrics:?}");
    assert!(metrics.addresses <= 16 + 3, "{metrics:?}");
    assert!(metrics.addresses_refused > u64::from(CHECKS) - 100);
    // Work: only checks that were let through were answered, and asked in return.
    let more = (world.sent - sent).saturating_sub(usual);
    assert!(more < 200, "{more} datagrams more than without a flood");
    // The other room has noticed nothing.
    world.run_for(Duration::from_millis(100));
    for (peer, before) in others.into_iter().zip(received) {
        let more = world.clients[&peer].received.len() - before;
        assert_eq!(more, usize::from(CHECKS) / 40 * 2, "{peer:?}");
    }
}

#[test]
fn client_that_has_used_up_its_addresses_is_heard_from_another_after_it_restarts_ice() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    // Sixteen at once and then one a second, for as long as addresses are given.
    let check = world.client(callee).signed_check();
    for n in 0..400 {
        let from = SocketAddr::from(([198, 51, 100, 7], 2_000 + n));
        world.inject(from, &check);
        world.talk(&[caller, callee], 50);
    }
    world.move_to_another_address(callee);
    world.restart_ice(callee);
    world.talk(&[caller, callee], 250);
    let before = world.clients[&callee].received.len();
    world.talk(&[caller, callee], 50);
    world.run_for(Duration::from_millis(200));
    let more = world.clients[&callee].received.len() - before;
    assert!(more >= 98, "{more}");
}
