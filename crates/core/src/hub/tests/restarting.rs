//! The server is killed and started again: what is stored goes on.

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{accid, kind, sdp, start};

#[test]
fn ringing_call_rings_on_for_its_remaining_time() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.pass(10_000);
    let version = shell.call(call_id).version;
    shell.restart(5_000);
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let snapshot = &shell.welcomed[&bob].0;
    assert_eq!(snapshot.invites[0].ring_ms_left, 15_000);
    assert!(snapshot.invites[0].call.version > version);
    assert_eq!(shell.welcomed[&alice].0.calls.len(), 1);
    shell.accept(bob, call_id).unwrap();
    let peer = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    assert_eq!(
        shell.rooms[0],
        (call_id, RoomCommand::Open),
        "the room is made again"
    );
    assert!(shell.commanded(&RoomCommand::Admit(peer)));
}

#[test]
fn ring_time_that_passed_meanwhile_ends_the_call() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.restart(RING_MS_DEFAULT + 1);
    assert!(shell.runner.hub.poll_timeout().unwrap() <= shell.now);
    shell.feed(Input::Timeout);
    assert_eq!(shell.record(call_id).reason, EndReason::Unreachable);
}

#[test]
fn active_call_waits_for_its_participants() {
    let mut shell = Shell::new();
    let (_, _, call_id) = shell.talking(Media::Audio);
    shell.pass(10_000);
    shell.restart(10 * GRACE_MS);
    shell.pass(GRACE_MS - 1);
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    shell.connect(alice, call_id, "A2");
    shell.connect(bob, call_id, "B2");
    shell.pass(GRACE_MS);
    assert!(!shell.call(call_id).is_ended());
    shell.hang_up(bob, call_id).unwrap();
    let record = shell.record(call_id);
    assert_eq!(record.status, RecordStatus::Complete);
    assert!(record.durations.iter().all(|d| d.duration_ms > 10_000));
}

#[test]
fn participant_whose_media_does_not_come_back_is_lost() {
    let mut shell = Shell::new();
    let (_, _, call_id) = shell.talking(Media::Audio);
    shell.restart(1_000);
    let alice = shell.login("alice", "a1");
    shell.login("bob", "b1");
    shell.connect(alice, call_id, "A2");
    shell.pass(GRACE_MS);
    let record = shell.record(call_id);
    assert_eq!(
        (record.reason, record.ended_by.clone()),
        (EndReason::Lost, Some(accid("bob")))
    );
}

#[test]
fn nobody_coming_back_ends_the_call_with_one_record() {
    let mut shell = Shell::new();
    let (_, _, call_id) = shell.talking(Media::Audio);
    shell.restart(1_000);
    shell.pass(GRACE_MS);
    assert_eq!(shell.record(call_id).reason, EndReason::Lost);
    assert_eq!(shell.messages.len(), 1);
}

#[test]
fn accepted_call_gets_the_whole_connect_time_again() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.accept(bob, call_id).unwrap();
    shell.restart(2 * CONNECT_MS);
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    shell.pass(CONNECT_MS - 1);
    shell.connect(alice, call_id, "A2");
    shell.connect(bob, call_id, "B2");
    shell.pass(GRACE_MS);
    assert!(!shell.call(call_id).is_ended());
}

#[test]
fn waiting_switch_is_answered_or_runs_out() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let media = Media::Video;
    shell
        .ask(alice, Command::Switch { call_id, media })
        .unwrap();
    shell.restart(1_000);
    let alice = shell.login("alice", "a1");
    assert!(shell.welcomed[&alice].0.calls[0].switch.is_some());
    shell.pass(SWITCH_MS);
    let events = shell.take_events(alice);
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::SwitchRefused { .. })),
        "{events:?}"
    );
}

#[test]
fn ended_call_that_is_handed_in_again_is_answered_as_before() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start(call_id, "bob", Media::Audio));
    let request = shell.fresh_request();
    shell.ask_as(alice, request, dial.clone(), None).unwrap();
    shell.cancel(alice, call_id).unwrap();
    let calls = shell.calls.values().cloned().collect();
    shell.runner.hub = Hub::restore(shell.config.clone(), calls, MessageId(2), shell.now);
    let (alice, bob) = {
        let _gone = bob;
        (shell.login("alice", "a1"), shell.login("bob", "b1"))
    };
    let again = super::shell::call_of(shell.ask_as(alice, request, dial, None));
    assert_eq!(again.state, CallState::Ended);
    assert_eq!(kind(shell.accept(bob, call_id)), ErrorKind::InviteCancelled);
    assert_eq!(shell.records.len(), 1);
    shell.pass(10 * 60_000);
    assert_eq!(shell.runner.hub.poll_timeout(), None);
}
