//! Inputs by hand against their derived form.

use hullo_core::endpoint::DevicePresets;
use hullo_protocol::{
    Accid, AppKey, CallId, DeviceFailure, DeviceId, DeviceState, GroupTerms, InviteMode, JoinMode,
    Media, OtherCall, Platform, SlotKind,
};

use super::*;

fn accid(text: &str) -> Accid {
    Accid::parse(text).unwrap()
}

/// One of each op; the match has no effect but to stop compiling when an op is added, so that it gets its line here.
fn ops() -> Vec<Op> {
    let device = |sdk_version| DeviceInfo {
        id: DeviceId::parse("tab").unwrap(),
        platform: Platform::Web,
        sdk_version,
    };
    let login = |sdk_version| Op::Login {
        app_key: AppKey::parse("demo").unwrap(),
        accid: accid("alice"),
        token: Some("secret".to_owned().into()),
        provider: false,
        device: device(sdk_version),
        cursor: None,
    };
    let call = |attachment, timeout_ms| Op::Call {
        accid: accid("bob"),
        media: Media::Video,
        attachment,
        timeout_ms,
        presets: DevicePresets::NONE,
    };
    let list = |before| Op::ListMessages {
        with: accid("bob"),
        before,
        limit: 50,
    };
    match Op::ACCEPT {
        Op::Login { .. } | Op::Logout | Op::Call { .. } | Op::Accept { .. } | Op::Reject => {}
        Op::Cancel | Op::Hangup | Op::SwitchCallType { .. } | Op::AnswerSwitch { .. } => {}
        Op::MuteLocalAudio { .. } | Op::MuteLocalVideo { .. } | Op::EnableLocalVideo { .. } => {}
        Op::SetAudioMute { .. } | Op::ListMessages { .. } | Op::WatchPresence { .. } => {}
        Op::CallRecord { .. } | Op::ListCalls { .. } | Op::ShareScreen { .. } => {}
        Op::MarkCallsRead { .. } | Op::RetryDevice { .. } => {}
        Op::GroupCall { .. } | Op::GroupInvite { .. } | Op::Join { .. } | Op::Leave => {}
        Op::QueryCall { .. } | Op::ContinueHere { .. } | Op::ShowVideos { .. } => {}
        Op::AcceptWaiting { .. } | Op::RejectWaiting { .. } => {}
    }
    let ops = vec![
        login(None),
        login(Some("0.1.0".to_owned())),
        login_by_provider(),
        Op::Logout,
        call(None, None),
        call(Some("hi \"there\" 你好".to_owned()), Some(9_000)),
        Op::ACCEPT,
        Op::Reject,
        Op::Cancel,
        Op::Hangup,
        Op::SwitchCallType {
            media: Media::Audio,
        },
        Op::AnswerSwitch { agree: true },
        Op::MuteLocalAudio { muted: true },
        Op::MuteLocalVideo { muted: false },
        Op::EnableLocalVideo { enabled: true },
        Op::SetAudioMute {
            accid: accid("bob"),
            muted: true,
        },
        list(None),
        list(Some(MessageId(7))),
        Op::WatchPresence {
            accids: vec![accid("bob"), accid("carol")],
        },
    ];
    ops.into_iter()
        .chain(past_ops())
        .chain(group_ops())
        .collect()
}

fn past_ops() -> [Op; 3] {
    [
        Op::CallRecord {
            call_id: CallId::from_u128(9),
        },
        Op::ListCalls {
            before: Some(9),
            limit: 20,
        },
        Op::MarkCallsRead { up_to: 7 },
    ]
}

fn login_by_provider() -> Op {
    Op::Login {
        app_key: AppKey::parse("demo").unwrap(),
        accid: accid("alice"),
        token: None,
        provider: true,
        device: DeviceInfo {
            id: DeviceId::parse("tab").unwrap(),
            platform: Platform::Web,
            sdk_version: None,
        },
        cursor: Some(MessageId(41)),
    }
}

/// Those that concern several accounts, several calls or several devices.
fn group_ops() -> Vec<Op> {
    let call_id = CallId::from_u128(9);
    let accids = vec![accid("bob"), accid("carol")];
    let group_call = |terms, attachment: Option<&str>, timeout_ms| Op::GroupCall {
        accids: vec![accid("bob"), accid("carol")],
        media: Media::Audio,
        terms,
        attachment: attachment.map(str::to_owned),
        timeout_ms,
        presets: DevicePresets::NONE,
    };
    let terms = GroupTerms {
        group_id: Some("team-7".to_owned()),
        invite_mode: InviteMode::Caller,
        join_mode: JoinMode::Everyone,
        keep_last: false,
    };
    let accept_waiting = |other| Op::AcceptWaiting {
        call_id,
        other,
        presets: DevicePresets::NONE,
    };
    vec![
        group_call(GroupTerms::default(), None, None),
        group_call(terms, Some("stand-up"), Some(60_000)),
        Op::GroupInvite {
            accids: accids.clone(),
            attachment: None,
            timeout_ms: None,
        },
        Op::GroupInvite {
            accids: accids.clone(),
            attachment: Some("join us".to_owned()),
            timeout_ms: Some(5_000),
        },
        Op::Join {
            call_id,
            presets: DevicePresets::NONE,
        },
        Op::QueryCall {
            call_id: Some(call_id),
            group_id: None,
        },
        Op::QueryCall {
            call_id: None,
            group_id: Some("team-7".to_owned()),
        },
        Op::ContinueHere {
            call_id,
            presets: DevicePresets::NONE,
        },
        accept_waiting(OtherCall::End),
        accept_waiting(OtherCall::Hold),
        Op::RejectWaiting { call_id },
        Op::Leave,
        Op::RetryDevice {
            kind: SlotKind::Video,
        },
        Op::ShareScreen { enabled: true },
        Op::Accept {
            presets: DevicePresets {
                audio: Some(false),
                video: Some(true),
            },
        },
        Op::ShowVideos { accids },
        Op::ShowVideos { accids: Vec::new() },
    ]
}

fn media_events() -> Vec<MediaEvent> {
    let failed = |kind| MediaEvent::Device {
        kind,
        state: DeviceState::Failed,
        failure: Some(DeviceFailure::Denied),
        message: Some("Permission denied".to_owned()),
    };
    let asking = MediaEvent::Device {
        kind: SlotKind::Screen,
        state: DeviceState::Asking,
        failure: None,
        message: None,
    };
    let screen = |state, failure: Option<DeviceFailure>| MediaEvent::Device {
        kind: SlotKind::Screen,
        state,
        failure,
        message: failure.map(|_| "Permission denied".to_owned()),
    };
    let first = MediaEvent::FirstVideoFrame {
        peer: 3,
        mid: "1".to_owned(),
        width: 960,
        height: 540,
    };
    match first {
        MediaEvent::Offered { .. } | MediaEvent::Connected { .. } => {}
        MediaEvent::Disconnected { .. } | MediaEvent::Failed { .. } => {}
        MediaEvent::FirstVideoFrame { .. } | MediaEvent::Device { .. } => {}
    }
    vec![
        MediaEvent::Offered {
            peer: 3,
            sdp: "v=0\r\n".to_owned(),
        },
        MediaEvent::Connected { peer: 3 },
        MediaEvent::Disconnected { peer: 3 },
        MediaEvent::Failed { peer: u32::MAX },
        first,
        failed(SlotKind::Audio),
        failed(SlotKind::Video),
        asking,
        screen(DeviceState::On, None),
        screen(DeviceState::Failed, Some(DeviceFailure::Denied)),
    ]
}

fn inputs() -> Vec<Input> {
    let token = |token: Option<&str>, error: Option<&str>| Input::Token {
        call_id: CallId::from_u128(9),
        token: token.map(|token| token.to_owned().into()),
        error: error.map(str::to_owned),
    };
    match Input::Timeout {
        Input::Op { .. } | Input::SocketOpened | Input::SocketClosed | Input::Frame { .. } => {}
        Input::NetworkChanged
        | Input::PageHidden
        | Input::Token { .. }
        | Input::LoginToken { .. } => {}
        Input::Media { .. } | Input::Timeout => {}
    }
    let mut inputs = vec![
        Input::SocketOpened,
        Input::SocketClosed,
        Input::Frame {
            text: "{\"event\":\"x\"}".to_owned(),
        },
        Input::NetworkChanged,
        Input::PageHidden,
        token(Some("signed"), None),
        token(None, Some("no backend")),
        Input::LoginToken {
            token: Some("fresh".to_owned().into()),
            error: None,
        },
        Input::LoginToken {
            token: None,
            error: Some("no backend".to_owned()),
        },
        Input::Timeout,
    ];
    inputs.extend(ops().into_iter().map(|op| Input::Op {
        ticket: 1 << 40,
        op,
    }));
    inputs.extend(
        media_events()
            .into_iter()
            .map(|event| Input::Media { event }),
    );
    inputs
}

#[test]
fn every_input_is_read_as_its_derived_form_is_written() {
    for input in inputs() {
        let text = serde_json::to_string(&input).unwrap();
        assert_eq!(read(&text).unwrap(), input, "{text}");
    }
}

#[test]
fn group_call_without_terms_has_the_usual_ones() {
    let text =
        r#"{"input":"op","ticket":1,"op":{"op":"group_call","accids":["bob"],"media":"audio"}}"#;
    let Input::Op { op, .. } = read(text).unwrap() else {
        panic!("not an op");
    };
    let terms = GroupTerms::default();
    assert!(matches!(op, Op::GroupCall { terms: read, .. } if read == terms));
}

#[test]
fn members_that_are_absent_or_wrong_are_named() {
    let reason = |text: &str| read(text).unwrap_err().to_string();
    for (text, name) in [
        ("{", "JSON"),
        ("[]", "JSON"),
        ("{}", "input"),
        (r#"{"input":"nonsense"}"#, "nonsense"),
        (r#"{"input":"frame","text":1}"#, "text"),
        (
            r#"{"input":"op","ticket":-1,"op":{"op":"accept"}}"#,
            "ticket",
        ),
        (r#"{"input":"op","ticket":1,"op":{"op":"dance"}}"#, "dance"),
        (
            r#"{"input":"op","ticket":1,"op":{"op":"call","accid":"a b","media":"audio"}}"#,
            "\"a b\" is not an accid",
        ),
        (
            r#"{"input":"op","ticket":1,"op":{"op":"call","accid":"a","media":"smell"}}"#,
            "smell",
        ),
        (
            r#"{"input":"op","ticket":1,"op":{"op":"call","accid":"a","media":"audio","timeout_ms":1.5}}"#,
            "timeout_ms",
        ),
        (
            r#"{"input":"op","ticket":1,"op":{"op":"watch_presence","accids":["a",1]}}"#,
            "accids",
        ),
        (
            r#"{"input":"media","event":{"event":"connected","peer":4294967296}}"#,
            "peer",
        ),
        (r#"{"input":"token","call_id":"7"}"#, "call_id"),
        (
            r#"{"input":"op","ticket":1,"op":{"op":"accept_waiting","call_id":"00000000-0000-0000-0000-000000000009","other":"drop"}}"#,
            "drop",
        ),
        (
            r#"{"input":"op","ticket":1,"op":{"op":"show_videos"}}"#,
            "accids",
        ),
    ] {
        assert!(reason(text).contains(name), "{text}: {}", reason(text));
    }
}

#[test]
fn nothing_that_is_sent_panics() {
    let texts = inputs()
        .into_iter()
        .map(|input| serde_json::to_string(&input).unwrap());
    for text in texts {
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            assert!(read(&text[..end]).is_err());
        }
    }
}
