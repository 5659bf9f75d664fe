//! Who is who: accids of any system of users, and how people are shown.

use hullo_protocol::{Command, Event, Success};
use serde_json::json;

use crate::client::{accid, call_of, login_on, new_call_id, start};
use crate::program::{Server, in_path, kind_of};

/// As systems of users give them out.
const ACCIDS: [&str; 7] = [
    "auth0|64F0c1D2",
    "us-east-1:550E8400-e29b-41d4-a716-446655440000",
    "+4915112345678",
    "o'Neil+work@Example.com",
    "dGhlIHF1aWNr+/==",
    "did:web:Example.com#key-1",
    "a?b&c=%2F..%2e",
];

#[tokio::test]
async fn accid_of_any_system_comes_back_as_it_was_created_and_is_the_same_in_any_case() {
    let server = Server::start().await;
    server.create_accounts(&ACCIDS).await;
    for name in ACCIDS {
        let path = format!("/v1/accounts/{}", in_path(&name.to_uppercase()));
        let (status, shown) = server.http("GET", &path, None).await;
        assert_eq!((status, &shown["accid"]), (200, &json!(name)), "{shown}");
        let taken = json!({ "accid": name.to_uppercase() });
        let (status, body) = server.http("POST", "/v1/accounts", Some(taken)).await;
        assert_eq!(status, 409, "{body}");
    }
    for name in [".", "..", "a b", "a\\b", "\u{e9}"] {
        let (status, body) = server
            .http("POST", "/v1/accounts", Some(json!({ "accid": name })))
            .await;
        assert_eq!(
            (status, kind_of(&body)),
            (400, hullo_protocol::ErrorKind::BadRequest),
            "{name}"
        );
    }
}

#[tokio::test]
async fn call_shows_accids_as_they_were_created_however_they_are_dialled() {
    let server = Server::start().await;
    let [caller, callee] = [ACCIDS[0], ACCIDS[3]];
    server.create_accounts(&[caller, callee]).await;
    let mut alice = server.connect().await;
    let token = server.token(caller).await;
    let login = login_on(&server.app_key, &caller.to_lowercase(), &token, "a1");
    let Ok(Success::LoggedIn { accid: me, .. }) = alice.ask(Command::Login(login)).await else {
        panic!("not logged in");
    };
    assert_eq!(me.as_str(), caller);
    let mut bob = server
        .login_on(callee, "b1", hullo_protocol::Platform::Web)
        .await
        .0;
    let call_id = new_call_id();
    let call = call_of(alice.ask(start(call_id, &callee.to_lowercase())).await);
    let shown: Vec<&str> = call
        .participants
        .iter()
        .map(|one| one.accid.as_str())
        .collect();
    assert_eq!(shown, [caller, callee]);
    let (invite, _) = bob.invited().await;
    assert_eq!(invite.caller.as_str(), caller);
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    let message = bob.message().await;
    assert_eq!(
        [message.from.as_str(), message.to.as_str()],
        [caller, callee]
    );
    let path = format!("/v1/records?accid={}", in_path(&callee.to_lowercase()));
    let (_, records) = server.http("GET", &path, None).await;
    assert_eq!(records["records"][0]["callees"], json!([callee]));
    let list = Command::ListMessages {
        with: accid(&caller.to_uppercase()),
        before: None,
        limit: 10,
    };
    let Ok(Success::Messages { messages, .. }) = bob.ask(list).await else {
        panic!("no messages");
    };
    assert_eq!(messages, [message]);
}

#[tokio::test]
async fn caller_is_shown_by_name_and_a_new_name_reaches_the_call_and_the_own_devices() {
    let server = Server::start().await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let (invite, _) = bob.invited().await;
    let names: Vec<_> = invite
        .participants
        .iter()
        .map(|one| one.name.as_deref())
        .collect();
    assert_eq!(names, [Some("ALICE"), Some("BOB")]);

    let patch = json!({ "name": "Alice L.", "avatar": "https://example.com/a.png" });
    let (status, body) = server
        .http("PATCH", "/v1/accounts/alice", Some(patch))
        .await;
    assert_eq!(status, 200, "{body}");
    let seen = bob
        .sees(call_id, "alice", |one| {
            one.name.as_deref() == Some("Alice L.")
        })
        .await;
    assert_eq!(seen.avatar.as_deref(), Some("https://example.com/a.png"));
    let own = alice
        .event(|event| match event {
            Event::AccountChanged { name, .. } => name.clone(),
            _ => None,
        })
        .await;
    assert_eq!(own, "Alice L.");
    // What is looked up next is the new name, too.
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    alice.ask(start(new_call_id(), "bob")).await.unwrap();
    let (invite, _) = bob.invited().await;
    assert_eq!(invite.participants[0].name.as_deref(), Some("Alice L."));
    for (field, bytes) in [("name", 65), ("avatar", 513)] {
        let long = json!({ field: "x".repeat(bytes) });
        let (status, body) = server.http("PATCH", "/v1/accounts/alice", Some(long)).await;
        assert_eq!(status, 400, "{body}");
    }
}
