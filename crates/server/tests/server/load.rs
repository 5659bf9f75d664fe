//! `hullo load` at a real server: what an operator sees of it.

use std::process::Output;

use serde_json::Value;

use crate::program::{Options, Server};

/// Runs `hullo load` at the server; what it printed, and its report.
async fn load(server: &Server, arguments: &[&str]) -> (Output, Value) {
    let file = server.folder.path().join("load.json");
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_hullo"))
        .arg("load")
        .args(arguments)
        .args(["--url", &format!("http://{}", server.address)])
        .arg("--json")
        .arg(&file)
        .env(
            "HULLO_LOAD_APP",
            format!("{}:{}", server.app_key, server.app_secret),
        )
        .output()
        .await
        .unwrap();
    let report = std::fs::read_to_string(&file).unwrap_or_default();
    let report = serde_json::from_str(&report).unwrap_or(Value::Null);
    (output, report)
}

#[tokio::test(flavor = "multi_thread")]
async fn load_of_calls_finds_a_record_for_each() {
    let server = Server::start_with(Options::without_budgets()).await;
    let options = ["calls", "--pairs", "4", "--closed", "4", "--seconds", "1"];
    let (output, report) = load(&server, &[&options[..], &["--warmup", "0"]].concat()).await;
    assert!(output.status.success(), "{output:?}");
    assert!(report["completed"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["failed"], 0, "{report}");
    let records = &report["records"];
    assert!(records["recorded"].as_u64() >= report["completed"].as_u64());
    assert_eq!(records["calls"], records["recorded"], "{report}");
    for span in ["start_to_invited", "accept_to_caller", "hangup_to_record"] {
        assert!(
            report["latencies"][span]["count"].as_u64() > Some(0),
            "{report}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn load_of_group_calls_has_all_people_in_each() {
    let server = Server::start_with(Options::without_budgets()).await;
    let options = ["calls", "--pairs", "1", "--group", "5", "--closed", "1"];
    let (output, report) = load(
        &server,
        &[&options[..], &["--seconds", "1", "--warmup", "0"]].concat(),
    )
    .await;
    assert!(output.status.success(), "{output:?}");
    assert!(report["completed"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["failed"], 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn load_of_idle_sessions_keeps_them_online() {
    let server = Server::start().await;
    let (output, report) = load(&server, &["idle", "--sessions", "20", "--seconds", "1"]).await;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(report["online"], 20, "{report}");
    assert_eq!(report["errors"], serde_json::json!({}), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn load_with_a_wrong_secret_says_what_the_server_refused() {
    let server = Server::start().await;
    let wrong = format!("{}:wrong", server.app_key);
    let (output, _) = load(&server, &["idle", "--sessions", "1", "--app", &wrong]).await;
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("401"), "{said}");
}
