//! Calls of several: who is rung, who may invite and join, and when it is over.

use hullo_protocol::*;

use super::super::{RoomCommand, SessionId};
use super::Shell;
use super::shell::{accid, call_of, end_in, invite_more, kind, start, start_group};

/// Alice has called Bob and Carol, who have both answered.
fn talking(shell: &mut Shell) -> ([SessionId; 3], CallId) {
    let sessions = ["alice", "bob", "carol"].map(|name| shell.login(name, &format!("{name}-1")));
    let call_id = shell.dial_group(sessions[0], &["bob", "carol"]);
    for session in &sessions[1..] {
        shell.accept(*session, call_id).unwrap();
    }
    for (session, name) in sessions.into_iter().zip(["AA", "BB", "CC"]) {
        shell.connect(session, call_id, name);
    }
    for session in sessions {
        shell.heard(session);
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
    shell.heard(sessions[3]);
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
        &shell.heard(sessions[3])[..],
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
        let end = end_in(&shell.heard(sessions[0])).unwrap();
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
    assert_eq!(shell.heard(bob).len(), 1);
}

#[test]
fn a_dial_that_can_reach_nobody_is_no_call() {
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
fn a_repeated_group_dial_gets_the_first_answer() {
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
fn a_call_of_ninety_nine_callees_is_one_call() {
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
    let end = end_in(&shell.heard(bob)).unwrap();
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
    let end = end_in(&shell.heard(bob)).unwrap();
    assert_eq!(end.reason, EndReason::Rejected);
}

#[test]
fn invites_stop_ringing_when_the_last_one_has_left() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.dial_group(alice, &["bob", "carol"]);
    shell.heard(bob);
    shell.hang_up(alice, call_id).unwrap();
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Cancelled);
    let end = end_in(&shell.heard(bob)).unwrap();
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
            end_in(&shell.heard(session)).unwrap().by,
            Some(accid("alice"))
        );
    }
    shell.ask(alice, end).unwrap();
}

#[test]
fn a_lost_participant_leaves_the_others_talking() {
    let mut shell = Shell::new();
    let ([_, bob, carol], call_id) = talking(&mut shell);
    shell.disconnect(bob);
    let heard = shell.heard(carol);
    let Some(Event::CallChanged { delta, .. }) = heard.first() else {
        panic!("carol sees that bob is away: {heard:?}");
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
fn a_one_to_one_call_grows_into_a_group_call() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Video);
    let carol = shell.login("carol", "c1");
    let rooms = shell.rooms.len();
    shell.invite(bob, call_id, &["carol"]).unwrap();
    assert_eq!(shell.rooms.len(), rooms, "media goes on as it was");
    let heard = shell.heard(alice);
    let Some(Event::CallChanged { delta, .. }) = heard.first() else {
        panic!("alice is not told: {heard:?}");
    };
    assert_eq!(delta.group, Some(GroupTerms::default()));
    let invited = shell.heard(carol);
    let Some(Event::CallInvited { call, .. }) = invited.first() else {
        panic!("carol is not rung: {invited:?}");
    };
    assert_eq!(call.kind, CallKind::Group);
    let own = call.participants.iter().find(|p| p.accid == accid("carol"));
    assert_eq!(own.unwrap().inviter, Some(accid("bob")));
    shell.accept(carol, call_id).unwrap();
    shell.hang_up(alice, call_id).unwrap();
    assert_eq!(
        shell.call(call_id).state,
        CallState::Active,
        "bob and carol talk on"
    );
    let switch = Command::Switch {
        call_id,
        media: Media::Audio,
    };
    assert_eq!(kind(shell.ask(bob, switch)), ErrorKind::OneToOneOnly);
}

#[test]
fn an_invite_that_reaches_nobody_leaves_a_one_to_one_call_as_it_was() {
    let mut shell = Shell::new();
    let (alice, _, call_id) = shell.talking(Media::Audio);
    let invite = Command::Invite(invite_more(call_id, &["ghost", "bob"]));
    let answer = shell.ask_with_unknown(alice, invite, &["ghost"]);
    assert_eq!(kind(answer), ErrorKind::InviteFailed);
    assert_eq!(shell.call(call_id).kind, CallKind::OneToOne);
}

#[test]
fn who_may_invite_is_laid_down_by_the_caller() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let bob = shell.login("bob", "b1");
    let call_id = shell.fresh_call();
    let mut dial = start_group(call_id, &["bob"]);
    dial.group.as_mut().unwrap().invite_mode = InviteMode::Caller;
    shell.ask(alice, Command::StartCall(dial)).unwrap();
    assert_eq!(
        kind(shell.invite(bob, call_id, &["carol"])),
        ErrorKind::InviteWhileCalled
    );
    shell.accept(bob, call_id).unwrap();
    assert_eq!(
        kind(shell.invite(bob, call_id, &["carol"])),
        ErrorKind::Forbidden
    );
    shell.invite(alice, call_id, &["carol"]).unwrap();
    let stranger = shell.login("zoe", "z1");
    assert_eq!(
        kind(shell.invite(stranger, call_id, &["x"])),
        ErrorKind::CallNotFound
    );
}

#[test]
fn one_to_one_calls_take_more_only_once_they_are_answered() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.dial(alice, "bob", Media::Audio);
    assert_eq!(
        kind(shell.invite(alice, call_id, &["carol"])),
        ErrorKind::InviteWhileCalling
    );
    let group = shell
        .hang_up(alice, call_id)
        .map(|_| shell.dial_group(alice, &["bob"]))
        .unwrap();
    shell.invite(alice, group, &["carol"]).unwrap();
    assert_eq!(shell.call(group).participants.len(), 3);
}

#[test]
fn an_invite_has_its_own_text_and_time() {
    let mut shell = Shell::new();
    let ([alice, ..], call_id) = talking(&mut shell);
    let dave = shell.login("dave", "d1");
    let invite = InviteMore {
        attachment: Some("for dave".into()),
        ring_ms: Some(7_000),
        ..invite_more(call_id, &["dave"])
    };
    shell.ask(alice, Command::Invite(invite)).unwrap();
    let heard = shell.heard(dave);
    let [Event::CallInvited { call, ring_ms_left }] = &heard[..] else {
        panic!("{heard:?}");
    };
    assert_eq!(
        (call.attachment.as_deref(), *ring_ms_left),
        (Some("for dave"), 7_000)
    );
    shell.pass(7_000);
    assert_eq!(shell.state(call_id, "dave"), ParticipantState::TimedOut);
    let late = shell.login("dave", "d2");
    assert!(
        shell.welcomed[&late].0.invites.is_empty(),
        "stale invites never ring"
    );
}

#[test]
fn a_running_call_is_found_by_its_group_and_joined_by_those_who_may() {
    let mut shell = Shell::new();
    let ([alice, bob, _], call_id) = talking(&mut shell);
    let dave = shell.login("dave", "d1");
    let query = Command::Query {
        call_id: None,
        group_id: Some("team".into()),
    };
    let found = |result: Result<Success, ErrorBody>| match result {
        Ok(Success::Found { calls }) => calls.into_iter().map(|found| found.uid.0).collect(),
        other => panic!("{other:?}"),
    };
    let by = |shell: &mut Shell, session| -> Vec<u64> { found(shell.ask(session, query.clone())) };
    assert!(by(&mut shell, dave).is_empty(), "he was never invited");
    let join = Command::Join {
        call_id,
        room_token: None,
    };
    assert_eq!(kind(shell.ask(dave, join.clone())), ErrorKind::CallNotFound);
    shell.hang_up(bob, call_id).unwrap();
    assert_eq!(by(&mut shell, bob), [2]);
    shell.pass(1_000);
    let call = call_of(shell.ask(bob, join.clone()));
    assert_eq!(call.participants.len(), 3);
    assert_eq!(shell.state(call_id, "bob"), ParticipantState::Accepted);
    shell.ask(alice, Command::End { call_id }).unwrap();
    assert!(by(&mut shell, bob).is_empty());
    assert_eq!(kind(shell.ask(bob, join.clone())), ErrorKind::CallOver);
    // That it was there at all is not revealed to a stranger (simulator, storm seed 0).
    assert_eq!(kind(shell.ask(dave, join)), ErrorKind::CallNotFound);
}

/// Simulator, storm seed 292: with another call in the way, a repetition was answered otherwise after a crash.
#[test]
fn a_call_that_is_over_is_not_taken_up_again_whatever_else_there_is() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    shell.hang_up(bob, call_id).unwrap();
    let carol = shell.login("carol", "c1");
    let other = shell.dial(carol, "alice", Media::Audio);
    shell.accept(alice, other).unwrap();
    let resume = Command::Hold {
        call_id,
        held: false,
    };
    assert_eq!(kind(shell.ask(alice, resume)), ErrorKind::CallOver);
    let go_on = Command::Continue { call_id };
    assert_eq!(kind(shell.ask(alice, go_on)), ErrorKind::CallOver);
}

#[test]
fn a_call_that_is_open_to_everyone_is_joined_by_anyone_under_the_next_number() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let call_id = shell.fresh_call();
    let mut dial = start_group(call_id, &["bob"]);
    dial.group.as_mut().unwrap().join_mode = JoinMode::Everyone;
    shell.ask(alice, Command::StartCall(dial)).unwrap();
    let dave = shell.login("dave", "d1");
    let join = Command::Join {
        call_id,
        room_token: None,
    };
    let call = call_of(shell.ask(dave, join.clone()));
    assert_eq!(call.state, CallState::Active);
    assert_eq!(call.participants[2].uid, Uid(3));
    let elsewhere = shell.login("dave", "d2");
    assert_eq!(
        kind(shell.ask(elsewhere, join)),
        ErrorKind::InCallOnOtherDevice
    );
    let other = shell.dial_fails(dave);
    assert_eq!(other, ErrorKind::AlreadyInCall);
}

#[test]
fn a_secure_call_is_joined_with_a_token_for_it_and_the_number_only() {
    let config = super::super::Config {
        secure: true,
        ..super::shell::CONFIG
    };
    let mut shell = Shell::with(config);
    let alice = shell.login("alice", "a1");
    let call_id = shell.fresh_call();
    let mut dial = start_group(call_id, &["bob"]);
    dial.group.as_mut().unwrap().join_mode = JoinMode::Everyone;
    let grant = |uid| {
        Some(super::super::RoomGrant {
            call_id,
            uid: Uid(uid),
        })
    };
    let request = shell.fresh_request();
    shell
        .ask_as(alice, request, Command::StartCall(dial), grant(1))
        .unwrap();
    let dave = shell.login("dave", "d1");
    let join = Command::Join {
        call_id,
        room_token: None,
    };
    for wrong in [None, grant(1), grant(2), grant(4)] {
        let request = shell.fresh_request();
        let refused = kind(shell.ask_as(dave, request, join.clone(), wrong));
        assert_eq!(refused, ErrorKind::RoomTokenRefused);
    }
    let request = shell.fresh_request();
    shell.ask_as(dave, request, join, grant(3)).unwrap();
}

#[test]
fn the_caller_who_has_left_is_invited_back_like_anyone() {
    let mut shell = Shell::new();
    let ([alice, bob, _], call_id) = talking(&mut shell);
    shell.hang_up(alice, call_id).unwrap();
    shell.invite(bob, call_id, &["alice"]).unwrap();
    assert!(matches!(
        &shell.heard(alice)[..],
        [.., Event::CallInvited { .. }]
    ));
    shell.accept(alice, call_id).unwrap();
    shell.connect(alice, call_id, "A2");
    assert_eq!(shell.state(call_id, "alice"), ParticipantState::Joined);
}

#[test]
fn stays_in_a_call_add_up() {
    let mut shell = Shell::new();
    let ([alice, bob, carol], call_id) = talking(&mut shell);
    shell.pass(3_000);
    shell.hang_up(bob, call_id).unwrap();
    shell.pass(10_000);
    let join = Command::Join {
        call_id,
        room_token: None,
    };
    shell.ask(bob, join).unwrap();
    shell.connect(bob, call_id, "B2");
    shell.pass(4_000);
    shell.ask(alice, Command::End { call_id }).unwrap();
    let record = shell.record(call_id);
    let durations: Vec<u64> = record.durations.iter().map(|d| d.duration_ms).collect();
    assert_eq!(durations, [17_000, 7_000, 17_000]);
    shell.heard(carol);
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
fn the_record_sums_up_how_well_each_was_connected() {
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
