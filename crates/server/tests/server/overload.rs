//! Past what the machine or its disk can do: new calls are refused at once, and those that run go on.

use std::time::{Duration, Instant};

use hullo_protocol::{CallState, Command, ErrorKind};

use crate::client::{accept, call_of, new_call_id, refusal, request_id, start};
use crate::eventually::eventually;
use crate::program::{Options, Server};

#[tokio::test]
async fn dials_are_refused_at_once_while_what_came_before_waits_and_calls_that_run_go_on() {
    let fault = tempfile::NamedTempFile::new().unwrap();
    let says = |what: &str| std::fs::write(fault.path(), what).unwrap();
    let server = Server::start_with(Options {
        environment: vec![
            ("HULLO_TEST_STORE_FAULT", fault.path().display().to_string()),
            ("HULLO_LIMIT", "behind_ms=20,behind_for_ms=20".to_owned()),
        ],
        ..Options::default()
    })
    .await;
    server.create_accounts(&["dave", "erin"]).await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    let mut erin = server.login("erin").await;
    let (runs, waits) = (new_call_id(), new_call_id());
    alice.ask(start(runs, "bob")).await.unwrap();

    says("stall");
    let waiting = carol.send(request_id(), start(waits, "dave")).await;
    let mut since = None;
    eventually("the dial has waited for some time", async || {
        if server.metric("hullo_store_writes_waiting").await >= 1.0 {
            since.get_or_insert_with(Instant::now);
        }
        since.filter(|since: &Instant| since.elapsed() > Duration::from_millis(60))
    })
    .await;
    let refused = erin.ask(start(new_call_id(), "dave")).await;
    assert_eq!(refusal(refused), ErrorKind::ServerBusy);
    let met = server
        .metric(r#"hullo_limits_met_total{limit="behind_ms"}"#)
        .await;
    assert!(met >= 1.0);
    let accepting = bob.send(request_id(), accept(runs)).await;

    says("");
    carol.reply(waiting).await.into_result().unwrap();
    let accepted = call_of(bob.reply(accepting).await.into_result());
    assert_eq!(accepted.state, CallState::Active);
    erin.ask(start(new_call_id(), "alice")).await.unwrap();
    alice.ask(Command::Hangup { call_id: runs }).await.unwrap();
}
