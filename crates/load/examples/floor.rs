//! The floor of `cargo xtask bench`: a WebSocket server of the same stack that carries as many frames as a call has, 4 in and
//! 13 out, and does nothing else. `floor serve` prints its address; `floor drive ADDRESS CALLS_PER_S SECONDS` the calls done.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message as Frame, WebSocket};
use axum::routing::get;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// What the four frames of a call are answered with.
const ANSWERS: [u8; 4] = [3, 3, 3, 4];
/// About as long as an event.
const BYTES: usize = 300;
/// Connections that share the calls.
const CONNECTIONS: u32 = 200;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve"] => serve().await,
        ["drive", address, rate, seconds] => {
            let done = drive(address, rate.parse()?, seconds.parse()?).await?;
            println!("{done}");
            Ok(())
        }
        _ => bail!("floor serve | floor drive ADDRESS CALLS_PER_S SECONDS"),
    }
}

async fn serve() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let upgrade = |upgrade: WebSocketUpgrade| async { upgrade.on_upgrade(answer) };
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // A floor that waits for acknowledgements would be none.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().route("/", get(upgrade))).await?;
    Ok(())
}

async fn answer(mut socket: WebSocket) {
    let text = "x".repeat(BYTES);
    while let Some(Ok(frame)) = socket.recv().await {
        let Frame::Text(wanted) = frame else {
            continue;
        };
        // Each by itself, as the server sends them.
        for _ in 0..wanted.as_bytes().first().copied().unwrap_or(0) {
            if socket.send(Frame::text(text.clone())).await.is_err() {
                return;
            }
        }
    }
}

/// Calls at a rate for some seconds; how many were done.
async fn drive(address: &str, rate: u32, seconds: u64) -> Result<u64> {
    let every = Duration::from_secs(1) * CONNECTIONS / rate;
    let mut drivers = Vec::new();
    for number in 0..CONNECTIONS {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (socket, _) = tokio_tungstenite::client_async(format!("ws://{address}/"), stream)
            .await
            .context("no WebSocket")?;
        drivers.push((every * number / CONNECTIONS, socket));
    }
    let began = Instant::now();
    let until = began + Duration::from_secs(seconds);
    let tasks = drivers.into_iter().map(|(offset, mut socket)| {
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval_at((began + offset).into(), every);
            let mut done = 0;
            while ticks.tick().await.into_std() < until {
                for count in ANSWERS {
                    socket
                        .send(Message::text((count as char).to_string()))
                        .await?;
                    for _ in 0..count {
                        socket.next().await.context("the floor is gone")??;
                    }
                }
                done += 1;
            }
            anyhow::Ok(done)
        })
    });
    let mut done = 0;
    for task in tasks.collect::<Vec<_>>() {
        done += task.await??;
    }
    Ok(done)
}
