//! kill -9 at any instant, and starting again.

use hullo_protocol::{
    CallState, Command, EndReason, ErrorKind, ParticipantState, StartCall, Success,
};

use crate::client::{accept, call_of, dial, new_call_id, refusal, request_id, start};
use crate::eventually::eventually;
use crate::program::Server;

#[tokio::test]
async fn ringing_call_rings_on_for_its_remaining_time_after_a_kill() {
    let mut server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let (call_id, request) = (new_call_id(), request_id());
    alice.ask_as(request, start(call_id, "bob")).await.unwrap();
    let (_, ring_ms_left) = bob.invited().await;
    server.kill();
    let server = server.restart();

    let token = server.token("bob").await;
    let mut bob = server.connect().await;
    let snapshot = bob.login(&server.app_key, "bob", &token).await.unwrap();
    let [invite] = &snapshot.invites[..] else {
        panic!("{snapshot:?}");
    };
    assert_eq!(invite.call.call_id, call_id);
    assert!(
        (1..ring_ms_left).contains(&invite.ring_ms_left),
        "{} of {ring_ms_left}",
        invite.ring_ms_left
    );
    let mut alice = server.login("alice").await;
    let again = call_of(alice.ask_as(request, start(call_id, "bob")).await);
    assert_eq!(again.call_id, call_id);
    let call = call_of(bob.ask(accept(call_id)).await);
    assert_eq!(call.state, CallState::Active);
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    assert_eq!(bob.call_ended(call_id).await.reason, EndReason::HungUp);
    assert_eq!(server.records("bob").await.len(), 1);
}

#[tokio::test]
async fn active_call_goes_on_after_a_kill() {
    let mut server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let accepted = request_id();
    bob.ask_as(accepted, accept(call_id)).await.unwrap();
    server.kill();
    let server = server.restart();
    assert_eq!(server.metric("hullo_calls{state=\"active\"}").await, 1.0);

    let mut bob = server.login("bob").await;
    let again = call_of(bob.ask_as(accepted, accept(call_id)).await);
    assert_eq!(again.state, CallState::Active);
    let token = server.token("alice").await;
    let mut alice = server.connect().await;
    let snapshot = alice
        .login_knowing(&server.app_key, "alice", &token, None, vec![call_id])
        .await
        .unwrap();
    assert_eq!(snapshot.calls.len(), 1, "{snapshot:?}");
    assert_eq!(snapshot.calls[0].state, CallState::Active);
    assert!(
        snapshot.calls[0]
            .participants
            .iter()
            .all(|one| one.state == ParticipantState::Accepted)
    );
    assert_eq!(
        bob.ask(Command::Hangup { call_id }).await,
        Ok(Success::Done)
    );
    assert_eq!(alice.call_ended(call_id).await.reason, EndReason::HungUp);
    assert_eq!(server.records("alice").await.len(), 1);
}

#[tokio::test]
async fn call_that_ended_before_a_kill_stays_ended_and_is_told_at_the_next_login() {
    let mut server = Server::start().await;
    let mut alice = server.login("alice").await;
    let (call_id, request) = (new_call_id(), request_id());
    alice.ask_as(request, start(call_id, "bob")).await.unwrap();
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    let message = alice.message().await;
    server.kill();
    let server = server.restart();

    let token = server.token("alice").await;
    let mut alice = server.connect().await;
    let snapshot = alice
        .login_knowing(
            &server.app_key,
            "alice",
            &token,
            Some(message.id),
            vec![call_id],
        )
        .await
        .unwrap();
    assert!(snapshot.calls.is_empty() && snapshot.messages.is_empty());
    assert_eq!(snapshot.ended[0].call_id, call_id);
    assert_eq!(snapshot.ended[0].reason, EndReason::Cancelled);
    // Repeated, the dial gets its first answer again, which shows the call as it is now.
    let repeated = call_of(alice.ask_as(request, start(call_id, "bob")).await);
    assert_eq!(repeated.state, CallState::Ended);
    let again = alice.ask(start(call_id, "bob")).await;
    assert_eq!(refusal(again), ErrorKind::CallExists);
    let next = new_call_id();
    alice.ask(start(next, "bob")).await.unwrap();
    alice.ask(Command::Hangup { call_id: next }).await.unwrap();
    assert!(alice.message().await.id > message.id);
    assert_eq!(server.records("alice").await.len(), 2);
}

#[tokio::test]
async fn ringing_call_to_which_nobody_comes_back_ends_with_a_record() {
    let mut server = Server::start().await;
    let mut alice = server.login("alice").await;
    let call_id = new_call_id();
    let short = StartCall {
        ring_ms: Some(5_000),
        ..dial(call_id, "bob")
    };
    alice.ask(Command::StartCall(short)).await.unwrap();
    server.kill();
    let server = server.restart();
    assert!(server.records("bob").await.is_empty());
    let records = eventually("the ring time ends", async || {
        let records = server.records("bob").await;
        (!records.is_empty()).then_some(records)
    })
    .await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["call_id"], serde_json::json!(call_id));
    assert_eq!(records[0]["status"], "timed_out");
}
