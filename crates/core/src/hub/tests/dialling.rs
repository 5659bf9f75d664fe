//! Dialling: what is refused, who is rung, who is busy, glare.

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{CONFIG, accid, call_of, end_in, kind, sdp, start};

#[test]
fn dial_is_stored_answered_and_rings_every_device_of_the_callee() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let phone = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    let call_id = shell.dial(alice, "bob", Media::Video);
    assert_eq!(shell.state(call_id, "alice"), ParticipantState::Accepted);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Delivered);
    for device in [phone, tablet] {
        let [Event::CallInvited { call, ring_ms_left }] = &shell.take_events(device)[..] else {
            panic!("no invite");
        };
        assert_eq!(call.caller, accid("alice"));
        assert_eq!(call.version, shell.call(call_id).version);
        assert_eq!(*ring_ms_left, RING_MS_DEFAULT);
    }
    let [
        Event::CallChanged {
            version: 2, delta, ..
        },
    ] = &shell.take_events(alice)[..]
    else {
        panic!("the caller is not told that the invite was delivered");
    };
    assert_eq!(delta.participants[0].state, ParticipantState::Delivered);
    assert_eq!(shell.rooms, [(call_id, RoomCommand::Open)]);
}

#[test]
fn uids_count_from_the_caller() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    let uids: Vec<Uid> = shell
        .call(call_id)
        .participants
        .iter()
        .map(|p| p.uid)
        .collect();
    assert_eq!(uids, [Uid(1), Uid(2)]);
}

#[test]
fn dials_that_cannot_be_are_refused_with_a_reason() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.fresh_call();
    let good = start(call_id, "bob", Media::Audio);
    let cases = [
        (
            start(call_id, "alice", Media::Audio),
            ErrorKind::CalledOneself,
        ),
        (
            StartCall {
                callees: Vec::new(),
                ..good.clone()
            },
            ErrorKind::BadRequest,
        ),
        (
            StartCall {
                callees: vec![accid("bob"), accid("carol")],
                ..good.clone()
            },
            ErrorKind::OneToOneOnly,
        ),
        (
            StartCall {
                attachment: Some("x".repeat(ATTACHMENT_BYTES_MAX + 1)),
                ..good.clone()
            },
            ErrorKind::TooLarge,
        ),
        (
            StartCall {
                attachment: Some("\u{1}".to_owned()),
                ..good.clone()
            },
            ErrorKind::BadRequest,
        ),
        (
            StartCall {
                group: Some(GroupTerms {
                    group_id: Some("team\n7".to_owned()),
                    ..GroupTerms::default()
                }),
                ..good.clone()
            },
            ErrorKind::BadRequest,
        ),
    ];
    for (dial, expected) in cases {
        assert_eq!(kind(shell.ask(alice, Command::StartCall(dial))), expected);
    }
    assert!(shell.calls.is_empty() && shell.rooms.is_empty());
    let largest = StartCall {
        attachment: Some("x".repeat(ATTACHMENT_BYTES_MAX)),
        ..good
    };
    call_of(shell.ask(alice, Command::StartCall(largest)));
}

#[test]
fn dial_without_request_id_is_refused() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let command = Command::StartCall(start(CallId::from_u128(9), "bob", Media::Audio));
    let request = Request {
        id: 7,
        request_id: None,
        command,
    };
    let input = Input::Request {
        session: alice,
        request,
        known: Known::default(),
    };
    let outputs = shell.runner.hub.handle(input, shell.now);
    let [Output::Reply { reply, .. }] = &outputs[..] else {
        panic!("{outputs:?}");
    };
    assert_eq!(reply.error.as_ref().unwrap().kind, ErrorKind::BadRequest);
}

#[test]
fn ring_times_are_clamped() {
    for (wish, time) in [(Some(0), 5_000), (Some(u64::MAX), 120_000), (None, 30_000)] {
        let mut shell = Shell::new();
        let alice = shell.login("alice", "a1");
        let call_id = shell.fresh_call();
        let dial = StartCall {
            ring_ms: wish,
            ..start(call_id, "bob", Media::Audio)
        };
        call_of(shell.ask(alice, Command::StartCall(dial)));
        shell.pass(time - 1);
        assert!(shell.records.is_empty());
        shell.pass(1);
        assert_eq!(shell.record(call_id).reason, EndReason::Unreachable);
    }
}

#[test]
fn dial_while_in_a_call_is_refused_on_every_device() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let other = shell.login("alice", "a2");
    shell.dial(alice, "bob", Media::Audio);
    for session in [alice, other] {
        let dial = Command::StartCall(start(shell.fresh_call(), "carol", Media::Audio));
        assert_eq!(kind(shell.ask(session, dial)), ErrorKind::AlreadyInCall);
    }
}

#[test]
fn dial_while_being_called_by_someone_else_is_refused() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    shell.dial(alice, "bob", Media::Audio);
    let dial = Command::StartCall(start(shell.fresh_call(), "carol", Media::Audio));
    assert_eq!(kind(shell.ask(bob, dial)), ErrorKind::AlreadyInCall);
}

#[test]
fn busy_callee_ends_the_call_without_ringing() {
    let mut shell = Shell::new();
    let (alice, bob, first) = shell.talking(Media::Audio);
    let tablet = shell.login("bob", "b2");
    let carol = shell.login("carol", "c1");
    let version = shell.call(first).version;
    let call_id = shell.dial(carol, "bob", Media::Audio);
    let record = shell.record(call_id).clone();
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Busy, EndReason::Busy)
    );
    assert_eq!(record.ended_by, Some(accid("bob")));
    assert!(record.durations.is_empty());
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Busy);
    for session in [bob, tablet, carol] {
        let events = shell.take_events(session);
        assert!(
            matches!(&events[..], [Event::MessageAdded { .. }]),
            "only the entry in the conversation: {events:?}"
        );
    }
    assert!(shell.take_events(alice).is_empty());
    assert_eq!(shell.call(first).version, version);
    assert!(!shell.rooms.contains(&(call_id, RoomCommand::Open)));
}

#[test]
fn busy_answer_shows_the_ended_call() {
    let mut shell = Shell::new();
    shell.talking(Media::Audio);
    let carol = shell.login("carol", "c1");
    let dial = Command::StartCall(start(shell.fresh_call(), "alice", Media::Audio));
    let call = call_of(shell.ask(carol, dial));
    assert_eq!(call.state, CallState::Ended);
    assert_eq!(call.end.unwrap().reason, EndReason::Busy);
}

#[test]
fn account_that_rings_is_busy_for_others() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let carol = shell.login("carol", "c1");
    shell.login("bob", "b1");
    let first = shell.dial(alice, "bob", Media::Audio);
    for callee in ["alice", "bob"] {
        let second = shell.dial(carol, callee, Media::Audio);
        assert_eq!(shell.record(second).reason, EndReason::Busy);
    }
    assert!(!shell.call(first).is_ended());
}

#[test]
fn two_who_dial_each_other_are_in_one_call() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    let first = shell.dial(alice, "bob", Media::Audio);
    shell.take_events(alice);
    shell.take_events(tablet);
    let later = shell.fresh_call();
    let dial = Command::StartCall(start(later, "alice", Media::Video));
    let call = call_of(shell.ask(bob, dial));
    assert_eq!((call.call_id, call.state), (first, CallState::Active));
    assert_eq!(call.media, Media::Audio, "the media of the earlier dial");
    assert_eq!(
        shell.take_events(tablet)[0],
        Event::InviteAcceptedElsewhere { call_id: first }
    );
    let [Event::CallChanged { call_id, delta, .. }] = &shell.take_events(alice)[..] else {
        panic!("the earlier dialler is not told");
    };
    assert_eq!((*call_id, delta.state), (first, Some(CallState::Active)));
    assert_eq!(shell.calls.len(), 1);

    let peer = shell.offer(bob, later, sdp("BB", 1)).unwrap();
    shell.media(first, MediaEvent::Connected(peer));
    shell.connect(alice, first, "AA");
    assert_eq!(shell.state(first, "bob"), ParticipantState::Joined);
    assert_eq!(kind(shell.cancel(alice, first)), ErrorKind::AlreadyAccepted);
    shell.hang_up(bob, later).unwrap();
    assert_eq!(shell.record(first).reason, EndReason::HungUp);
    assert_eq!(shell.records.len(), 1);
    assert!(end_in(&shell.take_events(alice)).is_some());
}

#[test]
fn later_dial_of_a_glare_repeated_gets_the_same_call() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let first = shell.dial(alice, "bob", Media::Audio);
    let dial = Command::StartCall(start(shell.fresh_call(), "alice", Media::Audio));
    let request = shell.fresh_request();
    let answer = shell.ask_as(bob, request, dial.clone(), None);
    let version = shell.call(first).version;
    let again = shell.ask_as(bob, request, dial, None);
    assert_eq!(call_of(answer).call_id, call_of(again).call_id);
    assert_eq!(shell.call(first).version, version);
}

#[test]
fn repeated_dial_gets_the_first_answer_and_rings_once() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start(call_id, "bob", Media::Audio));
    let request = shell.fresh_request();
    call_of(shell.ask_as(alice, request, dial.clone(), None));
    shell.disconnect(alice);
    let alice = shell.login("alice", "a1");
    let again = call_of(shell.ask_as(alice, request, dial.clone(), None));
    assert_eq!(again.call_id, call_id);
    let invites = shell.take_events(bob);
    let invites = invites
        .iter()
        .filter(|e| matches!(e, Event::CallInvited { .. }));
    assert_eq!(invites.count(), 1);

    shell.restart(0);
    let alice = shell.login("alice", "a1");
    let again = call_of(shell.ask_as(alice, request, dial, None));
    assert_eq!(again.call_id, call_id);
}

#[test]
fn id_in_use_is_refused() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let carol = shell.login("carol", "c1");
    let request = shell.fresh_request();
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start(call_id, "bob", Media::Audio));
    call_of(shell.ask_as(alice, request, dial.clone(), None));
    let other = shell.ask_as(carol, request, dial.clone(), None);
    assert_eq!(kind(other), ErrorKind::CallExists);
    assert_eq!(kind(shell.ask(alice, dial)), ErrorKind::CallExists);
}

#[test]
fn secure_call_needs_a_token_for_the_dial_and_for_the_accept() {
    let mut shell = Shell::with(Config {
        secure: true,
        ..CONFIG
    });
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let other = shell.fresh_call();
    let dial = Command::StartCall(start(call_id, "bob", Media::Audio));
    let grant = |call_id, name, uid| {
        Some(RoomGrant {
            call_id,
            accid: accid(name),
            uid: Uid(uid),
        })
    };
    for wrong in [
        None,
        grant(call_id, "alice", 2),
        grant(other, "alice", 1),
        grant(call_id, "bob", 1),
    ] {
        let request = shell.fresh_request();
        let result = shell.ask_as(alice, request, dial.clone(), wrong);
        assert_eq!(kind(result), ErrorKind::RoomTokenRefused);
    }
    let request = shell.fresh_request();
    let call = call_of(shell.ask_as(alice, request, dial, grant(call_id, "alice", 1)));
    assert!(call.secure);
    let accept = Command::Accept {
        call_id,
        room_token: None,
        other: None,
    };
    for wrong in [
        None,
        grant(call_id, "bob", 1),
        grant(other, "bob", 2),
        grant(call_id, "alice", 2),
    ] {
        let request = shell.fresh_request();
        let result = shell.ask_as(bob, request, accept.clone(), wrong);
        assert_eq!(kind(result), ErrorKind::RoomTokenRefused);
    }
    assert_eq!(shell.call(call_id).state, CallState::Ringing);
    let request = shell.fresh_request();
    let call = call_of(shell.ask_as(bob, request, accept, grant(call_id, "bob", 2)));
    assert_eq!(call.state, CallState::Active);
}

#[test]
fn in_a_glare_the_token_of_the_dial_stands_for_that_of_the_accept() {
    let mut shell = Shell::with(Config {
        secure: true,
        ..CONFIG
    });
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let (first, later) = (shell.fresh_call(), shell.fresh_call());
    for (session, call_id, me, callee) in
        [(alice, first, "alice", "bob"), (bob, later, "bob", "alice")]
    {
        let dial = Command::StartCall(start(call_id, callee, Media::Audio));
        let without = shell.ask(session, dial.clone());
        assert_eq!(kind(without), ErrorKind::RoomTokenRefused);
        let request = shell.fresh_request();
        let grant = RoomGrant {
            call_id,
            accid: accid(me),
            uid: Uid(1),
        };
        let call = call_of(shell.ask_as(session, request, dial, Some(grant)));
        assert_eq!(call.call_id, first);
    }
    assert_eq!(shell.call(first).state, CallState::Active);
}
