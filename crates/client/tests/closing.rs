//! What is left of a client that nobody has any more: nothing, whatever the server does meanwhile.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hullo_client::{Client, Connection, NoMedia, Transport};
use tokio::sync::Notify;
use tokio::time::timeout;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that never stops talking.
#[derive(Default)]
struct Talkative {
    has_said_much: Arc<Notify>,
    is_gone: Arc<Notify>,
}

struct Talk {
    said: u32,
    has_said_much: Arc<Notify>,
    is_gone: Arc<Notify>,
}

impl Transport for Talkative {
    type Connection = Talk;

    async fn connect(&self) -> io::Result<Talk> {
        Ok(Talk {
            said: 0,
            has_said_much: self.has_said_much.clone(),
            is_gone: self.is_gone.clone(),
        })
    }
}

impl Connection for Talk {
    async fn send(&mut self, _: String) -> io::Result<()> {
        Ok(())
    }

    async fn receive(&mut self) -> Option<String> {
        self.said += 1;
        if self.said == 1_000 {
            self.has_said_much.notify_one();
        }
        // Never a moment's silence, as of a socket whose buffer is full.
        Some(r#"{"event":"of.another.version"}"#.to_owned())
    }

    async fn close(self) {}
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.is_gone.notify_one();
    }
}

/// A client that is signing in at a server that talks of other things.
async fn talked_to() -> (Client, Arc<Notify>) {
    let server = Talkative::default();
    let [has_said_much, is_gone] = [server.has_said_much.clone(), server.is_gone.clone()];
    let (client, events) = Client::builder_over(server, "an-app")
        .build(NoMedia)
        .unwrap();
    drop(events);
    let client = Arc::new(client);
    let signing_in = tokio::spawn({
        let client = client.clone();
        async move { client.login("alice", "token".to_owned()).await }
    });
    timeout(PATIENCE, has_said_much.notified()).await.unwrap();
    signing_in.abort();
    // Aborted, and gone with its part of the client.
    let _ = signing_in.await;
    (Arc::into_inner(client).unwrap(), is_gone)
}

#[tokio::test]
async fn closing_ends_while_the_server_talks_on() {
    for _ in 0..20 {
        let (client, is_gone) = talked_to().await;
        timeout(PATIENCE, client.close())
            .await
            .expect("it is closed");
        timeout(PATIENCE, is_gone.notified())
            .await
            .expect("and so is its connection");
    }
}

#[tokio::test]
async fn dropped_client_gives_its_connection_back_while_the_server_talks_on() {
    for _ in 0..20 {
        let (client, is_gone) = talked_to().await;
        drop(client);
        timeout(PATIENCE, is_gone.notified())
            .await
            .expect("its connection is closed");
    }
}
