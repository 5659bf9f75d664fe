//! One snapshot for each message: what stands here is the wire, and changes only on purpose.
//!
//! Each example is written as a frame, read back and compared, so that nothing is lost on the way.
//! `INSTA_UPDATE=always cargo test -p hullo-protocol` writes the snapshots again.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "wire/example.rs"]
mod example;
#[path = "wire/request.rs"]
mod request;

use std::collections::BTreeSet;

use hullo_protocol::{Command, Event, Reply, Request, ServerFrame, Success};
use serde_json::Value;

#[test]
fn every_request_has_its_form() {
    for (name, request) in request::requests() {
        let frame = serde_json::to_value(&request).unwrap();
        insta::assert_json_snapshot!(format!("request_{name}"), frame);
        assert_eq!(
            serde_json::from_value::<Request>(frame).unwrap(),
            request,
            "{name}"
        );
    }
}

#[test]
fn every_reply_has_its_form() {
    for (name, reply) in example::replies() {
        let frame = serde_json::to_value(&reply).unwrap();
        insta::assert_json_snapshot!(format!("reply_{name}"), frame);
        let read: ServerFrame = serde_json::from_value(frame).unwrap();
        assert_eq!(read, ServerFrame::Reply(reply), "{name}");
    }
}

#[test]
fn every_event_has_its_form() {
    for (name, event) in example::events() {
        let frame = serde_json::to_value(&event).unwrap();
        insta::assert_json_snapshot!(format!("event_{name}"), frame);
        let read: ServerFrame = serde_json::from_value(frame).unwrap();
        assert_eq!(read, ServerFrame::Event(event), "{name}");
    }
}

/// What a command says of itself is what its frame says, and each that changes a call has an example that can be repeated.
#[test]
fn commands_know_their_op_their_call_and_whether_they_change_it() {
    for (name, request) in request::requests() {
        let command = &request.command;
        let frame = serde_json::to_value(&request).unwrap();
        assert_eq!(frame["op"], command.op(), "{name}");
        if command.op() != "call.query" {
            let call_id = command.call_id().map(|call_id| call_id.to_string());
            assert_eq!(frame["call_id"].as_str(), call_id.as_deref(), "{name}");
        } else {
            assert_eq!(command.call_id(), None, "a query is about no call yet");
        }
        assert_eq!(
            command.changes_call(),
            request.request_id.is_some(),
            "{name}"
        );
    }
    let ops: BTreeSet<String> = Command::OPS.iter().map(|op| (*op).to_owned()).collect();
    assert_eq!(ops, names_in_schema::<Command>("op"));
    assert_eq!(ops.len(), Command::OPS.len(), "each op once");
}

/// The examples are whole: each name in the schema has one.
#[test]
fn no_message_is_without_an_example() {
    let tags = |frames: Vec<Value>, tag: &str| -> BTreeSet<String> {
        frames
            .iter()
            .filter_map(|frame| frame[tag].as_str().map(str::to_owned))
            .collect()
    };
    let requests = request::requests()
        .iter()
        .map(|(_, r)| serde_json::to_value(r).unwrap())
        .collect();
    let events = example::events()
        .iter()
        .map(|(_, e)| serde_json::to_value(e).unwrap())
        .collect();
    let replies = example::replies()
        .iter()
        .map(|(_, r)| serde_json::to_value(r).unwrap()["ok"].clone())
        .collect();
    assert_eq!(tags(requests, "op"), names_in_schema::<Command>("op"));
    assert_eq!(tags(replies, "is"), names_in_schema::<Success>("is"));
    let mut named = names_in_schema::<Event>("event");
    named.remove("unknown");
    assert_eq!(tags(events, "event"), named);
}

fn names_in_schema<T: schemars::JsonSchema>(tag: &str) -> BTreeSet<String> {
    let schema = serde_json::to_value(schemars::schema_for!(T)).unwrap();
    let variants = schema["oneOf"].as_array().unwrap();
    variants
        .iter()
        .map(|v| v["properties"][tag]["const"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn fields_of_a_later_version_are_ignored() {
    let frame = r#"{"id":1,"op":"session.ping","colour":"blue","request_id":null}"#;
    let read: Request = serde_json::from_str(frame).unwrap();
    assert_eq!(
        read,
        Request {
            id: 1,
            request_id: None,
            command: Command::Ping
        }
    );
}

#[test]
fn events_of_a_later_version_are_read_as_unknown() {
    let read: ServerFrame = serde_json::from_str(r#"{"event":"moon.risen","full":true}"#).unwrap();
    assert_eq!(read, ServerFrame::Event(Event::Unknown));
}

#[test]
fn unknown_op_or_an_id_out_of_shape_is_an_error_that_names_it() {
    let error = |frame: &str| {
        serde_json::from_str::<Request>(frame)
            .unwrap_err()
            .to_string()
    };
    assert!(error(r#"{"id":1,"op":"call.teleport"}"#).contains("call.teleport"));
    let bad = r#"{"id":1,"op":"presence.watch","accids":["no spaces"]}"#;
    assert!(error(bad).contains("is not an accid"));
    assert!(error(r#"{"id":1,"op":"call.reject","call_id":"7"}"#).contains("UUID"));
}

#[test]
fn switch_that_is_absent_and_one_that_is_null_are_told_apart() {
    let read = |frame: &str| match serde_json::from_str::<Event>(frame).unwrap() {
        Event::CallChanged { delta, .. } => delta.switch,
        other => panic!("{other:?}"),
    };
    let id = "0192f0c1-2345-7000-8000-000000000001";
    let absent = format!(r#"{{"event":"call.changed","call_id":"{id}","base":1,"version":2}}"#);
    let null = format!(
        r#"{{"event":"call.changed","call_id":"{id}","base":1,"version":2,"switch":null}}"#
    );
    assert_eq!(read(&absent), None);
    assert_eq!(read(&null), Some(None));
}

#[test]
fn reply_is_a_result() {
    let error = hullo_protocol::ErrorBody::from(hullo_protocol::ErrorKind::CallOver);
    assert_eq!(Reply::new(4, Err(error.clone())).into_result(), Err(error));
    assert_eq!(
        Reply::new(4, Ok(Success::Done)).into_result(),
        Ok(Success::Done)
    );
}
