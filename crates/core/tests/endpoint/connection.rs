//! One truth about the connection: whether there is a session, why not, and whether the call is being restored.

use hullo_core::endpoint::{AppEvent, ConnectionFailure, Input, Op, Output};
use hullo_protocol::{Command, ErrorBody, ErrorKind, Event, SessionClosed, Snapshot};

use crate::phone::{INVITE, Phone};

/// What was said of the connection, in order.
fn said(phone: &Phone) -> Vec<(bool, Option<ConnectionFailure>)> {
    let said = phone.events.iter().filter_map(|event| match event {
        AppEvent::ConnectionChanged { connected, why } => Some((*connected, *why)),
        _ => None,
    });
    said.collect()
}

fn close(phone: &mut Phone, reason: SessionClosed) {
    phone.event(Event::SessionClosed { reason });
    phone.give(Input::SocketClosed);
}

/// How long after a loss the next socket is opened.
fn wait_after(phone: &mut Phone) -> u64 {
    phone.outputs.clear();
    let lost_at = phone.now;
    while !phone.outputs.contains(&Output::OpenSocket) {
        phone.pass(10);
    }
    phone.now - lost_at
}

#[test]
fn loss_and_return_are_told_while_idle() {
    let mut phone = Phone::new();
    phone.log_in();
    assert_eq!(said(&phone), [(true, None)]);
    phone.forget();
    phone.give(Input::SocketClosed);
    assert_eq!(said(&phone), [(false, None)]);
    assert!(!phone.told().connected);
    phone.forget();
    phone.pass(20_000);
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot::default());
    assert_eq!(said(&phone), [(true, None)]);
    assert!(phone.told().connected);
}

#[test]
fn reason_that_the_server_gave_is_told() {
    for (reason, why) in [
        (SessionClosed::ShuttingDown, ConnectionFailure::ShuttingDown),
        (SessionClosed::TooSlow, ConnectionFailure::TooSlow),
    ] {
        let mut phone = Phone::logged_in();
        close(&mut phone, reason);
        assert_eq!(said(&phone), [(false, Some(why))]);
    }
    let mut phone = Phone::logged_in();
    close(&mut phone, SessionClosed::TokenExpired);
    assert_eq!(
        said(&phone),
        [(false, Some(ConnectionFailure::TokenExpired))]
    );
}

#[test]
fn login_that_has_to_wait_says_why() {
    let mut phone = Phone::new();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    let re = phone.last(|c| matches!(c, Command::Login(_))).id;
    let refusal = ErrorBody::new(ErrorKind::RateLimited, "too many failed logins");
    phone.reply(re, Err(refusal));
    let why = ConnectionFailure::TooManyAttempts;
    assert_eq!(said(&phone), [(false, Some(why))]);
}

#[test]
fn logout_is_no_failure() {
    let mut phone = Phone::logged_in();
    phone.ask(Op::Logout);
    assert_eq!(said(&phone), [(false, None)]);
}

#[test]
fn call_is_reconnecting_until_it_is_over_or_back() {
    let mut phone = Phone::in_call();
    phone.give(Input::SocketClosed);
    assert!(phone.told().reconnecting);
    phone.ask(Op::Hangup);
    assert!(!phone.told().reconnecting, "no call, nothing to restore");

    let mut phone = Phone::in_call();
    let call = phone.call().unwrap().clone();
    assert_eq!(call.call_id, INVITE);
    phone.give(Input::SocketClosed);
    phone.pass(20_000);
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert!(!phone.told().reconnecting);
}

#[test]
fn clients_of_a_server_that_goes_down_come_back_one_after_the_other() {
    let mut waits = Vec::new();
    for pause in [0, 17, 230, 1_111, 5_003] {
        let mut phone = Phone::logged_in();
        // The same seed, drawn from as time passes.
        (0..pause % 13).for_each(|_| {
            phone.ask(crate::phone::call_bob(hullo_protocol::Media::Audio));
            phone.ask(Op::Hangup);
        });
        close(&mut phone, SessionClosed::ShuttingDown);
        waits.push(wait_after(&mut phone));
    }
    assert!(waits.iter().all(|wait| (1_000..=2_010).contains(wait)));
    waits.sort_unstable();
    waits.dedup();
    assert!(waits.len() > 3, "spread: {waits:?}");
}

#[test]
fn blip_is_over_soon_and_logins_that_are_dropped_at_once_are_not_repeated_at_once() {
    let mut phone = Phone::logged_in();
    phone.pass_unanswered(60_000);
    let mut waits = Vec::new();
    for _ in 0..6 {
        phone.give(Input::SocketClosed);
        waits.push(wait_after(&mut phone));
        phone.give(Input::SocketOpened);
        phone.welcome(Snapshot::default());
    }
    assert!(waits[0] <= 210, "{waits:?}");
    assert!(waits[5] >= 2_000, "{waits:?}");
    // One that lasts forgives.
    phone.pass_unanswered(11_000);
    phone.give(Input::SocketClosed);
    assert!(wait_after(&mut phone) <= 210);
}
