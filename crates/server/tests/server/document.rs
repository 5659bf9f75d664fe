//! The OpenAPI document and the answers of the API say the same.

use hullo_protocol::{Command, Event};
use serde_json::{Value, json};

use crate::client::{accept, new_call_id, start};
use crate::media::Connection;
use crate::program::Server;

/// The document that the program serves.
struct Document(Value);

impl Document {
    async fn of(server: &Server) -> Self {
        let (status, text) = server.request("GET", "/v1/openapi.json", None, None).await;
        assert_eq!(status, 200);
        Self(serde_json::from_str(&text).unwrap())
    }

    /// The body of this operation is as the document says, with each field that it names and no other.
    fn describes(&self, path: &str, method: &str, status: u16, body: &Value) {
        let answer = &self.0["paths"][path][method]["responses"][status.to_string()];
        let schema = &answer["content"]["application/json"]["schema"];
        self.check(schema, body, &format!("{method} {path} {status}"));
    }

    fn check(&self, schema: &Value, value: &Value, place: &str) {
        let schema = self.resolve(schema);
        if let Some(choices) = schema["oneOf"].as_array() {
            let fits = |choice: &&Value| is_null(self.resolve(choice)) == value.is_null();
            let choice = choices.iter().find(fits).expect(place);
            return self.check(choice, value, place);
        }
        match value {
            Value::Object(fields) => {
                let properties = self.properties(schema);
                let known: Vec<&str> = properties.iter().map(|(name, _)| *name).collect();
                for name in fields.keys() {
                    assert!(known.contains(&name.as_str()), "{place}: {name} is unknown");
                }
                let required = self.required(schema);
                for (name, property) in properties {
                    let may_be_null = self.may_be_null(property);
                    let is_required = required.contains(&name);
                    assert!(
                        is_required || may_be_null,
                        "{place}: {name} is not required"
                    );
                    let Some(field) = fields.get(name) else {
                        assert!(!is_required, "{place}: {name} is missing");
                        continue;
                    };
                    self.check(property, field, &format!("{place} {name}"));
                }
            }
            Value::Array(items) => {
                assert_eq!(schema["type"], "array", "{place}");
                for item in items {
                    self.check(&schema["items"], item, place);
                }
            }
            scalar => {
                assert!(types(schema).contains(&type_of(scalar)), "{place}: {value}");
                if let Some(words) = schema["enum"].as_array() {
                    assert!(words.contains(scalar), "{place}: {value}");
                }
            }
        }
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(place) => self.0.pointer(&place[1..]).expect(place),
            None => schema,
        }
    }

    /// The fields that an object has, those of its parts (`allOf`) with them.
    fn required<'a>(&'a self, schema: &'a Value) -> Vec<&'a str> {
        let schema = self.resolve(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let own = schema["required"].as_array().into_iter().flatten();
        parts
            .flat_map(|part| self.required(part))
            .chain(own.filter_map(Value::as_str))
            .collect()
    }

    fn may_be_null(&self, schema: &Value) -> bool {
        let schema = self.resolve(schema);
        let choices = schema["oneOf"].as_array().into_iter().flatten();
        let is_choice = choices.map(|choice| self.resolve(choice)).any(is_null);
        is_choice || is_null(schema) || types(schema).contains(&"null")
    }

    /// What an object may have, its parts (`allOf`) together.
    fn properties<'a>(&'a self, schema: &'a Value) -> Vec<(&'a str, &'a Value)> {
        let schema = self.resolve(schema);
        let parts = schema["allOf"].as_array().into_iter().flatten();
        let own = schema["properties"].as_object().into_iter().flatten();
        parts
            .flat_map(|part| self.properties(part))
            .chain(own.map(|(name, property)| (name.as_str(), property)))
            .collect()
    }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(all) => all.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

fn type_of(scalar: &Value) -> &'static str {
    match scalar {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        _ => "string",
    }
}

#[tokio::test]
async fn answers_have_the_fields_that_the_document_names_and_no_others() {
    let server = Server::start().await;
    let document = Document::of(&server).await;
    let (accounts, tokens) = ("/v1/accounts/{accid}", "/v1/accounts/{accid}/tokens");
    let (status, body) = server.http("GET", "/v1/accounts/alice", None).await;
    document.describes(accounts, "get", status, &body);
    let (status, body) = server.http("GET", "/v1/accounts/nobody", None).await;
    document.describes(accounts, "get", status, &body);
    let path = "/v1/accounts/alice/tokens";
    let (status, body) = server.http("POST", path, Some(json!({}))).await;
    document.describes(tokens, "post", status, &body);

    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let path = format!("/v1/calls/{call_id}");
    let (status, body) = server.http("GET", &path, None).await;
    document.describes("/v1/calls/{call_id}", "get", status, &body);
    assert_eq!(body["record"], Value::Null);
    let alices = Connection::open(&mut alice, call_id).await;
    let bobs = Connection::open(&mut bob, call_id).await;
    bob.ask(accept(call_id)).await.unwrap();
    let quality = |event: &Event| match event {
        Event::MediaQuality { reports, .. } if reports.len() == 2 => Some(()),
        _ => None,
    };
    alice.event(quality).await;
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    let (status, body) = server.http("GET", &path, None).await;
    document.describes("/v1/calls/{call_id}", "get", status, &body);
    let (status, body) = server.http("GET", "/v1/records", None).await;
    document.describes("/v1/records", "get", status, &body);
    let record = &body["records"][0];
    assert_eq!(record["quality"][0]["accid"], "alice", "{record}");
    assert_eq!(record["quality"][0]["first_frame_ms"], Value::Null);
    assert_eq!(record["group_id"], Value::Null);
    assert_eq!(record["outcomes"][0]["state"], "left");
    drop((alices, bobs));
}

#[tokio::test]
async fn record_of_a_call_that_was_never_answered_has_every_field() {
    let server = Server::start().await;
    let document = Document::of(&server).await;
    let mut alice = server.login("alice").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    let (status, body) = server.http("GET", "/v1/records", None).await;
    document.describes("/v1/records", "get", status, &body);
    let record = &body["records"][0];
    let expected = json!({
        "call_id": call_id,
        "kind": "one_to_one",
        "group_id": null,
        "caller": "alice",
        "callees": ["bob"],
        "media": "video",
        "status": "cancelled",
        "status_code": 2,
        "reason": "cancelled",
        "ended_by": "alice",
        "started_at_ms": record["started_at_ms"],
        "accepted_at_ms": null,
        "ended_at_ms": record["ended_at_ms"],
        "durations": record["durations"],
        "outcomes": [{ "accid": "bob", "state": "cancelled" }],
        "quality": [],
    });
    assert_eq!(*record, expected);
}
