//! How calls end: hang-up, connect time, loss, signing out; and what remains of them.

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{CONFIG, accid, call_of, end_in, invite_more, kind, start};

#[test]
fn hang_up_ends_the_call_for_both_with_durations() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let started = shell.now;
    let call_id = shell.dial(alice, "bob", Media::Video);
    shell.connect(alice, call_id, "AA");
    shell.pass(2_000);
    shell.accept(bob, call_id).unwrap();
    shell.pass(500);
    shell.connect(bob, call_id, "BB");
    shell.pass(60_000);
    shell.take_events(alice);
    shell.take_events(bob);
    shell.hang_up(bob, call_id).unwrap();

    let record = shell.record(call_id).clone();
    assert_eq!(record.status, RecordStatus::Complete);
    assert_eq!(record.ended_by, Some(accid("bob")));
    assert_eq!(record.started_at_ms, started.0);
    assert_eq!(record.accepted_at_ms, Some(started.0 + 2_000));
    assert_eq!(record.ended_at_ms, started.0 + 62_500);
    let durations: Vec<_> = record
        .durations
        .iter()
        .map(|d| (d.accid.as_str(), d.duration_ms))
        .collect();
    assert_eq!(durations, [("alice", 60_500), ("bob", 60_000)]);

    for session in [alice, bob] {
        let events = shell.take_events(session);
        let end = end_in(&events).unwrap();
        assert_eq!(end.reason, EndReason::HungUp);
        assert_eq!(end.durations, record.durations, "as in the record");
        let [Event::CallChanged { .. }, Event::MessageAdded { message }] = &events[..] else {
            panic!("first the state, then what follows from it: {events:?}");
        };
        let summary = record.summary_for(&message.to);
        assert_eq!(Some(&message.body), summary.map(MessageBody::Call).as_ref());
        assert_eq!(
            (message.from.as_str(), message.to.as_str()),
            ("alice", "bob")
        );
    }
    assert_eq!(shell.rooms.last(), Some(&(call_id, RoomCommand::Close)));
    for account in ["alice", "bob"] {
        assert_eq!(shell.state(call_id, account), ParticipantState::Left);
    }
}

#[test]
fn callee_who_signs_out_on_the_last_device_does_not_let_the_caller_wait() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let phone = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(phone, Command::Logout).unwrap();
    assert!(!shell.call(call_id).is_ended(), "the tablet may answer");
    shell.take_events(alice);
    shell.ask(tablet, Command::Logout).unwrap();
    let end = end_in(&shell.take_events(alice)).unwrap();
    assert_eq!(
        (end.reason, end.by),
        (EndReason::LoggedOut, Some(accid("bob")))
    );
    assert_eq!(shell.record(call_id).status, RecordStatus::TimedOut);
}

#[test]
fn caller_whose_page_is_closed_is_not_waited_for_long_while_it_rings() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(alice, Command::Closing { call_id }).unwrap();
    shell.disconnect(alice);
    shell.pass(CLOSING_GRACE_MS - 1);
    assert!(!shell.call(call_id).is_ended());
    shell.take_events(bob);
    shell.pass(1);
    let end = end_in(&shell.take_events(bob)).unwrap();
    assert_eq!(end.reason, EndReason::Lost);
    assert_eq!(shell.record(call_id).status, RecordStatus::Cancelled);
}

#[test]
fn caller_who_reloads_keeps_the_call_and_all_the_grace_that_it_had() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(alice, Command::Closing { call_id }).unwrap();
    shell.disconnect(alice);
    shell.pass(1_500);
    let again = shell.login_asking("alice", "a1", vec![]);
    assert_eq!(shell.welcomed[&again].0.calls.len(), 1);
    shell.disconnect(again);
    shell.pass(CLOSING_GRACE_MS + 1_000);
    assert!(!shell.call(call_id).is_ended(), "this time it said nothing");
}

#[test]
fn caller_whose_new_page_is_faster_than_the_end_of_the_old_one_has_all_the_grace() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(alice, Command::Closing { call_id }).unwrap();
    let again = shell.login_asking("alice", "a1", vec![]);
    shell.disconnect(again);
    shell.pass(CLOSING_GRACE_MS + 1_000);
    assert!(!shell.call(call_id).is_ended(), "this time it said nothing");
}

#[test]
fn who_was_never_in_a_call_is_not_told_how_long_the_others_were() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let carol = shell.login("carol", "c1");
    let invite = Command::Invite(invite_more(call_id, &["carol"]));
    shell.ask(alice, invite).unwrap();
    shell.pass(5_000);
    shell.ask(alice, Command::End { call_id }).unwrap();
    let mut told = |of| {
        let events = shell.take_events(of);
        end_in(&events).unwrap().durations.len()
    };
    assert_eq!((told(bob), told(carol)), (2, 0));
}

#[test]
fn page_that_is_closed_in_a_running_call_has_all_the_grace() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(alice, Command::Closing { call_id }).unwrap();
    shell.accept(bob, call_id).unwrap();
    shell.connect(alice, call_id, "AA");
    shell.connect(bob, call_id, "BB");
    shell.disconnect(alice);
    shell.pass(GRACE_MS - 1);
    assert!(!shell.call(call_id).is_ended());
    shell.pass(1);
    assert!(shell.call(call_id).is_ended());
}

#[test]
fn requests_about_an_ended_call_say_so() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    shell.hang_up(alice, call_id).unwrap();
    let media = Media::Video;
    let set = Command::SetMedia {
        call_id,
        audio: DeviceState::On,
        video: DeviceState::On,
        screen: None,
    };
    assert_eq!(kind(shell.ask(bob, set)), ErrorKind::CallOver);
    assert_eq!(
        kind(shell.ask(bob, Command::Switch { call_id, media })),
        ErrorKind::CallOver
    );
    assert_eq!(
        kind(shell.offer(bob, call_id, super::shell::sdp("BB", 2))),
        ErrorKind::CallOver
    );
    assert_eq!(kind(shell.accept(bob, call_id)), ErrorKind::CallOver);
    assert_eq!(shell.hang_up(bob, call_id), Ok(Success::Done));
    assert_eq!(shell.records.len(), 1);
}

#[test]
fn media_that_never_connects_ends_the_call() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.pass(25_000);
    shell.accept(bob, call_id).unwrap();
    shell.connect(alice, call_id, "AA");
    shell.pass(CONNECT_MS - 1);
    assert!(
        shell.records.is_empty(),
        "the ring time is not the connect time"
    );
    shell.pass(1);
    let record = shell.record(call_id);
    assert_eq!(record.reason, EndReason::ConnectTimedOut);
    assert_eq!(record.status, RecordStatus::Complete);
    assert_eq!(record.durations[1].duration_ms, 0);
}

#[test]
fn video_call_without_pictures_survives_the_ring_and_connect_times() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Video);
    for session in [alice, bob] {
        let set = Command::SetMedia {
            call_id,
            audio: DeviceState::On,
            video: DeviceState::Off,
            screen: None,
        };
        shell.ask(session, set).unwrap();
    }
    shell.pass(RING_MS_MAX + CONNECT_MS + GRACE_MS);
    assert!(shell.records.is_empty());
}

#[test]
fn lost_participant_ends_a_call_of_two() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    shell.pass(10_000);
    shell.disconnect(alice);
    shell.pass(GRACE_MS - 1);
    assert!(shell.records.is_empty());
    shell.pass(1);
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Complete, EndReason::Lost)
    );
    assert_eq!(record.ended_by, Some(accid("alice")));
    assert_eq!(
        record.durations[0].duration_ms, 10_000,
        "connected time only"
    );
    assert_eq!(shell.state(call_id, "alice"), ParticipantState::Lost);
    let end = end_in(&shell.take_events(bob)).unwrap();
    assert_eq!(
        (end.reason, end.by),
        (EndReason::Lost, Some(accid("alice")))
    );
}

#[test]
fn lost_caller_ends_the_ringing() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let dial = StartCall {
        ring_ms: Some(120_000),
        ..super::shell::start(call_id, "bob", Media::Audio)
    };
    shell.ask(alice, Command::StartCall(dial)).unwrap();
    shell.take_events(bob);
    shell.disconnect(alice);
    shell.pass(GRACE_MS);
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Cancelled, EndReason::Lost)
    );
    assert_eq!(
        end_in(&shell.take_events(bob)).unwrap().reason,
        EndReason::Lost
    );
    assert_eq!(kind(shell.accept(bob, call_id)), ErrorKind::InviteCancelled);
}

#[test]
fn logging_out_ends_the_devices_part_of_the_call() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    assert_eq!(shell.ask(alice, Command::Logout), Ok(Success::Done));
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Complete, EndReason::LoggedOut)
    );
    assert_eq!(record.ended_by, Some(accid("alice")));
    assert_eq!(shell.closed.get(&alice), Some(&SessionClosed::SignedOut));
    assert_eq!(
        end_in(&shell.take_events(bob)).unwrap().reason,
        EndReason::LoggedOut
    );
}

#[test]
fn logging_out_while_dialling_cancels() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(alice, Command::Logout).unwrap();
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::Cancelled, EndReason::LoggedOut)
    );
}

#[test]
fn logging_out_on_another_device_leaves_the_call_alone() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let other = shell.login("alice", "a2");
    shell.ask(other, Command::Logout).unwrap();
    assert!(!shell.call(call_id).is_ended());
    assert!(!shell.closed.contains_key(&alice));
}

#[test]
fn callee_that_logs_out_one_device_can_answer_on_another() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let phone = shell.login("bob", "b1");
    let tablet = shell.login("bob", "b2");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.ask(phone, Command::Logout).unwrap();
    shell.accept(tablet, call_id).unwrap();
}

#[test]
fn signing_an_account_out_ends_its_calls_and_sessions() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let other = shell.login("bob", "b2");
    shell.feed(Input::SignOut {
        accid: accid("bob"),
    });
    let record = shell.record(call_id);
    assert_eq!(
        (record.reason, record.ended_by.clone()),
        (EndReason::LoggedOut, Some(accid("bob")))
    );
    for session in [bob, other] {
        assert_eq!(shell.closed.get(&session), Some(&SessionClosed::SignedOut));
    }
    assert!(end_in(&shell.take_events(alice)).is_some());
}

#[test]
fn signing_out_a_ringing_callee_counts_as_not_answered() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    shell.feed(Input::SignOut {
        accid: accid("bob"),
    });
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.reason),
        (RecordStatus::TimedOut, EndReason::LoggedOut)
    );
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Unreachable);
    assert!(end_in(&shell.take_events(bob)).is_some());
}

#[test]
fn record_is_news_for_every_device_of_both_accounts() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let others = [shell.login("alice", "a2"), shell.login("bob", "b2")];
    let stranger = shell.login("carol", "c1");
    shell.hang_up(alice, call_id).unwrap();
    for session in others {
        let events = shell.take_events(session);
        assert!(
            matches!(
                &events[..],
                [
                    Event::CallElsewhere { call: None, .. },
                    Event::MessageAdded { .. }
                ]
            ),
            "{events:?}"
        );
    }
    assert!(shell.take_events(stranger).is_empty());
}

#[test]
fn calls_that_are_over_are_remembered_as_far_as_memory_allows() {
    let mut shell = Shell::with(Config {
        remembered_bytes: 20_000,
        ..CONFIG
    });
    let alice = shell.login("alice", "a1");
    let mut calls = Vec::new();
    for _ in 0..100 {
        let call_id = shell.dial(alice, "bob", Media::Audio);
        shell.hang_up(alice, call_id).unwrap();
        shell.now = shell.now.plus_ms(1_000);
        calls.push(call_id);
    }
    let remembered: Vec<bool> = calls
        .iter()
        .map(|call_id| {
            let call_id = *call_id;
            shell.ask(alice, Command::CallSnapshot { call_id }).is_ok()
        })
        .collect();
    let forgotten = remembered.iter().take_while(|known| !**known).count();
    assert!((80..=90).contains(&forgotten), "{forgotten} are forgotten");
    assert!(remembered[forgotten..].iter().all(|known| *known));
}

#[test]
fn call_is_remembered_while_a_request_about_it_may_come_again() {
    let mut shell = Shell::with(Config {
        remembered_bytes: 0,
        ..CONFIG
    });
    let alice = shell.login("alice", "a1");
    shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let request = shell.fresh_request();
    let dial = || Command::StartCall(start(call_id, "bob", Media::Audio));
    let first = call_of(shell.ask_as(alice, request, dial(), None));
    shell.hang_up(alice, call_id).unwrap();
    shell.pass(REPEATED_MS - 1);
    let again = call_of(shell.ask_as(alice, request, dial(), None));
    assert_eq!(again.call_id, first.call_id);
    assert_eq!(again.state, CallState::Ended);
    shell.pass(1);
    // Forgotten with the next batch, whatever is in it.
    let other = shell.fresh_call();
    shell
        .ask(alice, Command::Cancel { call_id: other })
        .unwrap_err();
    let refused = shell.ask_as(alice, request, dial(), None);
    assert_eq!(kind(refused), ErrorKind::CallOver);
}

/// The store stores a call once: a batch that ends two calls of one name could not be stored.
#[test]
fn two_dials_of_one_name_in_one_batch_are_one_call() {
    let mut shell = Shell::with(Config {
        remembered_bytes: 0,
        ..CONFIG
    });
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let carol = shell.login("carol", "c1");
    shell.dial(bob, "carol", Media::Audio);
    let (first, second) = (shell.fresh_call(), shell.fresh_call());
    let dials = [first, second, first].map(|call_id| Input::Request {
        session: alice,
        request: Request {
            id: shell.fresh(),
            request_id: Some(shell.fresh_request()),
            command: Command::StartCall(start(call_id, "bob", Media::Audio)),
        },
        known: Known::default(),
    });
    shell.feed_all(dials.to_vec());
    assert_eq!(shell.record(first).reason, EndReason::Busy);
    assert_eq!(shell.records.len(), 2, "{carol:?} still rings");
}

/// Finding C2: it rang, talked, and was neither stored nor recorded.
#[test]
fn name_of_a_forgotten_call_is_refused_and_nothing_rings() {
    let mut shell = Shell::with(Config {
        remembered_bytes: 0,
        ..CONFIG
    });
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let first = shell.dial(alice, "bob", Media::Audio);
    shell.hang_up(alice, first).unwrap();
    shell.pass(REPEATED_MS);
    let other = shell.dial(alice, "bob", Media::Audio);
    shell.hang_up(alice, other).unwrap();
    shell.take_events(bob);
    let record = shell.record(first).clone();

    let request = shell.fresh_request();
    for _ in 0..2 {
        let dial = Command::StartCall(start(first, "bob", Media::Audio));
        let refused = shell.ask_as(alice, request, dial, None);
        assert_eq!(kind(refused), ErrorKind::CallOver);
    }
    assert!(shell.take_events(bob).is_empty(), "nobody rings");
    assert_eq!(shell.record(first), &record);
    assert_eq!(shell.messages.len(), 2);
    shell.dial(alice, "bob", Media::Audio);
    assert_eq!(shell.take_events(bob).len(), 1, "a new name is free");
}
