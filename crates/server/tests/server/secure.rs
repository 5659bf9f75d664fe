//! Secure mode: joining a call needs a room token for that call and that participant.

use hullo_protocol::{CallId, CallState, Command, ErrorBody, ErrorKind, StartCall, Success, Token};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use crate::client::{Client, call_of, dial, new_call_id, refusal};
use crate::program::{Options, Server, unix_s};

async fn secure_server() -> Server {
    Server::start_with(Options {
        secure: true,
        ..Options::default()
    })
    .await
}

async fn start_with(
    client: &mut Client,
    call_id: CallId,
    token: Option<String>,
) -> Result<Success, ErrorBody> {
    let dial = StartCall {
        room_token: token.map(Token::from),
        ..dial(call_id, "bob")
    };
    client.ask(Command::StartCall(dial)).await
}

async fn accept_with(
    client: &mut Client,
    call_id: CallId,
    token: Option<String>,
) -> Result<Success, ErrorBody> {
    let room_token = token.map(Token::from);
    client
        .ask(Command::Accept {
            call_id,
            room_token,
            other: None,
        })
        .await
}

#[tokio::test]
async fn good_room_tokens_let_both_in() {
    let server = secure_server().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    let token = server.room_token(call_id, "alice", 1).await;
    let call = call_of(start_with(&mut alice, call_id, Some(token)).await);
    assert!(call.secure);
    let (invite, _) = bob.invited().await;
    let uid = invite.participants[1].uid;
    let token = server.room_token(call_id, "bob", uid.0).await;
    let call = call_of(accept_with(&mut bob, call_id, Some(token)).await);
    assert_eq!(call.state, CallState::Active);
}

#[tokio::test]
async fn missing_expired_forged_and_foreign_room_tokens_are_refused() {
    let server = secure_server().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    let sign = |secret: &str, exp: u64| {
        let claims = json!({
            "aud": "hullo.room", "iss": server.app_key, "sub": "alice", "call_id": call_id, "uid": 1, "exp": exp,
        });
        let key = EncodingKey::from_secret(secret.as_bytes());
        encode(&Header::default(), &claims, &key).unwrap()
    };
    let soon_s = unix_s() + 60;
    let bad = [
        None,
        Some("x".to_owned()),
        Some(sign(&server.app_secret, 1_000_000)),
        Some(sign("guess", soon_s)),
        Some(server.room_token(call_id, "alice", 2).await),
        Some(server.room_token(call_id, "bob", 1).await),
        // Good for a year: somebody would find it.
        Some(sign(&server.app_secret, soon_s + 366 * 24 * 3_600)),
        Some(server.room_token(new_call_id(), "alice", 1).await),
        Some(server.token("alice").await),
    ];
    for token in bad {
        let shown = format!("{token:?}");
        let refused = refusal(start_with(&mut alice, call_id, token).await);
        assert_eq!(refused, ErrorKind::RoomTokenRefused, "{shown}");
    }
    assert!(bob.drain_events().await.is_empty(), "nobody rings");

    let own = sign(&server.app_secret, soon_s);
    start_with(&mut alice, call_id, Some(own)).await.unwrap();
    bob.invited().await;
    let of_alice = server.room_token(call_id, "alice", 2).await;
    for token in [None, Some(of_alice)] {
        let refused = refusal(accept_with(&mut bob, call_id, token).await);
        assert_eq!(refused, ErrorKind::RoomTokenRefused);
    }
    let token = server.room_token(call_id, "bob", 2).await;
    accept_with(&mut bob, call_id, Some(token)).await.unwrap();
}
