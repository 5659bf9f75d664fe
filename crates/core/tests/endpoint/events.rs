//! What the application is told of the other participants, its devices and its sign-in, one test for each event.

use hullo_core::endpoint::{AppEvent, Input, MediaEvent, Op, State};
use hullo_protocol::{
    DeviceFailure, DeviceState, ErrorBody, ErrorKind, Event, ParticipantState, ParticipantView,
    Quality, QualityReport, SessionClosed, SlotKind,
};

use crate::phone::group::member;
use crate::phone::{FOREIGN, Phone, accid, call_bob, login};

const JOINED: ParticipantState = ParticipantState::Joined;

/// Bob, in the call with alice, changes.
fn bob_changes(phone: &mut Phone, change: impl FnOnce(&mut ParticipantView)) {
    let known = phone.call().unwrap().participants.iter();
    let mut bob = known
        .clone()
        .find(|p| p.accid == accid("bob"))
        .unwrap()
        .clone();
    change(&mut bob);
    phone.forget();
    phone.change(|delta| delta.participants = vec![bob]);
}

/// A microphone or camera cannot be had.
fn fail_device(phone: &mut Phone, kind: SlotKind, failure: DeviceFailure) -> Vec<AppEvent> {
    phone.forget();
    let event = MediaEvent::Device {
        kind,
        state: DeviceState::Failed,
        failure: Some(failure),
        message: Some("no such device".to_owned()),
    };
    phone.give(Input::Media { event });
    phone.news().into_iter().cloned().collect()
}

fn error(kind: ErrorKind) -> AppEvent {
    let error = ErrorBody::new(kind, "no such device");
    AppEvent::Error { error }
}

#[test]
fn user_ringing() {
    let mut phone = Phone::calling();
    phone.move_to("bob", ParticipantState::Ringing);
    assert_eq!(
        phone.news(),
        [&AppEvent::UserRinging {
            accid: accid("bob")
        }]
    );
    phone.move_to("bob", ParticipantState::Ringing);
    assert_eq!(phone.news().len(), 1, "once");
}

#[test]
fn user_reconnecting_and_user_reconnected() {
    let mut phone = Phone::in_call();
    bob_changes(&mut phone, |bob| bob.reconnecting = true);
    assert_eq!(
        phone.news(),
        [&AppEvent::UserReconnecting {
            accid: accid("bob")
        }]
    );
    bob_changes(&mut phone, |bob| bob.reconnecting = false);
    assert_eq!(
        phone.news(),
        [&AppEvent::UserReconnected {
            accid: accid("bob")
        }]
    );
}

#[test]
fn participant_who_does_not_come_back_is_not_told_as_reconnected() {
    let mut phone = Phone::in_group();
    bob_changes(&mut phone, |bob| bob.reconnecting = true);
    bob_changes(&mut phone, |bob| {
        bob.reconnecting = false;
        bob.state = ParticipantState::Lost;
    });
    assert_eq!(
        phone.news(),
        [&AppEvent::UserDisconnect {
            accid: accid("bob")
        }]
    );
}

#[test]
fn camera_available_and_video_muted() {
    let mut phone = Phone::in_call();
    for (state, on) in [(DeviceState::Off, false), (DeviceState::On, true)] {
        bob_changes(&mut phone, |bob| bob.video = state);
        let (accid, available, muted) = (accid("bob"), on, !on);
        let camera = AppEvent::CameraAvailable {
            accid: accid.clone(),
            available,
        };
        let mute = AppEvent::VideoMuted { accid, muted };
        assert_eq!(phone.news(), [&camera, &mute]);
    }
}

#[test]
fn audio_available_and_audio_muted() {
    let mut phone = Phone::in_call();
    for (state, on) in [(DeviceState::Off, false), (DeviceState::On, true)] {
        bob_changes(&mut phone, |bob| bob.audio = state);
        let (accid, available, muted) = (accid("bob"), on, !on);
        let sound = AppEvent::AudioAvailable {
            accid: accid.clone(),
            available,
        };
        let mute = AppEvent::AudioMuted { accid, muted };
        assert_eq!(phone.news(), [&sound, &mute]);
    }
}

#[test]
fn microphone_that_fails_is_not_available_and_not_muted() {
    let mut phone = Phone::in_call();
    let available = |available| AppEvent::AudioAvailable {
        accid: accid("bob"),
        available,
    };
    bob_changes(&mut phone, |bob| bob.audio = DeviceState::Failed);
    assert_eq!(phone.news(), [&available(false)]);
    bob_changes(&mut phone, |bob| bob.audio = DeviceState::Asking);
    assert!(phone.news().is_empty());
    bob_changes(&mut phone, |bob| bob.audio = DeviceState::On);
    assert_eq!(phone.news(), [&available(true)]);
}

#[test]
fn devices_of_somebody_who_joins_are_told_and_are_no_mutes() {
    let mut phone = Phone::in_group();
    let mut carol = member("carol", 3, JOINED);
    carol.video = DeviceState::Off;
    phone.change(|delta| delta.participants = vec![carol]);
    let accid = || accid("carol");
    let expected = [
        AppEvent::UserAccept { accid: accid() },
        AppEvent::UserEnter { accid: accid() },
        AppEvent::AudioAvailable {
            accid: accid(),
            available: true,
        },
        AppEvent::CameraAvailable {
            accid: accid(),
            available: false,
        },
    ];
    assert_eq!(phone.news(), expected.iter().collect::<Vec<_>>());
}

#[test]
fn own_devices_are_no_news_of_a_participant() {
    let mut phone = Phone::in_call();
    let mut me = member("alice", 2, JOINED);
    (me.audio, me.video, me.reconnecting) = (DeviceState::Off, DeviceState::Off, true);
    phone.change(|delta| delta.participants = vec![me]);
    assert!(phone.news().is_empty());
}

#[test]
fn user_network_quality() {
    let reports = vec![QualityReport {
        accid: accid("bob"),
        up: Quality::Good,
        down: Quality::Poor,
        rtt_ms: Some(40),
        jitter_ms: Some(3),
        loss_up_permille: Some(1),
        loss_down_permille: None,
    }];
    let report = |call_id| {
        let reports = reports.clone();
        Event::MediaQuality { call_id, reports }
    };
    let mut phone = Phone::in_call();
    phone.event(report(FOREIGN));
    assert!(phone.events.is_empty());
    phone.event(report(phone.call_id()));
    let reports = reports.clone();
    assert_eq!(phone.events, [AppEvent::UserNetworkQuality { reports }]);
    let mut phone = Phone::calling();
    phone.event(report(phone.call_id()));
    assert!(phone.events.is_empty(), "not before the call is active");
}

#[test]
fn microphone_denied_and_microphone_unavailable() {
    for (failure, kind) in [
        (DeviceFailure::Denied, ErrorKind::MicrophoneDenied),
        (DeviceFailure::Missing, ErrorKind::MicrophoneUnavailable),
        (DeviceFailure::Busy, ErrorKind::MicrophoneUnavailable),
        (DeviceFailure::Insecure, ErrorKind::MicrophoneUnavailable),
        (DeviceFailure::Ended, ErrorKind::MicrophoneUnavailable),
    ] {
        let mut phone = Phone::in_call();
        let news = fail_device(&mut phone, SlotKind::Audio, failure);
        assert_eq!(news, [error(kind)]);
        let microphone = phone.told().local.microphone;
        assert_eq!(microphone.failure, Some(failure));
        assert_eq!(phone.state(), State::InCall, "the call goes on");
    }
}

#[test]
fn camera_denied_and_camera_unavailable() {
    for (failure, kind) in [
        (DeviceFailure::Denied, ErrorKind::CameraDenied),
        (DeviceFailure::Ended, ErrorKind::CameraUnavailable),
    ] {
        let mut phone = Phone::in_call();
        let news = fail_device(&mut phone, SlotKind::Video, failure);
        assert_eq!(news, [error(kind)]);
        let local = phone.told().local;
        assert_eq!(local.camera.failure, Some(failure));
        assert!(local.video_enabled, "it is wanted still");
        assert_eq!(phone.state(), State::InCall, "the call goes on");
    }
}

#[test]
fn device_that_fails_without_a_call_is_no_news() {
    let mut phone = Phone::logged_in();
    assert!(fail_device(&mut phone, SlotKind::Audio, DeviceFailure::Denied).is_empty());
}

#[test]
fn signed_out_and_disconnect() {
    let reason = SessionClosed::SignedOut;
    let mut phone = Phone::logged_in();
    let dial = phone.ask(call_bob(hullo_protocol::Media::Audio));
    let list = phone.ask(Op::ListMessages {
        with: accid("bob"),
        before: None,
        limit: 1,
    });
    phone.event(Event::SessionClosed { reason });
    for ticket in [dial, list] {
        assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::SignedOut)));
    }
    assert_eq!(phone.events.last(), Some(&AppEvent::Disconnect { reason }));
    let ticket = phone.ask(call_bob(hullo_protocol::Media::Audio));
    assert_eq!(phone.result_of(ticket), Some(&Err(ErrorKind::NotLoggedIn)));
}

#[test]
fn login_that_another_supersedes_is_signed_out() {
    let mut phone = Phone::new();
    let first = phone.sign_in();
    let second = phone.ask(login());
    assert_eq!(phone.result_of(first), Some(&Err(ErrorKind::SignedOut)));
    phone.give(Input::SocketOpened);
    phone.welcome(hullo_protocol::Snapshot::default());
    assert!(matches!(phone.result_of(second), Some(Ok(_))));
}

#[test]
fn error_that_belongs_to_no_operation() {
    let mut phone = Phone::logged_in();
    let error = ErrorBody::new(ErrorKind::TooLarge, "the frame is larger than 65536 bytes");
    phone.event(Event::SessionError {
        error: error.clone(),
    });
    assert_eq!(phone.events, [AppEvent::Error { error }]);
}

#[test]
fn past_calls_that_were_read_stay_read_in_whatever_order_it_is_told() {
    let mut phone = Phone::logged_in();
    for up_to in [5, 7, 5, 7, 9] {
        phone.event(Event::CallsMarkedRead { up_to });
    }
    let told = phone.news().into_iter().filter_map(|event| match event {
        AppEvent::RecentsRead { up_to } => Some(*up_to),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [5, 7, 9]);
}
