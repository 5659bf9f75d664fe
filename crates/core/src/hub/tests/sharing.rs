//! The shared screen: one of a call, for as long as its participant can share it.

use hullo_protocol::*;

use super::super::{BusyPolicy, Config, MediaEvent, PeerId, RoomCommand, SessionId};
use super::Shell;
use super::shell::{CONFIG, accid, call_of, kind, sdp};

fn set(call_id: CallId, screen: Option<bool>) -> Command {
    Command::SetMedia {
        call_id,
        audio: DeviceState::On,
        video: DeviceState::On,
        screen,
    }
}

fn sharers(shell: &Shell, call_id: CallId) -> Vec<u64> {
    let participants = &shell.call(call_id).participants;
    let sharers = participants.iter().filter(|own| own.screen);
    sharers.map(|own| own.uid.0).collect()
}

/// What the media plane was told to show, in order.
fn shown(shell: &Shell) -> Vec<Option<u64>> {
    let shown = shell.rooms.iter().filter_map(|(_, command)| match command {
        RoomCommand::Share(sharer) => Some(sharer.map(|uid| uid.0)),
        _ => None,
    });
    shown.collect()
}

/// Alice and bob and carol talk, and bob shares.
fn sharing() -> (Shell, [SessionId; 3], CallId) {
    let mut shell = Shell::with(Config {
        busy: BusyPolicy::Ring,
        ..CONFIG
    });
    let (sessions, call_id) = super::group::talking(&mut shell);
    shell.ask(sessions[1], set(call_id, Some(true))).unwrap();
    assert_eq!(sharers(&shell, call_id), [2]);
    assert_eq!(shown(&shell), [Some(2)]);
    (shell, sessions, call_id)
}

#[test]
fn everyone_learns_who_shares_and_who_shares_no_more() {
    let (mut shell, sessions, call_id) = sharing();
    for session in sessions {
        let [Event::CallChanged { delta, .. }] = &shell.take_events(session)[..] else {
            panic!("one change for each");
        };
        let told: Vec<_> = delta.participants.iter().map(|p| p.screen).collect();
        assert_eq!(told, [true]);
    }
    shell.ask(sessions[1], set(call_id, Some(false))).unwrap();
    assert!(sharers(&shell, call_id).is_empty());
    assert_eq!(shown(&shell), [Some(2), None]);
}

#[test]
fn last_one_who_shares_takes_over_in_one_change() {
    let (mut shell, sessions, call_id) = sharing();
    shell.take_events(sessions[0]);
    shell.ask(sessions[2], set(call_id, Some(true))).unwrap();
    assert_eq!(sharers(&shell, call_id), [3]);
    assert_eq!(shown(&shell), [Some(2), Some(3)]);
    let [Event::CallChanged { delta, .. }] = &shell.take_events(sessions[0])[..] else {
        panic!("one change");
    };
    let told: Vec<_> = delta.participants.iter().map(|p| p.screen).collect();
    assert_eq!(told, [false, true]);
}

#[test]
fn what_is_said_of_a_microphone_takes_nobodys_place() {
    let (mut shell, sessions, call_id) = sharing();
    shell.ask(sessions[2], set(call_id, Some(true))).unwrap();
    shell.ask(sessions[1], set(call_id, None)).unwrap();
    assert_eq!(sharers(&shell, call_id), [3]);
    // Nor does the end of what is not shared any more.
    shell.ask(sessions[1], set(call_id, Some(false))).unwrap();
    assert_eq!(sharers(&shell, call_id), [3]);
    assert_eq!(shown(&shell), [Some(2), Some(3)]);
}

#[test]
fn screen_goes_with_its_participant() {
    let (mut shell, sessions, call_id) = sharing();
    shell.hang_up(sessions[1], call_id).unwrap();
    assert!(sharers(&shell, call_id).is_empty());
    assert_eq!(shown(&shell), [Some(2), None]);
    let late = shell.ask(sessions[1], set(call_id, Some(true)));
    assert_eq!(kind(late), ErrorKind::NotInCall);
}

#[test]
fn screen_is_not_shared_from_a_call_that_is_held_and_not_again_when_it_is_resumed() {
    let (mut shell, sessions, call_id) = sharing();
    let hold = |held| Command::Hold { call_id, held };
    shell.ask(sessions[1], hold(true)).unwrap();
    assert!(sharers(&shell, call_id).is_empty());
    shell.ask(sessions[1], set(call_id, Some(true))).unwrap();
    assert!(sharers(&shell, call_id).is_empty());
    // Who cannot share takes nobody's place.
    shell.ask(sessions[2], set(call_id, Some(true))).unwrap();
    shell.ask(sessions[1], set(call_id, Some(true))).unwrap();
    assert_eq!(sharers(&shell, call_id), [3]);
    shell.ask(sessions[1], hold(false)).unwrap();
    assert_eq!(sharers(&shell, call_id), [3]);
    assert_eq!(shown(&shell), [Some(2), None, Some(3)]);
}

#[test]
fn screen_stays_behind_when_the_call_goes_on_on_another_device() {
    let (mut shell, _, call_id) = sharing();
    let other = shell.login("bob", "b2");
    call_of(shell.ask(other, Command::Continue { call_id }));
    assert!(sharers(&shell, call_id).is_empty());
    assert_eq!(shown(&shell).last(), Some(&None));
}

#[test]
fn audio_calls_have_screens_and_calls_that_ring_have_none() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(alice, set(call_id, Some(true))).unwrap();
    assert!(sharers(&shell, call_id).is_empty());
    shell.accept(bob, call_id).unwrap();
    shell.ask(alice, set(call_id, Some(true))).unwrap();
    let call = shell.call(call_id);
    let own = call.participant(&accid("alice")).unwrap();
    assert_eq!((own.screen, own.video), (true, DeviceState::Off));
    assert_eq!(call.media, Media::Audio);
    assert!(shown(&shell).is_empty(), "nobody is connected");
    shell.connect(bob, call_id, "BB");
    assert_eq!(shown(&shell), [Some(1)]);
}

#[test]
fn screen_is_shared_on_after_a_restart_of_the_server() {
    let (mut shell, _, call_id) = sharing();
    shell.restart(1_000);
    assert_eq!(sharers(&shell, call_id), [2]);
    let bob = shell.login("bob", "bob-1");
    assert!(shown(&shell).is_empty(), "there is no room yet");
    shell.offer(bob, call_id, sdp("DD", 1)).unwrap();
    assert_eq!(shown(&shell), [Some(2)]);
    let open = shell.rooms.iter().position(|it| it.1 == RoomCommand::Open);
    let share = shell
        .rooms
        .iter()
        .position(|it| it.1 == RoomCommand::Share(Some(Uid(2))));
    assert!(open < share);
}

#[test]
fn silent_connection_shares_on_when_it_is_back() {
    let (mut shell, sessions, call_id) = sharing();
    let mut peers = shell.rooms.iter().filter_map(|(_, command)| match command {
        RoomCommand::Negotiate { peer, uid, .. } if *uid == Uid(2) => Some(*peer),
        _ => None,
    });
    let peer: PeerId = peers.next_back().unwrap();
    shell.media(call_id, MediaEvent::Lost(peer));
    shell.media(call_id, MediaEvent::Recovered(peer));
    shell.disconnect(sessions[1]);
    shell.login_asking("bob", "bob-1", vec![call_id]);
    assert_eq!(sharers(&shell, call_id), [2]);
    assert_eq!(shown(&shell), [Some(2)]);
}
