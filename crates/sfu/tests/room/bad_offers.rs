//! Offers that cannot be answered: the error says so, and nothing else changes.

use std::time::Duration;

use hullo_sfu::{NegotiateError, PeerId, Uid};

use crate::client::Client;
use crate::world::{ROOM, Seeded, World};

/// Offers a text for a peer and gives the error back.
fn refused(world: &mut World, peer: PeerId, uid: Uid, offer: &str) -> NegotiateError {
    let answer = world.sfu.negotiate(ROOM, peer, uid, offer, world.now);
    answer.expect_err("an offer that should have been refused")
}

fn assert_call_goes_on(world: &mut World, peers: [PeerId; 2]) {
    world.run_for(Duration::from_millis(200));
    let before = peers.map(|peer| world.clients[&peer].received.len());
    world.talk(&peers, 100);
    world.run_for(Duration::from_millis(200));
    for (peer, before) in peers.into_iter().zip(before) {
        let more = world.clients[&peer].received.len() - before;
        assert_eq!(more, 200, "to {peer:?}");
    }
}

/// An offer as a client would send it.
fn good_offer(world: &mut World) -> String {
    let address = world.free_address();
    Client::new(PeerId(77), Uid(7), address, world.now)
        .offer()
        .0
}

/// Texts that are no offer, with what is wrong with them.
fn bad_offers(good: &str) -> Vec<(&'static str, String)> {
    let without = |prefix: &str| {
        let kept = good
            .split_inclusive("\r\n")
            .filter(|l| !l.starts_with(prefix));
        kept.collect::<String>()
    };
    vec![
        ("empty", String::new()),
        ("one letter", "v".into()),
        ("garbage", "\u{0}\u{fffd} this is not SDP \r\n\r\n".into()),
        ("cut off", good[..good.len() / 2 - 3].into()),
        ("huge line", format!("v=0\r\no={}\r\n", "x".repeat(1 << 20))),
        (
            "huge",
            format!("v=0\r\n{}", "not a line\r\n".repeat(100_000)),
        ),
        ("no m-lines", good[..good.find("m=").unwrap()].into()),
        ("no ICE user", without("a=ice-ufrag")),
        ("no ICE password", without("a=ice-pwd")),
        ("no fingerprint", without("a=fingerprint")),
    ]
}

#[test]
fn new_peer_with_a_bad_offer_is_refused_and_leaves_nothing_behind() {
    let (mut world, caller, callee) = World::with_call();
    let good = good_offer(&mut world);
    for (what, offer) in bad_offers(&good) {
        let error = refused(&mut world, PeerId(77), Uid(7), &offer);
        assert_ne!(error, NegotiateError::NoRoom, "{what}");
        assert_eq!(world.sfu.metrics().peers, 2, "{what}");
    }
    assert_call_goes_on(&mut world, [caller, callee]);
    // The same peer may try again.
    world
        .sfu
        .negotiate(ROOM, PeerId(77), Uid(7), &good, world.now)
        .unwrap();
    assert_eq!(world.sfu.metrics().peers, 3);
}

#[test]
fn bad_offer_of_a_live_peer_is_refused_and_its_media_flows_on() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    let good = good_offer(&mut world);
    for (what, offer) in bad_offers(&good) {
        // A known peer has shown its fingerprint before.
        if what != "no fingerprint" {
            refused(&mut world, callee, Uid(2), &offer);
        }
    }
    assert_call_goes_on(&mut world, [caller, callee]);
}

#[test]
fn offer_of_another_client_for_a_live_peer_does_not_take_its_call_away() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 20);
    let stranger = good_offer(&mut world);
    refused(&mut world, callee, Uid(2), &stranger);
    // Long enough for a client whose checks are not answered to notice.
    world.talk(&[caller, callee], 1_500);
    assert!(!world.clients[&callee].disconnected);
    assert_call_goes_on(&mut world, [caller, callee]);
    world.restart_ice(callee);
    world.talk(&[caller, callee], 100);
    assert_call_goes_on(&mut world, [caller, callee]);
}

/// How many damaged offers a test makes.
const DAMAGED_OFFERS: u64 = 300;

/// The offer with some letters, lines or numbers changed, lost, doubled or out of place.
fn damaged(good: &str, seeded: &mut Seeded) -> String {
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    for _ in 0..=seeded.below(4) {
        let at = seeded.below(lines.len() as u64) as usize;
        let other = seeded.below(lines.len() as u64) as usize;
        match seeded.below(6) {
            0 => lines.swap(at, other),
            1 if lines.len() > 1 => drop(lines.remove(at)),
            2 => lines.insert(other, lines[at].clone()),
            3 => lines.truncate(at + 1),
            4 => {
                let extremes = ["0", "-1", "65536", "4294967296", "99999999999999999999"];
                let extreme = extremes[seeded.below(extremes.len() as u64) as usize];
                let digits = |c: char| c.is_ascii_digit();
                if let Some(from) = lines[at].find(digits) {
                    let rest = lines[at][from..].trim_start_matches(digits).to_owned();
                    lines[at].truncate(from);
                    lines[at] += &(extreme.to_owned() + &rest);
                }
            }
            _ => {
                let letters = lines[at].chars().count().max(1) as u64;
                let wrong = seeded.below(letters) as usize;
                let letter = (seeded.below(95) + 32) as u8 as char;
                let replace = |(n, c)| if n == wrong { letter } else { c };
                lines[at] = lines[at].chars().enumerate().map(replace).collect();
            }
        }
    }
    lines.join("\r\n") + "\r\n"
}

#[test]
fn damaged_offers_of_new_peers_harm_nobody() {
    let (mut world, caller, callee) = World::with_call();
    let good = good_offer(&mut world);
    let mut seeded = Seeded(3);
    let mut refusals = 0;
    for n in 0..DAMAGED_OFFERS {
        let offer = damaged(&good, &mut seeded);
        let peer = PeerId(100 + n);
        // Some damage does not matter; what was answered is a peer, the rest is not.
        let answered = world.sfu.negotiate(ROOM, peer, Uid(7), &offer, world.now);
        assert_eq!(world.sfu.metrics().peers, 2 + u64::from(answered.is_ok()));
        refusals += u64::from(answered.is_err());
        world.run_for(Duration::from_millis(1));
        world.sfu.remove(ROOM, peer);
    }
    assert!((DAMAGED_OFFERS / 10..DAMAGED_OFFERS).contains(&refusals));
    assert_call_goes_on(&mut world, [caller, callee]);
    assert_eq!(world.sfu.metrics().peers_failed, 0);
}

#[test]
fn peer_that_was_admitted_while_its_first_offer_was_refused_is_heard_once_it_is_answered() {
    let mut world = World::new();
    let caller = world.join(1, Uid(1));
    world.run_until_connected(&[caller]);
    world.admit(caller);
    let callee = PeerId(2);
    refused(&mut world, callee, Uid(2), "not an offer");
    world.admit(callee);
    world.join(2, Uid(2));
    world.run_until_connected(&[callee]);
    assert_call_goes_on(&mut world, [caller, callee]);
}

#[test]
fn admission_ends_with_the_removal_of_the_peer_and_with_the_room() {
    let mut world = World::new();
    let caller = world.join(1, Uid(1));
    world.admit(PeerId(2));
    world.sfu.remove(ROOM, PeerId(2));
    let callee = world.join(2, Uid(2));
    world.run_until_connected(&[caller, callee]);
    world.admit(caller);
    world.talk(&[caller, callee], 20);
    assert_eq!(world.sfu.metrics().packets_forwarded, 0);

    world.admit(PeerId(3));
    world.sfu.close(ROOM);
    world.sfu.open(ROOM);
    let (caller, callee) = (world.join(3, Uid(1)), world.join(4, Uid(2)));
    world.run_until_connected(&[caller, callee]);
    world.admit(callee);
    world.talk(&[caller, callee], 20);
    assert_eq!(world.sfu.metrics().packets_forwarded, 0);
}

#[test]
fn damaged_restart_that_is_refused_leaves_the_connection_as_it_was() {
    let mut seeded = Seeded(9);
    let mut refusals = 0;
    for _ in 0..12 {
        let (mut world, caller, callee) = World::with_call();
        world.talk(&[caller, callee], 5);
        let restart = world.client(callee).offer_ice_restart().0;
        let offer = damaged(&restart, &mut seeded);
        let answer = world.sfu.negotiate(ROOM, callee, Uid(2), &offer, world.now);
        if answer.is_err() {
            refusals += 1;
            // Long enough for a client whose checks are not answered to notice.
            world.talk(&[caller, callee], 750);
            assert!(!world.clients[&callee].disconnected, "{answer:?}");
            assert_call_goes_on(&mut world, [caller, callee]);
        }
    }
    assert!(refusals > 0);
}

/// The offer with a line added to its last m-line so many times.
fn with_more(good: &str, line: &str, count: usize) -> String {
    good.to_owned() + &format!("{line}\r\n").repeat(count)
}

#[test]
fn offer_of_more_lines_than_a_client_needs_is_refused_before_anything_is_made_of_it() {
    let (mut world, caller, callee) = World::with_call();
    let good = good_offer(&mut world);
    let many = [
        with_more(&good, "m=audio 9 UDP/TLS/RTP/SAVPF 111", 31),
        with_more(&good, "a=candidate:1 1 udp 1 192.0.2.7 9 typ host", 65),
    ];
    for (peer, uid) in [(PeerId(77), Uid(7)), (callee, Uid(2))] {
        for offer in &many {
            let error = refused(&mut world, peer, uid, offer);
            assert!(matches!(error, NegotiateError::TooMany { .. }), "{error}");
        }
    }
    assert_call_goes_on(&mut world, [caller, callee]);
}

#[test]
fn simulcast_in_an_offer_is_not_answered() {
    let mut world = World::new();
    let good = good_offer(&mut world);
    let layers = "a=rid:h send\r\na=rid:l send\r\na=simulcast:send h;l";
    let offer = with_more(&good, layers, 1);
    let peer = PeerId(77);
    let answer = world.sfu.negotiate(ROOM, peer, Uid(7), &offer, world.now);
    let answer = answer.unwrap();
    assert!(
        !answer.contains("simulcast") && !answer.contains("a=rid"),
        "{answer}"
    );
}
