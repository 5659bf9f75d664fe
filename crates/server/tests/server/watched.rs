//! A part that fails: an app goes on from what is stored, or the process ends and the next one does. Nothing goes on by half.

use hullo_protocol::{CallState, Command, EndReason, SessionClosed};

use crate::client::{Client, accept, call_of, new_call_id, request_id, start};
use crate::eventually::eventually;
use crate::media::Connection;
use crate::program::{Options, Server};

/// What the process ends with when a part has failed.
const FAILED: Option<i32> = Some(70);

/// A server, and the file that makes parts of it fail.
async fn fallible(variable: &'static str) -> (Server, tempfile::NamedTempFile) {
    let fault = tempfile::NamedTempFile::new().unwrap();
    let options = Options {
        environment: vec![(variable, fault.path().display().to_string())],
        ..Options::default()
    };
    (Server::start_with(options).await, fault)
}

/// Alice and Bob talk.
async fn talking(server: &Server) -> ([Client; 2], hullo_protocol::CallId) {
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    ([alice, bob], call_id)
}

#[tokio::test]
async fn call_goes_on_after_the_actor_of_its_app_has_failed() {
    let (server, fault) = fallible("HULLO_TEST_NODE_FAULT").await;
    let ([mut alice, mut bob], call_id) = talking(&server).await;
    let _media = Connection::open(&mut alice, call_id).await;
    std::fs::write(fault.path(), "actor").unwrap();
    let snapshot = Command::CallSnapshot { call_id };
    alice.send(request_id(), snapshot.clone()).await;
    for client in [&mut alice, &mut bob] {
        let (reason, _) = client.session_closed().await;
        assert_eq!(reason, Some(SessionClosed::ShuttingDown), "it comes back");
    }
    eventually("the app is there again", async || {
        let apps = server.metric("hullo_actor_apps").await;
        let failures = server.metric("hullo_actor_failures_total").await;
        (apps == 1.0 && failures == 1.0).then_some(())
    })
    .await;
    assert_eq!(server.metric("hullo_sessions").await, 0.0);
    assert_eq!(server.ask_operator("/readyz").await.0, 200);

    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call = call_of(alice.ask(snapshot).await);
    assert_eq!(call.state, CallState::Active);
    let _media = Connection::open(&mut alice, call_id).await;
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    assert_eq!(bob.call_ended(call_id).await.reason, EndReason::HungUp);
    assert_eq!(server.records("alice").await.len(), 1);
}

#[tokio::test]
async fn process_ends_when_its_media_thread_fails_and_the_next_one_goes_on() {
    let (mut server, fault) = fallible("HULLO_TEST_NODE_FAULT").await;
    let ([mut alice, _bob], call_id) = talking(&server).await;
    std::fs::write(fault.path(), "media").unwrap();
    let offer = Command::OfferMedia {
        call_id,
        sdp: "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\na=fingerprint:sha-256 AA\r\n".to_owned(),
    };
    alice.send(request_id(), offer).await;
    assert_eq!(server.exit_code().await, FAILED);
    let server = server.restart();
    let mut alice = server.login("alice").await;
    let call = call_of(alice.ask(Command::CallSnapshot { call_id }).await);
    assert_eq!(call.state, CallState::Active);
}

#[tokio::test]
async fn process_ends_when_the_thread_fails_that_writes_the_storage() {
    let (mut server, fault) = fallible("HULLO_TEST_STORE_FAULT").await;
    let mut alice = server.login("alice").await;
    std::fs::write(fault.path(), "panic").unwrap();
    alice.send(request_id(), start(new_call_id(), "bob")).await;
    assert_eq!(server.exit_code().await, FAILED);
}

#[tokio::test]
async fn nobody_signs_in_at_a_server_that_is_stopping_and_what_was_under_way_is_stored() {
    let (mut server, fault) = fallible("HULLO_TEST_STORE_FAULT").await;
    let mut alice = server.login("alice").await;
    let mut late = server.connect().await;
    let token = server.token("bob").await;
    std::fs::write(fault.path(), "stall").unwrap();
    let dial = alice.send(request_id(), start(new_call_id(), "bob")).await;
    eventually("the dial waits", async || {
        (server.metric("hullo_store_writes_waiting").await >= 1.0).then_some(())
    })
    .await;
    server.terminate();
    eventually("nobody is let in", async || {
        let opened = tokio::net::TcpStream::connect(server.address).await;
        opened.is_err().then_some(())
    })
    .await;
    let login = crate::client::login_on(&server.app_key, "bob", &token, "late");
    late.send(request_id(), Command::Login(login)).await;
    let (reason, _) = late.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::ShuttingDown));

    std::fs::write(fault.path(), "").unwrap();
    assert!(alice.reply(dial).await.error.is_none(), "it was stored");
    let (reason, _) = alice.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::ShuttingDown));
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn account_that_is_disabled_while_it_is_away_leaves_its_call_at_once() {
    let server = Server::start().await;
    let ([alice, mut bob], call_id) = talking(&server).await;
    drop(alice);
    bob.sees(call_id, "alice", |alice| alice.reconnecting).await;
    let disabled = serde_json::json!({ "disabled": true });
    let (status, _) = server
        .http("PATCH", "/v1/accounts/alice", Some(disabled))
        .await;
    assert_eq!(status, 200);
    assert_eq!(bob.call_ended(call_id).await.reason, EndReason::LoggedOut);
}
