//! What an outage, a reload and a restart of the server look like.

use std::time::Duration;

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, MediaEvent, Op, Output, State};
use hullo_protocol::{
    CallKind, CallState, CallSummary, Command, EndReason, ErrorBody, ErrorKind, Event, Media,
    Message, MessageBody, MessageId, ParticipantState, RecordStatus, SessionClosed, Snapshot,
    Success,
};

use crate::phone::{INVITE, Phone, accid, call_bob, invited, login, view};

fn active(version: u64) -> Snapshot {
    let mut call = view(INVITE, "bob", version, ParticipantState::Joined);
    call.state = CallState::Active;
    call.participants[0].state = ParticipantState::Joined;
    Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    }
}

fn record() -> CallSummary {
    CallSummary {
        call_id: INVITE,
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("bob"),
        callee: accid("alice"),
        media: Media::Video,
        status: RecordStatus::Complete,
        reason: EndReason::HungUp,
        ended_by: Some(accid("bob")),
        started_at_ms: 1,
        accepted_at_ms: Some(2),
        ended_at_ms: 3,
        outcome: ParticipantState::Left,
        caller_ms: 0,
        callee_ms: 0,
        people: 2,
    }
}

#[test]
fn call_survives_a_new_login_and_says_so_once() {
    let mut phone = Phone::in_call();
    phone.reconnect(active(9));
    assert_eq!(phone.state(), State::InCall);
    let news = phone.news();
    assert!(matches!(news[0], AppEvent::Reconnecting), "{news:?}");
    assert_eq!(
        news.iter()
            .filter(|e| matches!(e, AppEvent::Reconnecting))
            .count(),
        1
    );
    assert_eq!(
        news.iter()
            .filter(|e| matches!(e, AppEvent::Reconnected))
            .count(),
        1
    );
    assert!(phone.ends().is_empty());
    let login = phone.last(|c| matches!(c, Command::Login(_)));
    assert!(matches!(&login.command, Command::Login(login) if login.calls == [INVITE]));
}

#[test]
fn call_that_ended_meanwhile_ends_here_for_the_recorded_reason() {
    let mut phone = Phone::in_call();
    phone.reconnect(Snapshot {
        ended: vec![record()],
        ..Snapshot::default()
    });
    assert_eq!(phone.ends(), [EndReason::HungUp]);
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::EndedWhileAway { .. }))
    );
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn reloaded_page_is_in_its_call_again() {
    let mut phone = Phone::new();
    phone.ask(login());
    phone.give(Input::SocketOpened);
    phone.welcome(active(9));
    assert_eq!(phone.state(), State::InCall);
    phone.offer();
    assert!(phone.media.contains(&MediaCommand::Capture {
        audio: true,
        video: true,
        screen: false,
    }));
    assert!(phone.media.iter().any(|c| matches!(
        c,
        MediaCommand::Flow {
            audio: true,
            video: true,
            ..
        }
    )));
}

#[test]
fn server_that_was_restarted_is_known_by_its_certificate_and_gets_a_new_connection() {
    let mut phone = Phone::in_call();
    let before = phone.peer();
    phone.reconnect(active(9));
    assert!(
        phone
            .media
            .contains(&MediaCommand::Restart { peer: before })
    );
    let event = MediaEvent::Offered {
        peer: before,
        sdp: "v=0\r\n".into(),
    };
    phone.give(Input::Media { event });
    let re = phone.last(|c| matches!(c, Command::OfferMedia { .. })).id;
    let sdp = "a=fingerprint:sha-256 BB\r\n".to_owned();
    phone.reply(re, Ok(hullo_protocol::Success::Answer { sdp }));
    assert!(phone.peer() > before);
    assert!(
        !phone
            .media
            .iter()
            .any(|c| matches!(c, MediaCommand::Answer { .. }))
    );
}

#[test]
fn invite_rings_for_the_time_that_is_left_and_not_longer() {
    let mut phone = Phone::new();
    phone.ask(login());
    phone.give(Input::SocketOpened);
    phone.welcome(invited(4_000));
    assert_eq!(phone.state(), State::Called);
    let left = |e: &&AppEvent| {
        matches!(
            e,
            AppEvent::Invited {
                ring_ms_left: 4_000,
                ..
            }
        )
    };
    assert!(phone.news().iter().any(left));
    phone.give(Input::SocketClosed);
    phone.pass(7_500);
    assert_eq!(phone.state(), State::Idle);
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::CallingTimeOut))
    );
    assert_eq!(phone.ends(), [EndReason::TimedOut]);
}

#[test]
fn accept_is_repeated_under_its_name_after_an_outage() {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    let accept = |c: &Command| matches!(c, Command::Accept { .. });
    let first = phone.last(accept).request_id;
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.forget();
    phone.give(Input::SocketOpened);
    phone.welcome_again(invited(9_000));
    assert_eq!(phone.last(accept).request_id, first);
    phone.answer_accept();
    assert_eq!(phone.state(), State::InCall);
}

#[test]
fn silent_server_is_asked_and_then_given_up() {
    let mut phone = Phone::logged_in();
    phone.pass(10_500);
    assert!(phone.has_sent(|c| matches!(c, Command::Ping)));
    phone.outputs.clear();
    phone.pass(6_000);
    assert!(phone.outputs.contains(&Output::CloseSocket));
    assert!(phone.outputs.contains(&Output::OpenSocket));
}

#[test]
fn server_whose_storage_stalls_is_asked_whether_it_is_there_and_kept() {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Audio));
    phone.outputs.clear();
    phone.pass(3_500);
    let ping = phone.last(|c| matches!(c, Command::Ping)).id;
    phone.reply(ping, Ok(Success::Done));
    phone.pass(6_000);
    assert!(!phone.outputs.contains(&Output::CloseSocket));
}

#[test]
fn reconnection_waits_longer_each_time_and_never_gives_up() {
    let mut phone = Phone::logged_in();
    let mut waits = Vec::new();
    for _ in 0..12 {
        phone.give(Input::SocketClosed);
        phone.outputs.clear();
        let began = phone.now;
        while !phone.outputs.contains(&Output::OpenSocket) {
            phone.pass(50);
        }
        waits.push(phone.now - began);
    }
    assert!(
        waits[0] <= 300 && waits[11] >= 5_000 && waits[11] <= 10_100,
        "{waits:?}"
    );
}

#[test]
fn login_that_came_too_often_is_tried_again_when_the_server_has_said() {
    let mut phone = Phone::logged_in();
    phone.give(Input::SocketClosed);
    phone.outputs.clear();
    while !phone.outputs.contains(&Output::OpenSocket) {
        phone.pass(50);
    }
    phone.give(Input::SocketOpened);
    let login = phone.last(|c| matches!(c, Command::Login(_))).id;
    let error = ErrorBody::new(ErrorKind::RateLimited, "wait 20 s");
    phone.reply(login, Err(error.after(Duration::from_secs(20))));
    phone.outputs.clear();
    phone.pass(19_900);
    assert!(!phone.outputs.contains(&Output::OpenSocket));
    phone.pass(200);
    assert!(phone.outputs.contains(&Output::OpenSocket));
}

#[test]
fn lost_media_is_restarted_and_the_person_sees_a_banner_once() {
    let mut phone = Phone::in_call();
    let peer = phone.peer();
    phone.give(Input::Media {
        event: MediaEvent::Disconnected { peer },
    });
    phone.pass(600);
    assert!(phone.media.contains(&MediaCommand::Restart { peer }));
    phone.offer();
    let banner: Vec<_> = phone.news().into_iter().cloned().collect();
    assert!(
        matches!(banner[..], [AppEvent::Reconnecting, AppEvent::Reconnected]),
        "{banner:?}"
    );
}

#[test]
fn session_taken_over_by_another_does_not_come_back() {
    let mut phone = Phone::in_call();
    phone.event(Event::SessionClosed {
        reason: SessionClosed::Replaced,
    });
    assert_eq!(phone.ends(), [EndReason::LoggedOut]);
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::Disconnect { .. }))
    );
    phone.outputs.clear();
    phone.pass(60_000);
    assert!(!phone.outputs.contains(&Output::OpenSocket));
}

#[test]
fn server_that_restarts_is_come_back_to_soon() {
    let mut phone = Phone::in_call();
    phone.event(Event::SessionClosed {
        reason: SessionClosed::ShuttingDown,
    });
    phone.give(Input::SocketClosed);
    phone.outputs.clear();
    phone.pass(2_000);
    assert!(phone.outputs.contains(&Output::OpenSocket));
    assert!(phone.ends().is_empty());
}

#[test]
fn revoked_token_fails_the_first_login_and_disconnects_a_later_one() {
    let refuse = |phone: &mut Phone| {
        let re = phone.last(|c| matches!(c, Command::Login(_))).id;
        phone.reply(re, Err(ErrorKind::TokenRevoked.into()));
    };
    let mut phone = Phone::new();
    let ticket = phone.ask(login());
    phone.give(Input::SocketOpened);
    refuse(&mut phone);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::TokenRevoked)));

    let mut phone = Phone::in_call();
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    refuse(&mut phone);
    assert!(
        phone
            .news()
            .iter()
            .any(|e| matches!(e, AppEvent::Disconnect { .. }))
    );
    assert_eq!(phone.state(), State::Idle);
}

#[test]
fn login_without_a_server_fails_in_time() {
    let mut phone = Phone::new();
    let ticket = phone.ask(login());
    phone.give(Input::SocketClosed);
    phone.pass(11_000);
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::NoConnection)));
}

#[test]
fn message_is_told_once_and_the_cursor_follows() {
    let mut phone = Phone::logged_in();
    let body = MessageBody::Call(record());
    let message = Message {
        id: MessageId(5),
        from: accid("bob"),
        to: accid("alice"),
        sent_at_ms: 3,
        body,
    };
    phone.event(Event::MessageAdded {
        message: message.clone(),
    });
    phone.reconnect(Snapshot {
        messages: vec![message],
        ..Snapshot::default()
    });
    assert_eq!(
        phone
            .news()
            .iter()
            .filter(|e| matches!(e, AppEvent::MessageAdded { .. }))
            .count(),
        1
    );
    let login = phone.last(|c| matches!(c, Command::Login(_)));
    assert!(matches!(&login.command, Command::Login(login) if login.cursor == Some(MessageId(5))));
}

#[test]
fn message_that_was_told_before_a_reload_is_not_told_again() {
    let mut phone = Phone::new();
    let kept = MessageId(5);
    let Op::Login {
        app_key,
        accid: me,
        token,
        device,
        ..
    } = login()
    else {
        unreachable!("`login` makes a login");
    };
    phone.ask(Op::Login {
        app_key,
        accid: me,
        token,
        provider: false,
        device,
        cursor: Some(kept),
    });
    phone.give(Input::SocketOpened);
    let login = phone.last(|c| matches!(c, Command::Login(_)));
    assert!(matches!(&login.command, Command::Login(login) if login.cursor == Some(kept)));
    let message = |id| Message {
        id,
        from: accid("bob"),
        to: accid("alice"),
        sent_at_ms: 3,
        body: MessageBody::Call(record()),
    };
    phone.welcome(Snapshot {
        messages: vec![message(kept), message(MessageId(7))],
        more: true,
        cursor: MessageId(9),
        ..Snapshot::default()
    });
    let told: Vec<MessageId> = phone
        .news()
        .iter()
        .filter_map(|event| match event {
            AppEvent::MessageAdded { message } => Some(message.id),
            _ => None,
        })
        .collect();
    assert_eq!(told, [MessageId(7)]);
    assert!(phone.news().contains(&&AppEvent::MessagesSkipped));
    let cursors: Vec<&Output> = phone
        .outputs
        .iter()
        .filter(|output| matches!(output, Output::KeepCursor { .. }))
        .collect();
    let keep = |id| Output::KeepCursor {
        accid: accid("alice"),
        cursor: MessageId(id),
    };
    assert_eq!(cursors, [&keep(7), &keep(9)]);
}

#[test]
fn dial_during_an_outage_is_made_when_the_connection_is_back() {
    let mut phone = Phone::logged_in();
    phone.give(Input::SocketClosed);
    phone.ask(call_bob(Media::Audio));
    assert_eq!(phone.state(), State::Calling);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot::default());
    assert!(phone.has_sent(|c| matches!(c, Command::StartCall(_))));
}

impl Phone {
    fn welcome_again(&mut self, snapshot: Snapshot) {
        self.welcome(snapshot);
    }
}
