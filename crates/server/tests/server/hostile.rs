//! Bad input ends nothing but itself.

use std::time::Duration;

use hullo_protocol::{Command, ErrorKind, FRAME_BYTES_MAX, Success};
use tokio::net::{TcpStream, UdpSocket};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use crate::client::{Client, call_of, new_call_id, refusal, start};
use crate::eventually::{eventually, pause};
use crate::program::{Options, Server};

async fn is_alive(client: &mut Client) -> bool {
    client.ask(Command::Ping).await == Ok(Success::Done)
}

#[tokio::test]
async fn malformed_frames_get_typed_errors_and_the_connection_survives() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    for text in ["{", "", "null", "[1]", r#"{"op":"session.ping"}"#] {
        alice.send_text(text.to_owned()).await;
        let kind = alice.session_error().await;
        assert_eq!(kind, ErrorKind::BadRequest, "{text}");
    }
    alice
        .send_text(r#"{"id":900,"op":"call.fly"}"#.to_owned())
        .await;
    let reply = alice.reply(900).await.into_result();
    assert_eq!(refusal(reply), ErrorKind::UnknownOp);
    alice
        .send_text(r#"{"id":901,"op":"call.accept","call_id":7}"#.to_owned())
        .await;
    let reply = alice.reply(901).await.into_result();
    assert_eq!(refusal(reply), ErrorKind::BadRequest);
    let binary = Message::Binary(Bytes::from_static(&[0, 1, 2]));
    alice.send_message(binary).await.unwrap();
    assert_eq!(alice.session_error().await, ErrorKind::BadRequest);
    assert!(is_alive(&mut alice).await);
}

#[tokio::test]
async fn malformed_frames_before_the_login_are_survived_too() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    client.send_text("{".to_owned()).await;
    assert_eq!(client.session_error().await, ErrorKind::BadRequest);
    let token = server.token("alice").await;
    client
        .login(&server.app_key, "alice", &token)
        .await
        .unwrap();
}

#[tokio::test]
async fn oversized_frame_gets_a_typed_error() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let padding = "x".repeat(FRAME_BYTES_MAX);
    alice
        .send_text(format!(
            r#"{{"id":900,"op":"session.ping","padding":"{padding}"}}"#
        ))
        .await;
    let reply = alice.reply(900).await.into_result();
    assert_eq!(refusal(reply), ErrorKind::TooLarge);
    assert!(is_alive(&mut alice).await, "it ends nothing but itself");

    let huge = "x".repeat(8 * FRAME_BYTES_MAX);
    // The server may close before it has taken all of it.
    let _ = alice.send_message(Message::text(huge)).await;
    assert_eq!(alice.session_error().await, ErrorKind::TooLarge);
    let (_, code) = alice.session_closed().await;
    assert_eq!(code, Some(1009));
    assert!(is_alive(&mut server.login("alice").await).await);
}

/// Few frames at once, so that the test is short.
fn impatient() -> Options {
    Options::limits("frames_per_second=20,frames_at_once=40,frames_slowed=10,frames_refused=10")
}

#[tokio::test]
async fn requests_that_come_too_fast_are_taken_late_then_refused_and_then_the_session_is_closed() {
    let server = Server::start_with(impatient()).await;
    let mut alice = server.login("alice").await;
    let ping = |id: u64| format!(r#"{{"id":{id},"op":"session.ping"}}"#);
    for id in 1000..1045 {
        alice.send_text(ping(id)).await;
    }
    for id in 1000..1045 {
        let reply = alice.reply(id).await.into_result();
        assert_eq!(reply, Ok(Success::Done), "a burst is late, and no more");
    }
    for id in 2000..2400 {
        // It may have been closed by then.
        let _ = alice.send_message(Message::text(ping(id))).await;
    }
    assert_eq!(alice.session_closed().await.1, Some(1008));
    assert!(
        alice.refusals(ErrorKind::RateLimited) >= 10,
        "it is told first"
    );
    assert_eq!(alice.session_error().await, ErrorKind::RateLimited);
    let ends = "hullo_sessions_ended_total{reason=\"flooding\"}";
    assert_eq!(server.metric(ends).await, 1.0);
    assert!(is_alive(&mut server.login("alice").await).await);
}

#[tokio::test]
async fn client_that_pauses_when_it_is_told_to_is_never_closed() {
    let server = Server::start_with(impatient()).await;
    let mut alice = server.login("alice").await;
    let mut told = 0;
    for id in 1000..1100 {
        let ping = format!(r#"{{"id":{id},"op":"session.ping"}}"#);
        alice.send_text(ping).await;
        let Err(error) = alice.reply(id).await.into_result() else {
            continue;
        };
        told += 1;
        let wait_ms = error.retry_after_ms.unwrap();
        // That is what it was told to do.
        pause(Duration::from_millis(wait_ms)).await;
    }
    assert!(told > 0, "100 at once are too many");
    assert!(is_alive(&mut alice).await, "told {told} times");
}

#[tokio::test]
async fn binary_frames_and_pings_count_as_requests_do() {
    let server = Server::start_with(impatient()).await;
    for frame in [
        Message::Binary(Bytes::from_static(&[0, 1, 2])),
        Message::Ping(Bytes::from_static(&[0])),
    ] {
        let mut alice = server.login("alice").await;
        while alice.send_message(frame.clone()).await.is_ok() {
            // The server may close at any of them.
            alice.read_what_is_there().await;
        }
        assert_eq!(alice.session_closed().await.1, Some(1008), "{frame:?}");
    }
}

#[tokio::test]
async fn connection_without_the_subprotocol_is_refused() {
    let server = Server::start().await;
    let stream = TcpStream::connect(server.address).await.unwrap();
    let url = format!("ws://{}/v1/ws", server.address);
    let error = tokio_tungstenite::client_async(url, stream).await;
    let tokio_tungstenite::tungstenite::Error::Http(answer) = error.unwrap_err() else {
        panic!("not refused by HTTP");
    };
    assert_eq!(answer.status(), 400);
    let body = answer.into_body().unwrap();
    assert!(String::from_utf8(body).unwrap().contains("hullo.v1"));
}

#[tokio::test]
async fn garbage_for_an_offer_is_refused_and_the_call_goes_on() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let mut bob = server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let zeros =
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n";
    for sdp in ["", "garbage", "v=0", zeros, "v=0\r\nm=\u{0}\u{1}\r\n"] {
        let offer = Command::OfferMedia {
            call_id,
            sdp: sdp.to_owned(),
        };
        assert_eq!(
            refusal(alice.ask(offer).await),
            ErrorKind::BadSdp,
            "{sdp:?}"
        );
    }
    let long = Command::OfferMedia {
        call_id,
        sdp: "x".repeat(50 * 1024),
    };
    assert_eq!(refusal(alice.ask(long).await), ErrorKind::TooLarge);
    bob.invited().await;
    let snapshot = call_of(bob.ask(Command::CallSnapshot { call_id }).await);
    assert_eq!(snapshot.call_id, call_id);
}

#[tokio::test]
async fn device_that_offers_media_without_end_is_told_to_wait_and_can_still_hang_up() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    server.login("bob").await;
    let call_id = new_call_id();
    alice.ask(start(call_id, "bob")).await.unwrap();
    let mut refused = 0;
    for _ in 0..40 {
        let sdp = "v=0\r\n".to_owned();
        let kind = refusal(alice.ask(Command::OfferMedia { call_id, sdp }).await);
        refused += u32::from(kind == ErrorKind::RateLimited);
    }
    assert!((15..=20).contains(&refused), "{refused}");
    alice.ask(Command::Cancel { call_id }).await.unwrap();
}

#[tokio::test]
async fn garbage_at_the_media_port_is_dropped_in_silence() {
    let server = Server::start().await;
    let mut alice = server.login("alice").await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let stun_without_end = [0, 1, 0xFF, 0xFF, 0x21, 0x12, 0xA4, 0x42];
    let datagrams: [&[u8]; 6] = [
        b"",
        b"hello",
        &[0x80; 1200],
        &[22, 254, 253, 0, 0],
        &stun_without_end,
        &[0xFF; 3],
    ];
    for datagram in datagrams {
        stranger.send_to(datagram, server.media).await.unwrap();
    }
    let name = "hullo_media_datagrams_received_total";
    eventually("all datagrams have come", async || {
        (server.metric(name).await >= 6.0).then_some(())
    })
    .await;
    let mut buffer = [0; 16];
    let echo = tokio::time::timeout(Duration::ZERO, stranger.recv_from(&mut buffer)).await;
    assert!(echo.is_err(), "a stranger gets no answer");
    alice.ask(start(new_call_id(), "bob")).await.unwrap();
}
