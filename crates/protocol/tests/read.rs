//! The reader by hand against the derived one: they take the same frames for the same messages.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "wire/example.rs"]
mod example;

use hullo_protocol::{Event, ServerFrame};
use serde_json::Value;

/// One frame for each reply and event.
fn frames() -> Vec<Value> {
    let replies = example::replies();
    let events = example::events();
    let replies = replies
        .iter()
        .map(|(_, reply)| serde_json::to_value(reply).unwrap());
    let events = events
        .iter()
        .map(|(_, event)| serde_json::to_value(event).unwrap());
    replies.chain(events).collect()
}

/// What the derived form makes of a frame.
fn derived(frame: &Value) -> Option<ServerFrame> {
    serde_json::from_value(frame.clone()).ok()
}

fn by_hand(frame: &Value) -> Option<ServerFrame> {
    ServerFrame::read(&frame.to_string()).ok()
}

#[test]
fn every_frame_is_read_as_its_derived_form_is() {
    for frame in frames() {
        let read = ServerFrame::read(&frame.to_string());
        assert_eq!(Some(read.unwrap()), derived(&frame), "{frame}");
    }
}

/// Every value of every frame, however deep, is left out once and spoilt in several ways.
#[test]
fn frames_that_lack_a_value_or_have_a_wrong_one_are_read_alike() {
    for frame in frames() {
        let mut pointers = Vec::new();
        collect(&frame, String::new(), &mut pointers);
        assert!(!pointers.is_empty(), "{frame}");
        // A name of an event that is no text is to the derived form an event of a later version.
        pointers.retain(|pointer| pointer != "/event");
        for pointer in pointers {
            let mut wrong = vec![
                Value::from("no such word, no id"),
                Value::from(u64::from(u32::MAX) + 1),
                Value::from(-1.5),
                Value::Bool(true),
                Value::Object(serde_json::Map::new()),
            ];
            // The derived form takes a list of its members for an object, which nobody sends.
            if !frame.pointer(&pointer).unwrap().is_object() {
                wrong.push(Value::Array(Vec::new()));
            }
            let spoilt = wrong.into_iter().map(|value| with(&frame, &pointer, value));
            for spoilt in spoilt.chain([without(&frame, &pointer)]) {
                assert_eq!(by_hand(&spoilt), derived(&spoilt), "{pointer}: {spoilt}");
            }
        }
    }
}

#[test]
fn value_that_may_be_absent_may_be_null() {
    for frame in frames() {
        let mut pointers = Vec::new();
        collect(&frame, String::new(), &mut pointers);
        for pointer in pointers
            .iter()
            .filter(|pointer| !pointer.ends_with("/switch"))
        {
            let absent = by_hand(&without(&frame, pointer));
            let null = by_hand(&with(&frame, pointer, Value::Null));
            // In a list, an item that is absent makes a shorter list.
            if !pointer.ends_with(|last: char| last.is_ascii_digit()) {
                assert_eq!(null, absent, "{pointer}: {frame}");
            }
        }
    }
}

#[test]
fn switch_that_is_absent_and_one_that_is_null_are_told_apart() {
    let read = |switch: &str| {
        let frame = format!(
            r#"{{"event":"call.changed","call_id":"0192f0c1-2345-7000-8000-000000000001","base":1,"version":2{switch}}}"#
        );
        match ServerFrame::read(&frame).unwrap() {
            ServerFrame::Event(Event::CallChanged { delta, .. }) => delta.switch,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(read(""), None);
    assert_eq!(read(r#","switch":null"#), Some(None));
}

#[test]
fn what_a_later_version_adds_is_ignored() {
    let read = |frame: &str| ServerFrame::read(frame).unwrap();
    let unknown = ServerFrame::Event(Event::Unknown);
    assert_eq!(read(r#"{"event":"moon.risen","full":true}"#), unknown);
    let more =
        r#"{"event":"presence.changed","accounts":[{"accid":"bob","online":true,"mood":"good"}]}"#;
    let plain = r#"{"event":"presence.changed","accounts":[{"accid":"bob","online":true}]}"#;
    assert_eq!(read(more), read(plain));
}

#[test]
fn what_is_wrong_is_named() {
    let reason = |frame: &str| ServerFrame::read(frame).unwrap_err().to_string();
    assert!(reason("[1]").contains("not a JSON object"));
    assert!(reason(r#"{"re":7,"ok":{"is":"dance"}}"#).contains("dance"));
    assert!(reason(r#"{"event":"media.slots","call_id":"7"}"#).starts_with("call_id: "));
    let accid = r#"{"event":"presence.changed","accounts":[{"accid":"no spaces","online":true}]}"#;
    assert!(reason(accid).contains("is not an accid"));
}

#[test]
fn no_beginning_of_a_frame_panics() {
    for frame in frames() {
        let text = frame.to_string();
        for end in 0..text.len() {
            assert!(ServerFrame::read(&text[..end]).is_err());
        }
    }
}

/// The JSON pointer (RFC 6901) of each value inside `value`.
fn collect(value: &Value, pointer: String, pointers: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), v)).collect(),
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.map(|(i, v)| (i.to_string(), v)).collect()
        }
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let pointer = format!("{pointer}/{name}");
        pointers.push(pointer.clone());
        collect(value, pointer, pointers);
    }
}

fn with(frame: &Value, pointer: &str, value: Value) -> Value {
    let mut spoilt = frame.clone();
    *spoilt.pointer_mut(pointer).unwrap() = value;
    spoilt
}

fn without(frame: &Value, pointer: &str) -> Value {
    let mut spoilt = frame.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match spoilt.pointer_mut(parent).unwrap() {
        Value::Object(members) => {
            members.remove(name);
        }
        Value::Array(items) => {
            items.remove(name.parse().unwrap());
        }
        _ => unreachable!("{pointer}"),
    }
    spoilt
}
