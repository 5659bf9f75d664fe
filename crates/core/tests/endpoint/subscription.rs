//! Whose pictures are received, and who speaks.

use hullo_core::endpoint::{AppEvent, Op, State, Value};
use hullo_protocol::{Command, ErrorKind, Event, Media, ParticipantState, Uid};

use crate::phone::group::{call_all, crowd, member, show, snapshot_of};
use crate::phone::{FOREIGN, Phone, accid};

#[test]
fn pictures_are_chosen_once_media_has_its_first_answer() {
    let mut phone = Phone::logged_in();
    phone.ask(call_all(&["bob", "carol"], Media::Video));
    let ringing = ParticipantState::Ringing;
    let others = [("bob", ringing), ("carol", ringing)];
    phone.answer_start(crowd(phone.call_id(), "alice", 1, &others));
    let ticket = phone.ask(show(&["carol", "bob"]));
    assert_eq!(phone.result_of(ticket), Some(&Ok(Value::Done)));
    assert!(phone.subscriptions().is_empty());
    phone.offer();
    assert_eq!(phone.subscriptions(), [[3, 2]]);
}

#[test]
fn pictures_are_chosen_again_only_when_the_choice_is_another() {
    let mut phone = Phone::in_group();
    for (names, sent) in [
        (vec!["bob", "carol"], 1),
        (vec!["bob", "carol"], 1),
        (vec!["carol", "bob"], 2),
        (vec![], 3),
        (vec![], 3),
    ] {
        phone.ask(show(&names));
        assert_eq!(phone.subscriptions().len(), sent, "{names:?}");
    }
    assert_eq!(phone.subscriptions().last(), Some(&vec![]));
}

#[test]
fn picture_of_somebody_who_is_not_there_yet_is_received_once_there() {
    let mut phone = Phone::in_group();
    phone.ask(show(&["bob", "erin"]));
    phone.add("erin", 9, ParticipantState::Invited);
    phone.move_to("erin", ParticipantState::Joined);
    assert_eq!(phone.subscriptions(), [vec![2], vec![2, 9]]);
}

#[test]
fn choice_of_pictures_is_made_again_after_a_reconnect_and_on_a_new_connection() {
    let mut phone = Phone::in_group();
    phone.ask(show(&["bob"]));
    let call = phone.call().unwrap().clone();
    phone.forget();
    phone.reconnect(snapshot_of(vec![call]));
    phone.offer();
    assert_eq!(phone.subscriptions(), [[2]]);
    phone.offer_answered_by("a=fingerprint:sha-256 BB\r\n");
    phone.forget();
    phone.offer_answered_by("a=fingerprint:sha-256 BB\r\n");
    assert_eq!(phone.subscriptions(), [[2]]);
}

#[test]
fn choice_of_pictures_that_the_server_could_not_take_is_made_again() {
    let mut phone = Phone::in_group();
    phone.ask(show(&["bob"]));
    let subscribe = |c: &Command| matches!(c, Command::Subscribe { .. });
    phone.answer(subscribe, Err(ErrorKind::RateLimited.into()));
    assert_eq!(phone.subscriptions().len(), 1, "not at once");
    phone.pass(1_000);
    assert_eq!(phone.subscriptions(), [[2], [2]]);
    phone.answer(subscribe, Err(ErrorKind::BadRequest.into()));
    phone.pass(5_000);
    assert_eq!(phone.subscriptions().len(), 2);
}

#[test]
fn pictures_can_be_chosen_in_a_call_only() {
    let mut phone = Phone::logged_in();
    let ticket = phone.ask(show(&["bob"]));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::NotInCall)));
}

#[test]
fn choice_of_pictures_does_not_outlive_its_call() {
    let mut phone = Phone::in_group();
    phone.ask(show(&["bob"]));
    phone.ask(Op::Hangup);
    phone.forget();
    phone.invite(9_000);
    phone.offer();
    assert_eq!(phone.state(), State::Called);
    assert!(phone.subscriptions().is_empty());
}

#[test]
fn who_speaks_is_told_by_name() {
    let mut phone = Phone::in_group();
    let call_id = phone.call_id();
    let mut speak = |call_id, uids: &[u64]| {
        phone.forget();
        let uids = uids.iter().map(|uid| Uid(*uid)).collect();
        phone.event(Event::MediaSpeakers { call_id, uids });
        phone.events.clone()
    };
    let speakers = |names: &[&str]| AppEvent::ActiveSpeakers {
        accids: names.iter().map(|name| accid(name)).collect(),
    };
    assert_eq!(speak(call_id, &[2, 77, 1]), [speakers(&["bob", "alice"])]);
    assert_eq!(speak(call_id, &[]), [speakers(&[])]);
    assert!(speak(FOREIGN, &[2]).is_empty());
}

#[test]
fn nobody_speaks_before_the_call_has_begun() {
    let mut phone = Phone::group_calling();
    let call_id = phone.call_id();
    let uids = vec![member("bob", 2, ParticipantState::Ringing).uid];
    phone.event(Event::MediaSpeakers { call_id, uids });
    assert!(phone.events.is_empty());
}
