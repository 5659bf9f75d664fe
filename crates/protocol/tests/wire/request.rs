//! One example of each message from a client.

use hullo_protocol::*;

use super::example::{accid, call_id, terms};

fn request_id() -> RequestId {
    RequestId::from_u128(0x0192_f0c1_2345_7000_8000_0000_0000_0002)
}

pub(crate) fn requests() -> Vec<(&'static str, Request)> {
    let groups = [
        session_requests(),
        invite_requests(),
        call_requests(),
        media_requests(),
    ];
    groups.into_iter().flatten().collect()
}

fn plain(command: Command) -> Request {
    Request {
        id: 7,
        request_id: None,
        command,
    }
}

fn repeatable(command: Command) -> Request {
    Request {
        request_id: Some(request_id()),
        ..plain(command)
    }
}

fn session_requests() -> Vec<(&'static str, Request)> {
    vec![
        ("login", plain(Command::Login(login()))),
        (
            "renew",
            plain(Command::Renew {
                token: "header.claims.signature".to_owned().into(),
            }),
        ),
        ("logout", plain(Command::Logout)),
        ("ping", plain(Command::Ping)),
        (
            "list_messages",
            plain(Command::ListMessages {
                with: accid("bob"),
                before: Some(MessageId(42)),
                limit: 50,
            }),
        ),
        (
            "call_record",
            plain(Command::CallRecord { call_id: call_id() }),
        ),
        (
            "list_calls",
            plain(Command::ListCalls {
                before: Some(9),
                limit: 20,
            }),
        ),
        (
            "mark_calls_read",
            plain(Command::MarkCallsRead { up_to: 7 }),
        ),
        (
            "watch_presence",
            plain(Command::WatchPresence {
                accids: vec![accid("bob"), accid("carol")],
            }),
        ),
    ]
}

fn invite_requests() -> Vec<(&'static str, Request)> {
    let call_id = call_id();
    vec![
        ("start_call", repeatable(Command::StartCall(start_call()))),
        (
            "start_group_call",
            repeatable(Command::StartCall(StartCall {
                callees: vec![accid("bob"), accid("carol")],
                group: Some(terms()),
                ..start_call()
            })),
        ),
        ("ring", plain(Command::Ring { call_id })),
        (
            "accept",
            repeatable(Command::Accept {
                call_id,
                room_token: Some("token".to_owned().into()),
                other: Some(OtherCall::Hold),
            }),
        ),
        (
            "reject",
            repeatable(Command::Reject {
                call_id,
                without_token: false,
            }),
        ),
        (
            "reject_without_token",
            repeatable(Command::Reject {
                call_id,
                without_token: true,
            }),
        ),
        ("cancel", repeatable(Command::Cancel { call_id })),
        (
            "invite",
            repeatable(Command::Invite(InviteMore {
                call_id,
                callees: vec![accid("dave")],
                attachment: Some("join us".into()),
                ring_ms: Some(20_000),
            })),
        ),
    ]
}

fn call_requests() -> Vec<(&'static str, Request)> {
    let call_id = call_id();
    vec![
        (
            "join",
            repeatable(Command::Join {
                call_id,
                room_token: Some("token".to_owned().into()),
            }),
        ),
        (
            "query",
            plain(Command::Query {
                call_id: None,
                group_id: Some("team-7".into()),
            }),
        ),
        ("continue", repeatable(Command::Continue { call_id })),
        (
            "hold",
            repeatable(Command::Hold {
                call_id,
                held: true,
            }),
        ),
        ("hangup", repeatable(Command::Hangup { call_id })),
        ("end", repeatable(Command::End { call_id })),
        (
            "switch",
            repeatable(Command::Switch {
                call_id,
                media: Media::Audio,
            }),
        ),
        (
            "answer_switch",
            repeatable(Command::AnswerSwitch {
                call_id,
                agree: true,
            }),
        ),
        ("closing", plain(Command::Closing { call_id })),
        ("call_snapshot", plain(Command::CallSnapshot { call_id })),
    ]
}

fn media_requests() -> Vec<(&'static str, Request)> {
    let call_id = call_id();
    vec![
        (
            "offer_media",
            plain(Command::OfferMedia {
                call_id,
                sdp: "v=0\r\n".into(),
            }),
        ),
        (
            "set_media",
            plain(Command::SetMedia {
                call_id,
                audio: DeviceState::On,
                video: DeviceState::Failed,
                screen: Some(true),
            }),
        ),
        (
            "subscribe",
            plain(Command::Subscribe {
                call_id,
                videos: vec![Uid(3), Uid(2)],
            }),
        ),
        (
            "report_first_frame",
            plain(Command::ReportFirstFrame { call_id, ms: 180 }),
        ),
    ]
}

fn login() -> Login {
    Login {
        app_key: AppKey::parse("demo").unwrap(),
        accid: accid("alice"),
        token: "eyJhbGciOiJIUzI1NiJ9.e30.signature".to_owned().into(),
        device: DeviceInfo {
            id: DeviceId::parse("alice-phone").unwrap(),
            platform: Platform::Web,
            sdk_version: Some("0.1.0".into()),
        },
        cursor: Some(MessageId(41)),
        calls: vec![call_id()],
    }
}

fn start_call() -> StartCall {
    StartCall {
        call_id: call_id(),
        callees: vec![accid("bob")],
        group: None,
        media: Media::Video,
        attachment: Some("order 4711".into()),
        ring_ms: Some(30_000),
        room_token: None,
    }
}
