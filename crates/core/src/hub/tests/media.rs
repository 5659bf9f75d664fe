//! Peers: the warm path, admission, renegotiation, replacement; microphones and cameras.

use hullo_protocol::DeviceState::{Asking, Failed, Off, On};
use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{accid, kind, sdp};

#[test]
fn media_negotiated_while_it_rings_flows_from_the_accept_on() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let phone = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    let call_id = shell.dial(alice, "bob", Media::Video);
    let caller = shell.connect(alice, call_id, "AA");
    let answering = shell.connect(phone, call_id, "B1");
    let ringing = shell.connect(tablet, call_id, "B2");
    assert!(
        !shell
            .rooms
            .iter()
            .any(|(_, c)| matches!(c, RoomCommand::Admit(_)))
    );
    assert_eq!(shell.state(call_id, "alice"), ParticipantState::Accepted);
    shell.take_events(alice);
    shell.take_events(phone);
    shell.accept(phone, call_id).unwrap();
    assert!(shell.commanded(&RoomCommand::Admit(caller)));
    assert!(shell.commanded(&RoomCommand::Admit(answering)));
    assert!(shell.commanded(&RoomCommand::Remove(ringing)));
    for account in ["alice", "bob"] {
        assert_eq!(
            shell.state(call_id, account),
            ParticipantState::Joined,
            "at once"
        );
    }
    let last = shell.call(call_id).version;
    let events = shell.take_events(alice);
    let [Event::CallChanged { base, version, .. }] = &events[..] else {
        panic!("accepted and joined is one change for {events:?}");
    };
    assert_eq!((*base, *version), (last - 2, last));
}

#[test]
fn media_negotiated_after_the_accept_is_admitted_at_once() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.accept(bob, call_id).unwrap();
    let peer = shell.offer(bob, call_id, sdp("BB", 1)).unwrap();
    assert!(shell.commanded(&RoomCommand::Admit(peer)));
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Accepted);
    shell.media(call_id, MediaEvent::Connected(peer));
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Joined);
}

#[test]
fn ice_restart_keeps_the_peer_even_from_a_new_session() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let peer = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    shell.disconnect(alice);
    let alice = shell.login("alice", "a1");
    assert_eq!(shell.offer(alice, call_id, sdp("AA", 3)), Ok(peer));
    assert!(!shell.commanded(&RoomCommand::Remove(peer)));
}

#[test]
fn reloaded_page_gets_a_peer_of_its_own() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let old = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    let reloaded = shell.login("alice", "a1");
    assert_eq!(shell.closed.get(&alice), Some(&SessionClosed::Replaced));
    let new = shell.offer(reloaded, call_id, sdp("A2", 1)).unwrap();
    assert_ne!(new, old);
    assert!(shell.commanded(&RoomCommand::Remove(old)));
    assert!(shell.commanded(&RoomCommand::Admit(new)));
    let away = |shell: &Shell| {
        shell
            .call(call_id)
            .participant(&accid("alice"))
            .unwrap()
            .away_since
    };
    assert!(away(&shell).is_some(), "until its media is connected");
    shell.media(call_id, MediaEvent::Lost(old));
    shell.media(call_id, MediaEvent::Connected(new));
    assert_eq!(away(&shell), None);
    shell.pass(GRACE_MS);
    assert!(!shell.call(call_id).is_ended());
    let reconnecting: Vec<bool> = shell
        .take_events(bob)
        .iter()
        .filter_map(|event| match event {
            Event::CallChanged { delta, .. } => delta.participants.first().map(|p| p.reconnecting),
            _ => None,
        })
        .collect();
    assert_eq!(reconnecting, [true, false]);
}

#[test]
fn failed_connection_is_replaced_at_the_next_offer() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let failed = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    shell.media(call_id, MediaEvent::Failed(failed));
    let new = shell.offer(alice, call_id, sdp("AA", 3)).unwrap();
    assert_ne!(new, failed);
    assert!(shell.commanded(&RoomCommand::Remove(failed)));
}

#[test]
fn silence_of_media_counts_as_away_and_sound_as_back() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let peer = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    shell.media(call_id, MediaEvent::Lost(peer));
    shell.disconnect(alice);
    shell.login("alice", "a1");
    shell.pass(GRACE_MS - 1);
    shell.media(call_id, MediaEvent::Recovered(peer));
    shell.pass(GRACE_MS);
    assert!(!shell.call(call_id).is_ended(), "both are well again");
    shell.media(call_id, MediaEvent::Lost(peer));
    shell.pass(GRACE_MS);
    assert_eq!(shell.record(call_id).reason, EndReason::Lost);
    assert!(super::shell::end_in(&shell.take_events(bob)).is_some());
}

#[test]
fn returned_session_does_not_hide_silent_media() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let peer = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    shell.media(call_id, MediaEvent::Lost(peer));
    shell.disconnect(alice);
    shell.pass(GRACE_MS / 2);
    shell.login("alice", "a1");
    shell.pass(GRACE_MS / 2);
    assert_eq!(shell.record(call_id).reason, EndReason::Lost);
}

#[test]
fn garbage_for_an_offer_harms_nothing() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let (rooms, before) = (shell.rooms.clone(), shell.call(call_id).clone());
    for garbage in ["", "v=0", "\u{0}", "o=- 1 1 IN IP4 0\r\n"] {
        assert_eq!(
            kind(shell.offer(alice, call_id, garbage.to_owned())),
            ErrorKind::BadSdp
        );
    }
    let huge = "x".repeat(SDP_BYTES_MAX + 1);
    assert_eq!(kind(shell.offer(alice, call_id, huge)), ErrorKind::TooLarge);
    assert_eq!((shell.rooms.clone(), shell.call(call_id)), (rooms, &before));
}

#[test]
fn only_devices_that_ring_or_are_in_the_call_may_offer() {
    let mut shell = Shell::new();
    let (_, _, call_id) = shell.talking(Media::Audio);
    for (account, on) in [("alice", "a2"), ("bob", "b2")] {
        let other = shell.login(account, on);
        let result = shell.offer(other, call_id, sdp("XX", 1));
        assert_eq!(kind(result), ErrorKind::InCallOnOtherDevice);
    }
}

#[test]
fn devices_are_asked_for_until_their_client_says_more_and_cameras_in_video_calls_only() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let set = |audio, video| Command::SetMedia {
        call_id,
        audio,
        video,
        screen: None,
    };
    let flags = |shell: &Shell| {
        let own = shell
            .call(call_id)
            .participant(&accid("alice"))
            .unwrap()
            .clone();
        (own.audio, own.video)
    };
    assert_eq!(flags(&shell), (Asking, Off));
    shell.ask(alice, set(Failed, On)).unwrap();
    assert_eq!(flags(&shell), (Failed, Off));
    let [Event::CallChanged { delta, .. }] = &shell.take_events(bob)[..] else {
        panic!("the other side is not told");
    };
    assert_eq!(delta.participants[0].audio, Failed);
    let version = shell.call(call_id).version;
    shell.ask(alice, set(Failed, Off)).unwrap();
    assert_eq!(shell.call(call_id).version, version, "nothing has changed");
}

#[test]
fn ringing_callee_has_no_microphone_to_set() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Video);
    let set = Command::SetMedia {
        call_id,
        audio: On,
        video: On,
        screen: None,
    };
    assert_eq!(kind(shell.ask(bob, set.clone())), ErrorKind::NotInCall);
    shell.ask(alice, set).unwrap();
}

#[test]
fn slots_go_to_the_device_and_quality_to_both() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let peer = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    let slots = vec![Slot {
        mid: "0".into(),
        kind: SlotKind::Audio,
        uid: Some(Uid(2)),
    }];
    shell.media(call_id, MediaEvent::Slots(peer, slots.clone()));
    assert_eq!(
        shell.take_events(alice),
        [Event::MediaSlots { call_id, slots }]
    );
    assert!(shell.take_events(bob).is_empty());
    shell.media(call_id, MediaEvent::Quality(Vec::new()));
    for session in [alice, bob] {
        let reports = Vec::new();
        assert_eq!(
            shell.take_events(session),
            [Event::MediaQuality { call_id, reports }]
        );
    }
}
