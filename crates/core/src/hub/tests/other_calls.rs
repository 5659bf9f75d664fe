//! Requests about calls of others, or about none, change nothing and tell nothing (H.1).

use hullo_protocol::*;

use super::super::*;
use super::Shell;
use super::shell::{kind, sdp};

fn every_command(call_id: CallId) -> Vec<Command> {
    vec![
        Command::Ring { call_id },
        Command::Accept {
            call_id,
            room_token: None,
            other: None,
        },
        Command::Reject {
            call_id,
            without_token: false,
        },
        Command::Cancel { call_id },
        Command::Switch {
            call_id,
            media: Media::Video,
        },
        Command::AnswerSwitch {
            call_id,
            agree: true,
        },
        Command::SetMedia {
            call_id,
            audio: DeviceState::Off,
            video: DeviceState::Off,
            screen: None,
        },
        Command::CallSnapshot { call_id },
    ]
}

#[test]
fn strangers_cannot_touch_or_see_a_call_in_any_state() {
    for state in [CallState::Ringing, CallState::Active, CallState::Ended] {
        let mut shell = Shell::new();
        let alice = shell.login("alice", "a1");
        let bob = shell.login("bob", "b1");
        let mallory = shell.login("mallory", "m1");
        let call_id = shell.dial(alice, "bob", Media::Audio);
        if state != CallState::Ringing {
            shell.accept(bob, call_id).unwrap();
        }
        if state == CallState::Ended {
            shell.hang_up(bob, call_id).unwrap();
        }
        let before = shell.call(call_id).clone();
        shell.take_events(alice);
        shell.take_events(bob);
        for command in every_command(call_id) {
            assert_eq!(kind(shell.ask(mallory, command)), ErrorKind::CallNotFound);
        }
        assert_eq!(
            kind(shell.offer(mallory, call_id, sdp("MM", 1))),
            ErrorKind::CallNotFound
        );
        assert_eq!(shell.hang_up(mallory, call_id), Ok(Success::Done));
        assert_eq!(*shell.call(call_id), before);
        assert!(shell.take_events(alice).is_empty() && shell.take_events(bob).is_empty());
    }
}

#[test]
fn requests_about_no_call_leave_the_current_call_unchanged() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let before = shell.call(call_id).clone();
    for session in [alice, bob] {
        for command in every_command(CallId::from_u128(404)) {
            assert_eq!(kind(shell.ask(session, command)), ErrorKind::CallNotFound);
        }
        assert_eq!(
            shell.hang_up(session, CallId::from_u128(404)),
            Ok(Success::Done)
        );
    }
    assert_eq!(*shell.call(call_id), before);
}

#[test]
fn media_events_of_unknown_calls_and_peers_are_dropped() {
    let mut shell = Shell::new();
    let (alice, bob, call_id) = shell.talking(Media::Audio);
    let before = shell.call(call_id).clone();
    for call in [call_id, CallId::from_u128(404)] {
        for peer in [PeerId(0), PeerId(99)] {
            shell.media(call, MediaEvent::Failed(peer));
            shell.media(call, MediaEvent::Lost(peer));
            shell.media(call, MediaEvent::Slots(peer, Vec::new()));
        }
    }
    let quality = MediaEvent::Quality(Vec::new());
    shell.media(CallId::from_u128(404), quality);
    assert_eq!(*shell.call(call_id), before);
    assert!(shell.take_events(alice).is_empty() && shell.take_events(bob).is_empty());
}

#[test]
fn requests_of_unknown_sessions_are_dropped() {
    let mut shell = Shell::new();
    let request = Request {
        id: 1,
        request_id: None,
        command: Command::Ping,
    };
    let input = Input::Request {
        session: SessionId(404),
        request,
        known: Known::default(),
    };
    assert!(shell.runner.hub.handle(input, shell.now).is_empty());
}

#[test]
fn second_login_on_a_session_is_refused() {
    let mut shell = Shell::new();
    let alice = shell.login("alice", "a1");
    let login = Login {
        app_key: AppKey::parse("demo").unwrap(),
        accid: super::shell::accid("bob"),
        token: Token::from(String::new()),
        device: super::shell::device("b1"),
        cursor: None,
        calls: Vec::new(),
    };
    assert_eq!(
        kind(shell.ask(alice, Command::Login(login))),
        ErrorKind::BadRequest
    );
}
