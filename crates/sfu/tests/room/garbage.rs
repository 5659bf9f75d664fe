//! Datagrams from anybody: nothing in them may harm a peer.

use std::time::Duration;

use hullo_sfu::{Event, PeerId};

use crate::world::{Seeded, World};

const STUN_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];

/// A datagram of this length that looks like one protocol or another in its first bytes.
fn garbage(seeded: &mut Seeded, length: usize) -> Vec<u8> {
    let mut bytes = seeded.bytes(length);
    let head: Vec<u8> = match seeded.below(6) {
        // A STUN binding request, and its answer, with attributes of any kind.
        0 => [
            &[0, 1, 0, length.saturating_sub(20) as u8][..],
            &STUN_COOKIE,
        ]
        .concat(),
        1 => [&[1, 1, (length >> 8) as u8, length as u8][..], &STUN_COOKIE].concat(),
        // A DTLS handshake record of version 1.2.
        2 => vec![22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 1],
        // RTP of payload type 96, RTCP sender report and feedback.
        3 => vec![0x80, 96],
        4 => vec![0x80, 200, 0, 6],
        _ => vec![],
    };
    for (byte, wanted) in bytes.iter_mut().zip(head) {
        *byte = wanted;
    }
    bytes
}

fn assert_unharmed(world: &mut World, peers: [PeerId; 2]) {
    world.run_for(Duration::from_millis(200));
    let before = peers.map(|peer| world.clients[&peer].received.len());
    world.talk(&peers, 100);
    world.run_for(Duration::from_millis(200));
    for (peer, before) in peers.into_iter().zip(before) {
        assert_eq!(world.clients[&peer].received.len() - before, 200);
    }
    assert_eq!(
        world.count(|event| matches!(event, Event::Closed { .. })),
        0
    );
    assert_eq!(world.sfu.metrics().peers_failed, 0);
}

#[test]
fn garbage_of_any_length_from_unknown_addresses_is_dropped_and_counted() {
    let (mut world, caller, callee) = World::with_call();
    let address = world.free_address();
    let mut seeded = Seeded(4);
    let before = world.sfu.metrics().datagrams_dropped;
    for length in 0..=1_500 {
        let bytes = garbage(&mut seeded, length);
        world.inject(address, &bytes);
    }
    assert_eq!(world.sfu.metrics().datagrams_dropped, before + 1_501);
    assert_unharmed(&mut world, [caller, callee]);
}

#[test]
fn garbage_of_any_length_from_the_address_of_a_peer_does_not_close_it() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    let address = world.client(callee).outside;
    let mut seeded = Seeded(5);
    for length in 0..=1_500 {
        let bytes = garbage(&mut seeded, length);
        world.inject(address, &bytes);
    }
    assert_unharmed(&mut world, [caller, callee]);
}

#[test]
fn garbage_while_a_peer_connects_does_not_keep_it_from_connecting() {
    let mut world = World::new();
    let peer = world.join(1, hullo_sfu::Uid(1));
    let address = world.client(peer).outside;
    let mut seeded = Seeded(6);
    for length in 0..=1_500 {
        let bytes = garbage(&mut seeded, length);
        world.inject(address, &bytes);
        if length % 50 == 0 {
            world.run_for(Duration::from_millis(5));
        }
    }
    world.run_until_connected(&[peer]);
    assert_eq!(
        world.count(|event| matches!(event, Event::Closed { .. })),
        0
    );
}

#[test]
fn real_datagrams_cut_short_or_damaged_on_the_way_harm_nobody() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    world.damage_every_datagram_twice_before_it_arrives();
    world.talk(&[caller, callee], 300);
    assert_unharmed(&mut world, [caller, callee]);
}
