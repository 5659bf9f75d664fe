//! Calls of several: who is rung, what becomes of each, and when it is over.

use hullo_protocol::*;

use super::super::{RoomCommand, SessionId};
use super::Shell;
use super::shell::{accid, call_of, end_in, invite_more, kind, start, start_group};

/// Alice has called Bob and Carol, who have both answered.
pub(super) fn talking(shell: &mut Shell) -> ([SessionId; 3], CallId) {
    let sessions = ["alice", "bob", "carol"].map(|name| shell.login(name, &format!("{name}-1")));
    let call_id = shell.dial_group(sessions[0], &["bob", "carol"]);
    for session in &sessions[1..] {
        shell.accept(*session, call_id).unwrap();
    }
    for (session, name) in sessions.into_iter().zip(["AA", "BB", "CC"]) {
        shell.connect(session, call_id, name);
    }
    for session in sessions {
        shell.take_events(session);
    }
    (sessions, call_id)
}

fn refused_of(result: Result<Success, ErrorBody>) -> Vec<(String, ErrorKind)> {
    let Ok(Success::Call { refused, .. }) = result else {
        panic!("not a call: {result:?}");
    };
    let pair = |one: RefusedInvite| (one.accid.to_string(), one.kind);
    refused.into_iter().map(pair).collect()
}

/// Behaviour H.6.
#[test]
fn one_is_busy_one_rejects_one_times_out_and_the_rest_talk_on() {
    let mut shell = Shell::new();
    let names = ["alice", "b", "c", "d", "e", "f", "g", "h"];
    let sessions = names.map(|name| shell.login(name, &format!("{name}-1")));
    let zoe = shell.login("zoe", "z1");
    shell.dial(zoe, "b", Media::Audio);
    let call_id = shell.dial_group(sessions[0], &names[1..]);
    assert_eq!(shell.state(call_id, "b"), ParticipantState::Busy);
    shell.reject(sessions[2], call_id).unwrap();
    for session in &sessions[4..] {
        shell.accept(*session, call_id).unwrap();
    }
    for session in [0, 4, 5, 6, 7] {
        shell.connect(sessions[session], call_id, names[session]);
    }
    shell.pass(RING_MS_DEFAULT);
    shell.take_events(sessions[3]);
    assert_eq!(shell.call(call_id).state, CallState::Active);
    let states = |shell: &Shell| names.map(|name| shell.state(call_id, name));
    use ParticipantState::{Busy, Joined, Rejected, TimedOut, Unreachable};
    assert_eq!(
        states(&shell),
        [
            Joined, Busy, Rejected, TimedOut, Joined, Joined, Joined, Joined
        ],
        "d was sent the invite, so it was reached"
    );
    assert_ne!(shell.state(call_id, "d"), Unreachable);
    let again = shell.invite(sessions[5], call_id, &["d"]);
    assert_eq!(refused_of(again), []);
    assert!(matches!(
        &shell.take_events(sessions[3])[..],
        [Event::CallInvited { .. }]
    ));
    shell.accept(sessions[3], call_id).unwrap();
    assert_eq!(shell.call(call_id).participants.len(), 8);
}

/// Behaviour H.7.
#[test]
fn when_all_decline_the_call_ends_with_the_reason() {
    use EndReason as R;
    for (rejecting, expected) in [(2, R::Rejected), (1, R::TimedOut), (0, R::TimedOut)] {
        let mut shell = Shell::new();
        let sessions = ["alice", "bob", "carol"].map(|name| shell.login(name, name));
        let call_id = shell.dial_group(sessions[0], &["bob", "carol"]);
        for session in &sessions[1..=rejecting] {
            shell.reject(*session, call_id).unwrap();
        }
        shell.pass(RING_MS_DEFAULT);
        let end = end_in(&shell.take_events(sessions[0])).unwrap();
        assert_eq!(end.reason, expected, "{rejecting} of two have rejected");
        assert_eq!(shell.record(call_id).reason, expected);
    }
}

#[test]
fn all_unreachable_or_all_busy_is_said_so() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial_group(alice, &["bob", "carol"]);
    shell.pass(RING_MS_DEFAULT);
    assert_eq!(shell.record(call_id).reason, EndReason::Unreachable);
    let bob = shell.login("bob", "b1");
    shell.dial(bob, "carol", Media::Audio);
    let call_id = shell.fresh_call();
    let command = Command::StartCall(start_group(call_id, &["bob", "carol"]));
    let call = call_of(shell.ask(alice, command));
    assert_eq!(call.state, CallState::Ended);
    assert_eq!(shell.record(call_id).reason, EndReason::Busy);
    assert_eq!(shell.record(call_id).status, RecordStatus::Busy);
}

#[test]
fn who_does_not_exist_is_refused_and_the_others_ring() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start_group(call_id, &["bob", "ghost", "bob", "alice"]));
    let answer = shell.ask_with_unknown(alice, dial, &["ghost"]);
    assert_eq!(
        refused_of(answer),
        [
            ("ghost".into(), ErrorKind::AccountNotFound),
            ("alice".into(), ErrorKind::CalledOneself)
        ]
    );
    assert_eq!(shell.call(call_id).participants.len(), 2);
    assert_eq!(shell.take_events(bob).len(), 1);
}

#[test]
fn disabled_account_is_refused_as_such_in_a_dial_and_in_an_invite() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let known = [
        ("gone", ErrorKind::AccountDisabled),
        ("ghost", ErrorKind::AccountNotFound),
    ];
    let expected = known.map(|(name, kind)| (name.to_owned(), kind));
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start_group(call_id, &["gone", "bob", "ghost"]));
    let answer = shell.ask_with_refused(alice, dial, &known);
    assert_eq!(refused_of(answer), expected);
    let more = Command::Invite(invite_more(call_id, &["gone", "carol", "ghost"]));
    let answer = shell.ask_with_refused(alice, more, &known);
    assert_eq!(refused_of(answer), expected);
    let alone = Command::Invite(invite_more(call_id, &["gone"]));
    let answer = shell.ask_with_refused(alice, alone, &known);
    assert_eq!(kind(answer), ErrorKind::AccountDisabled);
}

/// The shell looks up no more accounts than a call may have, so a longer list might hide some that do not exist.
#[test]
fn list_that_is_too_long_is_refused_whoever_is_in_it() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let names: Vec<String> = (0..100).map(|n| format!("p{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start_group(call_id, &names));
    let answer = shell.ask_with_unknown(alice, dial, &names[..50]);
    assert_eq!(kind(answer), ErrorKind::ParticipantLimit);
    let twice = [&names[..99], &names[..99]].concat();
    let dial = Command::StartCall(start_group(call_id, &twice));
    assert_eq!(call_of(shell.ask(alice, dial)).participants.len(), 100);
}

#[test]
fn dial_that_can_reach_nobody_is_no_call() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.fresh_call();
    let mut ask = |callees: &[&str], unknown: &[&str]| {
        let dial = Command::StartCall(start_group(call_id, callees));
        kind(shell.ask_with_unknown(alice, dial, unknown))
    };
    assert_eq!(ask(&["ghost"], &["ghost"]), ErrorKind::AccountNotFound);
    assert_eq!(ask(&["x", "y"], &["x", "y"]), ErrorKind::InviteFailed);
    assert_eq!(ask(&["alice"], &[]), ErrorKind::CalledOneself);
    assert_eq!(ask(&[], &[]), ErrorKind::BadRequest);
    let many: Vec<String> = (0..100).map(|n| format!("p{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(ask(&many, &[]), ErrorKind::ParticipantLimit);
    assert!(shell.calls.is_empty());
}

#[test]
fn repeated_group_dial_gets_the_first_answer() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.fresh_call();
    let dial = Command::StartCall(start_group(call_id, &["bob", "alice"]));
    let request = shell.fresh_request();
    let first = shell.ask_as(alice, request, dial.clone(), None);
    let again = shell.ask_as(alice, request, dial, None);
    assert_eq!(refused_of(first), refused_of(again));
}

#[test]
fn call_of_ninety_nine_callees_is_one_call() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let names: Vec<String> = (0..99).map(|n| format!("p{n}")).collect();
    let refs: Vec<&str> = names.iter().map(String::as_str).collect();
    let sessions: Vec<SessionId> = refs.iter().map(|name| shell.login(name, name)).collect();
    let call_id = shell.dial_group(alice, &refs);
    for session in &sessions {
        shell.accept(*session, call_id).unwrap();
    }
    assert_eq!(
        refused_of(
            shell
                .invite(alice, call_id, &["one-more"])
                .or_else(|error| {
                    assert_eq!(error.kind, ErrorKind::ParticipantLimit);
                    shell.ask(alice, Command::CallSnapshot { call_id })
                })
        ),
        []
    );
    shell.ask(alice, Command::End { call_id }).unwrap();
    assert_eq!(shell.record(call_id).outcomes.len(), 99);
    assert_eq!(shell.messages.len(), 99);
}

#[test]
fn leaving_ends_nothing_for_the_others_until_one_is_alone() {
    let mut shell = Shell::new();
    let ([alice, bob, carol], call_id) = talking(&mut shell);
    shell.hang_up(alice, call_id).unwrap();
    assert_eq!(shell.call(call_id).state, CallState::Active);
    assert_eq!(shell.state(call_id, "alice"), ParticipantState::Left);
    shell.pass(5_000);
    shell.hang_up(carol, call_id).unwrap();
    let end = end_in(&shell.take_events(bob)).unwrap();
    assert_eq!(
        (end.reason, end.by),
        (EndReason::HungUp, Some(accid("carol")))
    );
    let record = shell.record(call_id);
    assert_eq!(
        (record.status, record.kind),
        (RecordStatus::Complete, CallKind::Group)
    );
    assert_eq!(record.group_id.as_deref(), Some("team"));
    let durations: Vec<u64> = record.durations.iter().map(|d| d.duration_ms).collect();
    assert_eq!(durations, [0, 5_000, 5_000]);
    assert_eq!(record.quality.len(), 3);
}

#[test]
fn one_who_is_alone_waits_for_an_invite_that_still_rings() {
    let mut shell = Shell::new();
    let ([alice, bob, carol], call_id) = talking(&mut shell);
    let dave = shell.login("dave", "d1");
    shell.invite(bob, call_id, &["dave"]).unwrap();
    shell.hang_up(alice, call_id).unwrap();
    shell.hang_up(carol, call_id).unwrap();
    assert_eq!(shell.call(call_id).state, CallState::Active);
    shell.reject(dave, call_id).unwrap();
    let end = end_in(&shell.take_events(bob)).unwrap();
    assert_eq!(end.reason, EndReason::Rejected);
}

#[test]
fn invites_stop_ringing_when_the_last_one_has_left() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial_group(alice, &["bob", "carol"]);
    shell.take_events(bob);
    shell.hang_up(alice, call_id).unwrap();
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Cancelled);
    let end = end_in(&shell.take_events(bob)).unwrap();
    assert_eq!(end.reason, EndReason::Cancelled);
    assert_eq!(shell.record(call_id).status, RecordStatus::Cancelled);
}

#[test]
fn only_the_caller_ends_it_for_all() {
    let mut shell = Shell::new();
    let ([alice, bob, carol], call_id) = talking(&mut shell);
    let end = Command::End { call_id };
    assert_eq!(kind(shell.ask(bob, end.clone())), ErrorKind::Forbidden);
    shell.ask(alice, end.clone()).unwrap();
    for session in [bob, carol] {
        assert_eq!(
            end_in(&shell.take_events(session)).unwrap().by,
            Some(accid("alice"))
        );
    }
    shell.ask(alice, end).unwrap();
}

#[test]
fn lost_participant_leaves_the_others_talking() {
    let mut shell = Shell::new();
    let ([_, bob, carol], call_id) = talking(&mut shell);
    shell.disconnect(bob);
    let events = shell.take_events(carol);
    let Some(Event::CallChanged { delta, .. }) = events.first() else {
        panic!("carol sees that bob is away: {events:?}");
    };
    assert!(delta.participants[0].reconnecting);
    shell.pass(GRACE_MS);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Lost);
    assert_eq!(shell.call(call_id).state, CallState::Active);
}

#[test]
fn media_that_does_not_connect_loses_one_participant_not_the_call() {
    let mut shell = Shell::new();
    let sessions = ["alice", "bob", "carol"].map(|name| shell.login(name, name));
    let call_id = shell.dial_group(sessions[0], &["bob", "carol"]);
    shell.accept(sessions[1], call_id).unwrap();
    shell.accept(sessions[2], call_id).unwrap();
    shell.connect(sessions[0], call_id, "AA");
    shell.connect(sessions[1], call_id, "BB");
    shell.pass(CONNECT_MS);
    assert_eq!(shell.state(call_id, "carol"), ParticipantState::Lost);
    assert_eq!(shell.call(call_id).state, CallState::Active);
}

#[test]
fn what_a_device_shows_goes_to_its_own_connection() {
    let mut shell = Shell::new();
    let ([alice, ..], call_id) = talking(&mut shell);
    let peer = shell.connect(alice, call_id, "AA");
    let videos = vec![Uid(3), Uid(2)];
    let subscribe = |videos| Command::Subscribe { call_id, videos };
    shell.ask(alice, subscribe(videos.clone())).unwrap();
    assert!(shell.commanded(&RoomCommand::Subscribe { peer, videos }));
    assert_eq!(
        kind(shell.ask(alice, subscribe(vec![Uid(1); 101]))),
        ErrorKind::TooLarge
    );
    let zoe = shell.login("zoe", "z1");
    assert_eq!(
        kind(shell.ask(zoe, subscribe(Vec::new()))),
        ErrorKind::CallNotFound
    );
}

#[test]
fn record_sums_up_how_well_each_was_connected() {
    use super::super::MediaEvent;
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Video);
    let report = |up| QualityReport {
        accid: accid("bob"),
        up,
        down: Quality::Good,
        rtt_ms: None,
        jitter_ms: None,
        loss_up_permille: None,
        loss_down_permille: None,
    };
    for up in [Quality::Excellent, Quality::Excellent, Quality::Bad] {
        shell.media(call_id, MediaEvent::Quality(vec![report(up)]));
    }
    shell.disconnect(bob);
    shell.login("bob", "b1");
    shell
        .ask(alice, Command::ReportFirstFrame { call_id, ms: 140 })
        .unwrap();
    shell.hang_up(alice, call_id).unwrap();
    let quality = &shell.record(call_id).quality;
    assert_eq!(quality[0].first_frame_ms, Some(140));
    let bob = &quality[1];
    assert_eq!(
        (bob.median_up, bob.worst_up),
        (Quality::Excellent, Quality::Bad)
    );
    assert_eq!((bob.median_down, bob.reconnects), (Quality::Good, 1));
}

#[test]
fn group_names_have_a_limit() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    for name in [String::new(), "g".repeat(65)] {
        let mut dial = start_group(shell.fresh_call(), &["bob"]);
        dial.group.as_mut().unwrap().group_id = Some(name);
        assert_eq!(
            kind(shell.ask(alice, Command::StartCall(dial))),
            ErrorKind::BadRequest
        );
    }
    let call_id = shell.fresh_call();
    let mut two = start(call_id, "bob", Media::Audio);
    two.callees.push(accid("carol"));
    assert_eq!(
        kind(shell.ask(alice, Command::StartCall(two))),
        ErrorKind::OneToOneOnly
    );
}

#[test]
fn last_one_of_a_group_call_that_is_kept_stays_until_leaving() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let carol = shell.login("carol", "c1");
    let call_id = shell.fresh_call();
    let mut dial = start_group(call_id, &["bob", "carol"]);
    dial.group = Some(GroupTerms {
        keep_last: true,
        ..GroupTerms::default()
    });
    shell.ask(alice, Command::StartCall(dial)).unwrap();
    shell.accept(bob, call_id).unwrap();
    shell.hang_up(carol, call_id).unwrap();
    shell.hang_up(bob, call_id).unwrap();
    assert!(!shell.call(call_id).is_ended(), "alice waits");
    let room_token = None;
    shell
        .ask(
            carol,
            Command::Join {
                call_id,
                room_token,
            },
        )
        .unwrap();
    shell.hang_up(alice, call_id).unwrap();
    assert!(!shell.call(call_id).is_ended(), "carol waits");
    shell.hang_up(carol, call_id).unwrap();
    assert!(shell.call(call_id).is_ended());
}

#[test]
fn kept_group_call_that_nobody_answers_is_over() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let mut dial = start_group(call_id, &["bob"]);
    dial.group = Some(GroupTerms {
        keep_last: true,
        ..GroupTerms::default()
    });
    shell.ask(alice, Command::StartCall(dial)).unwrap();
    shell.hang_up(bob, call_id).unwrap();
    assert!(shell.call(call_id).is_ended());
}
