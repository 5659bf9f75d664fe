//! Accept, reject, cancel and expiry race for one invite; the first writer wins.

use hullo_protocol::*;

use super::super::SessionId;
use super::Shell;
use super::shell::{call_of, end_in, kind};

/// Alice calls Bob, who rings on two devices.
fn ringing(shell: &mut Shell) -> (SessionId, SessionId, SessionId, CallId) {
    let alice = shell.login("alice", "a1");
    let phone = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    for session in [alice, phone, tablet] {
        shell.take_events(session);
    }
    (alice, phone, tablet, call_id)
}

#[test]
fn caller_learns_that_the_callee_rings() {
    let mut shell = Shell::new();
    let (alice, phone, tablet, call_id) = ringing(&mut shell);
    shell.ask(phone, Command::Ring { call_id }).unwrap();
    let version = shell.call(call_id).version;
    shell.ask(tablet, Command::Ring { call_id }).unwrap();
    assert_eq!(shell.call(call_id).version, version, "it rang already");
    let [Event::CallChanged { delta, .. }] = &shell.take_events(alice)[..] else {
        panic!("the caller is not told");
    };
    assert_eq!(delta.participants[0].state, ParticipantState::Ringing);
}

#[test]
fn one_device_answers_and_the_others_stop() {
    let mut shell = Shell::new();
    let (alice, phone, tablet, call_id) = ringing(&mut shell);
    let call = call_of(shell.accept(phone, call_id));
    assert_eq!(call.state, CallState::Active);
    assert_eq!(
        shell.take_events(tablet),
        [
            Event::InviteAcceptedElsewhere { call_id },
            Event::CallElsewhere {
                call_id,
                call: Some(call.clone()),
            }
        ]
    );
    assert!(
        shell.take_events(phone).is_empty(),
        "the answer says it all"
    );
    let [Event::CallChanged { version, delta, .. }] = &shell.take_events(alice)[..] else {
        panic!("the caller is not told");
    };
    assert_eq!(
        (*version, delta.state),
        (call.version, Some(CallState::Active))
    );
    assert_eq!(
        kind(shell.accept(tablet, call_id)),
        ErrorKind::AlreadyAccepted
    );
    assert_eq!(
        kind(shell.reject(tablet, call_id)),
        ErrorKind::AlreadyAccepted
    );
    shell.hang_up(tablet, call_id).unwrap();
    assert!(!shell.call(call_id).is_ended(), "the tablet is not in it");
    assert!(shell.take_events(tablet).is_empty());
}

#[test]
fn callee_who_cannot_get_a_token_ends_the_call_for_that_reason() {
    let mut shell = Shell::new();
    let (alice, phone, tablet, call_id) = ringing(&mut shell);
    let reject = Command::Reject {
        call_id,
        without_token: true,
    };
    shell.ask(phone, reject).unwrap();
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Rejected, EndReason::TokenRefused)
    );
    let end = shell
        .take_events(alice)
        .into_iter()
        .find_map(|event| match event {
            Event::CallChanged { delta, .. } => delta.end,
            _ => None,
        });
    assert_eq!(end.map(|end| end.reason), Some(EndReason::TokenRefused));
    let stopped = |event: &Event| matches!(event, Event::InviteRejectedElsewhere { .. });
    assert!(shell.take_events(tablet).iter().any(stopped));
}

#[test]
fn one_device_rejects_and_the_others_stop() {
    let mut shell = Shell::new();
    let (alice, phone, tablet, call_id) = ringing(&mut shell);
    shell.reject(phone, call_id).unwrap();
    let record = shell.record(call_id);
    assert_eq!(record.status, RecordStatus::Rejected);
    assert_eq!(shell.messages.len(), 1);
    let events = shell.take_events(tablet);
    assert!(
        matches!(
            &events[..],
            [
                Event::InviteRejectedElsewhere { .. },
                Event::MessageAdded { .. }
            ]
        ),
        "{events:?}"
    );
    for session in [alice, phone] {
        let end = end_in(&shell.take_events(session)).unwrap();
        assert_eq!(end.reason, EndReason::Rejected);
    }
    assert_eq!(
        kind(shell.accept(tablet, call_id)),
        ErrorKind::AlreadyRejected
    );
    assert_eq!(
        kind(shell.cancel(alice, call_id)),
        ErrorKind::AlreadyRejected
    );
}

#[test]
fn hang_up_of_a_ringing_callee_rejects() {
    let mut shell = Shell::new();
    let (_, phone, _, call_id) = ringing(&mut shell);
    shell.hang_up(phone, call_id).unwrap();
    assert_eq!(shell.record(call_id).reason, EndReason::Rejected);
}

#[test]
fn hang_up_of_a_ringing_caller_cancels() {
    let mut shell = Shell::new();
    let (alice, _, _, call_id) = ringing(&mut shell);
    shell.hang_up(alice, call_id).unwrap();
    assert_eq!(shell.record(call_id).reason, EndReason::Cancelled);
    shell.hang_up(alice, call_id).unwrap();
    assert_eq!(shell.records.len(), 1);
}

#[test]
fn cancel_before_accept_wins() {
    let mut shell = Shell::new();
    let (alice, phone, tablet, call_id) = ringing(&mut shell);
    shell.cancel(alice, call_id).unwrap();
    assert_eq!(
        kind(shell.accept(phone, call_id)),
        ErrorKind::InviteCancelled
    );
    assert_eq!(
        kind(shell.reject(phone, call_id)),
        ErrorKind::InviteCancelled
    );
    let record = shell.record(call_id);
    assert_eq!(record.status, RecordStatus::Cancelled);
    assert_eq!(record.ended_by.as_ref().unwrap().as_str(), "alice");
    for session in [phone, tablet] {
        let end = end_in(&shell.take_events(session)).unwrap();
        assert_eq!(end.reason, EndReason::Cancelled);
    }
}

#[test]
fn accept_before_cancel_wins() {
    let mut shell = Shell::new();
    let (alice, phone, _, call_id) = ringing(&mut shell);
    shell.accept(phone, call_id).unwrap();
    assert_eq!(
        kind(shell.cancel(alice, call_id)),
        ErrorKind::AlreadyAccepted
    );
    assert!(shell.records.is_empty());
    shell.hang_up(alice, call_id).unwrap();
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Complete, EndReason::HungUp)
    );
    let durations: Vec<u64> = record.durations.iter().map(|d| d.duration_ms).collect();
    assert_eq!(durations, [0, 0]);
}

#[test]
fn nobody_answers() {
    let mut shell = Shell::new();
    let (alice, phone, _, call_id) = ringing(&mut shell);
    shell.pass(RING_MS_DEFAULT);
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::TimedOut, EndReason::TimedOut)
    );
    assert_eq!(record.ended_by, None);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::TimedOut);
    for session in [alice, phone] {
        assert_eq!(
            end_in(&shell.take_events(session)).unwrap().reason,
            EndReason::TimedOut
        );
    }
    assert_eq!(kind(shell.accept(phone, call_id)), ErrorKind::InviteExpired);
    assert_eq!(kind(shell.cancel(alice, call_id)), ErrorKind::InviteExpired);
}

#[test]
fn accept_after_the_ring_time_is_late_even_if_no_timer_has_fired() {
    let mut shell = Shell::new();
    let (_, phone, _, call_id) = ringing(&mut shell);
    shell.now = shell.now.plus_ms(RING_MS_DEFAULT);
    assert_eq!(kind(shell.accept(phone, call_id)), ErrorKind::InviteExpired);
    shell.record(call_id);
}

#[test]
fn callee_without_a_device_is_unreachable() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Invited);
    shell.pass(RING_MS_DEFAULT);
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::TimedOut, EndReason::Unreachable)
    );
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Unreachable);
}

#[test]
fn roles_of_caller_and_callee_are_not_mixed_up() {
    let mut shell = Shell::new();
    let (alice, phone, _, call_id) = ringing(&mut shell);
    let other = shell.login("alice", "a2");
    assert_eq!(
        kind(shell.accept(alice, call_id)),
        ErrorKind::AcceptWhileCalling
    );
    assert_eq!(
        kind(shell.accept(other, call_id)),
        ErrorKind::AcceptWhileCalling
    );
    assert_eq!(
        kind(shell.reject(alice, call_id)),
        ErrorKind::RejectWhileCalling
    );
    assert_eq!(
        kind(shell.cancel(phone, call_id)),
        ErrorKind::CancelWhileCalled
    );
    assert_eq!(
        kind(shell.cancel(other, call_id)),
        ErrorKind::InCallOnOtherDevice
    );
    shell.hang_up(other, call_id).unwrap();
    assert!(!shell.call(call_id).is_ended());
}

#[test]
fn second_accept_of_the_same_device_changes_nothing() {
    let mut shell = Shell::new();
    let (_, phone, _, call_id) = ringing(&mut shell);
    shell.accept(phone, call_id).unwrap();
    let version = shell.call(call_id).version;
    let call = call_of(shell.accept(phone, call_id));
    assert_eq!(call.version, version);
}

#[test]
fn repeated_requests_get_the_first_answer() {
    let mut shell = Shell::new();
    let (alice, phone, tablet, call_id) = ringing(&mut shell);
    let accept = Command::Accept {
        call_id,
        room_token: None,
        other: None,
    };
    let (won, lost, ended) = (
        shell.fresh_request(),
        shell.fresh_request(),
        shell.fresh_request(),
    );
    call_of(shell.ask_as(phone, won, accept.clone(), None));
    let refused = shell.ask_as(tablet, lost, accept.clone(), None);
    shell.disconnect(phone);
    let phone = shell.login("bob", "b1");
    call_of(shell.ask_as(phone, won, accept.clone(), None));
    assert_eq!(shell.ask_as(tablet, lost, accept.clone(), None), refused);

    shell.restart(0);
    let (alice, phone, tablet) = {
        let _gone = alice;
        (
            shell.login("alice", "a1"),
            shell.login("bob", "b1"),
            shell.login("bob", "b2"),
        )
    };
    call_of(shell.ask_as(phone, won, accept.clone(), None));
    assert_eq!(shell.ask_as(tablet, lost, accept.clone(), None), refused);

    let hang_up = Command::Hangup { call_id };
    for _ in 0..2 {
        let done = shell.ask_as(alice, ended, hang_up.clone(), None);
        assert_eq!(done, Ok(Success::Done));
    }
    let call = call_of(shell.ask_as(phone, won, accept, None));
    assert_eq!(
        call.state,
        CallState::Ended,
        "the outcome is the first, the picture is not"
    );
    shell.record(call_id);
}

#[test]
fn answer_to_a_dial_is_kept_however_many_requests_follow() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(super::shell::start(call_id, "bob", Media::Audio));
    let request = shell.fresh_request();
    call_of(shell.ask_as(alice, request, dial.clone(), None));
    for _ in 0..400 {
        kind(shell.reject(alice, call_id));
    }
    let kept = shell.call(call_id).answers.len();
    assert!(
        (64..=128).contains(&kept),
        "{kept} answers are kept: few and not long in all"
    );
    call_of(shell.ask_as(alice, request, dial, None));
}

#[test]
fn late_requests_get_typed_errors_for_a_while() {
    let mut shell = Shell::new();
    let (alice, phone, _, call_id) = ringing(&mut shell);
    shell.cancel(alice, call_id).unwrap();
    shell.pass(4 * 60_000);
    assert_eq!(
        kind(shell.accept(phone, call_id)),
        ErrorKind::InviteCancelled
    );
    shell.pass(60_000);
    assert_eq!(kind(shell.accept(phone, call_id)), ErrorKind::CallNotFound);
    assert_eq!(shell.hang_up(phone, call_id), Ok(Success::Done));
    assert_eq!(
        shell.runner.hub.poll_timeout(),
        None,
        "nothing is left to do"
    );
}
