//! A call that another device of the account has put on hold, because it has answered a second one.

use hullo_core::endpoint::{AppEvent, DevicePresets, Input, MediaCommand, Op, State, Value};
use hullo_protocol::{
    CallId, CallState, Command, EndReason, ErrorKind, Event, ParticipantState, Snapshot, Success,
};

use crate::phone::group::{active, call_of, member, second_call};
use crate::phone::{FOREIGN, INVITE, Phone, view};

fn is_resume(command: &Command) -> bool {
    *command
        == Command::Hold {
            call_id: INVITE,
            held: false,
        }
}

/// Alice talks to carol on another device, and holds bob's call, which is on this one.
fn parked() -> Phone {
    let mut phone = Phone::in_call();
    let call = Some(second_call());
    phone.event(Event::CallElsewhere {
        call_id: FOREIGN,
        call,
    });
    put_on_hold(&mut phone);
    phone
}

fn put_on_hold(phone: &mut Phone) {
    let mut me = member("alice", 2, ParticipantState::Joined);
    me.held = true;
    phone.change(|delta| delta.participants = vec![me]);
}

fn over_elsewhere(phone: &mut Phone) {
    phone.event(Event::CallElsewhere {
        call_id: FOREIGN,
        call: None,
    });
}

#[test]
fn call_that_another_device_puts_on_hold_is_on_hold_here() {
    let mut phone = parked();
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(phone.told().held_id(), Some(INVITE));
    assert_eq!(phone.told().elsewhere_ids(), [FOREIGN]);
    assert_eq!(phone.news(), [&AppEvent::CallHeld { call_id: INVITE }]);
    assert_eq!(phone.media.last(), Some(&MediaCommand::Close));
    phone.pass(60_000);
    assert!(!phone.has_sent(is_resume));
}

#[test]
fn parked_call_is_taken_up_again_when_the_other_is_over() {
    let mut phone = parked();
    phone.forget();
    over_elsewhere(&mut phone);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert_eq!(phone.news(), [&AppEvent::CallResumed { call_id: INVITE }]);
    assert!(phone.has_sent(is_resume));
    assert_eq!(phone.lines(), [("open", 1, 1)]);
    phone.answer(is_resume, Ok(Success::Done));
    phone.pass(5_000);
    assert_eq!(phone.told().held, None);
}

#[test]
fn parked_call_that_was_resumed_elsewhere_in_the_meantime_is_in_hand_again() {
    let mut phone = parked();
    let version = phone.told().held.unwrap().version;
    phone.change_of(INVITE, version + 1, |delta| {
        delta.participants = vec![member("alice", 2, ParticipantState::Joined)];
    });
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
}

#[test]
fn parked_call_can_be_hung_up() {
    let mut phone = parked();
    phone.forget();
    let ticket = phone.ask(Op::Hangup);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert!(phone.has_sent(|c| *c == Command::Hangup { call_id: INVITE }));
    assert_eq!(
        (phone.ends(), phone.told().held),
        (vec![EndReason::HungUp], None)
    );
    over_elsewhere(&mut phone);
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn parked_call_ends_for_its_own_reason() {
    let mut phone = parked();
    let version = phone.told().held.unwrap().version;
    phone.change_of(INVITE, version + 1, |delta| {
        delta.participants = vec![member("alice", 2, ParticipantState::Lost)];
    });
    assert_eq!(
        (phone.ends(), phone.told().held),
        (vec![EndReason::Lost], None)
    );
}

#[test]
fn other_call_is_fetched_beside_a_parked_one_which_stays_on_hold() {
    let mut phone = parked();
    phone.ask(Op::ContinueHere {
        call_id: FOREIGN,
        presets: DevicePresets::NONE,
    });
    phone.answer(
        |c| matches!(c, Command::Continue { .. }),
        call_of(second_call()),
    );
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    assert_eq!(phone.told().held_id(), Some(INVITE));
    assert!(!phone.has_sent(is_resume));
    over_elsewhere(&mut phone);
    assert_eq!(phone.call_id(), FOREIGN);
    phone.ask(Op::Hangup);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert!(phone.has_sent(is_resume));
}

#[test]
fn parked_call_survives_an_outage_and_a_reload() {
    let mut held = active(INVITE, 9);
    held.participants[1].held = true;
    let snapshot = |there: bool| Snapshot {
        calls: vec![held.clone()],
        elsewhere: if there {
            vec![second_call()]
        } else {
            Vec::new()
        },
        ..Snapshot::default()
    };
    let reloaded = || {
        let mut phone = Phone::new();
        phone.sign_in();
        phone
    };
    let cut_off = || {
        let mut phone = parked();
        phone.give(Input::SocketClosed);
        phone.pass(20_000);
        phone
    };
    for there in [true, false] {
        for mut phone in [reloaded(), cut_off()] {
            phone.give(Input::SocketOpened);
            phone.welcome(snapshot(there));
            let told = phone.told();
            if there {
                assert_eq!((told.state, told.held_id()), (State::Idle, Some(INVITE)));
            } else {
                assert_eq!((told.state, told.held), (State::InCall, None));
                assert!(phone.has_sent(is_resume));
            }
            assert!(phone.ends().is_empty());
        }
    }
}

#[test]
fn signing_out_ends_a_parked_call() {
    let mut phone = parked();
    phone.ask(Op::Logout);
    assert_eq!(phone.ends(), [EndReason::LoggedOut]);
    assert_eq!(phone.told(), crate::phone::group::Told::default());
}

#[test]
fn news_of_the_hold_that_come_late_do_not_undo_its_end() {
    let mut phone = parked();
    over_elsewhere(&mut phone);
    put_on_hold(&mut phone);
    assert_eq!((phone.state(), phone.told().held), (State::InCall, None));
    phone.answer(is_resume, Ok(Success::Done));
    assert_eq!((phone.state(), phone.told().held), (State::InCall, None));
    assert!(phone.ends().is_empty());
}

#[test]
fn parked_call_is_taken_up_again_when_the_person_asks_for_it() {
    let mut phone = parked();
    phone.forget();
    let ticket = phone.ask(Op::ContinueHere {
        call_id: INVITE,
        presets: DevicePresets::NONE,
    });
    assert_eq!(phone.accepted(ticket), ["bob", "alice"]);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert!(phone.has_sent(is_resume));
    phone.answer(is_resume, Err(ErrorKind::AlreadyInCall.into()));
    assert_eq!(
        phone.state(),
        State::Idle,
        "the other call stands in the way"
    );
    assert_eq!(phone.told().held_id(), Some(INVITE));
    assert_eq!(
        phone.events.last(),
        Some(&AppEvent::CallHeld { call_id: INVITE })
    );
    over_elsewhere(&mut phone);
    assert_eq!(phone.state(), State::InCall);
}

#[test]
fn call_answered_beside_a_parked_one_comes_first() {
    let mut phone = parked();
    let third = CallId::from_u128(0x3D);
    let mut call = view(third, "dave", 2, ParticipantState::Delivered);
    call.participants[1] = member("alice", 2, ParticipantState::Delivered);
    let ring_ms_left = 20_000;
    phone.event(Event::CallInvited {
        call: call.clone(),
        ring_ms_left,
    });
    assert_eq!((phone.state(), phone.call_id()), (State::Called, third));
    phone.ask(Op::ACCEPT);
    call.state = CallState::Active;
    call.version = 3;
    call.participants[1].state = ParticipantState::Accepted;
    phone.answer(|c| matches!(c, Command::Accept { .. }), call_of(call));
    over_elsewhere(&mut phone);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, third));
    assert_eq!(phone.told().held_id(), Some(INVITE));
    phone.ask(Op::Hangup);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
}

#[test]
fn what_was_on_hold_for_a_call_that_another_device_fetches_stays_on_hold() {
    let mut phone = Phone::holding();
    phone.event(Event::CallContinuedElsewhere { call_id: FOREIGN });
    let call = Some(second_call());
    phone.event(Event::CallElsewhere {
        call_id: FOREIGN,
        call,
    });
    assert_eq!(phone.state(), State::Idle);
    assert_eq!(phone.told().held_id(), Some(INVITE));
    let fetched = AppEvent::OtherClientContinue { call_id: FOREIGN };
    assert_eq!(phone.news(), [&fetched]);
    assert!(
        !phone.has_sent(is_resume),
        "the account talks to carol still"
    );
    over_elsewhere(&mut phone);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert!(phone.has_sent(is_resume));
}
