//! Screens: one of them is shared, with everyone who has an m-line for it, whatever else is shown and whatever else is sent.

use std::time::Duration;

use hullo_sfu::{NegotiateError, PeerId, RoomId, SlotKind, Uid};
use str0m::media::Direction;

use crate::client::marked;
use crate::world::{ROOM, World};

const SCREEN: SlotKind = SlotKind::Screen;
const VIDEO: SlotKind = SlotKind::Video;

/// Some participants with few video slots, and a screen that the first shares.
fn sharing(size: u64) -> (World, Vec<PeerId>) {
    let (mut world, peers) = World::with_group(size, 2, 2);
    world.share(Some(1));
    peers.iter().for_each(|peer| world.offer_screen(*peer));
    (world, peers)
}

fn arrived(world: &World, to: PeerId, from: PeerId, kind: SlotKind) -> usize {
    world.clients[&to].received_from(from, kind).len()
}

#[test]
fn screen_goes_to_everyone_beside_the_videos() {
    let (mut world, peers) = sharing(4);
    world.subscribe(peers[3], &[]);
    assert_eq!(world.slots_of(peers[0], SCREEN), [None]);
    for peer in &peers[1..] {
        assert_eq!(world.slots_of(*peer, SCREEN), [Some(1)]);
    }
    world.send(&peers[..1], &[SlotKind::Audio, VIDEO, SCREEN], 50);
    world.run_for(Duration::from_millis(200));
    for (peer, videos) in [(peers[1], 50), (peers[2], 50), (peers[3], 0)] {
        assert_eq!(arrived(&world, peer, peers[0], SCREEN), 50);
        assert_eq!(arrived(&world, peer, peers[0], VIDEO), videos);
        let sequence = world.clients[&peer].received_of(SCREEN);
        for pair in sequence.windows(2) {
            assert_eq!(pair[1].sequence, pair[0].sequence + 1);
        }
    }
}

#[test]
fn one_to_one_call_gets_a_screen_by_a_later_offer_and_what_flows_goes_on() {
    let (mut world, caller, callee) = World::with_call();
    world.talk(&[caller, callee], 50);
    world.share(Some(2));
    // The sharer first, as it learns of it first.
    world.offer_screen(callee);
    world.send(&[callee], &[SlotKind::Audio, VIDEO, SCREEN], 10);
    world.offer_screen(caller);
    world.send(&[callee], &[SlotKind::Audio, VIDEO, SCREEN], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(arrived(&world, caller, callee, VIDEO), 110);
    assert!(arrived(&world, caller, callee, SCREEN) >= 50);
    assert!(world.client(callee).key_frames_asked_at.len() >= 2);
}

#[test]
fn key_frame_is_asked_of_the_picture_that_is_wanted() {
    let (mut world, peers) = sharing(2);
    let (sharer, viewer) = (peers[0], peers[1]);
    world.send(&peers, &[VIDEO, SCREEN], 50);
    let before = world.client(sharer).key_frames_asked_of.len();
    let lines = [SCREEN, VIDEO].map(|kind| world.client(sharer).mid(kind));
    world.client(viewer).ask_for_key_frame_of(SCREEN);
    world.send(&peers, &[VIDEO, SCREEN], 20);
    world.client(viewer).ask_for_key_frame_of(VIDEO);
    world.send(&peers, &[VIDEO, SCREEN], 20);
    assert_eq!(world.client(sharer).key_frames_asked_of[before..], lines);
}

#[test]
fn another_takes_over_and_its_screen_begins_with_a_key_frame() {
    let (mut world, peers) = sharing(3);
    world.send(&peers, &[SCREEN], 50);
    world.share(Some(2));
    let asked = world.client(peers[1]).key_frames_asked_of.len();
    world.send(&peers, &[SCREEN], 50);
    world.share(None);
    world.send(&peers, &[SCREEN], 50);
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.slots_of(peers[2], SCREEN), [None]);
    assert!(world.client(peers[1]).key_frames_asked_of.len() > asked);
    // What is on its way when another takes over is that of the one before.
    for (to, from) in [(2, 0), (2, 1), (1, 0), (0, 1)] {
        let packets = arrived(&world, peers[to], peers[from], SCREEN);
        assert!(
            (48..=50).contains(&packets),
            "{packets} from {from} to {to}"
        );
    }
    let received = world.clients[&peers[2]].received_of(SCREEN);
    for pair in received.windows(2) {
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        assert_eq!(pair[1].sequence, pair[0].sequence + 1);
    }
}

#[test]
fn screen_of_whoever_does_not_share_is_dropped_and_costs_nobody_anything() {
    let (mut world, peers) = sharing(4);
    world.send(&peers[..1], &[SCREEN], 10);
    world.run_for(Duration::from_millis(200));
    let before = world.sfu.metrics();
    world.send(&peers[1..], &[SCREEN], 50);
    world.run_for(Duration::from_millis(200));
    let after = world.sfu.metrics();
    assert_eq!(after.packets_forwarded, before.packets_forwarded);
    assert_eq!(after.key_frame_requests, before.key_frame_requests);
    assert_eq!(world.clients[&peers[0]].received_of(SCREEN).len(), 0);
}

#[test]
fn screen_is_held_and_leaves_with_its_sharer() {
    let (mut world, peers) = sharing(3);
    world.send(&peers[..1], &[SCREEN], 20);
    world.hold(peers[0], true);
    world.send(&peers[..1], &[SCREEN], 20);
    world.hold(peers[0], false);
    world.send(&peers[..1], &[SCREEN], 20);
    world.run_for(Duration::from_millis(200));
    let arrived_of_first = arrived(&world, peers[1], peers[0], SCREEN);
    assert!((38..=42).contains(&arrived_of_first), "{arrived_of_first}");
    world.remove(peers[0]);
    assert_eq!(world.slots_of(peers[1], SCREEN), [None]);
    let another = world.join_group(4, 2, 2);
    world.offer_screen(another);
    world.share(Some(4));
    world.send(&[another], &[SCREEN], 20);
    world.run_for(Duration::from_millis(200));
    assert_eq!(arrived(&world, peers[1], another, SCREEN), 20);
}

#[test]
fn share_that_comes_before_peer_and_m_line_holds_once_they_are_there() {
    let mut world = World::new();
    world.share(Some(2));
    let caller = world.join(1, Uid(1));
    let callee = world.join(2, Uid(2));
    world.run_until_connected(&[caller, callee]);
    world.admit(caller);
    world.admit(callee);
    world.offer_screen(caller);
    world.offer_screen(callee);
    world.send(&[callee], &[SCREEN], 20);
    world.run_for(Duration::from_millis(200));
    assert_eq!(arrived(&world, caller, callee, SCREEN), 20);
    world.sfu.share(RoomId(9), Some(Uid(1)), world.now);
    assert_eq!(world.sfu.metrics().rooms, 1, "one that is not open");
}

#[test]
fn ice_restart_and_another_direction_leave_the_screen_what_it_is() {
    let (mut world, peers) = sharing(2);
    world.send(&peers, &[VIDEO, SCREEN], 20);
    // Its offers do not repeat the mark.
    world.restart_ice(peers[0]);
    world.restart_ice(peers[1]);
    world.send(&peers, &[VIDEO, SCREEN], 20);
    let screen = world.client(peers[1]).mid(SCREEN).to_string();
    let turn = |world: &mut World, direction| {
        world.renegotiate(peers[1], |client| {
            client.offer_direction(&screen, direction)
        });
    };
    turn(&mut world, Direction::SendOnly);
    assert_eq!(world.slots_of(peers[1], SCREEN), [None]);
    turn(&mut world, Direction::SendRecv);
    world.send(&peers, &[VIDEO, SCREEN], 20);
    world.run_for(Duration::from_millis(200));
    assert_eq!(arrived(&world, peers[1], peers[0], SCREEN), 60);
    assert_eq!(world.slots_of(peers[1], VIDEO), [Some(1), None]);
}

#[test]
fn m_line_that_is_there_never_becomes_a_screen_and_two_are_refused() {
    let (mut world, peers) = sharing(2);
    let (video, screen) = (
        world.client(peers[1]).mid(VIDEO),
        world.client(peers[1]).mid(SCREEN),
    );
    let (offer, _) = world.client(peers[1]).offer_more_slots(0, 1);
    let mut negotiate = |offer: &str| {
        let negotiated = world
            .sfu
            .negotiate(ROOM, peers[1], Uid(2), offer, world.now);
        while world.sfu.poll_output().is_some() {}
        negotiated
    };
    // Marks the video in place of the screen, whose mark is not repeated.
    let other = marked(&offer, video);
    negotiate(&other).unwrap();
    let both = marked(&other, screen);
    let too_many = NegotiateError::TooMany {
        what: "screens (a=content:slides)",
        count: 2,
        most: 1,
    };
    assert_eq!(negotiate(&both), Err(too_many));
    world.send(&peers[..1], &[VIDEO, SCREEN], 20);
    world.run_for(Duration::from_millis(200));
    assert_eq!(arrived(&world, peers[1], peers[0], VIDEO), 20);
    assert_eq!(arrived(&world, peers[1], peers[0], SCREEN), 20);
}
