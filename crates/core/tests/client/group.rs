//! Calls of several: dialling, inviting, coming and going, leaving.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, Op, State, Value};
use hullo_protocol::{
    CallKind, CallState, Command, EndReason, EndView, ErrorKind, Event, GroupTerms, InviteMode,
    Media, ParticipantState, Snapshot, Success,
};

use crate::crowd::{call_all, call_of, crowd, invite_all, member, snapshot_of, unknown};
use crate::phone::{Phone, accid, call_bob};

const RINGING: ParticipantState = ParticipantState::Ringing;

fn is_start(command: &Command) -> bool {
    matches!(command, Command::StartCall(_))
}

fn is_invite(command: &Command) -> bool {
    matches!(command, Command::Invite(_))
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
fn a_group_dial_shows_everybody_until_the_server_says_who_is_invited() {
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
fn a_group_dial_completes_with_the_call_and_those_who_could_not_be_invited() {
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
fn a_group_dial_whose_answer_is_overtaken_is_confirmed_by_what_came_first() {
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
fn a_group_dial_whose_answer_was_lost_is_known_by_the_next_login() {
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
fn a_group_dial_that_reaches_nobody_fails_and_was_no_call() {
    let (mut phone, ticket) = dialling();
    phone.answer(is_start, Err(ErrorKind::InviteFailed.into()));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::InviteFailed)));
    assert_eq!(ErrorKind::InviteFailed.code(), 20001);
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.ends().is_empty());
    assert_eq!(phone.media.last(), Some(&MediaCommand::Close));
}

#[test]
fn a_group_dial_to_nobody_is_refused_at_once() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_all(&[], Media::Audio));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::BadRequest)));
    assert!(phone.sent.is_empty() && phone.state() == State::Idle);
}

#[test]
fn a_group_whose_members_are_all_busy_ends_as_busy() {
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
        duration_ms: 0,
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
fn the_first_accept_starts_a_group_call() {
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
    };
    assert!(phone.media.contains(&flow));
    assert!(phone.has_sent(|c| matches!(
        c,
        Command::SetMedia {
            audio: true,
            video: true,
            ..
        }
    )));
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
fn somebody_who_had_left_is_told_again_when_back() {
    let mut phone = Phone::in_group();
    for state in [
        ParticipantState::Joined,
        ParticipantState::Left,
        ParticipantState::Invited,
    ] {
        phone.move_to("carol", state);
    }
    phone.forget();
    phone.move_to("carol", ParticipantState::Accepted);
    assert_eq!(
        phone.news(),
        [&AppEvent::UserAccept {
            accid: accid("carol")
        }]
    );
}

#[test]
fn inviting_has_its_error_in_each_state() {
    let mut accepting = Phone::called();
    accepting.ask(Op::Accept);
    let cases = [
        (Phone::logged_in(), 20029),
        (Phone::calling(), 20030),
        (Phone::called(), 20031),
        (accepting, 20031),
        (Phone::called_by_group(), 20031),
    ];
    for (mut phone, code) in cases {
        phone.forget();
        let ticket = phone.ask(invite_all(&["dave"]));
        let Some(Err(kind)) = phone.result_of(ticket) else {
            panic!("{code}: {:?}", phone.done);
        };
        assert_eq!(kind.code(), code);
        assert!(phone.sent.is_empty());
    }
}

#[test]
fn an_invite_names_whom_and_completes_with_those_who_could_not_be_invited() {
    for mut phone in [
        Phone::in_group(),
        Phone::group_calling(),
        Phone::guest_in_group(),
    ] {
        let ticket = phone.ask(Op::GroupInvite {
            accids: vec![accid("erin"), accid("nobody")],
            attachment: Some("come".into()),
            timeout_ms: Some(7_000),
        });
        let Command::Invite(more) = &phone.last(is_invite).command else {
            unreachable!();
        };
        assert_eq!(more.callees, [accid("erin"), accid("nobody")]);
        assert_eq!(
            (more.attachment.as_deref(), more.ring_ms),
            (Some("come"), Some(7_000))
        );
        let mut call = phone.call().unwrap().clone();
        call.version += 1;
        call.participants
            .push(member("erin", 9, ParticipantState::Invited));
        let refused = vec![unknown("nobody")];
        let answer = Success::Call {
            call: call.clone(),
            refused: refused.clone(),
        };
        phone.answer(is_invite, Ok(answer));
        assert_eq!(
            phone.result_of(ticket),
            Some(&Ok(Value::Call { call, refused }))
        );
        assert_eq!(names(&phone).last().map(String::as_str), Some("erin"));
    }
}

#[test]
fn an_invite_that_the_server_refuses_says_why_and_the_call_goes_on() {
    for kind in [
        ErrorKind::Forbidden,
        ErrorKind::AlreadyInCall,
        ErrorKind::AccountNotFound,
    ] {
        let mut phone = Phone::in_group();
        let ticket = phone.ask(invite_all(&["erin"]));
        phone.answer(is_invite, Err(kind.into()));
        assert_eq!(phone.result_of(ticket), Some(&Err(kind)));
        assert_eq!(phone.state(), State::InCall);
        assert!(phone.events.is_empty());
    }
}

#[test]
fn an_invite_during_an_outage_is_repeated_under_its_name() {
    let mut phone = Phone::in_group();
    let call = phone.call().unwrap().clone();
    let ticket = phone.ask(invite_all(&["erin"]));
    let name = phone.last(is_invite).request_id;
    assert!(name.is_some());
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.forget_outputs_but_requests();
    phone.welcome(snapshot_of(vec![call.clone()]));
    let invites = phone.all_sent(is_invite);
    assert_eq!((invites.len(), invites[1].request_id), (2, name));
    phone.answer(is_invite, call_of(call));
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::Call { .. }))
    ));
}

#[test]
fn an_invite_whose_call_ends_fails_with_it() {
    let mut phone = Phone::in_group();
    let ticket = phone.ask(invite_all(&["erin"]));
    phone.end(EndReason::HungUp, "bob");
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::CallOver)));
}

#[test]
fn a_call_of_two_grows_into_a_group_and_media_flow_on() {
    let mut phone = Phone::in_call();
    let peer = phone.peer();
    phone.ask(invite_all(&["carol"]));
    assert!(phone.has_sent(is_invite));
    phone.forget_outputs_but_requests();
    phone.change(|delta| {
        delta.group = Some(GroupTerms::default());
        delta.participants = vec![member("carol", 3, ParticipantState::Invited)];
    });
    let call = phone.call().unwrap().clone();
    assert_eq!((call.kind, phone.state()), (CallKind::Group, State::InCall));
    assert!(phone.news().is_empty());
    let slots = |m: &MediaCommand| matches!(m, MediaCommand::Slots { .. });
    phone.media.retain(|command| !slots(command));
    assert_eq!(
        phone.media,
        [MediaCommand::Grow {
            peer,
            audio: 2,
            video: 2
        }]
    );
    phone.forget_outputs_but_requests();
    phone.answer(is_invite, call_of(call));
    assert!(phone.media.is_empty(), "the answer is no news");
    phone.move_to("carol", ParticipantState::Rejected);
    assert_eq!(
        phone.news(),
        [&AppEvent::UserReject {
            accid: accid("carol")
        }]
    );
}

#[test]
fn a_connection_has_as_many_lines_as_others_with_some_to_spare() {
    let names: Vec<String> = (0..99).map(|n| format!("guest{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (others, audio, video) in [
        (1, 1, 1),
        (2, 2, 2),
        (3, 4, 4),
        (4, 4, 4),
        (5, 8, 8),
        (8, 8, 8),
        (9, 8, 15),
        (16, 8, 15),
        (99, 8, 15),
    ] {
        let mut phone = Phone::logged_in();
        phone.ask(call_all(&names[..others], Media::Video));
        assert_eq!(phone.lines(), [("open", audio, video)], "{others} others");
    }
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Video));
    assert_eq!(phone.lines(), [("open", 1, 1)]);
}

#[test]
fn lines_are_added_once_when_more_come_and_are_kept_when_they_go() {
    let mut phone = Phone::in_group();
    phone.add("erin", 5, ParticipantState::Invited);
    assert!(phone.lines().is_empty(), "there was one to spare");
    phone.add("frank", 6, ParticipantState::Invited);
    assert_eq!(phone.lines(), [("grow", 8, 8)]);
    for name in ["erin", "frank", "carol", "dave"] {
        phone.move_to(name, ParticipantState::TimedOut);
    }
    phone.add("grace", 7, ParticipantState::Invited);
    assert_eq!(phone.lines(), [("grow", 8, 8)]);
    phone.forget();
    phone.offer();
    assert!(phone.has_sent(|c| matches!(c, Command::OfferMedia { .. })));
    assert!(
        phone
            .media
            .iter()
            .any(|m| matches!(m, MediaCommand::Answer { .. }))
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
fn a_caller_who_hangs_up_ends_the_group_call_for_all_and_a_guest_leaves() {
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
fn a_ringing_group_call_is_cancelled_by_its_caller() {
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
fn an_invite_to_a_group_says_who_is_invited_and_by_whom() {
    let mut phone = Phone::logged_in();
    let mut call = crowd(crate::phone::INVITE, "bob", 5, &[("carol", RINGING)]);
    call.state = CallState::Active;
    let mut me = member("alice", 3, ParticipantState::Delivered);
    me.inviter = Some(accid("carol"));
    call.participants.push(me);
    phone.event(Event::CallInvited {
        call,
        ring_ms_left: 8_000,
    });
    let invited = AppEvent::Invited {
        invitor: accid("carol"),
        accids: vec![accid("carol"), accid("alice")],
        group: true,
        media: Media::Video,
        attachment: None,
        ring_ms_left: 8_000,
        call_id: crate::phone::INVITE,
    };
    assert_eq!(phone.news(), [&invited]);
    assert_eq!(phone.lines(), [("open", 2, 2)]);
}

#[test]
fn an_own_ring_that_runs_out_is_over_while_the_group_goes_on() {
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
fn an_own_part_that_is_lost_is_over_while_the_group_goes_on() {
    let mut phone = Phone::guest_in_group();
    phone.move_to("alice", ParticipantState::Lost);
    assert_eq!(
        (phone.ends(), phone.state()),
        (vec![EndReason::Lost], State::Idle)
    );
    let mut phone = Phone::called_by_group();
    phone.ask(Op::Accept);
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
fn the_first_picture_is_reported_once_with_how_long_it_took() {
    let report = |c: &Command| matches!(c, Command::ReportFirstFrame { .. });
    let mut caller = Phone::group_calling();
    caller.change(|delta| {
        delta.state = Some(CallState::Active);
        delta.participants = vec![member("bob", 2, ParticipantState::Accepted)];
    });
    let mut callee = Phone::called();
    callee.ask(Op::Accept);
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
    assert_eq!(joins(&phone), 0, "the own media is not connected");
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
