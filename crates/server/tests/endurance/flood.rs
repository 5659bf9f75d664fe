//! Garbage on every port, and beside it a call that does not notice.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use hullo_core::endpoint::{DevicePresets, Op, State};
use hullo_protocol::Media;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{interval, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::client::Client;
use crate::eventually::eventually;
use crate::fleet::Fleet;
use crate::setting;
use crate::storm::Dice;

/// Datagrams of each sender in a millisecond.
const DATAGRAMS_AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn call_stays_clean_beside_a_flood_of_garbage_on_every_port() {
    let until = Instant::now() + Duration::from_secs(setting("HULLO_FLOOD_SECONDS", 8));
    let fleet = Fleet::start(2, false).await;
    talk(&fleet).await;
    let call = fleet.devices[0].seen.lock().unwrap().call;

    let (address, media) = (fleet.server().address, fleet.server().media);
    let mut floods = Vec::new();
    for seed in 0..4 {
        floods.push(tokio::spawn(flood_media(media, Dice(seed), until)));
    }
    for seed in 10..14 {
        floods.push(tokio::spawn(flood_connections(address, Dice(seed), until)));
        floods.push(tokio::spawn(flood_frames(address, Dice(seed + 10), until)));
    }
    let mut sent = 0;
    for flood in floods {
        sent += flood.await.unwrap();
    }
    println!("{sent} pieces of garbage");
    assert!(sent > 1_000, "it was a flood: {sent}");

    for device in &fleet.devices {
        let seen = device.seen.lock().unwrap();
        assert_eq!(seen.call, call, "the same call");
        assert!(seen.joined && !seen.reconnecting, "{seen:?}");
        assert_eq!(seen.reconnects, 0, "nobody was cut off: {seen:?}");
    }
    fleet.hang_up().await;
    fleet.await_completions().await;
    let records = fleet.account_for_every_call().await;
    let record = records.values().next().unwrap();
    assert_eq!(record["status"], "complete", "{record}");
    assert_eq!(record["reason"], "hung_up", "{record}");
}

async fn talk(fleet: &Fleet) {
    let [caller, callee] = &fleet.devices[..] else {
        panic!("two devices");
    };
    caller.ask(Op::Call {
        accid: callee.accid.clone(),
        media: Media::Audio,
        attachment: None,
        timeout_ms: None,
        presets: DevicePresets::NONE,
    });
    eventually("it rings", async || {
        (callee.state() == State::Called).then_some(())
    })
    .await;
    callee.ask(Op::ACCEPT);
    eventually("both talk", async || {
        fleet.all(|seen| seen.joined).then_some(())
    })
    .await;
}

/// Datagrams that begin like STUN, DTLS, RTP or nothing, from ever new ports.
async fn flood_media(to: SocketAddr, mut dice: Dice, until: Instant) -> u64 {
    let mut sent = 0;
    let mut ticks = interval(Duration::from_millis(1));
    let mut socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    while Instant::now() < until {
        ticks.tick().await;
        if dice.below(100) == 0 {
            socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        }
        for _ in 0..DATAGRAMS_AT_ONCE {
            let mut bytes = dice.bytes(1_400);
            if let Some(first) = bytes.first_mut() {
                *first = [0, 1, 22, 23, 0x80, 0x90, 0xff][dice.below(7) as usize];
            }
            // The magic cookie makes it STUN (RFC 8489 section 5).
            if bytes.len() >= 20 && dice.below(2) == 0 {
                let length = (bytes.len() - 20) as u16 & !3;
                bytes[2..4].copy_from_slice(&length.to_be_bytes());
                bytes[4..8].copy_from_slice(&0x2112_A442_u32.to_be_bytes());
            }
            // A full buffer is the flood's own.
            sent += u64::from(socket.send_to(&bytes, to).await.is_ok());
        }
    }
    sent
}

/// Connections that say anything, or begin a request and never end it.
async fn flood_connections(to: SocketAddr, mut dice: Dice, until: Instant) -> u64 {
    let mut sent = 0;
    let mut silent = Vec::new();
    let mut ticks = interval(Duration::from_millis(5));
    while Instant::now() < until {
        ticks.tick().await;
        let Ok(mut stream) = TcpStream::connect(to).await else {
            continue;
        };
        let text = match dice.below(5) {
            0 => Vec::new(),
            1 => b"GET /v1/ws HTTP/1.1\r\nhost: x\r\n".to_vec(),
            2 => [
                b"POST /v1/accounts HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n\r\n",
                &dice.bytes(3_000)[..],
            ]
            .concat(),
            3 => [b"GET /", &dice.bytes(8_000)[..], b" HTTP/1.1\r\n\r\n"].concat(),
            _ => dice.bytes(4_000),
        };
        let _ = stream.write_all(&text).await;
        sent += 1;
        if silent.len() < 50 {
            silent.push(stream);
        } else {
            // Whatever it says to that.
            let mut answer = [0; 256];
            let _ = timeout(Duration::from_millis(20), stream.read(&mut answer)).await;
        }
    }
    sent
}

/// WebSockets that never sign in and send frames without sense.
async fn flood_frames(to: SocketAddr, mut dice: Dice, until: Instant) -> u64 {
    const FRAMES: [&str; 5] = [
        "{",
        "null",
        r#"{"id":1,"op":"call.start"}"#,
        r#"{"id":2,"op":"session.login","app_key":"x","accid":"y","token":"z"}"#,
        r#"{"id":99999999999999999999,"op":7}"#,
    ];
    let mut sent = 0;
    let mut ticks = interval(Duration::from_millis(10));
    while Instant::now() < until {
        ticks.tick().await;
        let Ok(stream) = TcpStream::connect(to).await else {
            continue;
        };
        let Some(mut client) = Client::try_over(stream, &format!("ws://{to}/v1/ws")).await else {
            continue;
        };
        for _ in 0..dice.below(20) {
            let message = match dice.below(3) {
                0 => Message::binary(dice.bytes(500)),
                1 => Message::text(String::from_utf8_lossy(&dice.bytes(500)).into_owned()),
                _ => Message::text(FRAMES[dice.below(5) as usize]),
            };
            if client.send_message(message).await.is_err() {
                break;
            }
            sent += 1;
        }
    }
    sent
}
