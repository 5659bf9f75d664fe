//! Running it: health, figures, logs, TLS, stopping, and the demo.

use std::path::Path;
use std::sync::Arc;

use hullo_protocol::{Command, SessionClosed, Success};
use rustls::pki_types::ServerName;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::{Client, accept, new_call_id, start};
use crate::eventually::eventually;
use crate::program::{Options, Server, command, output};

#[tokio::test]
async fn health_and_figures_tell_what_goes_on() {
    let server = Server::start().await;
    let ask = async |path| {
        let (status, body) = server.ask_operator(path).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        (status, body["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(ask("/healthz").await, (200, "ok".to_owned()));
    assert_eq!(ask("/readyz").await, (200, "ready".to_owned()));
    assert_eq!(server.ask_operator("/v1/openapi.json").await.0, 404);
    let mut alice = server.login("alice").await;
    assert_eq!(server.metric("hullo_sessions").await, 1.0);
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let ringing = "hullo_calls{state=\"ringing\"}";
    assert_eq!(server.metric(ringing).await, 1.0);
    alice.ask(Command::Cancel { call_id }).await.unwrap();
    assert_eq!(server.metric(ringing).await, 0.0);
    let ended = "hullo_calls_ended_total{reason=\"cancelled\"}";
    assert_eq!(server.metric(ended).await, 1.0);
    let asked = "hullo_requests_total{op=\"call.start\",outcome=\"ok\"}";
    assert_eq!(server.metric(asked).await, 1.0);
    assert!(server.metric("hullo_store_commit_seconds_count").await >= 2.0);
    assert_eq!(server.metric("hullo_connections").await, 1.0);
    assert_eq!(server.metric("hullo_connections_waiting").await, 0.0);
    for figure in [
        "memory_bytes",
        "open_files",
        "store_file_bytes",
        "store_log_bytes",
    ] {
        let name = format!("hullo_{figure}");
        assert!(server.metric(&name).await > 0.0, "{name}");
    }
    let build = format!(
        "hullo_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(server.metric(&build).await, 1.0);
}

#[tokio::test]
async fn time_to_ring_and_to_answer_and_the_ends_of_sessions_are_counted() {
    let server = Server::start().await;
    let [mut alice, mut bob] = server.login_all(["alice", "bob"]).await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    bob.invited().await;
    bob.ask(Command::Ring { call_id }).await.unwrap();
    bob.ask(accept(call_id)).await.unwrap();
    alice.ask(Command::Hangup { call_id }).await.unwrap();
    for time in ["ring", "answer"] {
        let name = format!("hullo_time_to_{time}_seconds_count");
        assert_eq!(server.metric(&name).await, 1.0, "{name}");
    }
    drop(bob);
    eventually("the end is counted", async || {
        let gone = "hullo_sessions_ended_total{reason=\"gone\"}";
        (server.metric(gone).await == 1.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn customers_address_shows_nothing_of_the_operators_unless_told_so() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        let (status, _) = server.request("GET", path, None, None).await;
        assert_eq!(status, 404, "{path}");
    }
    let server = server.restart_with(&Options {
        environment: vec![("HULLO_OPS_PUBLIC", "true".to_owned())],
        ..Options::default()
    });
    for path in ["/healthz", "/readyz", "/metrics"] {
        let (status, _) = server.request("GET", path, None, None).await;
        assert_eq!(status, 200, "{path}");
    }
}

#[tokio::test]
async fn server_that_drains_is_alive_and_not_ready_and_goes_on_serving() {
    let mut server = Server::start_with(Options {
        environment: vec![("HULLO_DRAIN_S", "3".to_owned())],
        ..Options::default()
    })
    .await;
    let mut alice = server.login("alice").await;
    server.terminate();
    eventually("it is not ready", async || {
        let (status, _) = server.ask_operator("/readyz").await;
        (status == 503).then_some(())
    })
    .await;
    assert_eq!(server.ask_operator("/healthz").await.0, 200);
    assert_eq!(alice.ask(Command::Ping).await, Ok(Success::Done));
    let (reason, _) = alice.session_closed().await;
    assert_eq!(reason, Some(SessionClosed::ShuttingDown));
    assert_eq!(server.exit_code().await, Some(0));
}

/// A pipe that nobody reads takes 64 KiB and then no more.
#[tokio::test]
async fn log_that_nobody_reads_stops_nothing() {
    let mut options = Options::limits("frames_per_second=1000000,frames_at_once=1000000");
    options.environment.push(("HULLO_LOG", "trace".to_owned()));
    options.unread_log = true;
    let mut server = Server::start_with(options).await;
    let mut alice = server.login("alice").await;
    let mut next = 1_000_000;
    eventually("log lines are dropped", async || {
        // Each leaves a line or two.
        let pings = next..next + 1_000;
        next = pings.end;
        for id in pings.clone() {
            let ping = format!(r#"{{"id":{id},"op":"session.ping"}}"#);
            alice.feed_text(ping).await;
        }
        alice.flush().await;
        for id in pings {
            alice.reply(id).await;
        }
        (server.metric("hullo_log_lines_lost_total").await > 0.0).then_some(())
    })
    .await;
    alice.ask(start(new_call_id(), "bob")).await.unwrap();
    server.terminate();
    assert_eq!(server.exit_code().await, Some(0));
}

#[tokio::test]
async fn stopping_tells_every_session_and_ends_well() {
    let mut server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    server.terminate();
    for client in [&mut alice, &mut bob] {
        let (reason, code) = client.session_closed().await;
        assert_eq!(reason, Some(SessionClosed::ShuttingDown));
        assert_eq!(code, Some(1001));
    }
    assert_eq!(server.exit_code().await, Some(0));
    let server = server.restart();
    let token = server.token("bob").await;
    let mut bob = server.connect().await;
    let snapshot = bob.login(&server.app_key, "bob", &token).await.unwrap();
    assert_eq!(snapshot.invites[0].call.call_id, call_id);
}

/// A certificate for localhost in these files; whoever trusts it trusts only it.
fn issue(cert: &Path, key: &Path) -> TlsConnector {
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(key, issued.signing_key.serialize_pem()).unwrap();
    std::fs::write(cert, issued.cert.pem()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(issued.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Who resumes a session is not shown the certificate again.
    config.resumption = rustls::client::Resumption::disabled();
    TlsConnector::from(Arc::new(config))
}

/// A TLS connection, if the server has the certificate that this one trusts.
async fn connect_tls(server: &Server, trust: &TlsConnector) -> Option<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    trust.connect(name, stream).await.ok()
}

#[tokio::test]
async fn sessions_over_tls_work_and_a_renewed_certificate_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    let trust = issue(&cert, &key);
    let plain = Server::start().await;
    let token = plain.token("alice").await;
    let server = plain.restart_with(&Options {
        environment: vec![
            ("HULLO_TLS_CERT", cert.display().to_string()),
            ("HULLO_TLS_KEY", key.display().to_string()),
        ],
        ..Options::default()
    });
    let stream = connect_tls(&server, &trust).await.unwrap();
    let mut client = Client::over(stream, "wss://localhost/v1/ws").await;
    client
        .login(&server.app_key, "alice", &token)
        .await
        .unwrap();
    assert_eq!(client.ask(Command::Ping).await, Ok(Success::Done));

    std::fs::write(&cert, "half a certificate").unwrap();
    server.signal("HUP");
    assert!(connect_tls(&server, &trust).await.is_some());
    let renewed = issue(&cert, &key);
    // Nobody says so: the server looks by itself.
    eventually("the renewed certificate is used", async || {
        connect_tls(&server, &renewed).await
    })
    .await;
    assert!(connect_tls(&server, &trust).await.is_none());
    assert_eq!(client.ask(Command::Ping).await, Ok(Success::Done));
}

#[test]
fn plain_http_on_a_public_address_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::default();
    let refused = output(&folder, &options, &["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(refused.status.code(), Some(1));
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(
        text.contains("tls_cert") && text.contains("behind_proxy"),
        "{text}"
    );
}

#[tokio::test]
async fn second_server_on_the_same_folder_is_refused() {
    let server = Server::start().await;
    let refused = output(&server.folder, &Options::default(), &["serve"]);
    assert_eq!(refused.status.code(), Some(1));
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("another hullo"), "{text}");
}

#[tokio::test]
async fn app_that_is_created_while_the_server_runs_can_be_used_at_once() {
    let server = Server::start().await;
    let create = ["app", "create", "--name", "Late", "--key", "late"];
    let created = output(&server.folder, &Options::default(), &create);
    assert!(created.status.success(), "{created:?}");
    let text = String::from_utf8(created.stdout).unwrap();
    let secret = text.lines().nth(1).unwrap();
    let secret = secret.strip_prefix("app_secret = ").unwrap();
    let credentials = format!("late:{secret}");
    let (status, _) = server
        .request("GET", "/v1/accounts/x", Some(&credentials), None)
        .await;
    assert_eq!(status, 404);
    let again = output(&server.folder, &Options::default(), &create);
    assert_eq!(again.status.code(), Some(1));
}

#[test]
fn secrets_and_tokens_are_not_in_the_log() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let options = Options {
        environment: vec![
            ("HULLO_LOG", "trace".to_owned()),
            ("HULLO_LOG_FORMAT", "json".to_owned()),
        ],
        ..Options::default()
    };
    let mut demo = command(&folder, &options);
    let mut child = demo
        .arg("demo")
        .stdout(std::process::Stdio::piped())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let (session, token) = runtime.block_on(demo_session(&mut child));
    // The log has a thread of its own, and may come after the answer.
    runtime.block_on(eventually("the login is logged", async || {
        let text = std::fs::read_to_string(&log).unwrap();
        text.contains("\"accid\":\"alice\"").then_some(())
    }));
    child.kill().unwrap();
    child.wait().unwrap();
    let text = std::fs::read_to_string(&log).unwrap();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect(line);
        assert!(line["level"].is_string());
    }
    assert!(!text.contains(&token), "the token {session} is logged");
    let key = std::fs::read_to_string(folder.path().join("hullo.key")).unwrap();
    assert!(!text.contains(&key), "the master key is logged");
}

/// Signs in as the page of the demo does.
async fn demo_session(child: &mut std::process::Child) -> (Value, String) {
    use std::io::BufRead as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next().unwrap().unwrap();
    let address = line.rsplit('/').next().unwrap().to_owned();
    let ask = async |host: &str| {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let request = format!(
            "GET /demo/session.json?accid=alice HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let rebound = ask("evil.example").await;
    assert!(rebound.starts_with("HTTP/1.1 403"), "{rebound}");
    let answer = ask(&address).await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let session: Value = serde_json::from_str(body).unwrap();
    assert_eq!(session["name"], "Alice");
    let token = session["token"].as_str().unwrap().to_owned();
    let app_key = serde_json::from_value(session["app_key"].clone()).unwrap();
    let stream = TcpStream::connect(&address).await.unwrap();
    let mut alice = Client::over(stream, &format!("ws://{address}/v1/ws")).await;
    alice.login(&app_key, "alice", &token).await.unwrap();
    (session, token)
}
