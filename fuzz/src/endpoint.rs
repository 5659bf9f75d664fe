//! What a server sends, to a client.

use hullo_core::Time;
use hullo_core::endpoint::{Endpoint, Input, Op, Output};
use hullo_protocol::{Accid, AppKey, DeviceId, DeviceInfo, Platform, ServerFrame, Token};

/// One frame, read by the reader of the page and by the derived one: neither takes what the other understands otherwise.
pub(crate) fn server_frame(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(frame) = ServerFrame::read(text) else {
        return;
    };
    let again = serde_json::to_string(&frame).expect("a frame can be written");
    let read = ServerFrame::read(&again).expect("and read again");
    assert_eq!(read, frame, "{again}");
    let derived: ServerFrame = serde_json::from_str(&again).expect("by the derived reader too");
    assert_eq!(derived, frame, "{again}");
}

/// Each line is something that happens to an endpoint that is signing in: an input as JSON, or a frame from the server.
pub(crate) fn inputs(data: &[u8]) {
    let mut now = Time(1_000_000);
    let mut endpoint = Endpoint::new(1);
    let (Ok(app_key), Ok(accid), Ok(id)) = (
        AppKey::parse("shop"),
        Accid::parse("alice"),
        DeviceId::parse("phone"),
    ) else {
        unreachable!("these are valid names");
    };
    let login = Op::Login {
        app_key,
        accid,
        token: Some(Token::from("token".to_owned())),
        provider: false,
        cursor: None,
        device: DeviceInfo {
            id,
            platform: Platform::Web,
            sdk_version: None,
        },
    };
    let login = Input::Op {
        ticket: u64::MAX,
        op: login,
    };
    let mut completed = Vec::new();
    for input in [login, Input::SocketOpened] {
        note(endpoint.handle(input, now), &mut completed);
    }
    let mut asked = vec![u64::MAX];
    for line in data.split(|byte| *byte == b'\n') {
        let Some((first, rest)) = line.split_first() else {
            continue;
        };
        let Ok(text) = std::str::from_utf8(rest) else {
            continue;
        };
        now = now.plus_ms(u64::from(*first) * u64::from(*first));
        let input = match serde_json::from_str::<Input>(text) {
            // A shell numbers its operations.
            Ok(Input::Op { op, .. }) => {
                let ticket = asked.len() as u64;
                asked.push(ticket);
                Input::Op { ticket, op }
            }
            Ok(input) => input,
            Err(_) => Input::Frame {
                text: text.to_owned(),
            },
        };
        note(endpoint.handle(input, now), &mut completed);
        while endpoint.poll_timeout().is_some_and(|due| due <= now) {
            note(endpoint.handle(Input::Timeout, now), &mut completed);
        }
    }
    let all = completed.len();
    completed.sort_unstable();
    completed.dedup();
    assert_eq!(completed.len(), all, "an operation completed twice");
    assert!(completed.iter().all(|ticket| asked.contains(ticket)));
}

fn note(outputs: Vec<Output>, completed: &mut Vec<u64>) {
    for output in outputs {
        if let Output::Complete { ticket, .. } = output {
            completed.push(ticket);
        }
    }
}
