//! Several devices of one account: calls elsewhere, fetching and joining a running call, being kicked out.

use hullo_core::endpoint::{
    AppEvent, DevicePresets, Input, MediaCommand, Op, Output, State, Value,
};
use hullo_protocol::{
    CallId, CallState, CallView, Command, DeviceState, EndReason, ErrorKind, Event, Media,
    OtherCall, ParticipantState, SessionClosed, Snapshot, Success, Uid,
};

use crate::phone::group::{active, call_of, crowd, found_call, second_call, snapshot_of};
use crate::phone::{FOREIGN, INVITE, Phone, call_bob};

const JOIN: Op = Op::Join {
    call_id: INVITE,
    presets: DevicePresets::NONE,
};
const CONTINUE: Op = Op::ContinueHere {
    call_id: INVITE,
    presets: DevicePresets::NONE,
};

fn is_continue(command: &Command) -> bool {
    matches!(command, Command::Continue { .. })
}

fn is_join(command: &Command) -> bool {
    matches!(command, Command::Join { .. })
}

fn is_hangup(command: &Command) -> bool {
    matches!(command, Command::Hangup { .. })
}

fn is_query(command: &Command) -> bool {
    matches!(command, Command::Query { .. })
}

/// Bob's group call, in which alice now is, too.
fn joined_group(version: u64) -> CallView {
    let joined = ParticipantState::Joined;
    let mut call = crowd(
        INVITE,
        "bob",
        version,
        &[("carol", joined), ("alice", joined)],
    );
    call.state = CallState::Active;
    call
}

fn elsewhere(calls: Vec<CallView>) -> Snapshot {
    Snapshot {
        elsewhere: calls,
        ..Snapshot::default()
    }
}

/// Alice talks to bob on another device.
fn beside_another_device() -> Phone {
    let mut phone = Phone::logged_in();
    let call = Some(active(INVITE, 3));
    phone.event(Event::CallElsewhere {
        call_id: INVITE,
        call,
    });
    phone.forget();
    phone
}

fn secure() -> Phone {
    let mut phone = Phone::new();
    phone.secure = true;
    phone.log_in();
    phone.forget();
    phone
}

fn asked_tokens(phone: &Phone) -> Vec<(CallId, Uid)> {
    let outputs = phone.outputs.iter();
    let asked = outputs.filter_map(|output| match output {
        Output::AskToken { call_id, uid } => Some((*call_id, *uid)),
        _ => None,
    });
    asked.collect()
}

fn give_token(phone: &mut Phone, token: Option<&str>) {
    phone.give(Input::Token {
        call_id: INVITE,
        token: token.map(|token| token.to_owned().into()),
        error: None,
    });
}

/// The number under which alice would join.
fn found(uid: u64) -> Success {
    let calls = vec![found_call(joined_group(5), Uid(uid))];
    Success::Found { calls }
}

#[test]
fn calls_on_other_devices_are_listed_while_they_are_there() {
    let mut phone = Phone::new();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    phone.welcome(elsewhere(vec![active(INVITE, 3)]));
    assert_eq!(phone.told().elsewhere_ids(), [INVITE]);
    let other = Event::CallElsewhere {
        call_id: FOREIGN,
        call: Some(second_call()),
    };
    phone.event(other.clone());
    assert_eq!(phone.told().elsewhere_ids(), [INVITE, FOREIGN]);
    phone.forget();
    phone.event(other);
    assert!(phone.events.is_empty(), "it is no news");
    phone.event(Event::CallElsewhere {
        call_id: INVITE,
        call: None,
    });
    assert_eq!(phone.told().elsewhere_ids(), [FOREIGN]);
    phone.reconnect(Snapshot::default());
    assert_eq!(phone.told().elsewhere, []);
    assert!(phone.news().is_empty() && phone.state() == State::Idle);
}

#[test]
fn own_call_is_never_listed_as_elsewhere() {
    let mut phone = Phone::in_call();
    let call = Some(active(INVITE, 9));
    phone.event(Event::CallElsewhere {
        call_id: INVITE,
        call,
    });
    assert!(phone.events.is_empty());
    let mut phone = Phone::holding();
    let call = Some(active(INVITE, 9));
    phone.event(Event::CallElsewhere {
        call_id: INVITE,
        call,
    });
    assert_eq!(phone.told().elsewhere, []);
}

#[test]
fn signing_out_forgets_what_is_elsewhere() {
    let mut phone = beside_another_device();
    assert_eq!(phone.told().elsewhere_ids(), [INVITE]);
    phone.ask(Op::Logout);
    assert_eq!(phone.told().elsewhere, []);
}

#[test]
fn call_is_fetched_from_another_device() {
    let mut phone = beside_another_device();
    let ticket = phone.ask(CONTINUE);
    assert_eq!(
        phone.last(|_| true).command,
        Command::Continue { call_id: INVITE }
    );
    assert!(phone.last(is_continue).request_id.is_some());
    assert!(phone.media.is_empty() && phone.events.is_empty());
    phone.answer(is_continue, call_of(active(INVITE, 4)));
    assert_eq!(phone.accepted(ticket), ["bob", "alice"]);
    let told = phone.told();
    assert_eq!((told.state, told.elsewhere), (State::InCall, vec![]));
    assert_eq!(phone.lines(), [("open", 1, 1)]);
    phone.offer();
    assert!(phone.media.contains(&MediaCommand::Capture {
        audio: true,
        video: true,
        screen: false,
    }));
}

#[test]
fn fetched_call_has_joined_once_its_media_is_here() {
    let mut phone = beside_another_device();
    phone.ask(CONTINUE);
    let mut call = active(INVITE, 4);
    call.participants[1].reconnecting = true;
    phone.answer(is_continue, call_of(call));
    let joins = |e: &&AppEvent| matches!(e, AppEvent::JoinChannel { .. });
    assert_eq!(phone.events.iter().filter(joins).count(), 0);
    phone.offer();
    phone.move_to("alice", ParticipantState::Joined);
    phone.change(|delta| {
        delta.participants = vec![crate::phone::group::member(
            "alice",
            2,
            ParticipantState::Joined,
        )];
    });
    assert_eq!(phone.events.iter().filter(joins).count(), 1);
}

#[test]
fn fetched_call_opens_no_camera_that_was_off_on_the_other_device() {
    let mut phone = beside_another_device();
    phone.ask(Op::ContinueHere {
        call_id: INVITE,
        presets: DevicePresets::NONE,
    });
    let mut call = crate::phone::group::active(INVITE, 6);
    call.participants[1].video = DeviceState::Off;
    phone.answer(is_continue, call_of(call));
    assert_eq!(phone.state(), State::InCall);
    let local = phone.told().local;
    assert!(!local.video_enabled && !local.audio_muted, "{local:?}");
}

#[test]
fn call_that_cannot_be_fetched_stays_where_it_is() {
    let over = {
        let mut call = active(INVITE, 9);
        call.state = CallState::Ended;
        call_of(call)
    };
    for (result, kind) in [
        (Err(ErrorKind::CallNotFound.into()), ErrorKind::CallNotFound),
        (Err(ErrorKind::NotInCall.into()), ErrorKind::NotInCall),
        (over, ErrorKind::CallOver),
    ] {
        let mut phone = beside_another_device();
        let ticket = phone.ask(CONTINUE);
        phone.answer(is_continue, result);
        assert_eq!(phone.result_of(ticket), Some(&Err(kind)));
        assert_eq!(phone.state(), State::Idle);
        assert!(phone.events.is_empty() && phone.media.is_empty());
        assert!(!phone.has_sent(is_hangup));
    }
}

#[test]
fn fetching_without_an_answer_takes_itself_back() {
    let mut phone = beside_another_device();
    let ticket = phone.ask(CONTINUE);
    phone.pass_unanswered(10_000);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::Timeout)));
    assert!(
        phone.has_sent(is_hangup),
        "if it was fetched, nobody has it"
    );
}

#[test]
fn fetching_goes_on_under_its_name_after_an_outage() {
    let mut phone = beside_another_device();
    let ticket = phone.ask(CONTINUE);
    let name = phone.last(is_continue).request_id;
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(elsewhere(vec![active(INVITE, 3)]));
    let asked = phone.all_sent(is_continue);
    assert_eq!((asked.len(), asked[1].request_id), (2, name));
    phone.answer(is_continue, call_of(active(INVITE, 4)));
    assert_eq!(phone.accepted(ticket), ["bob", "alice"]);
}

#[test]
fn fetched_call_whose_answer_was_lost_is_known_by_the_next_login() {
    for op in [CONTINUE, JOIN] {
        let mut phone = beside_another_device();
        let ticket = phone.ask(op);
        phone.give(Input::SocketClosed);
        phone.pass(1_000);
        phone.give(Input::SocketOpened);
        phone.welcome(snapshot_of(vec![active(INVITE, 4)]));
        if phone.result_of(ticket).is_none() {
            phone.answer(|c| is_continue(c) || is_join(c), call_of(active(INVITE, 4)));
        }
        assert_eq!(phone.accepted(ticket), ["bob", "alice"]);
        assert_eq!(phone.state(), State::InCall);
        assert_eq!(phone.lines().len(), 1, "one connection of media");
    }
}

#[test]
fn what_rings_here_while_the_account_talks_elsewhere_is_answered_with_what_becomes_of_that() {
    let call_id = FOREIGN;
    let waiting = |other| Op::AcceptWaiting {
        call_id,
        other,
        presets: DevicePresets::NONE,
    };
    for (op, other) in [
        (Op::ACCEPT, OtherCall::End),
        (waiting(OtherCall::End), OtherCall::End),
        (waiting(OtherCall::Hold), OtherCall::Hold),
    ] {
        let mut phone = beside_another_device();
        phone.knock(20_000);
        assert_eq!(phone.state(), State::Called);
        let ticket = phone.ask(op);
        let accept = Command::Accept {
            call_id,
            room_token: None,
            other: Some(other),
        };
        let is_accept = |c: &Command| matches!(c, Command::Accept { .. });
        assert_eq!(phone.last(is_accept).command, accept);
        phone.answer(is_accept, call_of(second_call()));
        assert_eq!(phone.accepted(ticket), ["carol", "alice"]);
        assert_eq!(phone.call_id(), FOREIGN);
    }
}

#[test]
fn call_that_another_device_has_fetched_is_over_here_without_an_end() {
    let mut phone = Phone::in_call();
    phone.event(Event::CallContinuedElsewhere { call_id: INVITE });
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(phone.media, [MediaCommand::Close]);
    assert_eq!(
        phone.news(),
        [&AppEvent::OtherClientContinue { call_id: INVITE }]
    );
    let call = Some(active(INVITE, 5));
    phone.event(Event::CallElsewhere {
        call_id: INVITE,
        call,
    });
    assert_eq!(phone.told().elsewhere_ids(), [INVITE]);
    assert!(!phone.has_sent(is_hangup));
}

#[test]
fn held_call_that_another_device_has_fetched_leaves_the_current_one_alone() {
    let mut phone = Phone::holding();
    phone.event(Event::CallContinuedElsewhere { call_id: INVITE });
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    assert_eq!(
        phone.news(),
        [&AppEvent::OtherClientContinue { call_id: INVITE }]
    );
    assert!(phone.media.is_empty());
    assert_eq!(phone.told().held, None);
    phone.ask(Op::Hangup);
    assert_eq!(
        phone.state(),
        State::Idle,
        "there is nothing to take up again"
    );
}

#[test]
fn call_fetched_by_another_device_during_an_outage_has_no_end_either() {
    let mut phone = Phone::in_call();
    phone.reconnect(elsewhere(vec![active(INVITE, 5)]));
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.ends().is_empty());
    assert!(
        phone
            .events
            .contains(&AppEvent::OtherClientContinue { call_id: INVITE })
    );
    assert_eq!(phone.told().elsewhere_ids(), [INVITE]);
}

#[test]
fn running_group_call_is_joined() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(JOIN);
    let join = Command::Join {
        call_id: INVITE,
        room_token: None,
    };
    assert_eq!(phone.last(is_join).command, join);
    phone.answer(is_join, call_of(joined_group(5)));
    assert_eq!(phone.accepted(ticket), ["bob", "carol", "alice"]);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert_eq!(phone.lines(), [("open", 2, 2)]);
}

#[test]
fn join_without_an_answer_takes_itself_back() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(JOIN);
    phone.pass_unanswered(10_000);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::Timeout)));
    assert!(phone.has_sent(|c| *c == Command::Hangup { call_id: INVITE }));
}

#[test]
fn secure_join_asks_for_its_number_then_for_a_token_then_joins() {
    let mut phone = secure();
    let ticket = phone.ask(JOIN);
    let query = Command::Query {
        call_id: Some(INVITE),
        group_id: None,
    };
    assert_eq!(phone.last(|_| true).command, query);
    phone.answer(is_query, Ok(found(7)));
    assert_eq!(asked_tokens(&phone), [(INVITE, Uid(7))]);
    assert!(!phone.has_sent(is_join));
    give_token(&mut phone, Some("signed"));
    let join = Command::Join {
        call_id: INVITE,
        room_token: Some("signed".to_owned().into()),
    };
    assert_eq!(phone.last(is_join).command, join);
    phone.answer(is_join, call_of(joined_group(5)));
    assert_eq!(phone.accepted(ticket).len(), 3);
}

#[test]
fn secure_join_without_a_token_or_a_call_fails_and_asks_the_server_nothing_more() {
    let mut refused = secure();
    let first = refused.ask(JOIN);
    refused.answer(is_query, Ok(found(7)));
    give_token(&mut refused, None);
    let mut silent = secure();
    let second = silent.ask(JOIN);
    silent.answer(is_query, Ok(found(7)));
    silent.pass_unanswered(10_000);
    let mut missing = secure();
    let third = missing.ask(JOIN);
    let nothing = Success::Found { calls: Vec::new() };
    missing.answer(is_query, Ok(nothing));
    let mut failed = secure();
    let fourth = failed.ask(JOIN);
    failed.answer(is_query, Err(ErrorKind::RateLimited.into()));
    for (mut phone, ticket, kind) in [
        (refused, first, ErrorKind::TokenUnavailable),
        (silent, second, ErrorKind::TokenUnavailable),
        (missing, third, ErrorKind::CallNotFound),
        (failed, fourth, ErrorKind::RateLimited),
    ] {
        assert_eq!(phone.result_of(ticket), Some(&Err(kind)));
        give_token(&mut phone, Some("late"));
        assert!(!phone.has_sent(is_join) && !phone.has_sent(is_hangup));
        assert_eq!(phone.state(), State::Idle);
    }
}

#[test]
fn one_call_is_entered_at_a_time_and_none_is_dialled_meanwhile() {
    for enter in [JOIN, CONTINUE] {
        for op in [JOIN, CONTINUE, call_bob(Media::Audio)] {
            let mut phone = Phone::logged_in();
            phone.ask(enter.clone());
            let ticket = phone.ask(op.clone());
            let refused = Some(&Err(ErrorKind::CallWhileCalling));
            assert_eq!(phone.result_of(ticket), refused, "{op:?} during {enter:?}");
            assert_eq!(phone.sent.len(), 1);
        }
    }
}

#[test]
fn what_rings_while_a_call_is_entered_waits_and_then_rings_or_is_a_second_call() {
    for succeeds in [true, false] {
        let mut phone = Phone::logged_in();
        phone.ask(JOIN);
        phone.knock(20_000);
        assert!(phone.events.is_empty() && phone.state() == State::Idle);
        phone.pass(2_000);
        if succeeds {
            phone.answer(is_join, call_of(joined_group(5)));
            assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
            assert_eq!(phone.told().waiting_id(), Some(FOREIGN));
        } else {
            phone.answer(is_join, Err(ErrorKind::CallNotFound.into()));
            assert_eq!((phone.state(), phone.call_id()), (State::Called, FOREIGN));
        }
        let left = |e: &&AppEvent| match e {
            AppEvent::CallWaiting { ring_ms_left, .. } if succeeds => *ring_ms_left == 18_000,
            AppEvent::Invited { ring_ms_left, .. } if !succeeds => *ring_ms_left == 18_000,
            _ => false,
        };
        assert_eq!(
            phone.events.iter().filter(left).count(),
            1,
            "{:?}",
            phone.events
        );
        assert!(phone.has_sent(|c| *c == Command::Ring { call_id: FOREIGN }));
    }
}

#[test]
fn hanging_up_gives_up_what_is_being_entered() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(JOIN);
    let hangup = phone.ask(Op::Hangup);
    assert_eq!(phone.result_of(hangup), Some(&Ok(Value::Done)));
    assert!(matches!(phone.result_of(ticket), Some(Err(_))));
    assert!(
        phone.has_sent(|c| *c == Command::Hangup { call_id: INVITE }),
        "it may have got there"
    );
    phone.answer(is_join, call_of(joined_group(5)));
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.events.is_empty());
}

#[test]
fn signing_out_gives_up_what_is_being_entered() {
    for (mut phone, op) in [
        (Phone::logged_in(), JOIN),
        (Phone::logged_in(), CONTINUE),
        (secure(), JOIN),
    ] {
        let ticket = phone.ask(op);
        phone.ask(Op::Logout);
        assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::SignedOut)));
        phone.pass(30_000);
        assert_eq!(phone.state(), State::Idle);
    }
}

#[test]
fn device_that_is_kicked_out_ends_its_call_and_does_not_come_back() {
    let reason = SessionClosed::KickedOut;
    let mut phone = Phone::in_call();
    phone.event(Event::SessionClosed { reason });
    assert_eq!(
        (phone.ends(), phone.state()),
        (vec![EndReason::LoggedOut], State::Idle)
    );
    assert_eq!(phone.events.last(), Some(&AppEvent::Disconnect { reason }));
    phone.give(Input::SocketClosed);
    phone.outputs.clear();
    phone.pass(600_000);
    assert_eq!(phone.outputs, []);
    phone.log_in();
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn running_calls_are_found_by_name_and_by_group() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(Op::QueryCall {
        call_id: None,
        group_id: Some("team".into()),
    });
    let query = Command::Query {
        call_id: None,
        group_id: Some("team".into()),
    };
    assert_eq!(phone.last(is_query).command, query);
    phone.answer(is_query, Ok(found(4)));
    let Some(Ok(Value::Found { calls })) = phone.result_of(ticket) else {
        panic!("{:?}", phone.done);
    };
    assert_eq!((calls[0].uid, calls[0].call_id), (Uid(4), INVITE));
}
