//! Storage fails: nothing has happened, but sessions and media connections are what they are.

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{accid, device, sdp, start};

/// Handles inputs as one batch whose transaction fails.
fn fail(shell: &mut Shell, inputs: Vec<Input>) -> Vec<Output> {
    let outputs = inputs
        .into_iter()
        .flat_map(|input| shell.runner.hub.handle(input, shell.now))
        .collect();
    shell.runner.hub.rollback();
    outputs
}

fn request(session: SessionId, command: Command) -> Input {
    Input::Request {
        session,
        request: Request {
            id: 1,
            request_id: Some(RequestId::from_u128(77)),
            command,
        },
        known: Known::default(),
    }
}

#[test]
fn dial_that_could_not_be_stored_never_was() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start(call_id, "bob", Media::Audio));
    let outputs = fail(&mut shell, vec![request(alice, dial.clone())]);
    assert!(matches!(outputs[0], Output::Write(_)));
    assert!(shell.runner.hub.calls.resolve(call_id).is_none());
    let answer = shell.ask_as(alice, RequestId::from_u128(77), dial, None);
    assert_eq!(super::shell::call_of(answer).state, CallState::Ringing);
    assert_eq!(shell.take_events(bob).len(), 1);
}

#[test]
fn timer_that_fired_in_vain_fires_again_but_not_at_once() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.now = shell.now.plus_ms(RING_MS_DEFAULT);
    for _ in 0..3 {
        let outputs = fail(&mut shell, vec![Input::Timeout]);
        assert!(
            outputs
                .iter()
                .any(|o| matches!(o, Output::Write(Write::End { .. })))
        );
        assert!(shell.runner.hub.poll_timeout().unwrap() > shell.now);
        shell.now = shell.runner.hub.poll_timeout().unwrap();
    }
    shell.feed(Input::Timeout);
    shell.record(call_id);
    assert_eq!(
        shell.messages.len(),
        1,
        "the message ids were taken back, too"
    );
}

#[test]
fn device_that_went_while_nothing_could_be_stored_is_away_afterwards() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    fail(&mut shell, vec![Input::Disconnected { session: alice }]);
    assert_eq!(
        shell.runner.hub.calls.find(call_id),
        Some(shell.call(call_id))
    );
    shell.pass(GRACE_MS + 2_000);
    assert_eq!(shell.record(call_id).reason, EndReason::Lost);
}

#[test]
fn media_that_connected_while_nothing_could_be_stored_counts_afterwards() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.accept(bob, call_id).unwrap();
    shell.connect(alice, call_id, "AA");
    let peer = shell.offer(bob, call_id, sdp("BB", 1)).unwrap();
    let event = MediaEvent::Connected(peer);
    fail(&mut shell, vec![Input::Media { call_id, event }]);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Accepted);
    shell.pass(5_000);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Joined);
}

#[test]
fn peer_that_could_not_be_negotiated_is_forgotten_with_what_it_said() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let old = shell.offer(alice, call_id, sdp("AA", 2)).unwrap();
    let offer = Command::OfferMedia {
        call_id,
        sdp: sdp("A2", 1),
    };
    let outputs = fail(&mut shell, vec![request(alice, offer)]);
    let new = outputs.iter().find_map(|output| match output {
        Output::Room {
            command: RoomCommand::Negotiate { peer, .. },
            ..
        } => Some(*peer),
        _ => None,
    });
    assert_ne!(new, Some(old));
    shell.media(call_id, MediaEvent::Failed(new.unwrap()));
    shell.pass(GRACE_MS * 2);
    assert!(
        !shell.call(call_id).is_ended(),
        "the old peer is there still"
    );
    assert_eq!(shell.runner.hub.peer_health.len(), 2);
}

#[test]
fn what_was_said_about_sessions_is_said_again() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let accids = vec![accid("bob")];
    shell.ask(alice, Command::WatchPresence { accids }).unwrap();
    let newer = Input::Connected {
        session: SessionId(900),
        accid: accid("bob"),
        device: device("b1"),
        request: 1,
        calls: Vec::new(),
    };
    let signed_out = Input::SignOut {
        accid: accid("bob"),
    };
    fail(&mut shell, vec![newer, signed_out]);
    let soon = shell.runner.hub.poll_timeout().unwrap();
    shell.now = soon;
    shell.feed(Input::Timeout);
    shell.pass(5_000);
    let online: Vec<bool> = shell
        .take_events(alice)
        .iter()
        .filter_map(|event| match event {
            Event::PresenceChanged { accounts } => Some(accounts[0].online),
            _ => None,
        })
        .collect();
    assert_eq!(online, [true, false]);
    assert_eq!(
        shell.closed.get(&SessionId(900)),
        Some(&SessionClosed::SignedOut)
    );
    assert_eq!(shell.runner.hub.poll_timeout(), None);
}

fn login_of_bob(session: u64) -> Input {
    Input::Connected {
        session: SessionId(session),
        accid: accid("bob"),
        device: device("b1"),
        request: 1,
        calls: Vec::new(),
    }
}

/// What a batch of all that waits brings about, once it is stored.
fn run_batch(shell: &mut Shell) -> Vec<Output> {
    let runner = &mut shell.runner;
    runner.begin(usize::MAX, shell.now, &mut |_| {}).unwrap();
    runner.committed()
}

fn closed(outputs: &[Output]) -> Vec<SessionId> {
    let closed = outputs.iter().filter_map(|output| match output {
        Output::Close {
            session,
            reason: SessionClosed::SignedOut,
        } => Some(*session),
        _ => None,
    });
    closed.collect()
}

#[test]
fn login_that_waits_before_a_sign_out_is_signed_out_and_one_behind_it_is_not() {
    let mut shell = Shell::new();
    let signed_out = Input::SignOut {
        accid: accid("bob"),
    };
    shell.runner.receive(login_of_bob(900));
    shell.runner.receive(signed_out);
    shell.runner.receive(login_of_bob(901));
    let outputs = run_batch(&mut shell);
    assert_eq!(closed(&outputs), [SessionId(900)]);
    let welcomed = |output: &&Output| matches!(output, Output::Welcome { session, .. } if *session == SessionId(901));
    assert_eq!(outputs.iter().filter(welcomed).count(), 1);
}

#[test]
fn new_login_is_not_signed_out_by_a_sign_out_that_could_not_be_stored_at_first() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    shell.login("bob", "b1");
    shell.dial(alice, "bob", Media::Audio);
    shell.runner.receive(Input::SignOut {
        accid: accid("bob"),
    });
    let runner = &mut shell.runner;
    let writes = runner.begin(usize::MAX, shell.now, &mut |_| {}).unwrap();
    assert!(!writes.is_empty(), "it rang for bob");
    assert!(runner.failed().is_empty());
    // bob signs in again before the sign-out is tried once more.
    runner.receive(login_of_bob(900));
    let outputs = run_batch(&mut shell);
    assert!(!closed(&outputs).contains(&SessionId(900)));
    shell.pass(5_000);
    assert!(shell.runner.hub.has_session(SessionId(900)));
    assert!(shell.closed.is_empty(), "{:?}", shell.closed);
}

#[test]
fn who_could_not_be_welcomed_changes_nothing_any_more() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    fail(&mut shell, vec![login_of_bob(900)]);
    shell.feed(request(SessionId(900), Command::Ring { call_id }));
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Invited);
}
