//! More people for a call: inviting, growing from two to several, and the connection that grows with it.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, Op, State, Value};
use hullo_protocol::{
    CallKind, CallState, Command, EndReason, ErrorKind, Event, GroupTerms, Media, ParticipantState,
    Success,
};

use crate::phone::group::{call_all, call_of, crowd, invite_all, member, snapshot_of, unknown};
use crate::phone::{INVITE, Phone, accid, call_bob};

fn is_invite(command: &Command) -> bool {
    matches!(command, Command::Invite(_))
}

fn names(phone: &Phone) -> Vec<String> {
    let participants = phone.call().unwrap().participants.iter();
    participants.map(|p| p.accid.to_string()).collect()
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
    accepting.ask(Op::ACCEPT);
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
fn invite_names_whom_and_completes_with_those_who_could_not_be_invited() {
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
fn invite_that_the_server_refuses_says_why_and_the_call_goes_on() {
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
fn invite_during_an_outage_is_repeated_under_its_name() {
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
fn invite_whose_call_ends_fails_with_it() {
    let mut phone = Phone::in_group();
    let ticket = phone.ask(invite_all(&["erin"]));
    phone.end(EndReason::HungUp, "bob");
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::CallOver)));
}

#[test]
fn call_of_two_grows_into_a_group_and_media_flow_on() {
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
            video: 2,
            screen: false,
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
fn connection_has_as_many_lines_as_others_with_some_to_spare() {
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
fn invite_to_a_group_says_who_is_invited_and_by_whom() {
    let mut phone = Phone::logged_in();
    let mut call = crowd(INVITE, "bob", 5, &[("carol", ParticipantState::Ringing)]);
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
        name: None,
        avatar: None,
        accids: vec![accid("carol"), accid("alice")],
        group: true,
        group_id: None,
        media: Media::Video,
        attachment: None,
        ring_ms_left: 8_000,
        call_id: INVITE,
    };
    assert_eq!(phone.news(), [&invited]);
    assert_eq!(phone.lines(), [("open", 2, 2)]);
}
