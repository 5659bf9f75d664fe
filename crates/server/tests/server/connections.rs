//! Connections before anyone has said who he is.

use std::time::{Duration, Instant};

use crate::program::Server;

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
