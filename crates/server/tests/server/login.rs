//! Who gets in, and who does not.

use hullo_protocol::{CallId, Command, ErrorKind, Login, SessionClosed, Success};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::client::{dial, login_on, new_call_id, refusal};
use crate::eventually::eventually;
use crate::program::{Server, unix_s};

/// A token as a customer's backend signs it, without asking us.
fn sign(secret: &str, claims: &Value) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    encode(&Header::default(), claims, &key).unwrap()
}

fn claims(server: &Server, accid: &str, exp: u64) -> Value {
    json!({ "aud": "hullo.login", "iss": server.app_key, "sub": accid, "exp": exp })
}

const FUTURE_S: u64 = 4_000_000_000;

async fn try_login(server: &Server, accid: &str, token: &str) -> Result<(), ErrorKind> {
    let mut client = server.connect().await;
    let result = client.login(&server.app_key, accid, token).await;
    result.map(|_| ()).map_err(|error| error.kind)
}

#[tokio::test]
async fn account_logs_in_with_a_token_of_the_api_or_of_its_own_backend() {
    let server = Server::start().await;
    let token = server.token("alice").await;
    assert_eq!(try_login(&server, "alice", &token).await, Ok(()));
    assert_eq!(try_login(&server, "Alice", &token).await, Ok(()));
    let own = sign(&server.app_secret, &claims(&server, "bob", FUTURE_S));
    assert_eq!(try_login(&server, "bob", &own).await, Ok(()));
}

#[tokio::test]
async fn wrong_expired_and_foreign_tokens_are_refused() {
    let server = Server::start().await;
    let wrong = Err(ErrorKind::WrongToken);
    for token in ["", "x", "a.b.c"] {
        assert_eq!(try_login(&server, "alice", token).await, wrong, "{token}");
    }
    let forged = sign("guess", &claims(&server, "alice", FUTURE_S));
    assert_eq!(try_login(&server, "alice", &forged).await, wrong);
    let expired = sign(&server.app_secret, &claims(&server, "alice", 1_000_000));
    let refused = try_login(&server, "alice", &expired).await;
    assert_eq!(refused, Err(ErrorKind::TokenExpired));
    let of_bob = server.token("bob").await;
    assert_eq!(try_login(&server, "alice", &of_bob).await, wrong);
    let nobody = sign(&server.app_secret, &claims(&server, "nobody", FUTURE_S));
    assert_eq!(
        try_login(&server, "nobody", &nobody).await,
        Err(ErrorKind::AccountNotFound)
    );
}

#[tokio::test]
async fn failed_login_may_be_tried_again_on_the_same_connection() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    assert_eq!(
        refusal(client.ask(Command::Ping).await),
        ErrorKind::NotLoggedIn
    );
    let error = client.login(&server.app_key, "alice", "x").await;
    assert_eq!(error.unwrap_err().kind, ErrorKind::WrongToken);
    let token = server.token("alice").await;
    client
        .login(&server.app_key, "alice", &token)
        .await
        .unwrap();
    assert_eq!(client.ask(Command::Ping).await, Ok(Success::Done));
}

#[tokio::test]
async fn who_signs_wrongly_is_told_which_claim_and_may_try_on() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    let mut wrong = claims(&server, "alice", FUTURE_S);
    wrong["aud"] = json!(["hullo.room"]);
    let token = sign(&server.app_secret, &wrong);
    // More than an address may guess.
    for _ in 0..30 {
        let error = client.login(&server.app_key, "alice", &token).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::WrongToken);
        assert_eq!(
            error.message,
            r#"the claim aud is ["hullo.room"], expected hullo.login"#
        );
    }
    let good = server.token("alice").await;
    client.login(&server.app_key, "alice", &good).await.unwrap();
}

#[tokio::test]
async fn guessing_is_slowed_down_and_holds_up_nobody_who_does_not_guess() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    eventually("the address has to wait", async || {
        let error = client.login(&server.app_key, "alice", "guess").await;
        (error.unwrap_err().kind == ErrorKind::RateLimited).then_some(())
    })
    .await;
    let wrong = format!("{}:guess", server.app_key);
    let guess = async || {
        let request = server.request("GET", "/v1/records", Some(&wrong), None);
        request.await.0
    };
    assert_eq!(guess().await, 429);
    // The backend and a good token come from the same address.
    let token = server.token("bob").await;
    assert_eq!(try_login(&server, "bob", &token).await, Ok(()));
    assert!(
        server
            .metric("hullo_limits_met_total{limit=\"failed_logins\"}")
            .await
            >= 2.0
    );
}

#[tokio::test]
async fn token_that_was_good_once_is_no_guess() {
    let server = Server::start().await;
    let expired = sign(&server.app_secret, &claims(&server, "alice", 1));
    let mut client = server.connect().await;
    for _ in 0..50 {
        let error = client.login(&server.app_key, "alice", &expired).await;
        assert_eq!(error.unwrap_err().kind, ErrorKind::TokenExpired);
    }
}

#[tokio::test]
async fn disabled_account_is_signed_out_and_stays_out() {
    let server = Server::start().await;
    let token = server.token("alice").await;
    let mut alice = server.login("alice").await;
    let path = "/v1/accounts/alice";
    let disable = json!({ "disabled": true });
    let (status, body) = server.http("PATCH", path, Some(disable)).await;
    assert_eq!((status, &body["disabled"]), (200, &json!(true)));
    let (reason, _) = alice.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::SignedOut));
    let refused = try_login(&server, "alice", &token).await;
    assert_eq!(refused, Err(ErrorKind::AccountDisabled));

    let enable = json!({ "disabled": false });
    let (status, body) = server.http("PATCH", path, Some(enable)).await;
    assert_eq!((status, &body["token_generation"]), (200, &json!(1)));
    let refused = try_login(&server, "alice", &token).await;
    assert_eq!(refused, Err(ErrorKind::TokenRevoked));
    server.login("alice").await;
}

#[tokio::test]
async fn revoked_tokens_end_their_sessions_and_new_ones_work() {
    let server = Server::start().await;
    let token = server.token("alice").await;
    let mut alice = server.login("alice").await;
    let path = "/v1/accounts/alice/tokens";
    let (status, body) = server.http("DELETE", path, None).await;
    assert_eq!((status, &body["token_generation"]), (200, &json!(1)));
    let (reason, _) = alice.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::SignedOut));
    let refused = try_login(&server, "alice", &token).await;
    assert_eq!(refused, Err(ErrorKind::TokenRevoked));
    let mut own = claims(&server, "alice", FUTURE_S);
    own["gen"] = json!(1);
    let own = sign(&server.app_secret, &own);
    assert_eq!(try_login(&server, "alice", &own).await, Ok(()));
}

#[tokio::test]
async fn newer_session_of_a_device_replaces_the_older() {
    let server = Server::start().await;
    let mut old = server.login("alice").await;
    let mut new = server.login("alice").await;
    let (reason, _) = old.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::Replaced));
    assert_eq!(new.ask(Command::Ping).await, Ok(Success::Done));
}

#[tokio::test]
async fn login_that_names_too_many_calls_is_refused() {
    let server = Server::start().await;
    let token = server.token("alice").await;
    let mut client = server.connect().await;
    let calls = (0..101).map(CallId::from_u128).collect();
    let refused = client
        .login_knowing(&server.app_key, "alice", &token, None, calls)
        .await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::TooLarge);
}

#[tokio::test]
async fn session_lives_on_with_a_fresh_token_and_ends_without() {
    let server = Server::start().await;
    let until = |seconds: u64| {
        let soon = claims(&server, "alice", unix_s() + seconds);
        sign(&server.app_secret, &soon)
    };
    let mut alice = server.login("alice").await;
    let mut bob = server.connect().await;
    bob.login(&server.app_key, "bob", &server.token("bob").await)
        .await
        .unwrap();

    let mut short = server.connect().await;
    let login = login_on(&server.app_key, "alice", &until(2), "phone");
    let Ok(Success::LoggedIn {
        token_expires_in_ms,
        ..
    }) = short.ask(Command::Login(login)).await
    else {
        panic!("no welcome")
    };
    assert!((1..=2_000).contains(&token_expires_in_ms));

    let renew = |token: String| Command::Renew {
        token: token.into(),
    };
    let of_bob = server.token("bob").await;
    assert_eq!(
        refusal(short.ask(renew(of_bob)).await),
        ErrorKind::WrongToken
    );
    let old = sign(&server.app_secret, &claims(&server, "alice", 1_000_000));
    assert_eq!(
        refusal(short.ask(renew(old)).await),
        ErrorKind::TokenExpired
    );
    let Ok(Success::Renewed {
        token_expires_in_ms,
    }) = short.ask(renew(until(3))).await
    else {
        panic!("not renewed")
    };
    assert!((2_000..=3_000).contains(&token_expires_in_ms));

    let call_id = new_call_id();
    short
        .ask(Command::StartCall(dial(call_id, "bob")))
        .await
        .unwrap();
    bob.invited().await;
    let (reason, _) = short.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::TokenExpired));

    // The call rings on: expiry ends a session, and nothing else.
    let mut back = server.connect().await;
    let login = login_on(&server.app_key, "alice", &until(60), "phone");
    let login = Login {
        calls: vec![call_id],
        ..login
    };
    let snapshot = back.login_as(login).await.unwrap();
    assert_eq!(snapshot.calls[0].call_id, call_id);
    assert_eq!(alice.ask(Command::Ping).await, Ok(Success::Done));
}
