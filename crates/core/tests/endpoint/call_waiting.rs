//! Call waiting: an invite that comes during a call, and what the person makes of it.

use hullo_core::endpoint::{
    AppEvent, DevicePresets, Input, MediaCommand, Op, Output, State, Value,
};
use hullo_protocol::{
    CallId, CallState, Command, EndReason, EndView, ErrorKind, Event, InviteView, Media, OtherCall,
    ParticipantState, Snapshot, Success, Uid,
};

use crate::phone::group::{active, call_of, knocking, second_call, snapshot_of};
use crate::phone::{FOREIGN, INVITE, Phone, accid, view};

const END: Op = Op::AcceptWaiting {
    call_id: FOREIGN,
    other: OtherCall::End,
    presets: DevicePresets::NONE,
};
const HOLD: Op = Op::AcceptWaiting {
    call_id: FOREIGN,
    other: OtherCall::Hold,
    presets: DevicePresets::NONE,
};
const REJECT: Op = Op::RejectWaiting { call_id: FOREIGN };

fn is_accept(command: &Command) -> bool {
    matches!(command, Command::Accept { .. })
}

fn hangs_up(phone: &Phone, call_id: CallId) -> bool {
    phone.has_sent(|c| *c == Command::Hangup { call_id })
}

fn waiting_ends(phone: &Phone) -> usize {
    let end = AppEvent::CallWaitingEnd { call_id: FOREIGN };
    phone.events.iter().filter(|event| **event == end).count()
}

/// The invite is over at the server.
fn cancel(phone: &mut Phone) {
    phone.change_of(FOREIGN, 3, |delta| {
        delta.state = Some(CallState::Ended);
        delta.end = Some(EndView {
            reason: EndReason::Cancelled,
            by: Some(accid("carol")),
            durations: Vec::new(),
        });
    });
}

fn secure_with_waiting() -> Phone {
    let mut phone = Phone::new();
    phone.secure = true;
    phone.log_in();
    phone.invite(30_000);
    phone.ask(Op::ACCEPT);
    phone.answer_accept();
    phone.joined();
    phone.knock(30_000);
    phone.forget();
    phone
}

fn give_token(phone: &mut Phone, token: Option<&str>) {
    let call_id = FOREIGN;
    let token = token.map(|token| token.to_owned().into());
    let error = None;
    phone.give(Input::Token {
        call_id,
        token,
        error,
    });
}

#[test]
fn invite_during_a_call_is_announced_with_a_receipt_and_touches_nothing() {
    let mut phone = Phone::in_call();
    phone.knock(20_000);
    let expected = AppEvent::CallWaiting {
        invitor: accid("carol"),
        name: None,
        avatar: None,
        accids: vec![accid("alice")],
        group: false,
        group_id: None,
        media: Media::Video,
        attachment: None,
        ring_ms_left: 20_000,
        call_id: FOREIGN,
    };
    assert_eq!(phone.news(), [&expected]);
    assert!(phone.has_sent(|c| *c == Command::Ring { call_id: FOREIGN }));
    assert!(phone.media.is_empty());
    let told = phone.told();
    assert_eq!((told.state, phone.call_id()), (State::InCall, INVITE));
    assert_eq!(told.waiting, Some(knocking()));
    let changed = matches!(phone.events[0], AppEvent::Changed { .. });
    assert!(changed, "the state comes before the event");
    phone.forget();
    phone.knock(19_000);
    assert!(phone.events.is_empty(), "the same again is no news");
}

#[test]
fn invite_that_is_cancelled_while_it_waits_waits_no_more() {
    let mut phone = Phone::with_waiting();
    cancel(&mut phone);
    assert_eq!(
        phone.news(),
        [&AppEvent::CallWaitingEnd { call_id: FOREIGN }]
    );
    assert_eq!((phone.told().waiting, phone.call_id()), (None, INVITE));
    cancel(&mut phone);
    assert_eq!(waiting_ends(&phone), 1);
}

#[test]
fn own_part_that_is_over_while_the_group_rings_on_waits_no_more() {
    let mut phone = Phone::with_waiting();
    phone.change_of(FOREIGN, 3, |delta| {
        let mut me = knocking().participants[1].clone();
        me.state = ParticipantState::TimedOut;
        delta.participants = vec![me];
    });
    assert_eq!(
        phone.news(),
        [&AppEvent::CallWaitingEnd { call_id: FOREIGN }]
    );
}

#[test]
fn invite_past_its_time_waits_no_more_even_if_the_server_is_not_heard() {
    let mut phone = Phone::with_waiting();
    phone.give(Input::SocketClosed);
    phone.pass(32_000);
    assert_eq!(waiting_ends(&phone), 0);
    phone.pass(2_000);
    assert_eq!(waiting_ends(&phone), 1);
    assert_eq!(phone.told().waiting, None);
}

#[test]
fn invite_answered_on_another_device_waits_no_more() {
    for event in [
        Event::InviteAcceptedElsewhere { call_id: FOREIGN },
        Event::InviteRejectedElsewhere { call_id: FOREIGN },
    ] {
        let mut phone = Phone::with_waiting();
        phone.event(event);
        assert_eq!(
            phone.news(),
            [&AppEvent::CallWaitingEnd { call_id: FOREIGN }]
        );
        assert_eq!(phone.call_id(), INVITE);
    }
}

#[test]
fn invite_that_the_server_no_longer_knows_after_an_outage_waits_no_more() {
    let mut phone = Phone::with_waiting();
    phone.reconnect(snapshot_of(vec![active(INVITE, 9)]));
    assert_eq!(waiting_ends(&phone), 1);
    let mut phone = Phone::with_waiting();
    let invites = vec![InviteView {
        call: knocking(),
        ring_ms_left: 9_000,
    }];
    let calls = vec![active(INVITE, 9)];
    phone.reconnect(Snapshot {
        calls,
        invites,
        ..Snapshot::default()
    });
    assert_eq!(
        (waiting_ends(&phone), phone.told().waiting_id()),
        (0, Some(FOREIGN))
    );
    let announced = |e: &&AppEvent| matches!(e, AppEvent::CallWaiting { .. });
    assert_eq!(
        phone.events.iter().filter(announced).count(),
        0,
        "it is known"
    );
}

#[test]
fn answering_a_second_call_can_end_the_first() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(END);
    let accept = Command::Accept {
        call_id: FOREIGN,
        room_token: None,
        other: Some(OtherCall::End),
    };
    assert_eq!(phone.last(is_accept).command, accept);
    assert_eq!(phone.call_id(), INVITE, "not before the server has agreed");
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.accepted(ticket), ["carol", "alice"]);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    assert_eq!(
        (phone.ends(), waiting_ends(&phone)),
        (vec![EndReason::HungUp], 0)
    );
    assert_eq!(phone.told().held, None);
    assert!(
        !hangs_up(&phone, INVITE),
        "the server has ended it by the same answer"
    );
    let close = phone
        .media
        .iter()
        .position(|m| *m == MediaCommand::Close)
        .unwrap();
    let open = phone
        .media
        .iter()
        .position(|m| matches!(m, MediaCommand::Open { .. }))
        .unwrap();
    assert!(close < open);
}

#[test]
fn answering_a_second_call_twice_answers_it_once() {
    let mut phone = Phone::with_waiting();
    let first = phone.ask(HOLD);
    let second = phone.ask(HOLD);
    assert_eq!(phone.all_sent(is_accept).len(), 1);
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.accepted(first), phone.accepted(second));
}

#[test]
fn secure_second_call_is_answered_with_a_token() {
    let mut phone = secure_with_waiting();
    let ticket = phone.ask(END);
    let ask = Output::AskToken {
        call_id: FOREIGN,
        uid: Uid(2),
    };
    assert_eq!(phone.outputs.last(), Some(&ask));
    assert!(!phone.has_sent(is_accept));
    give_token(&mut phone, Some("signed"));
    let accept = Command::Accept {
        call_id: FOREIGN,
        room_token: Some("signed".to_owned().into()),
        other: Some(OtherCall::End),
    };
    assert_eq!(phone.last(is_accept).command, accept);
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.accepted(ticket).len(), 2);
}

#[test]
fn second_call_without_a_token_waits_on() {
    let mut refused = secure_with_waiting();
    let first = refused.ask(END);
    give_token(&mut refused, None);
    let mut silent = secure_with_waiting();
    let second = silent.ask(END);
    silent.pass_unanswered(10_000);
    for (mut phone, ticket) in [(refused, first), (silent, second)] {
        assert_eq!(
            phone.result_of(ticket),
            Some(&Err(ErrorKind::TokenUnavailable))
        );
        assert_eq!(phone.told().waiting_id(), Some(FOREIGN));
        assert_eq!((phone.call_id(), waiting_ends(&phone)), (INVITE, 0));
        phone.ask(REJECT);
        assert!(hangs_up(&phone, FOREIGN));
    }
}

#[test]
fn second_call_that_was_over_before_the_answer_leaves_the_first_alone() {
    for kind in [
        ErrorKind::InviteCancelled,
        ErrorKind::InviteExpired,
        ErrorKind::AlreadyAccepted,
    ] {
        let mut phone = Phone::with_waiting();
        let ticket = phone.ask(END);
        phone.answer(is_accept, Err(kind.into()));
        assert_eq!(phone.result_of(ticket), Some(&Err(kind)));
        assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
        assert_eq!(waiting_ends(&phone), 1, "{kind:?}");
        assert!(phone.media.is_empty() && phone.ends().is_empty());
    }
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(END);
    cancel(&mut phone);
    assert!(matches!(phone.result_of(ticket), Some(Err(_))));
    assert_eq!((waiting_ends(&phone), phone.call_id()), (1, INVITE));
}

#[test]
fn passing_trouble_keeps_the_second_call_waiting() {
    let passing = [
        ErrorKind::StorageUnavailable,
        ErrorKind::RateLimited,
        ErrorKind::AlreadyInCall,
    ];
    for kind in passing {
        let mut phone = Phone::with_waiting();
        let ticket = phone.ask(HOLD);
        phone.answer(is_accept, Err(kind.into()));
        assert_eq!(phone.result_of(ticket), Some(&Err(kind)));
        assert_eq!(
            (waiting_ends(&phone), phone.told().waiting_id()),
            (0, Some(FOREIGN))
        );
        let again = phone.ask(HOLD);
        phone.answer(is_accept, call_of(second_call()));
        assert_eq!(phone.accepted(again).len(), 2);
    }
}

#[test]
fn answer_that_is_not_heard_takes_itself_back() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(END);
    phone.pass_unanswered(10_000);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::Timeout)));
    assert!(hangs_up(&phone, FOREIGN));
    assert_eq!(waiting_ends(&phone), 1);
}

#[test]
fn answer_during_an_outage_is_repeated_under_its_name() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(HOLD);
    let name = phone.last(is_accept).request_id;
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    let invites = vec![InviteView {
        call: knocking(),
        ring_ms_left: 9_000,
    }];
    let calls = vec![active(INVITE, 9)];
    phone.welcome(Snapshot {
        calls,
        invites,
        ..Snapshot::default()
    });
    let accepts = phone.all_sent(is_accept);
    assert_eq!((accepts.len(), accepts[1].request_id), (2, name));
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.accepted(ticket).len(), 2);
    assert_eq!(phone.told().held_id(), Some(INVITE));
}

#[test]
fn answer_that_got_through_before_an_outage_is_known_by_the_next_login() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(HOLD);
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    let mut held = active(INVITE, 9);
    held.participants[1].held = true;
    phone.welcome(snapshot_of(vec![held, second_call()]));
    if phone.result_of(ticket).is_none() {
        phone.answer(is_accept, call_of(second_call()));
    }
    assert_eq!(phone.accepted(ticket).len(), 2);
    assert_eq!(
        (phone.call_id(), phone.told().held_id()),
        (FOREIGN, Some(INVITE))
    );
    assert!(phone.ends().is_empty());
    assert_eq!(waiting_ends(&phone), 0);
}

#[test]
fn second_call_is_rejected_here_at_once() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(REJECT);
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert!(hangs_up(&phone, FOREIGN));
    assert_eq!((phone.told().waiting, phone.call_id()), (None, INVITE));
    assert!(phone.news().is_empty() && phone.media.is_empty());
    cancel(&mut phone);
    assert!(phone.news().is_empty(), "nothing is told of it any more");
}

#[test]
fn rejecting_takes_an_answer_back_that_is_under_way() {
    let mut phone = Phone::with_waiting();
    let accept = phone.ask(END);
    phone.ask(REJECT);
    assert_eq!(
        phone.result_of(accept),
        Some(&Err(ErrorKind::AlreadyRejected))
    );
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, INVITE));
    assert!(phone.ends().is_empty() && hangs_up(&phone, FOREIGN));
}

#[test]
fn second_call_that_is_not_there_cannot_be_answered() {
    for mut phone in [
        Phone::logged_in(),
        Phone::calling(),
        Phone::called(),
        Phone::in_call(),
    ] {
        for op in [END, HOLD, REJECT] {
            let ticket = phone.ask(op);
            assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::CallNotFound)));
        }
        assert!(phone.sent.is_empty() && phone.events.is_empty());
    }
}

#[test]
fn when_the_first_call_ends_the_second_rings_as_any_other() {
    for ends_here in [true, false] {
        let mut phone = Phone::with_waiting();
        phone.pass(4_000);
        match ends_here {
            true => {
                phone.ask(Op::Hangup);
            }
            false => phone.end(EndReason::HungUp, "bob"),
        }
        assert_eq!((phone.state(), phone.call_id()), (State::Called, FOREIGN));
        assert_eq!(
            (phone.ends(), waiting_ends(&phone)),
            (vec![EndReason::HungUp], 0)
        );
        let rings = |e: &&AppEvent| {
            matches!(
                e,
                AppEvent::Invited {
                    ring_ms_left: 26_000,
                    call_id: FOREIGN,
                    ..
                }
            )
        };
        assert_eq!(phone.events.iter().filter(rings).count(), 1);
        assert_eq!(phone.told().waiting, None);
        phone.ask(Op::ACCEPT);
        phone.answer(is_accept, call_of(second_call()));
        assert_eq!(phone.state(), State::InCall);
    }
}

#[test]
fn first_call_can_end_while_the_second_is_being_answered() {
    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(HOLD);
    phone.end(EndReason::HungUp, "bob");
    phone.answer(is_accept, call_of(second_call()));
    assert_eq!(phone.accepted(ticket).len(), 2);
    assert_eq!((phone.state(), phone.call_id()), (State::InCall, FOREIGN));
    assert_eq!(phone.ends(), [EndReason::HungUp]);
    assert_eq!(phone.told().held, None);
    let held = |e: &AppEvent| matches!(e, AppEvent::CallHeld { .. });
    assert!(!phone.events.iter().any(held));

    let mut phone = Phone::with_waiting();
    let ticket = phone.ask(HOLD);
    phone.end(EndReason::HungUp, "bob");
    phone.answer(is_accept, Err(ErrorKind::RateLimited.into()));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::RateLimited)));
    assert_eq!(
        (phone.state(), phone.call_id()),
        (State::Called, FOREIGN),
        "it still rings"
    );
}

#[test]
fn third_invite_takes_the_place_of_the_one_that_waits() {
    let mut phone = Phone::with_waiting();
    let third = CallId::from_u128(0x3D);
    let call = view(third, "bob", 2, ParticipantState::Delivered);
    phone.event(Event::CallInvited {
        call,
        ring_ms_left: 5_000,
    });
    assert_eq!(
        (waiting_ends(&phone), phone.told().waiting_id()),
        (1, Some(third))
    );
}

#[test]
fn signing_out_ends_the_wait() {
    for outage in [false, true] {
        let mut phone = Phone::with_waiting();
        let ticket = phone.ask(END);
        if outage {
            phone.give(Input::SocketClosed);
        }
        phone.ask(Op::Logout);
        assert!(matches!(phone.result_of(ticket), Some(Err(_))));
        assert_eq!(
            (phone.state(), phone.ends()),
            (State::Idle, vec![EndReason::LoggedOut])
        );
        assert_eq!(waiting_ends(&phone), 1);
        assert_eq!(phone.told(), crate::phone::group::Told::default());
    }
}

#[test]
fn receipt_is_no_condition() {
    let mut phone = Phone::with_waiting();
    phone.knock(9_000);
    let ring = |c: &Command| matches!(c, Command::Ring { .. });
    phone.answer(ring, Err(ErrorKind::RateLimited.into()));
    assert_eq!(phone.told().waiting_id(), Some(FOREIGN));
    let ticket = phone.ask(HOLD);
    phone.answer(is_accept, Ok(Success::Done));
    assert!(
        matches!(phone.result_of(ticket), Some(Err(_))),
        "an answer without a call is none"
    );
}
