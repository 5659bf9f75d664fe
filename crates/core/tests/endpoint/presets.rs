//! Microphone and camera as they are to be from the start: set while it rings, or with the answer or the dial.

use hullo_core::endpoint::{DevicePresets, LocalMedia, MediaCommand, Op};
use hullo_protocol::{Command, Media, OtherCall};

use crate::phone::group::{active, call_of, second_call};
use crate::phone::{FOREIGN, INVITE, Phone, accid};

/// By voice, muted: nothing that the call could carry.
const SILENT: DevicePresets = DevicePresets {
    audio: Some(false),
    video: Some(false),
};

fn is_silent(local: LocalMedia) -> bool {
    local.audio_muted && !local.video_enabled
}

fn opens_camera(phone: &Phone) -> bool {
    let opens = |c: &MediaCommand| matches!(c, MediaCommand::Capture { video: true, .. });
    phone.media.iter().any(opens)
}

fn flows(phone: &Phone) -> bool {
    let flows = |c: &MediaCommand| {
        matches!(
            c,
            MediaCommand::Flow { audio: true, .. } | MediaCommand::Flow { video: true, .. }
        )
    };
    phone.media.iter().any(flows)
}

#[test]
fn video_call_is_answered_by_voice() {
    let mut phone = Phone::called();
    phone.ask(Op::Accept {
        presets: DevicePresets {
            audio: None,
            video: Some(false),
        },
    });
    phone.answer_accept();
    assert!(!opens_camera(&phone), "{:?}", phone.media);
    assert!(flows(&phone), "its sound");
}

#[test]
fn what_was_set_while_it_rang_counts_for_the_answer() {
    let mut phone = Phone::called();
    phone.ask(Op::MuteLocalAudio { muted: true });
    phone.ask(Op::EnableLocalVideo { enabled: false });
    assert!(phone.media.is_empty(), "nothing opens while it rings");
    assert!(is_silent(phone.local().unwrap()));
    phone.ask(Op::ACCEPT);
    phone.answer_accept();
    assert!(!opens_camera(&phone) && !flows(&phone));
}

#[test]
fn answer_has_the_last_word() {
    let mut phone = Phone::called();
    phone.ask(Op::MuteLocalAudio { muted: true });
    phone.ask(Op::Accept {
        presets: DevicePresets {
            audio: Some(true),
            video: Some(true),
        },
    });
    phone.answer_accept();
    assert!(flows(&phone) && opens_camera(&phone));
}

#[test]
fn call_is_dialled_without_a_camera_and_muted() {
    let mut phone = Phone::logged_in();
    phone.ask(Op::Call {
        accid: accid("bob"),
        media: Media::Video,
        attachment: None,
        timeout_ms: None,
        presets: SILENT,
    });
    assert!(is_silent(phone.local().unwrap()));
    assert!(!opens_camera(&phone));
}

#[test]
fn waiting_call_is_answered_with_its_own_devices() {
    let mut phone = Phone::with_waiting();
    phone.ask(Op::AcceptWaiting {
        call_id: FOREIGN,
        other: OtherCall::Hold,
        presets: SILENT,
    });
    assert!(!is_silent(phone.told().local), "the first call goes on");
    phone.answer(
        |c| matches!(c, Command::Accept { .. }),
        call_of(second_call()),
    );
    assert!(is_silent(phone.told().local));
    phone.ask(Op::Hangup);
    assert!(!is_silent(phone.told().local), "and comes back as it was");
}

#[test]
fn call_is_joined_and_fetched_like_that() {
    let presets = SILENT;
    for op in [
        Op::Join {
            call_id: INVITE,
            presets,
        },
        Op::ContinueHere {
            call_id: INVITE,
            presets,
        },
    ] {
        let mut phone = Phone::logged_in();
        phone.ask(op);
        let enters = |c: &Command| matches!(c, Command::Join { .. } | Command::Continue { .. });
        phone.answer(enters, call_of(active(INVITE, 4)));
        assert!(is_silent(phone.told().local));
        assert!(!flows(&phone) && !opens_camera(&phone));
    }
}
