//! Call waiting: an invite that comes while its account is in a call, and calls that are held.

use hullo_protocol::*;

use super::super::{BusyPolicy, Config, RoomCommand, SessionId};
use super::Shell;
use super::shell::{CONFIG, call_of, end_in, kind};

/// Alice and Bob talk; Carol calls Bob. An app that lets calls wait.
fn waiting(media: Media) -> (Shell, [SessionId; 3], CallId, CallId) {
    let busy = BusyPolicy::Ring;
    let mut shell = Shell::with(Config { busy, ..CONFIG });
    let (alice, bob, first) = shell.talking(media);
    let carol = shell.login("carol", "c1");
    let second = shell.dial(carol, "bob", Media::Audio);
    (shell, [alice, bob, carol], first, second)
}

fn accept_with(call_id: CallId, other: OtherCall) -> Command {
    Command::Accept {
        call_id,
        room_token: None,
        other: Some(other),
    }
}

fn held(shell: &Shell, call_id: CallId, account: &str) -> bool {
    let call = shell.call(call_id);
    call.participant(&super::shell::accid(account))
        .unwrap()
        .held
}

#[test]
fn second_call_rings_and_the_first_stands_in_its_way() {
    let (mut shell, [_, bob, _], first, second) = waiting(Media::Audio);
    assert!(matches!(
        &shell.take_events(bob)[..],
        [Event::CallInvited { .. }]
    ));
    assert_eq!(kind(shell.accept(bob, second)), ErrorKind::AlreadyInCall);
    assert_eq!(shell.call(first).state, CallState::Active);
    assert_eq!(shell.call(second).state, CallState::Ringing);
}

#[test]
fn end_and_answer_ends_the_first_call() {
    let (mut shell, [alice, bob, _], first, second) = waiting(Media::Audio);
    call_of(shell.ask(bob, accept_with(second, OtherCall::End)));
    assert_eq!(shell.call(second).state, CallState::Active);
    assert_eq!(
        end_in(&shell.take_events(alice)).unwrap().reason,
        EndReason::HungUp
    );
    shell.record(first);
}

#[test]
fn hold_and_answer_holds_the_first_call_until_it_is_taken_up_again() {
    let (mut shell, [alice, bob, carol], first, second) = waiting(Media::Audio);
    let peer = shell.connect(bob, first, "BB");
    shell.take_events(alice);
    call_of(shell.ask(bob, accept_with(second, OtherCall::Hold)));
    assert!(held(&shell, first, "bob"));
    assert!(shell.commanded(&RoomCommand::Hold { peer, held: true }));
    let events = shell.take_events(alice);
    let [Event::CallChanged { delta, .. }] = &events[..] else {
        panic!("{events:?}");
    };
    assert!(delta.participants[0].held);
    let resume = Command::Hold {
        call_id: first,
        held: false,
    };
    assert_eq!(
        kind(shell.ask(bob, resume.clone())),
        ErrorKind::AlreadyInCall
    );
    shell.connect(bob, second, "B2");
    shell.connect(carol, second, "CC");
    // The held call needs no media: it outlives the grace time.
    shell.media(first, super::super::MediaEvent::Lost(peer));
    shell.pass(2 * GRACE_MS);
    assert_eq!(shell.call(first).state, CallState::Active);
    shell.hang_up(carol, second).unwrap();
    shell.ask(bob, resume).unwrap();
    assert!(!held(&shell, first, "bob"));
    assert!(shell.commanded(&RoomCommand::Hold { peer, held: false }));
}

#[test]
fn held_call_ends_when_its_device_stays_away() {
    let (mut shell, [_, bob, carol], first, second) = waiting(Media::Audio);
    shell
        .ask(bob, accept_with(second, OtherCall::Hold))
        .unwrap();
    shell.connect(bob, second, "B2");
    shell.connect(carol, second, "CC");
    shell.disconnect(bob);
    shell.pass(GRACE_MS);
    assert_eq!(shell.record(first).reason, EndReason::Lost);
    assert_eq!(shell.record(second).reason, EndReason::Lost);
}

#[test]
fn another_device_that_answers_ends_or_holds_the_call_where_it_is() {
    let (mut shell, [_, phone, _], first, second) = waiting(Media::Audio);
    let tablet = shell.login("bob", "b2");
    assert_eq!(shell.welcomed[&tablet].0.invites.len(), 1);
    shell.take_events(phone);
    shell
        .ask(tablet, accept_with(second, OtherCall::Hold))
        .unwrap();
    let events = shell.take_events(phone);
    assert!(events.contains(&Event::InviteAcceptedElsewhere { call_id: second }));
    assert!(held(&shell, first, "bob"));
    let back = Command::Continue { call_id: first };
    assert_eq!(kind(shell.ask(tablet, back)), ErrorKind::AlreadyInCall);
}

#[test]
fn what_cannot_be_accepted_ends_nothing() {
    let (mut shell, [_, bob, carol], first, second) = waiting(Media::Audio);
    shell.cancel(carol, second).unwrap();
    let late = shell.ask(bob, accept_with(second, OtherCall::End));
    assert_eq!(kind(late), ErrorKind::InviteCancelled);
    assert_eq!(shell.call(first).state, CallState::Active);
}

#[test]
fn repeated_accept_ends_nothing_more() {
    let (mut shell, [_, bob, _], _, second) = waiting(Media::Audio);
    let request = shell.fresh_request();
    let accept = accept_with(second, OtherCall::End);
    call_of(shell.ask_as(bob, request, accept.clone(), None));
    call_of(shell.ask_as(bob, request, accept, None));
    assert_eq!(shell.records.len(), 1);
}

#[test]
fn who_dials_is_rung_for_or_holds_a_call_is_busy_all_the_same() {
    let (mut shell, [alice, bob, _], _, second) = waiting(Media::Audio);
    let dave = shell.login("dave", "d1");
    let mut state_of_a_call_to = |callee: &str| {
        let call_id = shell.dial(dave, callee, Media::Audio);
        let state = shell.state(call_id, callee);
        let _ = shell.hang_up(dave, call_id);
        state
    };
    assert_eq!(
        state_of_a_call_to("bob"),
        ParticipantState::Busy,
        "he is rung for"
    );
    assert_eq!(
        state_of_a_call_to("carol"),
        ParticipantState::Busy,
        "she dials"
    );
    assert_eq!(state_of_a_call_to("alice"), ParticipantState::Delivered);
    shell
        .ask(bob, accept_with(second, OtherCall::Hold))
        .unwrap();
    let call_id = shell.dial(dave, "bob", Media::Audio);
    assert_eq!(
        shell.state(call_id, "bob"),
        ParticipantState::Busy,
        "he holds a call"
    );
    shell.take_events(alice);
}

#[test]
fn without_the_policy_a_second_call_is_busy() {
    let mut shell = Shell::new();
    let (_, bob, _) = shell.talking(Media::Audio);
    let carol = shell.login("carol", "c1");
    let second = shell.dial(carol, "bob", Media::Audio);
    assert_eq!(shell.record(second).reason, EndReason::Busy);
    let events = shell.take_events(bob);
    assert!(
        matches!(&events[..], [Event::MessageAdded { .. }]),
        "nothing rings: {events:?}"
    );
}

#[test]
fn dial_of_someone_who_waits_is_refused_while_another_call_is_active() {
    let (mut shell, [_, bob, _], _, second) = waiting(Media::Audio);
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(super::shell::start(call_id, "carol", Media::Audio));
    assert_eq!(kind(shell.ask(bob, dial)), ErrorKind::AlreadyInCall);
    assert_eq!(shell.call(second).state, CallState::Ringing);
}
