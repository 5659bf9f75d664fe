//! More others than audio slots: the loudest are heard, and a slot does not go back and forth.

use std::time::Duration;

use hullo_sfu::{Event, PeerId, SlotKind};

use crate::world::World;

const AUDIO: SlotKind = SlotKind::Audio;

/// A listener (uid 1) and `others`, with this many audio slots each.
fn world_with(others: u64, slots: usize) -> (World, Vec<PeerId>) {
    World::with_group(others + 1, slots, 1)
}

fn heard(world: &World, peers: &[PeerId]) -> Vec<u64> {
    let slots = world.slots_of(peers[0], AUDIO);
    let mut uids: Vec<u64> = slots.into_iter().flatten().collect();
    uids.sort_unstable();
    uids
}

/// How often the audio slots of the listener have changed.
fn changes(world: &World, peers: &[PeerId]) -> usize {
    world.count(|event| matches!(event, Event::Slots { peer, .. } if *peer == peers[0]))
}

#[test]
fn with_enough_slots_loudness_changes_nothing() {
    let (mut world, peers) = world_with(3, 3);
    let before = changes(&world, &peers);
    world.speak(&[(peers[3], -10), (peers[1], -60)], 200);
    assert_eq!(changes(&world, &peers), before);
    let slots = world.slots_of(peers[0], AUDIO);
    assert_eq!(slots, [Some(2), Some(3), Some(4)]);
}

#[test]
fn those_whose_sound_does_not_flow_hold_no_slot() {
    let (mut world, peers) = world_with(5, 2);
    assert_eq!(heard(&world, &peers), [0; 0]);
    // The first packet of whoever begins gets through.
    world.speak(&[(peers[4], -90), (peers[5], -90)], 10);
    world.run_for(Duration::from_millis(100));
    assert_eq!(heard(&world, &peers), [5, 6]);
    for from in [peers[4], peers[5]] {
        assert_eq!(
            world.clients[&peers[0]].received_from(from, AUDIO).len(),
            10
        );
    }
}

#[test]
fn voice_takes_the_slot_of_noise_within_a_word() {
    let (mut world, peers) = world_with(4, 2);
    let noise = [
        (peers[1], -55),
        (peers[2], -60),
        (peers[3], -65),
        (peers[4], -70),
    ];
    world.speak(&noise, 100);
    assert_eq!(heard(&world, &peers), [2, 3]);
    let mut with_voice = noise;
    with_voice[3].1 = -30;
    world.speak(&with_voice, 50);
    world.run_for(Duration::from_millis(100));
    assert!(heard(&world, &peers).contains(&5));
    let of_voice = world.clients[&peers[0]].received_from(peers[4], AUDIO);
    assert!(of_voice.len() >= 45, "{} of 50", of_voice.len());
}

#[test]
fn of_more_speakers_than_slots_the_loudest_are_heard_in_the_end() {
    let (mut world, peers) = world_with(5, 2);
    // The quiet ones come first.
    let quiet = [(peers[1], -45), (peers[2], -44)];
    world.speak(&quiet, 25);
    assert_eq!(heard(&world, &peers), [2, 3]);
    let all = [
        quiet[0],
        quiet[1],
        (peers[3], -30),
        (peers[4], -25),
        (peers[5], -48),
    ];
    world.speak(&all, 150);
    assert_eq!(heard(&world, &peers), [4, 5]);
    // All hear the same, but for themselves.
    let third = world.slots_of(peers[3], AUDIO);
    assert!(third.contains(&Some(5)) && !third.contains(&Some(4)));
}

#[test]
fn speaker_keeps_its_slot_for_two_seconds_however_loud_the_others_are() {
    let (mut world, peers) = world_with(3, 1);
    world.speak(&[(peers[1], -40), (peers[2], -80), (peers[3], -80)], 15);
    assert_eq!(heard(&world, &peers), [2]);
    let began = world.now - Duration::from_millis(300);
    let loud = [(peers[1], -40), (peers[2], -10), (peers[3], -80)];
    while heard(&world, &peers) == [2] {
        assert!(world.now - began < Duration::from_secs(4));
        world.speak(&loud, 1);
    }
    assert!(world.now - began >= Duration::from_secs(2));
    assert_eq!(heard(&world, &peers), [3]);
}

#[test]
fn equally_loud_speakers_do_not_push_each_other_out() {
    let (mut world, peers) = world_with(4, 2);
    world.speak(&[(peers[1], -30), (peers[2], -30)], 50);
    let before = changes(&world, &peers);
    for round in 0..60 {
        // Each a little louder than the others in turn.
        let level = |n| if round % 4 == n { -27 } else { -31 };
        let all = [1, 2, 3, 4].map(|n| (peers[n], level(n - 1)));
        world.speak(&all, 10);
    }
    assert_eq!(changes(&world, &peers), before);
    assert_eq!(heard(&world, &peers), [2, 3]);
}

#[test]
fn slot_of_a_speaker_who_leaves_goes_to_the_loudest_without_one() {
    let (mut world, peers) = world_with(4, 2);
    let levels = [
        (peers[1], -20),
        (peers[2], -25),
        (peers[3], -40),
        (peers[4], -35),
    ];
    world.speak(&levels, 50);
    assert_eq!(heard(&world, &peers), [2, 3]);
    world.remove(peers[1]);
    assert_eq!(heard(&world, &peers), [3, 5]);
}

#[test]
fn client_that_sends_no_levels_is_heard_while_there_is_room() {
    let (mut world, peers) = world_with(3, 2);
    world.send(&[peers[1]], &[AUDIO], 50);
    assert_eq!(heard(&world, &peers), [2]);
}
