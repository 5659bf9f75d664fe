//! What the application is told of the other participants, its devices and its sign-in, one test for each event.

use hullo_core::endpoint::{AppEvent, Input, MediaCommand, MediaEvent, Op, State};
use hullo_protocol::{
    ErrorBody, ErrorKind, Event, ParticipantState, ParticipantView, Quality, QualityReport,
    SessionClosed, SlotKind,
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
fn fail_capture(phone: &mut Phone, kind: SlotKind, denied: bool) -> Vec<AppEvent> {
    phone.forget();
    let message = "no such device".to_owned();
    let event = MediaEvent::CaptureFailed {
        kind,
        denied,
        message,
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
    for on in [false, true] {
        bob_changes(&mut phone, |bob| bob.video = on);
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
    for on in [false, true] {
        bob_changes(&mut phone, |bob| bob.audio = on);
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
fn devices_of_somebody_who_joins_are_told_and_are_no_mutes() {
    let mut phone = Phone::in_group();
    let mut carol = member("carol", 3, JOINED);
    carol.video = false;
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
    (me.audio, me.video, me.reconnecting) = (false, false, true);
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
    for (denied, kind) in [
        (true, ErrorKind::MicrophoneDenied),
        (false, ErrorKind::MicrophoneUnavailable),
    ] {
        let mut phone = Phone::in_call();
        assert_eq!(
            fail_capture(&mut phone, SlotKind::Audio, denied),
            [error(kind)]
        );
        assert!(phone.told().local.audio_failed);
        assert_eq!(phone.state(), State::InCall, "the call goes on");
        let capture = MediaCommand::Capture {
            audio: false,
            video: true,
            screen: false,
        };
        assert!(phone.media.contains(&capture));
    }
}

#[test]
fn camera_denied_and_camera_unavailable() {
    for (denied, kind) in [
        (true, ErrorKind::CameraDenied),
        (false, ErrorKind::CameraUnavailable),
    ] {
        let mut phone = Phone::in_call();
        assert_eq!(
            fail_capture(&mut phone, SlotKind::Video, denied),
            [error(kind)]
        );
        let local = phone.told().local;
        assert!(local.video_failed && !local.video_enabled);
        assert_eq!(phone.state(), State::InCall, "the call goes on");
        let capture = MediaCommand::Capture {
            audio: true,
            video: false,
            screen: false,
        };
        assert!(phone.media.contains(&capture));
    }
}

#[test]
fn device_that_fails_without_a_call_is_no_news() {
    let mut phone = Phone::logged_in();
    assert!(fail_capture(&mut phone, SlotKind::Audio, true).is_empty());
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
