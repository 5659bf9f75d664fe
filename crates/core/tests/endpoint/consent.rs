//! Nobody but the person at the device opens its camera, and what the person closed stays closed.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, Op, State, Value};
use hullo_protocol::{
    CallState, Command, DeviceState, ErrorKind, Event, Media, ParticipantState, Snapshot, Success,
    SwitchView,
};

use crate::phone::{INVITE, Phone, accid, call_bob, view};

fn opens_camera(phone: &Phone) -> bool {
    let opens =
        |command: &MediaCommand| matches!(command, MediaCommand::Capture { video: true, .. });
    phone.media.iter().any(opens)
}

fn audio_call() -> Phone {
    let mut phone = Phone::in_call();
    phone.change(|delta| delta.media = Some(Media::Audio));
    phone.forget();
    phone
}

fn is_switch(command: &Command) -> bool {
    matches!(command, Command::Switch { .. })
}

#[test]
fn voice_call_that_meets_the_other_sides_video_call_keeps_the_camera_closed() {
    let mut phone = Phone::logged_in();
    phone.ask(call_bob(Media::Audio));
    let mut call = view(INVITE, "bob", 5, ParticipantState::Accepted);
    call.state = CallState::Active;
    phone.answer_start(call);
    assert_eq!(phone.state(), State::InCall);
    assert!(!opens_camera(&phone), "{:?}", phone.media);
    assert!(phone.has_sent(|c| matches!(
        c,
        Command::SetMedia {
            audio: DeviceState::Asking,
            video: DeviceState::Off,
            ..
        }
    )));
    phone.ask(Op::EnableLocalVideo { enabled: true });
    assert!(opens_camera(&phone));
}

#[test]
fn reloaded_page_does_not_open_a_camera_that_was_off() {
    let mut phone = Phone::new();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    let mut call = view(INVITE, "bob", 9, ParticipantState::Joined);
    call.state = CallState::Active;
    call.participants[1].video = DeviceState::Off;
    phone.welcome(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert_eq!(phone.state(), State::InCall);
    assert!(!opens_camera(&phone), "{:?}", phone.media);
    let local = phone.local().unwrap();
    assert!(!local.video_enabled && !local.video_muted);
}

#[test]
fn asking_for_video_twice_asks_once_and_both_learn_the_answer() {
    let mut phone = audio_call();
    let first = phone.ask(Op::SwitchCallType {
        media: Media::Video,
    });
    let second = phone.ask(Op::SwitchCallType {
        media: Media::Video,
    });
    assert_eq!(
        phone.sent.iter().filter(|r| is_switch(&r.command)).count(),
        1
    );
    phone.change(|delta| delta.media = Some(Media::Video));
    let agreed = Some(&Ok(Value::Switched { agreed: true }));
    assert_eq!(phone.result_of(first), agreed);
    assert_eq!(phone.result_of(second), agreed);
    assert!(opens_camera(&phone));
}

#[test]
fn switch_to_video_can_be_taken_back() {
    let mut phone = audio_call();
    let video = phone.ask(Op::SwitchCallType {
        media: Media::Video,
    });
    let re = phone.last(is_switch).id;
    let asked = SwitchView {
        by: accid("alice"),
        media: Media::Video,
    };
    phone.change(|delta| delta.switch = Some(Some(asked)));
    phone.reply(re, Ok(Success::Done));
    let audio = phone.ask(Op::SwitchCallType {
        media: Media::Audio,
    });
    assert_eq!(
        phone.result_of(video),
        Some(&Ok(Value::Switched { agreed: false }))
    );
    let back = phone.last(is_switch).clone();
    assert!(matches!(
        back.command,
        Command::Switch {
            media: Media::Audio,
            ..
        }
    ));
    phone.change(|delta| delta.switch = Some(None));
    phone.reply(back.id, Ok(Success::Done));
    assert_eq!(
        phone.result_of(audio),
        Some(&Ok(Value::Switched { agreed: true }))
    );
    assert!(!opens_camera(&phone));
}

#[test]
fn late_refusal_of_a_switch_is_not_that_of_the_next() {
    let mut phone = audio_call();
    let video = Op::SwitchCallType {
        media: Media::Video,
    };
    let by = accid("alice");
    let asked = SwitchView {
        by,
        media: Media::Video,
    };
    let refused = Event::SwitchRefused {
        call_id: phone.call_id(),
        media: Media::Video,
    };
    let first = phone.ask(video.clone());
    phone.change(|delta| delta.switch = Some(Some(asked.clone())));
    phone.reply(phone.last(is_switch).id, Ok(Success::Done));
    phone.change(|delta| delta.switch = Some(None));
    let disagreed = Some(&Ok(Value::Switched { agreed: false }));
    assert_eq!(phone.result_of(first), disagreed);

    // Asked again before the event that tells of the refusal has come.
    let second = phone.ask(video);
    phone.event(refused.clone());
    assert_eq!(phone.result_of(second), None);
    phone.change(|delta| delta.switch = Some(Some(asked)));
    phone.reply(phone.last(is_switch).id, Ok(Success::Done));
    assert_eq!(phone.result_of(second), None);
    phone.event(refused);
    assert_eq!(phone.result_of(second), disagreed);
}

#[test]
fn camera_of_a_voice_call_cannot_be_opened() {
    let mut phone = audio_call();
    let ticket = phone.ask(Op::EnableLocalVideo { enabled: true });
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::BadRequest)));
    assert!(!opens_camera(&phone));
}

#[test]
fn who_agrees_to_video_opens_the_own_camera() {
    let mut phone = audio_call();
    let asked = SwitchView {
        by: accid("bob"),
        media: Media::Video,
    };
    phone.change(|delta| delta.switch = Some(Some(asked)));
    assert!(matches!(phone.news()[..], [AppEvent::SwitchAsked { .. }]));
    assert!(!opens_camera(&phone));
    phone.ask(Op::AnswerSwitch { agree: true });
    phone.change(|delta| {
        delta.media = Some(Media::Video);
        delta.switch = Some(None);
    });
    assert!(opens_camera(&phone));
}
