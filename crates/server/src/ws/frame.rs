//! From a text frame to a request, or to the error that answers it.

use std::time::Duration;

use hullo_protocol::{
    Command, ErrorBody, ErrorKind, Event, FRAME_BYTES_MAX, Reply, Request, ServerFrame,
};
use serde::Deserialize;

/// Longest part of a parser's message that is sent back.
const REASON_CHARS_MAX: usize = 200;

/// The answer to a frame that was not looked at, because there were too many.
pub(super) fn too_fast(text: Option<&str>, pause: Duration) -> Box<ServerFrame> {
    let message = format!(
        "too many frames; send none for {} ms, or the connection is closed",
        pause.as_millis()
    );
    let id = text
        .filter(|text| text.len() <= FRAME_BYTES_MAX)
        .and_then(id_of);
    let error = ErrorBody::new(ErrorKind::RateLimited, message).after(pause);
    refuse(id, error)
}

/// The answer to a binary frame.
pub(super) fn not_text() -> Event {
    let error = ErrorBody::new(
        ErrorKind::BadRequest,
        "the protocol has JSON text frames only",
    );
    Event::SessionError { error }
}

/// The parts of a request that are looked for when the whole makes no sense.
#[derive(Deserialize)]
struct Head {
    id: Option<u64>,
    op: Option<String>,
}

/// Reads a request. The error is what to send back: a reply when the request has an id, an event otherwise.
pub(super) fn read(text: &str) -> Result<Request, Box<ServerFrame>> {
    if text.len() > FRAME_BYTES_MAX {
        let message = format!(
            "the frame has {} bytes; at most {FRAME_BYTES_MAX} are allowed",
            text.len()
        );
        return Err(refuse(
            id_of(text),
            ErrorBody::new(ErrorKind::TooLarge, message),
        ));
    }
    serde_json::from_str(text).map_err(|error| explain(text, &error))
}

fn id_of(text: &str) -> Option<u64> {
    serde_json::from_str::<Head>(text).ok()?.id
}

fn explain(text: &str, error: &serde_json::Error) -> Box<ServerFrame> {
    let reason: String = error.to_string().chars().take(REASON_CHARS_MAX).collect();
    let Ok(head) = serde_json::from_str::<Head>(text) else {
        let message = format!("the frame is not a JSON request: {reason}");
        return refuse(None, ErrorBody::new(ErrorKind::BadRequest, message));
    };
    let body = match head.op {
        Some(op) if !Command::OPS.contains(&op.as_str()) => {
            let op: String = op.chars().take(REASON_CHARS_MAX).collect();
            ErrorBody::new(
                ErrorKind::UnknownOp,
                format!("there is no op {op:?} in {}", hullo_protocol::SUBPROTOCOL),
            )
        }
        _ => ErrorBody::new(
            ErrorKind::BadRequest,
            format!("the request is not valid: {reason}"),
        ),
    };
    refuse(head.id, body)
}

fn refuse(id: Option<u64>, error: ErrorBody) -> Box<ServerFrame> {
    Box::new(match id {
        Some(re) => ServerFrame::Reply(Reply::new(re, Err(error))),
        None => ServerFrame::Event(Event::SessionError { error }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Option<u64>, ErrorKind) {
        match *read(text).unwrap_err() {
            ServerFrame::Reply(reply) => (Some(reply.re), reply.error.unwrap().kind),
            ServerFrame::Event(Event::SessionError { error }) => (None, error.kind),
            ServerFrame::Event(event) => panic!("{event:?}"),
        }
    }

    #[test]
    fn what_has_an_id_is_answered_under_it() {
        let cases = [
            (r#"{"id":7,"op":"call.fly"}"#, Some(7), ErrorKind::UnknownOp),
            (r#"{"op":"call.fly"}"#, None, ErrorKind::UnknownOp),
            (
                r#"{"id":7,"op":"call.accept"}"#,
                Some(7),
                ErrorKind::BadRequest,
            ),
            (
                r#"{"id":7,"op":"call.accept","call_id":"x"}"#,
                Some(7),
                ErrorKind::BadRequest,
            ),
            (
                r#"{"id":7,"op":"call.switch","call_id":"018f0000-0000-7000-8000-000000000000","media":"smell"}"#,
                Some(7),
                ErrorKind::BadRequest,
            ),
            (r#"{"id":7}"#, Some(7), ErrorKind::BadRequest),
            (
                r#"{"id":-7,"op":"session.ping"}"#,
                None,
                ErrorKind::BadRequest,
            ),
            ("{", None, ErrorKind::BadRequest),
            ("", None, ErrorKind::BadRequest),
            ("[]", None, ErrorKind::BadRequest),
            ("null", None, ErrorKind::BadRequest),
        ];
        for (text, id, kind) in cases {
            assert_eq!(refused(text), (id, kind), "{text}");
        }
    }

    #[test]
    fn frame_that_is_too_long_is_answered_under_its_id() {
        let padding = "x".repeat(FRAME_BYTES_MAX + 1);
        let text = format!(r#"{{"id":9,"op":"session.ping","padding":"{padding}"}}"#);
        assert_eq!(refused(&text), (Some(9), ErrorKind::TooLarge));
        assert_eq!(refused(&padding), (None, ErrorKind::TooLarge));
    }

    #[test]
    fn unknown_fields_are_ignored() {
        let request = read(r#"{"id":1,"op":"session.ping","mood":"good"}"#).unwrap();
        assert_eq!(request.command, Command::Ping);
    }
}
