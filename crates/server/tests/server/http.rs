//! The API for the customer's backend.

use hullo_protocol::{Command, ErrorKind};
use serde_json::{Value, json};

use crate::client::{new_call_id, start};
use crate::program::{Server, kind_of};

#[tokio::test]
async fn accounts_are_created_shown_and_changed() {
    let server = Server::start().await;
    let new = json!({ "accid": "Dave", "name": "Dave", "avatar": "https://example.com/d.png" });
    let (status, body) = server.http("POST", "/v1/accounts", Some(new.clone())).await;
    assert_eq!((status, &body["accid"]), (201, &json!("Dave")));
    let same = json!({ "accid": "dAVE" });
    for again in [new, same] {
        let (status, body) = server.http("POST", "/v1/accounts", Some(again)).await;
        assert_eq!((status, kind_of(&body)), (409, ErrorKind::Exists));
    }
    let patch = json!({ "name": "David" });
    let (status, body) = server.http("PATCH", "/v1/accounts/dave", Some(patch)).await;
    assert_eq!((status, &body["name"]), (200, &json!("David")));
    let (status, body) = server.http("GET", "/v1/accounts/dave", None).await;
    assert_eq!(status, 200);
    assert_eq!(body["avatar"], "https://example.com/d.png");
    let (status, body) = server.http("GET", "/v1/accounts/nobody", None).await;
    assert_eq!((status, kind_of(&body)), (404, ErrorKind::AccountNotFound));
}

#[tokio::test]
async fn bad_requests_are_answered_by_kind() {
    let server = Server::start().await;
    let cases = [
        (json!({}), 400, ErrorKind::BadRequest),
        (json!({ "accid": "a b" }), 400, ErrorKind::BadRequest),
        (json!({ "accid": 7 }), 400, ErrorKind::BadRequest),
        (
            json!({ "accid": "dave", "name": "x".repeat(65) }),
            400,
            ErrorKind::TooLarge,
        ),
        (
            json!({ "accid": "dave", "name": "x".repeat(20_000) }),
            413,
            ErrorKind::TooLarge,
        ),
    ];
    for (body, status, kind) in cases {
        let answer = server.http("POST", "/v1/accounts", Some(body)).await;
        assert_eq!((answer.0, kind_of(&answer.1)), (status, kind));
    }
    for path in [
        "/v1/calls/x",
        "/v1/records?limit=0",
        "/v1/records?accid=a%20b",
    ] {
        let (status, body) = server.http("GET", path, None).await;
        assert_eq!((status, kind_of(&body)), (400, ErrorKind::BadRequest));
    }
    let endless = json!({ "ttl_s": 0 });
    let path = "/v1/accounts/alice/tokens";
    assert_eq!(server.http("POST", path, Some(endless)).await.0, 400);
    let path = format!("/v1/calls/{}", new_call_id());
    let (status, body) = server.http("GET", &path, None).await;
    assert_eq!((status, kind_of(&body)), (404, ErrorKind::CallNotFound));
}

#[tokio::test]
async fn only_the_apps_secret_opens_the_api() {
    let server = Server::start().await;
    let key = &server.app_key;
    let wrong = [
        None,
        Some(format!("{key}:wrong")),
        Some(format!("{key}:")),
        Some(format!("other:{}", server.app_secret)),
        Some("no colon".to_owned()),
    ];
    for credentials in wrong {
        let credentials = credentials.as_deref();
        let path = "/v1/accounts/alice";
        let (status, body) = server.request("GET", path, credentials, None).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        let answer = (status, kind_of(&body));
        assert_eq!(answer, (401, ErrorKind::Forbidden), "{credentials:?}");
    }
}

#[tokio::test]
async fn records_are_listed_page_by_page() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    for callee in ["bob", "carol", "bob"] {
        let call_id = new_call_id();
        alice.ask(start(call_id, callee)).await.unwrap();
        alice.ask(Command::Cancel { call_id }).await.unwrap();
    }
    let (_, first) = server.http("GET", "/v1/records?limit=2", None).await;
    assert_eq!(first["records"].as_array().unwrap().len(), 2);
    assert_eq!(first["records"][0]["callees"], json!(["bob"]));
    let path = format!("/v1/records?limit=2&before={}", first["next"]);
    let (_, second) = server.http("GET", &path, None).await;
    assert_eq!(second["records"].as_array().unwrap().len(), 1);
    assert_eq!(second["next"], Value::Null);
    assert_eq!(server.records("carol").await.len(), 1);
    assert_eq!(server.records("bob").await.len(), 2);
}

#[tokio::test]
async fn whatever_is_refused_says_why_in_the_one_form() {
    let server = Server::start().await;
    let large = json!({ "accid": "x", "name": "x".repeat(20_000) });
    for (method, path, body, status, kind) in [
        ("DELETE", "/v1/accounts", None, 405, ErrorKind::BadRequest),
        ("PUT", "/v1/records", None, 405, ErrorKind::BadRequest),
        ("GET", "/v1/nothing", None, 404, ErrorKind::BadRequest),
        (
            "POST",
            "/v1/accounts",
            Some(large),
            413,
            ErrorKind::TooLarge,
        ),
        ("POST", "/v1/accounts", None, 400, ErrorKind::BadRequest),
    ] {
        let (answered, body) = server.http(method, path, body).await;
        assert_eq!(
            (answered, kind_of(&body)),
            (status, kind),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn document_names_every_route() {
    let server = Server::start().await;
    let (status, text) = server.request("GET", "/v1/openapi.json", None, None).await;
    assert_eq!(status, 200);
    let document: Value = serde_json::from_str(&text).unwrap();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/v1/accounts",
            "/v1/accounts/{accid}",
            "/v1/accounts/{accid}/tokens",
            "/v1/calls/{call_id}",
            "/v1/records",
            "/v1/room-tokens",
        ]
    );
    assert_eq!(
        document["components"]["securitySchemes"]["app"]["scheme"],
        "basic"
    );
}

#[tokio::test]
async fn server_without_a_demo_says_at_its_front_what_it_is_and_offers_no_demo() {
    let server = Server::start().await;
    let (status, page) = server
        .request_text(server.address, "GET", "/", None, "")
        .await;
    assert_eq!(status, 200);
    assert!(page.contains("Hullo is running") && page.contains("hullo demo"));
    for path in ["/index.html", "/demo/accounts.json"] {
        let (status, body) = server.http("GET", path, None).await;
        assert_eq!((status, kind_of(&body)), (404, ErrorKind::BadRequest));
    }
}
