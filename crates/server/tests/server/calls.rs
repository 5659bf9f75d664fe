//! Calls from dial to record.

use hullo_protocol::{
    CallState, Command, EndReason, ErrorKind, MessageBody, RecordStatus, StartCall, Success,
};
use serde_json::json;

use crate::client::{accept, accid, call_of, dial, new_call_id, refusal, request_id, start};
use crate::program::Server;

#[tokio::test]
async fn accepted_and_hung_up_call_leaves_exactly_one_record_for_both() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    let with_text = StartCall {
        attachment: Some("about the cat".to_owned()),
        ..dial(call_id, "bob")
    };
    let call = call_of(alice.ask(Command::StartCall(with_text)).await);
    assert_eq!(call.state, CallState::Ringing);
    let (invite, ring_ms_left) = bob.invited().await;
    assert_eq!(invite.call_id, call_id);
    assert_eq!(invite.attachment.as_deref(), Some("about the cat"));
    assert!((20_000..=30_000).contains(&ring_ms_left), "{ring_ms_left}");
    let path = format!("/v1/calls/{call_id}");
    let (_, shown) = server.http("GET", &path, None).await;
    assert_eq!(shown["state"], "ringing");
    assert_eq!(shown["kind"], "one_to_one");

    assert_eq!(bob.ask(Command::Ring { call_id }).await, Ok(Success::Done));
    let call = call_of(bob.ask(accept(call_id)).await);
    assert_eq!(call.state, CallState::Active);
    assert_eq!(
        alice.ask(Command::Hangup { call_id }).await,
        Ok(Success::Done)
    );
    assert_eq!(bob.call_ended(call_id).await.reason, EndReason::HungUp);

    let message = bob.message().await;
    assert_eq!(message, alice.message().await);
    assert_eq!((message.from, message.to), (accid("alice"), accid("bob")));
    let MessageBody::Call(summary) = message.body;
    assert_eq!(summary.status, RecordStatus::Complete);
    for who in ["alice", "bob"] {
        let records = server.records(who).await;
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0]["call_id"], json!(call_id));
        assert_eq!(records[0]["status_code"], 1);
    }
    assert!(server.records("carol").await.is_empty());
    let (_, shown) = server.http("GET", &path, None).await;
    assert_eq!(shown["state"], "ended");
    assert_eq!(shown["record"]["reason"], "hung_up");
}

#[tokio::test]
async fn conversation_is_read_page_by_page_and_missed_messages_come_with_the_login() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    for _ in 0..3 {
        let call_id = new_call_id();
        alice.ask(start(call_id, "bob")).await.unwrap();
        alice.ask(Command::Cancel { call_id }).await.unwrap();
    }
    let list = |before, limit| Command::ListMessages {
        with: accid("bob"),
        before,
        limit,
    };
    let Ok(Success::Messages { messages, more }) = alice.ask(list(None, 2)).await else {
        panic!("no messages");
    };
    assert_eq!((messages.len(), more), (2, true));
    assert!(messages[0].id > messages[1].id);
    let rest = alice.ask(list(Some(messages[1].id), 2)).await;
    let Ok(Success::Messages {
        messages: rest,
        more,
    }) = rest
    else {
        panic!("no messages");
    };
    assert_eq!((rest.len(), more), (1, false));
    assert_eq!(
        refusal(alice.ask(list(None, 0)).await),
        ErrorKind::BadRequest
    );

    let token = server.token("bob").await;
    let mut bob = server.connect().await;
    let snapshot = bob.login(&server.app_key, "bob", &token).await.unwrap();
    assert!(snapshot.messages.is_empty(), "to a new device all is old");
    assert_eq!(snapshot.cursor, messages[0].id);
    let mut again = server.connect().await;
    let seen = Some(messages[1].id);
    let snapshot = again
        .login_knowing(&server.app_key, "bob", &token, seen, vec![])
        .await
        .unwrap();
    assert_eq!(snapshot.messages, [messages[0].clone()]);
    assert!(!snapshot.more);
}

#[tokio::test]
async fn busy_callee_ends_the_call_without_ringing() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let mut carol = server.login("carol").await;
    let first = new_call_id();
    alice.ask(start(first, "bob")).await.unwrap();
    bob.invited().await;
    let second = new_call_id();
    let call = call_of(carol.ask(start(second, "bob")).await);
    assert_eq!(call.state, CallState::Ended);
    assert_eq!(call.end.unwrap().reason, EndReason::Busy);
    let rung = bob.drain_events().await;
    let invites = rung
        .iter()
        .filter(|event| matches!(event, hullo_protocol::Event::CallInvited { .. }));
    assert_eq!(invites.count(), 0, "{rung:?}");
    assert_eq!(server.records("carol").await[0]["status"], "busy");
}

#[tokio::test]
async fn callees_that_cannot_be_called_are_refused_by_kind() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let call_id = new_call_id();
    let cases = [
        (start(call_id, "nobody"), ErrorKind::AccountNotFound),
        (start(call_id, "alice"), ErrorKind::CalledOneself),
        (
            Command::StartCall(StartCall {
                callees: vec![],
                ..dial(call_id, "bob")
            }),
            ErrorKind::BadRequest,
        ),
        (
            Command::StartCall(StartCall {
                attachment: Some("x".repeat(4097)),
                ..dial(call_id, "bob")
            }),
            ErrorKind::TooLarge,
        ),
    ];
    for (command, kind) in cases {
        assert_eq!(refusal(alice.ask(command).await), kind);
    }
    let disable = json!({ "disabled": true });
    server
        .http("PATCH", "/v1/accounts/bob", Some(disable))
        .await;
    assert_eq!(
        refusal(alice.ask(start(call_id, "bob")).await),
        ErrorKind::AccountDisabled
    );
    assert!(server.records("alice").await.is_empty());
    alice.ask(start(call_id, "carol")).await.unwrap();
}

#[tokio::test]
async fn commands_in_the_wrong_state_are_refused_by_kind() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    assert_eq!(
        refusal(bob.ask(accept(call_id)).await),
        ErrorKind::CallNotFound
    );
    alice.ask(start(call_id, "bob")).await.unwrap();
    assert!(alice.ask(accept(call_id)).await.is_err());
    assert_eq!(
        refusal(alice.ask(start(new_call_id(), "carol")).await),
        ErrorKind::AlreadyInCall
    );
    bob.ask(accept(call_id)).await.unwrap();
    assert_eq!(
        refusal(alice.ask(Command::Cancel { call_id }).await),
        ErrorKind::AlreadyAccepted
    );
}

#[tokio::test]
async fn second_answer_to_an_invite_loses() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.ask(Command::Reject {
        call_id,
        without_token: false,
    })
    .await
    .unwrap();
    assert_eq!(alice.call_ended(call_id).await.reason, EndReason::Rejected);
    assert_eq!(
        refusal(bob.ask(accept(call_id)).await),
        ErrorKind::AlreadyRejected
    );
    let records = server.records("bob").await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["status"], "rejected");
}

#[tokio::test]
async fn request_repeated_after_a_reconnect_gets_the_first_answer() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let (call_id, request) = (new_call_id(), request_id());
    let first = call_of(alice.ask_as(request, start(call_id, "bob")).await);
    bob.invited().await;
    drop(alice);
    let mut alice = server.login("alice").await;
    let again = call_of(alice.ask_as(request, start(call_id, "bob")).await);
    assert_eq!(again.call_id, first.call_id);
    assert_eq!(
        refusal(alice.ask(start(call_id, "bob")).await),
        ErrorKind::CallExists
    );
    let rung = bob.drain_events().await;
    assert!(
        !rung
            .iter()
            .any(|event| matches!(event, hullo_protocol::Event::CallInvited { .. })),
        "{rung:?}"
    );
    let cancel = request_id();
    for _ in 0..2 {
        let cancelled = alice.ask_as(cancel, Command::Cancel { call_id }).await;
        assert_eq!(cancelled, Ok(Success::Done));
    }
    assert_eq!(server.records("alice").await.len(), 1);
}

#[tokio::test]
async fn watched_account_is_seen_to_come_and_go() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let watch = Command::WatchPresence {
        accids: vec![accid("bob")],
    };
    let Ok(Success::Presence { accounts }) = alice.ask(watch).await else {
        panic!("no presence");
    };
    assert!(!accounts[0].online);
    let online = |event: &hullo_protocol::Event| match event {
        hullo_protocol::Event::PresenceChanged { accounts } => Some(accounts[0].online),
        _ => None,
    };
    let bob = server.login("bob").await;
    assert!(alice.event(online).await);
    drop(bob);
    assert!(!alice.event(online).await);
}
