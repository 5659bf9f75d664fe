//! What is lost with a connection is made up for when it is back.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, MediaEvent, Op, Output, State, Value};
use hullo_protocol::{
    CallKind, CallState, CallSummary, Command, EndReason, Event, Media, ParticipantState, Presence,
    RecordStatus, Snapshot, Success,
};

use crate::phone::{INVITE, Phone, accid, call_bob, invited, view};

fn restarts(phone: &Phone) -> usize {
    let restart = |command: &&MediaCommand| matches!(command, MediaCommand::Restart { .. });
    phone.media.iter().filter(restart).count()
}

/// The invite was over while the device was away.
fn over(reason: EndReason, by: &str, answered: bool) -> Snapshot {
    let record = CallSummary {
        call_id: INVITE,
        kind: CallKind::OneToOne,
        group_id: None,
        caller: accid("bob"),
        callee: accid("alice"),
        media: Media::Video,
        status: RecordStatus::Rejected,
        reason,
        ended_by: Some(accid(by)),
        started_at_ms: 1,
        accepted_at_ms: answered.then_some(2),
        ended_at_ms: 3,
        outcome: match (answered, reason) {
            (true, _) => ParticipantState::Left,
            (false, EndReason::Rejected) if by == "alice" => ParticipantState::Rejected,
            (false, _) => ParticipantState::Cancelled,
        },
        caller_ms: 0,
        callee_ms: 0,
        people: 2,
    };
    Snapshot {
        ended: vec![record],
        ..Snapshot::default()
    }
}

#[test]
fn offer_lost_with_the_connection_is_made_again_while_the_dial_is_repeated() {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Video));
    let (peer, call_id) = (phone.peer(), phone.call_id());
    let event = MediaEvent::Offered {
        peer,
        sdp: "v=0\r\n".into(),
    };
    phone.give(Input::Media { event });
    phone.forget();
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot::default());
    assert!(phone.has_sent(|c| matches!(c, Command::StartCall(_))));
    assert_eq!(restarts(&phone), 1);
    phone.answer_start(view(call_id, "alice", 1, ParticipantState::Delivered));
    phone.offer();
    let offered =
        |c: &Command| matches!(c, Command::OfferMedia { call_id: id, .. } if *id == call_id);
    assert!(phone.has_sent(offered));
}

#[test]
fn dial_whose_answer_was_lost_is_known_by_the_next_login() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_bob(Media::Video));
    let call_id = phone.call_id();
    phone.give(Input::SocketClosed);
    phone.forget();
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    let mut call = view(call_id, "alice", 4, ParticipantState::Accepted);
    call.state = CallState::Active;
    phone.welcome(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::Call { .. }))
    ));
    assert_eq!(phone.state(), State::InCall);
    assert_eq!(restarts(&phone), 1);
    assert!(!phone.has_sent(|c| matches!(c, Command::StartCall(_))));
    phone.pass(11_000);
    assert_eq!(phone.state(), State::InCall);
}

#[test]
fn offer_lost_with_the_connection_is_made_again_while_the_accept_is_repeated() {
    let mut phone = Phone::logged_in();
    phone.invite(30_000);
    phone.ask(Op::ACCEPT);
    phone.forget();
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone.welcome(invited(25_000));
    assert_eq!(restarts(&phone), 1);
}

#[test]
fn media_that_fails_without_a_connection_waits_for_it() {
    let mut phone = Phone::in_call();
    let peer = phone.peer();
    phone.give(Input::SocketClosed);
    for _ in 0..10 {
        let event = MediaEvent::Failed { peer };
        phone.give(Input::Media { event });
        phone.pass(5_000);
    }
    assert_eq!(
        phone.peer(),
        peer,
        "no connection is made that nobody can answer"
    );
    assert_eq!(restarts(&phone), 0);
}

#[test]
fn presence_that_changed_during_an_outage_is_told() {
    let mut phone = Phone::logged_in();
    let watch = |c: &Command| matches!(c, Command::WatchPresence { .. });
    let ticket = phone.ask(Op::WatchPresence {
        accids: vec![accid("bob")],
    });
    let bob = |online| Presence {
        accid: accid("bob"),
        online,
    };
    let answer = |phone: &mut Phone, online| {
        let re = phone.last(watch).id;
        let accounts = vec![bob(online)];
        phone.reply(re, Ok(Success::Presence { accounts }));
    };
    answer(&mut phone, false);
    assert!(matches!(
        phone.result_of(ticket),
        Some(Ok(Value::Presence { .. }))
    ));
    phone.forget();
    phone.reconnect(Snapshot::default());
    answer(&mut phone, true);
    let presence = bob(true);
    assert_eq!(phone.news(), [&AppEvent::PresenceChanged { presence }]);
}

#[test]
fn invite_answered_on_another_device_during_an_outage_is_not_a_call_that_ended() {
    let mut phone = Phone::called();
    phone.reconnect(Snapshot::default());
    assert!(matches!(
        phone.news()[..],
        [AppEvent::OtherClientAccept { .. }]
    ));

    let mut phone = Phone::called();
    phone.reconnect(over(EndReason::HungUp, "bob", true));
    assert!(matches!(
        phone.news()[..],
        [AppEvent::OtherClientAccept { .. }, ..]
    ));
    assert!(phone.ends().is_empty());

    let mut phone = Phone::called();
    phone.reconnect(over(EndReason::Rejected, "alice", false));
    assert!(matches!(
        phone.news()[..],
        [AppEvent::OtherClientReject { .. }, ..]
    ));
    assert!(phone.ends().is_empty());
}

#[test]
fn caller_called_back_into_the_own_group_call_learns_that_it_ended() {
    let mut phone = Phone::logged_in();
    let mut call = view(INVITE, "alice", 9, ParticipantState::Joined);
    call.kind = CallKind::Group;
    call.participants[0].state = ParticipantState::Delivered;
    phone.event(Event::CallInvited {
        call,
        ring_ms_left: 30_000,
    });
    assert_eq!(phone.state(), State::Called);
    let mut ended = over(EndReason::TimedOut, "bob", true);
    ended.ended[0].kind = CallKind::Group;
    ended.ended[0].caller = accid("alice");
    ended.ended[0].callee = accid("bob");
    phone.reconnect(ended);
    assert_eq!(phone.ends(), [EndReason::TimedOut]);
}

#[test]
fn invite_cancelled_during_an_outage_ends_as_cancelled() {
    let mut phone = Phone::called();
    phone.reconnect(over(EndReason::Cancelled, "bob", false));
    assert_eq!(phone.ends(), [EndReason::Cancelled]);
}

#[test]
fn call_that_the_server_has_forgotten_ends_as_lost() {
    for state in [State::Calling, State::InCall] {
        let mut phone = Phone::in_state(state);
        phone.reconnect(Snapshot::default());
        assert_eq!(phone.ends(), [EndReason::Lost], "{state:?}");
        assert_eq!(phone.state(), State::Idle);
    }
}

#[test]
fn signing_out_during_an_outage_leaves_the_call_for_good() {
    for state in [State::Calling, State::InCall] {
        let mut phone = Phone::in_state(state);
        let mut call = phone.call().unwrap().clone();
        let call_id = call.call_id;
        call.version += 3;
        call.state = CallState::Active;
        phone.give(Input::SocketClosed);
        phone.ask(Op::Logout);
        assert_eq!(phone.ends(), [EndReason::LoggedOut]);
        phone.forget();
        phone.sign_in();
        phone.give(Input::SocketOpened);
        phone.welcome(Snapshot {
            calls: vec![call],
            ..Snapshot::default()
        });
        assert_eq!(phone.state(), State::Idle, "{state:?}");
        assert!(phone.media.is_empty(), "{:?}", phone.media);
        assert!(phone.has_sent(|c| matches!(c, Command::Hangup { call_id: id } if *id == call_id)));
    }
}

#[test]
fn signing_out_during_an_outage_rejects_no_invite() {
    let mut phone = Phone::called();
    phone.give(Input::SocketClosed);
    phone.ask(Op::Logout);
    phone.sign_in();
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot::default());
    assert!(!phone.has_sent(|c| matches!(c, Command::Hangup { .. } | Command::Reject { .. })));
}

#[test]
fn dial_that_was_given_up_does_not_come_back_under_the_other_sides_name() {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Video));
    phone.ask(Op::Hangup);
    phone.forget();
    // The dial had met the other side's call: this account is in that, as far as the server knows.
    let mut call = view(INVITE, "bob", 3, ParticipantState::Accepted);
    call.state = CallState::Active;
    phone.reconnect(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert_eq!(phone.state(), State::Idle);
    assert!(phone.media.is_empty(), "{:?}", phone.media);
    assert!(phone.has_sent(|c| matches!(c, Command::Hangup { .. })));
}

#[test]
fn invite_that_met_a_dial_given_up_was_answered_on_no_other_device() {
    for by in ["alice", "bob"] {
        let mut phone = Phone::logged_in();
        phone.ask(call_bob(Media::Video));
        phone.ask(Op::Hangup);
        phone.invite(30_000);
        assert_eq!(phone.state(), State::Called);
        phone.forget();
        phone.reconnect(over(EndReason::HungUp, by, true));
        assert_eq!(phone.ends(), [EndReason::HungUp]);
        let elsewhere = |event: &AppEvent| matches!(event, AppEvent::OtherClientAccept { .. });
        assert!(!phone.events.iter().any(elsewhere), "{:?}", phone.events);
    }
}

#[test]
fn after_a_change_of_network_a_dead_socket_is_noticed_soon() {
    let mut phone = Phone::in_call();
    phone.give(Input::NetworkChanged);
    assert!(phone.has_sent(|c| matches!(c, Command::Ping)));
    assert_eq!(restarts(&phone), 1);
    phone.outputs.clear();
    phone.pass(5_000);
    assert!(phone.outputs.contains(&Output::CloseSocket));
    assert!(phone.outputs.contains(&Output::OpenSocket));
}

#[test]
fn request_that_is_not_answered_finds_a_dead_socket_and_goes_out_again() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(call_bob(Media::Audio));
    let request = phone
        .last(|c| matches!(c, Command::StartCall(_)))
        .request_id;
    phone.outputs.clear();
    phone.pass(6_500);
    assert!(phone.outputs.contains(&Output::CloseSocket));
    phone.sent.clear();
    phone.give(Input::SocketOpened);
    phone.welcome(Snapshot::default());
    let again = phone.last(|c| matches!(c, Command::StartCall(_)));
    assert_eq!(again.request_id, request, "and rings once");
    assert_eq!(phone.result_of(ticket), None);
}

#[test]
fn server_that_takes_its_time_is_not_given_up_while_it_is_heard() {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Audio));
    phone.outputs.clear();
    phone.pass_unanswered(9_000);
    assert!(!phone.outputs.contains(&Output::CloseSocket));
}

#[test]
fn socket_that_is_being_opened_over_the_old_network_is_opened_again() {
    let mut phone = Phone::logged_in();
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.outputs.clear();
    phone.give(Input::NetworkChanged);
    assert!(phone.outputs.contains(&Output::OpenSocket));
}

#[test]
fn signing_in_again_while_signed_in_tells_the_same_name() {
    let mut phone = Phone::new();
    phone.name = Some("Alice".into());
    let first = phone.log_in();
    let again = phone.sign_in();
    assert!(matches!(
        phone.result_of(first),
        Some(Ok(Value::LoggedIn { name: Some(_), .. }))
    ));
    assert_eq!(phone.result_of(again), phone.result_of(first));
}

/// The connection is back and the login is under way.
fn logging_in(mut phone: Phone) -> Phone {
    phone.give(Input::SocketClosed);
    phone.pass(1_000);
    phone.give(Input::SocketOpened);
    phone
}

#[test]
fn end_that_overtakes_the_snapshot_is_not_undone_by_it() {
    for state in [State::Calling, State::Called, State::InCall] {
        let mut phone = logging_in(Phone::in_state(state));
        let call = phone.call().unwrap().clone();
        phone.end(EndReason::Server, "bob");
        let mut snapshot = invited(9_000);
        if state == State::Called {
            snapshot.invites[0].call = call;
        } else {
            snapshot = Snapshot {
                calls: vec![call],
                ..Snapshot::default()
            };
        }
        phone.welcome(snapshot);
        assert_eq!(phone.state(), State::Idle, "{state:?}");
        assert_eq!(phone.ends(), [EndReason::Server], "{state:?}");
    }
}

#[test]
fn invite_that_overtakes_the_snapshot_rings_on() {
    let mut phone = logging_in(Phone::logged_in());
    phone.invite(9_000);
    phone.welcome(Snapshot::default());
    assert_eq!(phone.state(), State::Called);
}
