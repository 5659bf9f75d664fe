//! Connections before anyone has said who he is, and how many there may be.

use std::time::{Duration, Instant};

use hullo_protocol::{Command, ErrorKind, Success};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::eventually::{PATIENCE, eventually};
use crate::program::{Options, Server};

/// What the server says until it closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the connection stays open");
    String::from_utf8(rest).unwrap()
}

/// The answer to a request from another address of this machine.
async fn ask_from(server: &Server, address: &str) -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket
        .bind(format!("{address}:0").parse().unwrap())
        .unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    let request = "GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    // It may have been closed already.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

#[tokio::test]
async fn eleven_hundred_silent_connections_stop_nobody() {
    let server = Server::start_with(Options {
        files: Some(1024),
        ..Options::limits("headers_ms=600000")
    })
    .await;
    rlimit::increase_nofile_limit(4096).unwrap();
    let mut silent = Vec::new();
    for _ in 0..1100 {
        silent.push(TcpStream::connect(server.address).await.unwrap());
    }
    assert_eq!(server.ask_operator("/healthz").await.0, 200);
    assert_eq!(server.ask_operator("/readyz").await.0, 200);
    // Other people get in; this address is told what is wrong.
    assert!(
        ask_from(&server, "127.0.0.2")
            .await
            .starts_with("HTTP/1.1 200")
    );
    // Few are told at once; most of the silent ones were closed without a word.
    eventually("it is told", async || {
        let told = ask_from(&server, "127.0.0.1").await;
        (told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 5")).then_some(())
    })
    .await;
    assert_eq!(server.metric("hullo_connections_waiting").await, 512.0);
    let refused = "hullo_connections_refused_total{limit=\"waiting_per_address\"}";
    assert!(server.metric(refused).await >= 588.0);
    drop(silent);
    eventually("their places are free", async || {
        (server.metric("hullo_connections").await == 0.0).then_some(())
    })
    .await;
    server.login("alice").await;
}

#[tokio::test]
async fn connection_that_says_nothing_or_too_little_is_closed_in_time() {
    let server = Server::start_with(Options::limits("headers_ms=300")).await;
    for said in ["", "G", "GET /healthz HTTP/1.1\r\nhost:"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        rest(&mut stream).await;
    }
    // One that has asked something is closed when it asks no more.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = "GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn tls_handshake_that_never_ends_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert"), folder.path().join("key"));
    std::fs::write(&cert, issued.cert.pem()).unwrap();
    std::fs::write(&key, issued.signing_key.serialize_pem()).unwrap();
    let mut options = Options::limits("handshake_ms=300");
    options.environment.extend([
        ("HULLO_TLS_CERT", cert.display().to_string()),
        ("HULLO_TLS_KEY", key.display().to_string()),
    ]);
    let server = Server::start().await.restart_with(&options);
    for said in ["", "\u{16}\u{3}\u{1}"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        rest(&mut stream).await;
    }
}

#[tokio::test]
async fn body_that_never_comes_is_answered_in_time() {
    let server = Server::start_with(Options::limits("request_ms=1000")).await;
    let credentials = format!("{}:{}", server.app_key, server.app_secret);
    let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, credentials);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "POST /v1/accounts HTTP/1.1\r\nhost: x\r\nauthorization: Basic {encoded}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 408"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["error"]["kind"], "timeout");
}

#[tokio::test]
async fn websocket_that_never_logs_in_is_closed() {
    let server = Server::start_with(Options::limits("login_ms=300")).await;
    let mut client = server.connect().await;
    assert_eq!(client.session_error().await, ErrorKind::Timeout);
    assert_eq!(client.session_closed().await.1, Some(1008));
    assert_eq!(
        server
            .metric("hullo_limits_met_total{limit=\"login_ms\"}")
            .await,
        1.0
    );
}

#[tokio::test]
async fn address_has_so_many_connections_and_no_more() {
    let server = Server::start_with(Options::limits("connections_per_address=4")).await;
    let [alice, mut bob, _carol] = server.login_all(["alice", "bob", "carol"]).await;
    let _fourth = eventually("the place of the last request is free", async || {
        (server.metric("hullo_connections").await == 3.0).then_some(())?;
        TcpStream::connect(server.address).await.ok()
    })
    .await;
    let status = async |address| {
        ask_from(&server, address)
            .await
            .get(9..12)
            .map(str::to_owned)
    };
    assert_eq!(status("127.0.0.1").await.as_deref(), Some("503"));
    assert_eq!(status("127.0.0.2").await.as_deref(), Some("200"));
    assert_eq!(bob.ask(Command::Ping).await, Ok(Success::Done));
    drop(alice);
    eventually("the place is free", async || {
        (status("127.0.0.1").await.as_deref() == Some("200")).then_some(())
    })
    .await;
}

/// Opens a WebSocket as a proxy does for this address; the status if it is refused.
async fn open_for(server: &Server, forwarded: Option<&str>) -> Result<impl Sized, u16> {
    let url = format!("ws://{}/v1/ws", server.address);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    let protocol = hullo_protocol::SUBPROTOCOL.parse().unwrap();
    headers.insert("sec-websocket-protocol", protocol);
    if let Some(address) = forwarded {
        headers.insert("x-forwarded-for", address.parse().unwrap());
    }
    let stream = TcpStream::connect(server.address).await.unwrap();
    match tokio_tungstenite::client_async(request, stream).await {
        Ok(opened) => Ok(opened),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn behind_a_proxy_the_clients_address_counts_and_who_has_none_counts_alone() {
    let mut options = Options::limits("connections_per_address=1");
    options
        .environment
        .push(("HULLO_BEHIND_PROXY", "true".to_owned()));
    let server = Server::start_with(options).await;
    let _first = open_for(&server, Some("192.0.2.1:4711")).await.unwrap();
    assert_eq!(open_for(&server, Some("192.0.2.1")).await.err(), Some(503));
    let _other = open_for(&server, Some("10.0.0.1, [2001:db8::1]:443"))
        .await
        .unwrap();
    let neighbour = open_for(&server, Some("2001:db8::2")).await;
    assert_eq!(neighbour.err(), Some(503));
    let _one = open_for(&server, None).await.unwrap();
    let _another = open_for(&server, Some("unknown")).await.unwrap();
}

/// The second of two frames in a row must not wait until the client's system acknowledges the first: it delays that
/// by 40 ms.
#[tokio::test]
async fn second_of_two_frames_does_not_wait_for_an_acknowledgement() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut took = Vec::new();
    // At the start of a connection the client's system acknowledges at once.
    for round in 0..40 {
        let began = Instant::now();
        for id in [1000 + round, 2000 + round] {
            let ping = format!(r#"{{"id":{id},"op":"session.ping"}}"#);
            alice.feed_text(ping).await;
        }
        alice.flush().await;
        alice.reply(1000 + round).await;
        alice.reply(2000 + round).await;
        took.push(began.elapsed());
    }
    took.sort();
    let half = took[took.len() / 2];
    assert!(half < Duration::from_millis(30), "{took:?}");
}
