//! Calls of several: dialling, inviting, coming and going, leaving.

use hullo_core::endpoint::{AppEvent, DevicePresets, Input, MediaCommand, Op, State, Value};
use hullo_protocol::{
    CallKind, CallState, Command, EndReason, EndView, ErrorKind, Event, GroupTerms, InviteMode,
    Media, ParticipantState, Snapshot, Success,
};

use crate::phone::group::{call_all, call_of, crowd, member, snapshot_of, unknown};
use crate::phone::{Phone, accid};

const RINGING: ParticipantState = ParticipantState::Ringing;

fn is_start(command: &Command) -> bool {
    matches!(command, Command::StartCall(_))
}

fn names(phone: &Phone) -> Vec<String> {
    let participants = phone.call().unwrap().participants.iter();
    participants.map(|p| p.accid.to_string()).collect()
}

/// Alice has dialled bob, carol and somebody who does not exist; the server has not answered.
fn dialling() -> (Phone, u64) {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_all(&["bob", "carol", "nobody"], Media::Video));
    (phone, ticket)
}

#[test]
fn group_dial_shows_everybody_until_the_server_says_who_is_invited() {
    let mut phone = Phone::logged_in();
    let terms = GroupTerms {
        group_id: Some("team".into()),
        invite_mode: InviteMode::Caller,
        ..GroupTerms::default()
    };
    phone.ask(Op::GroupCall {
        accids: vec![accid("bob"), accid("carol"), accid("bob")],
        media: Media::Audio,
        terms: terms.clone(),
        attachment: Some("lunch".into()),
        timeout_ms: Some(9_000),
        presets: DevicePresets::NONE,
    });
    let call = phone.call().unwrap();
    assert_eq!((phone.state(), call.version), (State::Calling, 0));
    assert_eq!(
        (call.kind, &call.group),
        (CallKind::Group, &Some(terms.clone()))
    );
    assert_eq!(names(&phone), ["alice", "bob", "carol"]);
    let Command::StartCall(start) = &phone.last(is_start).command else {
        unreachable!();
    };
    assert_eq!((&start.group, start.ring_ms), (&Some(terms), Some(9_000)));
    assert_eq!(start.attachment.as_deref(), Some("lunch"));
    assert_eq!(start.callees[..2], [accid("bob"), accid("carol")]);
}

#[test]
fn group_dial_completes_with_the_call_and_those_who_could_not_be_invited() {
    let (mut phone, ticket) = dialling();
    let call = crowd(
        phone.call_id(),
        "alice",
        1,
        &[("bob", RINGING), ("carol", RINGING)],
    );
    let refused = vec![unknown("nobody")];
    let answer = Success::Call {
        call: call.clone(),
        refused: refused.clone(),
    };
    phone.answer(is_start, Ok(answer));
    assert_eq!(
        phone.result_of(ticket),
        Some(&Ok(Value::Call { call, refused }))
    );
    assert_eq!(names(&phone), ["alice", "bob", "carol"]);
    assert_eq!(phone.state(), State::Calling);
}

#[test]
fn group_dial_whose_answer_is_overtaken_is_confirmed_by_what_came_first() {
    let (mut phone, ticket) = dialling();
    let call_id = phone.call_id();
    phone.change_of(call_id, 2, |delta| {
        delta.participants = vec![member("bob", 2, RINGING)];
    });
    assert_eq!(
        phone.result_of(ticket),
        None,
        "who was refused is not known"
    );
    let call = crowd(call_id, "alice", 2, &[("bob", RINGING), ("carol", RINGING)]);
    phone.answer(
        |c| matches!(c, Command::CallSnapshot { .. }),
        call_of(call.clone()),
    );
    let refused = vec![unknown("nobody")];
    let whole = Value::Call { call, refused };
    assert_eq!(phone.result_of(ticket), Some(&Ok(whole)));
}

#[test]
fn group_dial_whose_answer_was_lost_is_known_by_the_next_login() {
    let (mut phone, ticket) = dialling();
    let mut call = crowd(
        phone.call_id(),
        "alice",
        3,
        &[("bob", RINGING), ("carol", RINGING)],
    );
    call.state = CallState::Active;
    call.participants[1].state = ParticipantState::Joined;
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![call.clone()]));
    let refused = vec![unknown("nobody")];
    assert_eq!(
        phone.result_of(ticket),
        Some(&Ok(Value::Call { call, refused }))
    );
    assert_eq!(phone.state(), State::InCall);
}

#[test]
fn who_is_named_twice_is_dialled_and_refused_once() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_all(&["nobody", "bob", "nobody"], Media::Video));
    let Command::StartCall(start) = &phone.last(is_start).command else {
        unreachable!();
    };
    assert_eq!(start.callees, [accid("nobody"), accid("bob")]);
    let call = crowd(phone.call_id(), "alice", 2, &[("bob", RINGING)]);
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![call.clone()]));
    let refused = vec![unknown("nobody")];
    assert_eq!(
        phone.result_of(ticket),
        Some(&Ok(Value::Call { call, refused }))
    );
}

#[test]
fn group_dial_that_reaches_nobody_fails_and_was_no_call() {
    let (mut phone, ticket) = dialling();
    phone.answer(is_start, Err(ErrorKind::InviteFailed.into()));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::InviteFailed)));
    assert_eq!(ErrorKind::InviteFailed.code(), 20001);
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.ends().is_empty());
    assert_eq!(phone.media.last(), Some(&MediaCommand::Close));
}

#[test]
fn group_dial_to_nobody_is_refused_at_once() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_all(&[], Media::Audio));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::BadRequest)));
    assert!(phone.sent.is_empty() && phone.state() == State::Idle);
}

#[test]
fn group_whose_members_are_all_busy_ends_as_busy() {
    let (mut phone, ticket) = dialling();
    let busy = ParticipantState::Busy;
    let mut call = crowd(
        phone.call_id(),
        "alice",
        1,
        &[("bob", busy), ("carol", busy)],
    );
    call.state = CallState::Ended;
    call.end = Some(EndView {
        reason: EndReason::Busy,
        by: None,
        durations: Vec::new(),
    });
    phone.answer(is_start, call_of(call));
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::Call { .. }))
    ));
    let busy = |name| AppEvent::UserBusy { accid: accid(name) };
    assert_eq!(phone.news()[..2], [&busy("bob"), &busy("carol")]);
    assert_eq!(
        (phone.ends(), phone.state()),
        (vec![EndReason::Busy], State::Idle)
    );
}

#[test]
fn first_accept_starts_a_group_call() {
    let mut phone = Phone::group_calling();
    phone.change(|delta| {
        delta.state = Some(CallState::Active);
        delta.participants = vec![member("carol", 3, ParticipantState::Accepted)];
    });
    assert_eq!(phone.state(), State::InCall);
    assert_eq!(
        phone.news(),
        [&AppEvent::UserAccept {
            accid: accid("carol")
        }]
    );
    let flow = MediaCommand::Flow {
        peer: phone.peer(),
        audio: true,
        video: true,
        screen: false,
    };
    assert!(phone.media.contains(&flow));
}

#[test]
fn each_one_who_comes_and_goes_is_told_and_the_group_call_goes_on() {
    use AppEvent::{
        UserAccept, UserBusy, UserDisconnect, UserEnter, UserLeave, UserReject, UserTimeOut,
    };
    use ParticipantState::{Accepted, Busy, Joined, Left, Lost, Rejected, TimedOut, Unreachable};
    let carol = || accid("carol");
    let cases = [
        (vec![Rejected], UserReject { accid: carol() }),
        (vec![Busy], UserBusy { accid: carol() }),
        (vec![TimedOut], UserTimeOut { accid: carol() }),
        (vec![Unreachable], UserTimeOut { accid: carol() }),
        (vec![Accepted], UserAccept { accid: carol() }),
        (vec![Accepted, Joined], UserEnter { accid: carol() }),
        (vec![Accepted, Joined, Left], UserLeave { accid: carol() }),
        (vec![Accepted, Left], UserLeave { accid: carol() }),
        (
            vec![Accepted, Joined, Lost],
            UserDisconnect { accid: carol() },
        ),
        (vec![Accepted, Lost], UserDisconnect { accid: carol() }),
    ];
    for (steps, expected) in cases {
        let mut phone = Phone::in_group();
        for state in &steps {
            phone.forget();
            phone.move_to("carol", *state);
        }
        assert_eq!(phone.news().first(), Some(&&expected), "{steps:?}");
        let alone = phone.news().len() == 1;
        assert!(
            alone || steps.last() == Some(&Joined),
            "{steps:?}: {:?}",
            phone.news()
        );
        assert_eq!(phone.state(), State::InCall, "{steps:?}");
    }
}

#[test]
fn nobody_is_told_to_have_timed_out_when_the_group_call_ends() {
    let mut phone = Phone::in_group();
    phone.end(EndReason::HungUp, "bob");
    let left = AppEvent::UserLeave {
        accid: accid("bob"),
    };
    assert_eq!(phone.news()[0], &left);
    assert_eq!(
        (phone.news().len(), phone.ends()),
        (2, vec![EndReason::HungUp])
    );
}

#[test]
fn who_leaves_a_group_leaves_it_to_the_others() {
    for mut phone in [Phone::in_group(), Phone::guest_in_group()] {
        let call_id = phone.call_id();
        let ticket = phone.ask(Op::Leave);
        assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
        assert_eq!(phone.last(|_| true).command, Command::Hangup { call_id });
        assert_eq!(
            (phone.ends(), phone.state()),
            (vec![EndReason::HungUp], State::Idle)
        );
        assert_eq!(phone.media, [MediaCommand::Close]);
    }
}

#[test]
fn leaving_has_its_error_in_each_state() {
    for (state, code) in [
        (State::Idle, 20009),
        (State::Calling, 20010),
        (State::Called, 20011),
    ] {
        let mut phone = Phone::in_state(state);
        let ticket = phone.ask(Op::Leave);
        let Some(Err(kind)) = phone.result_of(ticket) else {
            panic!("{state:?}: {:?}", phone.done);
        };
        assert_eq!((kind.code(), phone.state()), (code, state));
    }
}

#[test]
fn caller_who_hangs_up_ends_the_group_call_for_all_and_a_guest_leaves() {
    let mut caller = Phone::in_group();
    let call_id = caller.call_id();
    caller.ask(Op::Hangup);
    assert_eq!(caller.last(|_| true).command, Command::End { call_id });
    let mut guest = Phone::guest_in_group();
    let call_id = guest.call_id();
    guest.ask(Op::Hangup);
    assert_eq!(guest.last(|_| true).command, Command::Hangup { call_id });
    let mut two = Phone::calling();
    let call_id = two.call_id();
    two.change(|delta| delta.state = Some(CallState::Active));
    two.ask(Op::Hangup);
    assert_eq!(two.last(|_| true).command, Command::Hangup { call_id });
    for phone in [caller, guest, two] {
        assert_eq!(
            (phone.ends(), phone.state()),
            (vec![EndReason::HungUp], State::Idle)
        );
    }
}

#[test]
fn caller_who_is_called_back_into_the_own_group_call_rejects_alone() {
    for op in [Op::Hangup, Op::Reject] {
        let mut phone = Phone::in_group();
        let call_id = phone.call_id();
        phone.ask(Op::Leave);
        let joined = ParticipantState::Joined;
        let mut call = crowd(call_id, "alice", 8, &[("bob", joined), ("carol", joined)]);
        call.state = CallState::Active;
        call.participants[0].state = ParticipantState::Delivered;
        call.participants[0].inviter = Some(accid("bob"));
        let ring_ms_left = 30_000;
        phone.event(Event::CallInvited { call, ring_ms_left });
        assert_eq!(phone.state(), State::Called);
        phone.ask(op);
        let hang_up = Command::Hangup { call_id };
        assert_eq!(phone.last(|_| true).command, hang_up);
        assert_eq!(phone.ends(), [EndReason::HungUp, EndReason::Rejected]);
    }
}

#[test]
fn ringing_group_call_is_cancelled_by_its_caller() {
    for op in [Op::Cancel, Op::Hangup] {
        let mut phone = Phone::group_calling();
        let call_id = phone.call_id();
        let ticket = phone.ask(op);
        assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
        let ends =
            |c: &Command| *c == Command::Hangup { call_id } || *c == Command::End { call_id };
        assert!(phone.has_sent(ends));
        assert_eq!(
            (phone.ends(), phone.state()),
            (vec![EndReason::Cancelled], State::Idle)
        );
    }
}

#[test]
fn own_ring_that_runs_out_is_over_while_the_group_goes_on() {
    let mut phone = Phone::called_by_group();
    phone.move_to("alice", ParticipantState::TimedOut);
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(phone.news()[0], &AppEvent::CallingTimeOut);
    assert_eq!(
        (phone.news().len(), phone.ends()),
        (2, vec![EndReason::TimedOut])
    );
    assert!(phone.media.contains(&MediaCommand::Close));
}

#[test]
fn own_part_that_is_lost_is_over_while_the_group_goes_on() {
    let mut phone = Phone::guest_in_group();
    phone.move_to("alice", ParticipantState::Lost);
    assert_eq!(
        (phone.ends(), phone.state()),
        (vec![EndReason::Lost], State::Idle)
    );
    let mut phone = Phone::called_by_group();
    phone.ask(Op::ACCEPT);
    let accepted = ParticipantState::Accepted;
    let mut call = crowd(
        crate::phone::INVITE,
        "bob",
        3,
        &[("alice", accepted), ("carol", RINGING)],
    );
    call.state = CallState::Active;
    phone.answer(|c| matches!(c, Command::Accept { .. }), call_of(call));
    phone.move_to("alice", ParticipantState::Lost);
    assert_eq!(
        phone.ends(),
        [EndReason::ConnectTimedOut],
        "its media was never there"
    );
}

#[test]
fn first_picture_is_reported_once_with_how_long_it_took() {
    let report = |c: &Command| matches!(c, Command::ReportFirstFrame { .. });
    let mut caller = Phone::group_calling();
    caller.change(|delta| {
        delta.state = Some(CallState::Active);
        delta.participants = vec![member("bob", 2, ParticipantState::Accepted)];
    });
    let mut callee = Phone::called();
    callee.ask(Op::ACCEPT);
    for (mut phone, uid) in [(caller, 2), (callee, 1)] {
        phone.now += 400;
        if phone.has_sent(|c| matches!(c, Command::Accept { .. })) {
            phone.answer_accept();
        }
        phone.now += 300;
        phone.see(uid);
        phone.see(uid);
        let call_id = phone.call_id();
        let reports = phone.all_sent(report);
        assert_eq!(reports.len(), 1);
        assert_eq!(
            reports[0].command,
            Command::ReportFirstFrame { call_id, ms: 700 }
        );
    }
}

#[test]
fn joining_the_channel_is_told_once() {
    let mut phone = Phone::group_calling();
    let joins = |phone: &Phone| {
        let join = |e: &&AppEvent| matches!(e, AppEvent::JoinChannel { .. });
        phone.events.iter().filter(join).count()
    };
    phone.change(|delta| {
        delta.state = Some(CallState::Active);
        delta.participants = vec![member("bob", 2, ParticipantState::Accepted)];
    });
    assert_eq!(joins(&phone), 0, "this device's media is not connected");
    phone.move_to("alice", ParticipantState::Joined);
    assert_eq!(joins(&phone), 1);
    let call = phone.call().unwrap().clone();
    phone.reconnect(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    phone.move_to("alice", ParticipantState::Joined);
    assert_eq!(joins(&phone), 1);
}

#[test]
fn what_a_group_call_carries_cannot_be_switched() {
    let mut phone = Phone::in_group();
    let media = Media::Audio;
    let ticket = phone.ask(Op::SwitchCallType { media });
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::OneToOneOnly)));
    assert!(phone.sent.is_empty());
}

#[test]
fn secure_group_dial_asks_for_a_token_and_keeps_its_terms() {
    let mut phone = Phone::new();
    phone.secure = true;
    phone.log_in();
    phone.ask(call_all(&["bob", "carol"], Media::Audio));
    assert!(!phone.has_sent(is_start));
    let call_id = phone.call_id();
    let token = Some("signed".to_owned().into());
    phone.give(Input::Token {
        call_id,
        token,
        error: None,
    });
    let Command::StartCall(start) = &phone.last(is_start).command else {
        unreachable!();
    };
    assert_eq!(start.group, Some(GroupTerms::default()));
    assert_eq!(start.callees, [accid("bob"), accid("carol")]);
    assert!(start.room_token.is_some());
}

#[test]
fn group_call_ended_while_offline_is_ended_for_all_after_the_return() {
    let mut phone = Phone::in_group();
    let call_id = phone.call_id();
    let call = phone.call().unwrap().clone();
    phone.give(Input::SocketClosed);
    phone.ask(Op::Hangup);
    assert_eq!(phone.state(), State::Idle);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(snapshot_of(vec![call]));
    assert_eq!(phone.state(), State::Idle);
    let ends = phone.all_sent(|c| *c == Command::End { call_id });
    assert_eq!(ends.len(), 1);
}
