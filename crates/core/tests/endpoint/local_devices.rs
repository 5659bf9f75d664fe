//! This device's microphone and camera as facts: what they do, apart from what the person wants, here and for the others.

use hullo_core::endpoint::{AppEvent, Input, LocalDevice, MediaCommand, MediaEvent, Op, State};
use hullo_protocol::DeviceState::{Asking, Failed, Off, On};
use hullo_protocol::{
    CallState, Command, DeviceFailure, DeviceState, ErrorKind, ParticipantState, SlotKind, Snapshot,
};

use crate::phone::{INVITE, Phone, view};

/// What the server was told of microphone and camera, each time.
fn told(phone: &Phone) -> Vec<(DeviceState, DeviceState)> {
    let sent = phone.sent.iter().map(|request| &request.command);
    let states = sent.filter_map(|command| match command {
        Command::SetMedia { audio, video, .. } => Some((*audio, *video)),
        _ => None,
    });
    states.collect()
}

fn errors(phone: &Phone) -> Vec<ErrorKind> {
    let kinds = phone.events.iter().filter_map(|event| match event {
        AppEvent::Error { error } => Some(error.kind),
        _ => None,
    });
    kinds.collect()
}

fn retries(phone: &Phone) -> Vec<SlotKind> {
    let kinds = phone.media.iter().filter_map(|command| match command {
        MediaCommand::Retry { kind } => Some(*kind),
        _ => None,
    });
    kinds.collect()
}

fn fail(phone: &mut Phone, kind: SlotKind, failure: DeviceFailure) {
    phone.give(Input::Media {
        event: MediaEvent::Device {
            kind,
            state: Failed,
            failure: Some(failure),
            message: Some("no".to_owned()),
        },
    });
}

/// Alice answers; her browser still asks her.
fn answered() -> Phone {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    phone.answer_accept();
    phone.forget();
    phone
}

/// After a reload: alice is in the call, and the server says what her microphone and camera do.
fn reloaded(audio: DeviceState, video: DeviceState) -> Phone {
    let mut phone = Phone::new();
    phone.sign_in();
    phone.give(Input::SocketOpened);
    let mut call = view(INVITE, "bob", 9, ParticipantState::Joined);
    call.state = CallState::Active;
    (call.participants[1].audio, call.participants[1].video) = (audio, video);
    phone.welcome(Snapshot {
        calls: vec![call],
        ..Snapshot::default()
    });
    assert_eq!(phone.state(), State::InCall);
    phone
}

#[test]
fn device_is_asking_until_the_browser_has_opened_it() {
    let mut phone = answered();
    let local = phone.local().unwrap();
    assert_eq!(
        (local.microphone.state, local.camera.state),
        (Asking, Asking)
    );
    phone.device(SlotKind::Audio, On);
    let local = phone.local().unwrap();
    assert_eq!((local.microphone.state, local.camera.state), (On, Asking));
    assert_eq!(told(&phone).last(), Some(&(On, Asking)));
    phone.device(SlotKind::Video, On);
    assert_eq!(told(&phone).last(), Some(&(On, On)));
}

#[test]
fn server_that_takes_the_devices_to_be_asked_for_is_not_told_so() {
    let mut phone = Phone::called();
    phone.ask(Op::ACCEPT);
    let re = phone.last(|c| matches!(c, Command::Accept { .. })).id;
    let mut call = view(INVITE, "bob", 3, ParticipantState::Accepted);
    call.state = CallState::Active;
    (call.participants[1].audio, call.participants[1].video) = (Asking, Asking);
    let refused = Vec::new();
    phone.reply(re, Ok(hullo_protocol::Success::Call { call, refused }));
    assert!(told(&phone).is_empty());
    phone.device(SlotKind::Audio, On);
    assert_eq!(told(&phone), [(On, Asking)]);
}

#[test]
fn caller_tells_what_its_devices_do_while_it_rings() {
    let mut phone = Phone::calling();
    phone.ask(Op::MuteLocalAudio { muted: true });
    assert_eq!(told(&phone), [(Off, Asking)]);
    phone.device(SlotKind::Video, On);
    assert_eq!(told(&phone).last(), Some(&(Off, On)));
}

#[test]
fn failed_device_stays_wanted_and_comes_back_by_itself() {
    let mut phone = answered();
    fail(&mut phone, SlotKind::Audio, DeviceFailure::Busy);
    assert_eq!(
        phone.local().unwrap().microphone.failure,
        Some(DeviceFailure::Busy)
    );
    assert!(!phone.local().unwrap().audio_muted, "nobody has muted it");
    assert_eq!(told(&phone).last(), Some(&(Failed, Asking)));
    let closes = |c: &MediaCommand| matches!(c, MediaCommand::Capture { audio: false, .. });
    assert!(!phone.media.iter().any(closes), "{:?}", phone.media);
    phone.device(SlotKind::Audio, Asking);
    phone.device(SlotKind::Audio, On);
    let on = LocalDevice {
        state: On,
        failure: None,
    };
    assert_eq!(phone.local().unwrap().microphone, on);
    assert_eq!(told(&phone).last(), Some(&(On, Asking)));
}

#[test]
fn failure_is_said_once_until_somebody_tries_again() {
    let mut phone = answered();
    fail(&mut phone, SlotKind::Audio, DeviceFailure::Denied);
    phone.device(SlotKind::Audio, Asking);
    fail(&mut phone, SlotKind::Audio, DeviceFailure::Denied);
    assert_eq!(errors(&phone), [ErrorKind::MicrophoneDenied]);
    fail(&mut phone, SlotKind::Audio, DeviceFailure::Missing);
    assert_eq!(errors(&phone).len(), 2, "another one");
    phone.ask(Op::RetryDevice {
        kind: SlotKind::Audio,
    });
    assert_eq!(phone.local().unwrap().microphone.state, Asking);
    fail(&mut phone, SlotKind::Audio, DeviceFailure::Missing);
    assert_eq!(errors(&phone).len(), 3, "the person has asked");
}

#[test]
fn failed_device_is_tried_again_by_whatever_asks_for_it() {
    let asks = [
        (
            SlotKind::Audio,
            Op::RetryDevice {
                kind: SlotKind::Audio,
            },
        ),
        (SlotKind::Audio, Op::MuteLocalAudio { muted: false }),
        (SlotKind::Video, Op::EnableLocalVideo { enabled: true }),
        (SlotKind::Video, Op::MuteLocalVideo { muted: false }),
    ];
    for (kind, op) in asks {
        let mut phone = answered();
        phone.ask(op.clone());
        assert!(retries(&phone).is_empty(), "it has not failed: {op:?}");
        fail(&mut phone, kind, DeviceFailure::Busy);
        phone.ask(op);
        assert_eq!(retries(&phone), [kind]);
    }
}

#[test]
fn muted_camera_is_closed() {
    let mut phone = answered();
    phone.device(SlotKind::Video, On);
    phone.ask(Op::MuteLocalVideo { muted: true });
    assert!(phone.media.contains(&MediaCommand::Capture {
        audio: true,
        video: false,
        screen: false,
    }));
    assert_eq!(phone.local().unwrap().camera.state, Off);
    assert_eq!(told(&phone).last(), Some(&(Asking, Off)));
    // What was on its way when it was closed is no news.
    phone.device(SlotKind::Video, On);
    assert_eq!(phone.local().unwrap().camera.state, Off);
    phone.ask(Op::MuteLocalVideo { muted: false });
    assert_eq!(phone.local().unwrap().camera.state, Asking);
}

#[test]
fn muted_microphone_is_off_for_the_others_and_open_here() {
    let mut phone = answered();
    phone.device(SlotKind::Audio, On);
    phone.ask(Op::MuteLocalAudio { muted: true });
    assert_eq!(phone.local().unwrap().microphone.state, On);
    assert_eq!(told(&phone).last(), Some(&(Off, Asking)));
}

#[test]
fn reload_mutes_nobody_who_had_no_microphone() {
    for state in [Failed, Asking, On] {
        let local = reloaded(state, state).local().unwrap();
        assert!(!local.audio_muted && local.video_enabled, "{state:?}");
    }
    let local = reloaded(Off, Off).local().unwrap();
    assert!(local.audio_muted && !local.video_enabled);
}

#[test]
fn device_is_off_when_the_call_is_over() {
    let mut phone = answered();
    phone.device(SlotKind::Audio, On);
    phone.ask(Op::Hangup);
    assert_eq!(phone.local().unwrap().microphone.state, Off);
}
