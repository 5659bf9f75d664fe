//! The committed JSON Schema is what the types say.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use hullo_protocol::{Request, ServerFrame};
use schemars::generate::SchemaSettings;

/// Run with `HULLO_UPDATE_SCHEMA=1` to write the files again after a change of the types.
fn assert_committed(name: &str, schema: &schemars::Schema) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("schema")
        .join(name);
    let generated = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if std::env::var_os("HULLO_UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "schema/{name} is not what the types say: run HULLO_UPDATE_SCHEMA=1 cargo test -p hullo-protocol"
    );
}

#[test]
fn committed_schema_of_requests_is_current() {
    let generator = SchemaSettings::draft2020_12().into_generator();
    assert_committed("request.json", &generator.into_root_schema_for::<Request>());
}

#[test]
fn committed_schema_of_server_frames_is_current() {
    let generator = SchemaSettings::draft2020_12().into_generator();
    assert_committed(
        "server_frame.json",
        &generator.into_root_schema_for::<ServerFrame>(),
    );
}
