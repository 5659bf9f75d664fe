//! An invite that meets a dial on its way: the server knows of both, the device shows one at a time.

use hullo_core::endpoint::{AppEvent, DevicePresets, Op, State};
use hullo_protocol::{
    CallDelta, CallId, CallState, Command, EndReason, EndView, ErrorKind, Event, Media, OtherCall,
    ParticipantState,
};

use crate::phone::group::{call_of, second_call};
use crate::phone::{FOREIGN, Phone, accid, call_bob, view};

/// A dial is under way, and an invite has come that the server took for the first.
fn dialling_while_invited() -> Phone {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Audio));
    phone.forget_outputs_but_requests();
    let call = view(FOREIGN, "bob", 2, ParticipantState::Delivered);
    phone.event(Event::CallInvited {
        call,
        ring_ms_left: 20_000,
    });
    assert_eq!(phone.state(), State::Calling);
    assert!(phone.events.is_empty());
    phone
}

fn refuse_dial(phone: &mut Phone) {
    let re = phone.last(|c| matches!(c, Command::StartCall(_))).id;
    phone.reply(re, Err(ErrorKind::AlreadyInCall.into()));
}

#[test]
fn invite_that_was_first_rings_when_the_dial_is_refused() {
    let mut phone = dialling_while_invited();
    phone.pass(3_000);
    refuse_dial(&mut phone);
    assert_eq!((phone.state(), phone.call_id()), (State::Called, FOREIGN));
    let rings = |e: &&AppEvent| {
        matches!(
            e,
            AppEvent::Invited {
                ring_ms_left: 17_000,
                ..
            }
        )
    };
    assert_eq!(phone.news().into_iter().filter(|e| rings(e)).count(), 1);
    assert!(phone.has_sent(|c| matches!(c, Command::Ring { call_id } if *call_id == FOREIGN)));
}

#[test]
fn invite_that_was_first_rings_when_the_dial_is_cancelled() {
    let mut phone = dialling_while_invited();
    phone.ask(Op::Cancel);
    assert_eq!(
        phone.state(),
        State::Idle,
        "the dial may have met this very invite"
    );
    refuse_dial(&mut phone);
    assert_eq!(phone.state(), State::Called);
}

#[test]
fn cancelled_dial_that_had_met_the_invite_rings_nobody() {
    let mut phone = dialling_while_invited();
    phone.ask(Op::Cancel);
    let mut call = view(FOREIGN, "bob", 3, ParticipantState::Accepted);
    call.state = CallState::Active;
    phone.answer_start(call);
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id } if *call_id == FOREIGN)));
}

#[test]
fn invite_whose_time_is_over_does_not_ring_any_more() {
    let mut phone = dialling_while_invited();
    phone.answer_start(view(
        phone.call_id(),
        "alice",
        1,
        ParticipantState::Delivered,
    ));
    phone.pass(21_000);
    phone.ask(Op::Hangup);
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn invite_that_is_over_meanwhile_does_not_ring_any_more() {
    let end = EndView {
        reason: EndReason::Cancelled,
        by: Some(accid("bob")),
        durations: Vec::new(),
    };
    let delta = CallDelta {
        state: Some(CallState::Ended),
        end: Some(end),
        ..CallDelta::default()
    };
    let over = [
        Event::CallChanged {
            call_id: FOREIGN,
            base: 2,
            version: 3,
            delta,
        },
        Event::InviteAcceptedElsewhere { call_id: FOREIGN },
        Event::InviteRejectedElsewhere { call_id: FOREIGN },
    ];
    for event in over {
        let mut phone = dialling_while_invited();
        phone.event(event.clone());
        assert!(phone.events.is_empty());
        refuse_dial(&mut phone);
        assert_eq!(phone.state(), State::Idle, "{event:?}");
        assert!(phone.ends().is_empty());
    }
}

#[test]
fn what_changed_while_it_waited_is_known_when_it_rings() {
    let mut phone = dialling_while_invited();
    let delta = CallDelta {
        media: Some(Media::Audio),
        ..CallDelta::default()
    };
    phone.event(Event::CallChanged {
        call_id: FOREIGN,
        base: 2,
        version: 3,
        delta,
    });
    refuse_dial(&mut phone);
    let call = phone.call().unwrap();
    assert_eq!((call.media, call.version), (Media::Audio, 3));
}

#[test]
fn dial_that_becomes_the_waiting_invite_leaves_nothing_behind() {
    let mut phone = dialling_while_invited();
    let mut call = view(FOREIGN, "bob", 3, ParticipantState::Accepted);
    call.state = CallState::Active;
    phone.answer_start(call);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    phone.ask(Op::Hangup);
    assert_eq!(
        phone.state(),
        State::Idle,
        "a dial of this device does not ring"
    );
}

#[test]
fn signing_out_forgets_an_invite_that_waits() {
    let mut phone = dialling_while_invited();
    phone.ask(Op::Logout);
    assert_eq!(phone.state(), State::Idle);
    phone.pass(1_000);
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn invite_that_came_before_the_call_was_connected_is_announced_once_it_is() {
    let mut dialled = dialling_while_invited();
    let call_id = dialled.call_id();
    dialled.answer_start(view(call_id, "alice", 1, ParticipantState::Delivered));
    dialled.change(|delta| delta.state = Some(CallState::Active));
    let mut called = Phone::called();
    let call = view(FOREIGN, "bob", 2, ParticipantState::Delivered);
    let ring_ms_left = 20_000;
    called.event(Event::CallInvited { call, ring_ms_left });
    assert!(called.events.is_empty(), "one rings at a time");
    called.ask(Op::ACCEPT);
    called.answer_accept();
    for phone in [dialled, called] {
        assert_eq!(phone.state(), State::InCall);
        let waits = |e: &&AppEvent| {
            matches!(
                e,
                AppEvent::CallWaiting {
                    call_id: FOREIGN,
                    ..
                }
            )
        };
        assert_eq!(phone.events.iter().filter(waits).count(), 1);
        assert_eq!(phone.told().waiting_id(), Some(FOREIGN));
        assert!(phone.has_sent(|c| *c == Command::Ring { call_id: FOREIGN }));
    }
}

#[test]
fn invite_whose_time_is_over_is_not_announced_any_more() {
    let mut phone = dialling_while_invited();
    let call_id = phone.call_id();
    phone.answer_start(view(call_id, "alice", 1, ParticipantState::Delivered));
    for _ in 0..3 {
        phone.pass(8_000);
        phone.event(Event::Unknown);
    }
    phone.change(|delta| delta.state = Some(CallState::Active));
    assert_eq!(phone.state(), State::InCall);
    phone.pass(8_000);
    let says = |e: &&AppEvent| {
        matches!(
            e,
            AppEvent::CallWaiting { .. } | AppEvent::CallWaitingEnd { .. }
        )
    };
    assert_eq!(phone.events.iter().filter(says).count(), 0);
    assert_eq!(phone.told().waiting, None);
}

#[test]
fn of_two_invites_the_second_rings_when_the_first_is_rejected() {
    let mut phone = Phone::called();
    phone.knock(20_000);
    phone.ask(Op::Reject);
    assert_eq!((phone.state(), phone.call_id()), (State::Called, FOREIGN));
    assert_eq!(phone.ends(), [EndReason::Rejected]);
}

#[test]
fn nothing_rings_between_an_answer_and_its_call() {
    let mut phone = Phone::with_waiting();
    let other = OtherCall::Hold;
    let call_id = FOREIGN;
    let ticket = phone.ask(Op::AcceptWaiting {
        call_id,
        other,
        presets: DevicePresets::NONE,
    });
    phone.end(EndReason::HungUp, "bob");
    let call = view(
        CallId::from_u128(0x3D),
        "bob",
        2,
        ParticipantState::Delivered,
    );
    let ring_ms_left = 20_000;
    phone.event(Event::CallInvited { call, ring_ms_left });
    assert_eq!(phone.state(), State::Idle);
    let accept = |c: &Command| matches!(c, Command::Accept { .. });
    phone.answer(accept, call_of(second_call()));
    assert_eq!(phone.accepted(ticket).len(), 2);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    assert_eq!(
        (phone.ends(), phone.told().held),
        (vec![EndReason::HungUp], None)
    );
}

#[test]
fn answer_under_way_is_given_up_by_a_hang_up_when_there_is_no_other_call() {
    let mut phone = Phone::with_waiting();
    let other = OtherCall::Hold;
    let call_id = FOREIGN;
    let answer = phone.ask(Op::AcceptWaiting {
        call_id,
        other,
        presets: DevicePresets::NONE,
    });
    phone.end(EndReason::HungUp, "bob");
    let ticket = phone.ask(Op::Hangup);
    assert!(matches!(phone.result_of(ticket), Some(Ok(_))));
    assert_eq!(phone.result_of(answer), Some(&Err(ErrorKind::CallOver)));
    assert!(phone.has_sent(|c| *c == Command::Hangup { call_id }));
    assert_eq!(phone.told().waiting, None);
    let ended = AppEvent::CallWaitingEnd { call_id };
    assert_eq!(phone.events.iter().filter(|e| **e == ended).count(), 1);
    let accept = |c: &Command| matches!(c, Command::Accept { .. });
    phone.answer(accept, call_of(second_call()));
    assert_eq!(phone.state(), State::Idle);
}
