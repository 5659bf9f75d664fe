//! Login tokens that run out: they are renewed in time, and an expired one ends nothing by itself.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, Op, Output, State, Value};
use hullo_protocol::{
    CallState, Command, EndReason, ErrorKind, Event, ParticipantState, SessionClosed, Snapshot,
    Success, Token,
};

use crate::phone::{INVITE, Phone, login, view};

const LIFE_MS: u64 = 100_000;

fn token(text: &str) -> Token {
    text.to_owned().into()
}

fn login_with(text: Option<&str>, has_provider: bool) -> Op {
    match login() {
        Op::Login {
            app_key,
            accid,
            device,
            cursor,
            ..
        } => Op::Login {
            app_key,
            accid,
            token: text.map(token),
            provider: has_provider,
            device,
            cursor,
        },
        other => other,
    }
}

fn is_login(command: &Command) -> bool {
    matches!(command, Command::Login(_))
}

fn is_renewal(command: &Command) -> bool {
    matches!(command, Command::Renew { .. })
}

/// In a call, with a token that is good for `LIFE_MS`.
fn in_call(has_provider: bool) -> Phone {
    let mut phone = Phone::new();
    phone.ask(login_with(Some("first"), has_provider));
    phone.give(Input::SocketOpened);
    phone.welcome_for(LIFE_MS, snapshot());
    assert_eq!(phone.state(), State::InCall);
    phone.forget();
    phone.outputs.clear();
    phone
}

fn snapshot() -> Snapshot {
    let mut call = view(INVITE, "bob", 5, ParticipantState::Joined);
    call.state = CallState::Active;
    Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    }
}

fn asked(phone: &Phone) -> usize {
    let asks = phone.outputs.iter();
    asks.filter(|it| matches!(it, Output::AskLoginToken))
        .count()
}

fn give_token(phone: &mut Phone, text: &str) {
    phone.give(Input::LoginToken {
        token: Some(token(text)),
        error: None,
    });
}

fn fail_token(phone: &mut Phone) {
    phone.give(Input::LoginToken {
        token: None,
        error: Some("the backend is down".to_owned()),
    });
}

fn close(phone: &mut Phone, reason: SessionClosed) {
    phone.event(Event::SessionClosed { reason });
    phone.give(Input::SocketClosed);
}

/// The server answers the newest login.
fn refuse(phone: &mut Phone, kind: ErrorKind) {
    let re = phone.last(is_login).id;
    phone.reply(re, Err(kind.into()));
}

fn is_told(phone: &Phone, wanted: impl Fn(&AppEvent) -> bool) -> bool {
    phone.events.iter().any(wanted)
}

fn goes_on(phone: &Phone) -> bool {
    let stops = |it: &MediaCommand| matches!(it, MediaCommand::Close);
    phone.state() == State::InCall && phone.ends().is_empty() && !phone.media.iter().any(stops)
}

/// The token that the newest login has shown.
fn shown(phone: &Phone) -> Token {
    match &phone.last(is_login).command {
        Command::Login(login) => login.token.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn fresh_token_is_asked_for_in_time_and_handed_to_the_session() {
    let mut phone = in_call(true);
    phone.pass_unanswered(LIFE_MS * 7 / 10 - 1_000);
    assert_eq!(asked(&phone), 0);
    phone.pass_unanswered(LIFE_MS / 10 + 1_000);
    assert_eq!(asked(&phone), 1);
    give_token(&mut phone, "second");
    let renewal = phone.last(is_renewal);
    let expected = Command::Renew {
        token: token("second"),
    };
    assert_eq!(renewal.command, expected);
    let re = renewal.id;
    phone.reply(
        re,
        Ok(Success::Renewed {
            token_expires_in_ms: LIFE_MS,
        }),
    );
    phone.forget();
    phone.pass_unanswered(LIFE_MS * 8 / 10);
    assert_eq!(asked(&phone), 2, "and again before the second runs out");
    assert!(goes_on(&phone));
}

#[test]
fn session_that_ran_out_comes_back_with_a_fresh_token_and_its_call() {
    let mut phone = in_call(true);
    close(&mut phone, SessionClosed::TokenExpired);
    assert_eq!(asked(&phone), 1);
    assert!(!phone.outputs.contains(&Output::OpenSocket));
    assert!(goes_on(&phone));
    assert!(is_told(&phone, |it| matches!(it, AppEvent::Reconnecting)));
    give_token(&mut phone, "second");
    assert!(phone.outputs.contains(&Output::OpenSocket));
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("second"));
    phone.welcome_for(LIFE_MS, snapshot());
    assert!(goes_on(&phone));
    assert!(!is_told(&phone, |it| matches!(
        it,
        AppEvent::Disconnect { .. }
    )));
}

#[test]
fn refused_reconnect_asks_for_a_token_and_keeps_the_call() {
    for kind in [ErrorKind::TokenExpired, ErrorKind::WrongToken] {
        let mut phone = in_call(true);
        phone.give(Input::SocketClosed);
        phone.pass(1_000);
        phone.give(Input::SocketOpened);
        refuse(&mut phone, kind);
        assert_eq!(asked(&phone), 1);
        assert!(goes_on(&phone));
        give_token(&mut phone, "second");
        phone.give(Input::SocketOpened);
        phone.welcome_for(LIFE_MS, snapshot());
        assert!(goes_on(&phone));
    }
}

#[test]
fn revocation_ends_the_call_whatever_the_provider_could_give() {
    let mut phone = in_call(true);
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    refuse(&mut phone, ErrorKind::TokenRevoked);
    assert_eq!(asked(&phone), 0);
    assert_eq!(phone.ends(), [EndReason::LoggedOut]);
    let reason = SessionClosed::SignedOut;
    assert!(is_told(&phone, |it| *it == AppEvent::Disconnect { reason }));
}

#[test]
fn provider_that_fails_is_asked_again_less_and_less_often() {
    let mut phone = in_call(true);
    close(&mut phone, SessionClosed::TokenExpired);
    let mut waits = Vec::new();
    for _ in 0..9 {
        fail_token(&mut phone);
        let (failed_at, before) = (phone.now, asked(&phone));
        while asked(&phone) == before {
            phone.pass(500);
        }
        waits.push(phone.now - failed_at);
    }
    assert!(waits[0] <= 1_500, "{waits:?}");
    assert!((30_000..=60_500).contains(&waits[8]), "{waits:?}");
    let told = |it: &&AppEvent| matches!(it, AppEvent::TokenExpired);
    assert_eq!(phone.events.iter().filter(told).count(), 1);
    assert!(goes_on(&phone), "the call is the server's to end");
    give_token(&mut phone, "late");
    phone.give(Input::SocketOpened);
    phone.welcome_for(LIFE_MS, snapshot());
    assert!(goes_on(&phone));
}

#[test]
fn provider_that_never_answers_is_asked_again_and_may_answer_late() {
    let mut phone = in_call(true);
    close(&mut phone, SessionClosed::TokenExpired);
    phone.pass(12_000);
    assert_eq!(asked(&phone), 2);
    give_token(&mut phone, "late");
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("late"));
}

#[test]
fn provider_that_gives_refused_tokens_is_not_asked_in_a_tight_loop() {
    let mut phone = in_call(true);
    close(&mut phone, SessionClosed::TokenExpired);
    for _ in 0..3 {
        let before = asked(&phone);
        give_token(&mut phone, "stale");
        phone.give(Input::SocketOpened);
        refuse(&mut phone, ErrorKind::TokenExpired);
        assert_eq!(asked(&phone), before, "not at once");
        phone.pass(8_000);
        assert_eq!(asked(&phone), before + 1);
    }
    assert!(goes_on(&phone));
}

#[test]
fn renewal_that_the_server_refuses_leaves_the_session_alone() {
    let mut phone = in_call(true);
    phone.pass_unanswered(LIFE_MS * 8 / 10);
    give_token(&mut phone, "bad");
    let re = phone.last(is_renewal).id;
    phone.reply(re, Err(ErrorKind::WrongToken.into()));
    assert!(goes_on(&phone));
    phone.pass_unanswered(2_000);
    assert_eq!(asked(&phone), 2);
}

#[test]
fn token_that_comes_while_an_older_one_signs_in_is_not_lost() {
    let mut phone = in_call(true);
    phone.pass_unanswered(LIFE_MS * 8 / 10);
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("first"));
    give_token(&mut phone, "second");
    phone.welcome_for(LIFE_MS / 10, snapshot());
    let renewal = Command::Renew {
        token: token("second"),
    };
    assert_eq!(phone.last(is_renewal).command, renewal);
    let re = phone.last(is_renewal).id;
    let token_expires_in_ms = LIFE_MS;
    phone.reply(
        re,
        Ok(Success::Renewed {
            token_expires_in_ms,
        }),
    );
    let before = asked(&phone);
    phone.pass_unanswered(LIFE_MS / 2);
    assert_eq!(asked(&phone), before, "the second is good for long");
}

#[test]
fn token_that_comes_just_after_an_older_one_has_signed_in_is_not_lost() {
    let mut phone = in_call(true);
    phone.pass_unanswered(LIFE_MS * 8 / 10);
    assert_eq!(asked(&phone), 1);
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome_for(LIFE_MS / 10, snapshot());
    give_token(&mut phone, "second");
    let renewal = Command::Renew {
        token: token("second"),
    };
    assert_eq!(phone.last(is_renewal).command, renewal);
    assert_eq!(asked(&phone), 1);
}

#[test]
fn token_on_its_way_when_the_connection_breaks_signs_in_next() {
    let mut phone = in_call(true);
    phone.pass_unanswered(LIFE_MS * 8 / 10);
    give_token(&mut phone, "second");
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("second"));
}

#[test]
fn without_a_provider_the_application_is_told_and_logs_in_again() {
    let mut phone = in_call(false);
    phone.pass_unanswered(LIFE_MS * 8 / 10);
    assert!(is_told(&phone, |it| matches!(
        it,
        AppEvent::TokenExpiring { expires_in_ms } if (1..=LIFE_MS * 3 / 10).contains(expires_in_ms)
    )));
    let ticket = phone.ask(login_with(Some("second"), false));
    let re = phone.last(is_renewal).id;
    assert_eq!(
        phone.result_of(ticket),
        None,
        "not before the server has it"
    );
    phone.reply(
        re,
        Ok(Success::Renewed {
            token_expires_in_ms: LIFE_MS,
        }),
    );
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::LoggedIn { .. }))
    ));

    close(&mut phone, SessionClosed::TokenExpired);
    assert!(is_told(&phone, |it| *it == AppEvent::TokenExpired));
    phone.pass(60_000);
    assert_eq!(asked(&phone), 0);
    assert!(goes_on(&phone));
    let ticket = phone.ask(login_with(Some("third"), false));
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("third"));
    phone.welcome_for(LIFE_MS, snapshot());
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::LoggedIn { .. }))
    ));
    assert!(goes_on(&phone));
}

#[test]
fn login_while_reconnecting_brings_a_token_and_ends_no_call() {
    let mut phone = in_call(false);
    phone.give(Input::SocketClosed);
    let ticket = phone.ask(login_with(Some("second"), false));
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("second"));
    refuse(&mut phone, ErrorKind::TokenExpired);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::TokenExpired)));
    assert!(goes_on(&phone));

    let ticket = phone.ask(login_with(Some("third"), false));
    phone.pass(11_000);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::NoConnection)));
    assert!(goes_on(&phone));
}

#[test]
fn first_token_may_come_from_the_provider() {
    let mut phone = Phone::new();
    let ticket = phone.ask(login_with(None, true));
    assert_eq!(asked(&phone), 1);
    give_token(&mut phone, "first");
    phone.give(Input::SocketOpened);
    assert_eq!(shown(&phone), token("first"));
    phone.welcome_for(LIFE_MS, Snapshot::default());
    assert!(phone.result_of(ticket).unwrap().is_ok());

    let mut phone = Phone::new();
    let ticket = phone.ask(login_with(None, true));
    fail_token(&mut phone);
    let failed = Some(&Err(ErrorKind::TokenUnavailable));
    assert_eq!(phone.result_of(ticket), failed);
    let ticket = phone.ask(login_with(None, false));
    assert_eq!(phone.result_of(ticket), failed);
}

#[test]
fn first_login_with_an_expired_token_asks_the_provider_once() {
    let mut phone = Phone::new();
    let ticket = phone.ask(login_with(Some("old"), true));
    phone.give(Input::SocketOpened);
    refuse(&mut phone, ErrorKind::TokenExpired);
    assert_eq!((asked(&phone), phone.result_of(ticket)), (1, None));
    give_token(&mut phone, "old, too");
    phone.give(Input::SocketOpened);
    refuse(&mut phone, ErrorKind::TokenExpired);
    assert_eq!(asked(&phone), 1);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::TokenExpired)));
}

#[test]
fn logout_while_a_token_is_awaited_completes_all_that_waits() {
    let mut phone = in_call(false);
    close(&mut phone, SessionClosed::TokenExpired);
    let waiting = phone.ask(login_with(Some("second"), false));
    let logout = phone.ask(Op::Logout);
    assert_eq!(phone.result_of(waiting), Some(&Err(ErrorKind::SignedOut)));
    assert_eq!(phone.result_of(logout), Some(&Ok(Value::Done)));
    assert_eq!(phone.ends(), [EndReason::LoggedOut]);
}
