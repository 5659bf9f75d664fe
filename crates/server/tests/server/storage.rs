//! A storage that takes nothing: typed errors, nothing else changes, and all is well when it takes again.

use hullo_protocol::{Command, ErrorKind, StartCall, Success};
use rusqlite::Connection;
use serde_json::json;

use crate::client::{accid, call_of, dial, new_call_id, refusal, request_id, start};
use crate::eventually::eventually;
use crate::program::{Options, Server, kind_of, output, set_writable};

const MASTER_KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn open(server: &Server) -> Connection {
    Connection::open(server.database()).unwrap()
}

fn run(connection: &Connection, sql: &str) {
    connection.execute_batch(sql).unwrap();
}

/// Whether it says that it can do its work. It is alive all the while.
async fn readiness(server: &Server) -> u16 {
    assert_eq!(server.ask_operator("/healthz").await.0, 200);
    server.ask_operator("/readyz").await.0
}

/// A dial that needs pages of its own.
fn large_dial(call_id: hullo_protocol::CallId) -> Command {
    Command::StartCall(StartCall {
        attachment: Some("x".repeat(4096)),
        ..dial(call_id, "bob")
    })
}

#[tokio::test]
async fn full_storage_refuses_calls_until_space_returns() {
    let server = Server::start().await;
    let connection = open(&server);
    run(
        &connection,
        "CREATE TABLE filler AS SELECT zeroblob(400000) AS body",
    );
    let pages: i64 = connection
        .query_one("PRAGMA page_count", (), |row| row.get(0))
        .unwrap();
    drop(connection);
    let full = Options {
        environment: vec![("HULLO_DB_MAX_PAGES", pages.to_string())],
        ..Options::default()
    };
    let server = server.restart_with(&full);
    assert_eq!(readiness(&server).await, 503);
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let (call_id, request) = (new_call_id(), request_id());
    for _ in 0..2 {
        let refused = alice.ask_as(request, large_dial(call_id)).await;
        assert_eq!(refusal(refused), ErrorKind::StorageUnavailable);
    }
    assert!(bob.drain_events().await.is_empty(), "nobody rings");
    let path = format!("/v1/calls/{call_id}");
    assert_eq!(server.http("GET", &path, None).await.0, 404);
    assert!(server.metric("hullo_store_commit_failures_total").await >= 2.0);

    run(&open(&server), "DROP TABLE filler");
    eventually("it is ready again", async || {
        (readiness(&server).await == 200).then_some(())
    })
    .await;
    let call = call_of(alice.ask_as(request, large_dial(call_id)).await);
    assert_eq!(call.call_id, call_id);
    assert_eq!(bob.invited().await.0.call_id, call_id);
}

#[tokio::test]
async fn locked_storage_fails_a_hang_up_and_takes_it_when_it_is_repeated() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.invited().await;
    bob.ask(Command::Ring { call_id }).await.unwrap();
    bob.drain_events().await;

    let other = open(&server);
    run(&other, "BEGIN IMMEDIATE");
    let (status, body) = server
        .http("POST", "/v1/accounts", Some(json!({ "accid": "dave" })))
        .await;
    assert_eq!(
        (status, kind_of(&body)),
        (503, ErrorKind::StorageUnavailable)
    );
    let cancel = request_id();
    let refused = alice.ask_as(cancel, Command::Cancel { call_id }).await;
    assert_eq!(refusal(refused), ErrorKind::StorageUnavailable);
    assert!(bob.drain_events().await.is_empty(), "bob rings on");
    run(&other, "ROLLBACK");

    let cancelled = alice.ask_as(cancel, Command::Cancel { call_id }).await;
    assert_eq!(cancelled, Ok(Success::Done));
    bob.call_ended(call_id).await;
    assert_eq!(server.records("bob").await.len(), 1);
}

#[tokio::test]
async fn ring_time_that_ends_while_the_storage_is_locked_ends_the_call_afterwards() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let call_id = new_call_id();
    let short = StartCall {
        ring_ms: Some(5_000),
        ..dial(call_id, "bob")
    };
    alice.ask(Command::StartCall(short)).await.unwrap();
    let other = open(&server);
    run(&other, "BEGIN IMMEDIATE");
    eventually("the timer meets the lock", async || {
        (server.metric("hullo_store_commit_failures_total").await >= 1.0).then_some(())
    })
    .await;
    assert!(server.records("alice").await.is_empty());
    run(&other, "ROLLBACK");
    alice.call_ended(call_id).await;
    assert_eq!(server.records("alice").await.len(), 1);
}

#[tokio::test]
async fn read_only_storage_still_shows_what_it_has_and_refuses_calls() {
    let options = Options {
        environment: vec![("HULLO_MASTER_KEY", MASTER_KEY.to_owned())],
        ..Options::default()
    };
    let mut server = Server::start_with(options.clone()).await;
    let mut alice = server.login("alice").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    server.kill();
    let folder = server.folder.clone();
    set_writable(folder.path(), false);
    // Permissions do not bind root: the server becomes nobody, whom they do bind.
    let is_root = std::fs::write(folder.path().join("probe"), "").is_ok();
    let nobody = Options {
        uid: is_root.then_some(65_534),
        ..options.clone()
    };
    let server = server.restart_with(&nobody);

    assert_eq!(readiness(&server).await, 503);
    let mut alice = server.login("alice").await;
    let list = Command::ListMessages {
        with: accid("bob"),
        before: None,
        limit: 10,
    };
    let Ok(Success::Messages { messages, .. }) = alice.ask(list).await else {
        panic!("no messages");
    };
    assert_eq!(messages.len(), 1);
    let next = new_call_id();
    let refused = refusal(alice.ask(start(next, "bob")).await);
    assert_eq!(refused, ErrorKind::StorageUnavailable);

    set_writable(folder.path(), true);
    let server = server.restart_with(&options);
    let mut alice = server.login("alice").await;
    alice.ask(start(next, "bob")).await.unwrap();
}

#[tokio::test]
async fn stalled_storage_keeps_writes_waiting_and_nobody_else() {
    let fault = tempfile::NamedTempFile::new().unwrap();
    let says = |what: &str| std::fs::write(fault.path(), what).unwrap();
    let options = Options {
        environment: vec![("HULLO_TEST_STORE_FAULT", fault.path().display().to_string())],
        ..Options::default()
    };
    let server = Server::start_with(options).await;
    let mut alice = server.login("alice").await;
    says("stall");
    let dave = json!({ "accid": "dave" });
    let creating = server.http("POST", "/v1/accounts", Some(dave));
    let meanwhile = async {
        eventually("the write waits", async || {
            (server.metric("hullo_store_writes_waiting").await >= 1.0).then_some(())
        })
        .await;
        let (status, _) = server.http("GET", "/v1/accounts/alice", None).await;
        assert_eq!(status, 200, "who reads does not wait");
        let list = Command::ListMessages {
            with: accid("bob"),
            before: None,
            limit: 10,
        };
        alice.ask(list).await.unwrap();
        says("");
    };
    let ((status, _), ()) = tokio::join!(creating, meanwhile);
    assert_eq!(status, 201, "it was late, not lost");
    says("fail");
    let (status, body) = server
        .http("POST", "/v1/accounts", Some(json!({ "accid": "erin" })))
        .await;
    assert_eq!(
        (status, kind_of(&body)),
        (503, ErrorKind::StorageUnavailable)
    );
}

#[tokio::test]
async fn requests_beyond_those_that_may_wait_for_the_storage_are_refused_at_once() {
    let fault = tempfile::NamedTempFile::new().unwrap();
    let mut options = Options::limits("requests_waiting=1");
    let path = fault.path().display().to_string();
    options.environment.push(("HULLO_TEST_STORE_FAULT", path));
    let server = Server::start_with(options).await;
    let [mut alice, mut bob, mut carol] = server.login_all(["alice", "bob", "carol"]).await;
    std::fs::write(fault.path(), "stall").unwrap();
    let first = alice.send(request_id(), start(new_call_id(), "bob")).await;
    eventually("the first is being stored", async || {
        (server.metric("hullo_store_writes_waiting").await >= 1.0).then_some(())
    })
    .await;
    let second = bob.send(request_id(), start(new_call_id(), "carol")).await;
    eventually("the second waits", async || {
        (server.metric("hullo_actor_waiting").await == 1.0).then_some(())
    })
    .await;
    let third = carol.ask(start(new_call_id(), "alice")).await;
    assert_eq!(refusal(third), ErrorKind::StorageUnavailable);
    let met = "hullo_limits_met_total{limit=\"requests_waiting\"}";
    assert_eq!(server.metric(met).await, 1.0);
    std::fs::write(fault.path(), "").unwrap();
    for (client, asked) in [(&mut alice, first), (&mut bob, second)] {
        // Whom Alice calls cannot call; that is an answer all the same.
        let error = client.reply(asked).await.error;
        assert!(error.is_none_or(|it| it.kind != ErrorKind::StorageUnavailable));
    }
}

fn said(output: &std::process::Output) -> String {
    let (told, wrong) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(told).into_owned() + &String::from_utf8_lossy(wrong)
}

#[tokio::test]
async fn commands_make_nothing_where_nothing_was() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default();
    for arguments in [
        &["app", "list"][..],
        &["app", "set", "shop", "--busy", "ring"],
        &["backup", "/tmp/hullo-test-that-is-never-made.db"],
    ] {
        let refused = output(&folder, &options, arguments);
        assert!(!refused.status.success(), "{}", said(&refused));
        assert!(said(&refused).contains("no database"), "{}", said(&refused));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn commands_beside_a_server_list_set_and_copy_and_migrate_nothing() {
    let server = Server::start().await;
    let (options, key) = (Options::default(), server.app_key.to_string());
    let run = |arguments: &[&str]| output(&server.folder, &options, arguments);
    let set = ["app", "set", &key, "--keep-records-days", "30"];
    assert!(run(&set).status.success());
    let listed = said(&run(&["app", "list"]));
    assert!(
        listed.contains(&key) && listed.contains("records_days: Some(30)"),
        "{listed}"
    );
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.db");
    let copied = run(&["backup", &copy.display().to_string()]);
    assert!(copied.status.success(), "{}", said(&copied));
    let accounts: i64 = Connection::open(&copy)
        .unwrap()
        .query_one("SELECT count(*) FROM accounts", (), |row| row.get(0))
        .unwrap();
    assert_eq!(accounts, 3);

    self::run(&open(&server), "PRAGMA user_version = 99");
    let refused = run(&["app", "list"]);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("newer hullo"), "{}", said(&refused));
}
