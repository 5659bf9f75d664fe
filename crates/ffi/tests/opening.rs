//! What is said of a client that cannot be opened, and how one that was never signed in ends.

// An unwrap that fails is a test that fails.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use hullo_client::Event;
use hullo_client::protocol::{ErrorKind, Platform};
use hullo_ffi::{AppError, ClientOptions, Devices, EventListener, HulloError, NativeClient};

/// Nobody is there, and nothing is asked of it.
const SERVER: &str = "http://127.0.0.1:1";

#[derive(Default)]
struct Listener {
    closed: Mutex<u32>,
}

impl EventListener for Listener {
    fn on_event(&self, _: Event) -> Result<(), AppError> {
        Ok(())
    }

    fn on_closed(&self) -> Result<(), AppError> {
        *self.closed.lock().unwrap() += 1;
        Ok(())
    }
}

fn options(server: &str) -> ClientOptions {
    ClientOptions {
        server: server.to_owned(),
        app_key: "my-app".to_owned(),
        platform: Platform::Desktop,
        store: None,
        local_address: None,
    }
}

async fn open(options: ClientOptions) -> (Result<Arc<NativeClient>, HulloError>, Arc<Listener>) {
    let listener = Arc::new(Listener::default());
    let client = NativeClient::open(options, listener.clone(), Devices::default(), None, None);
    (client.await, listener)
}

async fn refusal(options: ClientOptions) -> (ErrorKind, String) {
    match open(options).await.0.err() {
        Some(HulloError::Refused { error }) => (error.kind, error.message),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_no_client_can_be_made_of_is_named_in_the_error() {
    let (kind, message) = refusal(options("calls.example.com")).await;
    assert_eq!(kind, ErrorKind::BadRequest);
    assert!(message.contains("\"calls.example.com\""), "{message}");

    let app_key = "no app key".to_owned();
    let (kind, message) = refusal(ClientOptions {
        app_key,
        ..options(SERVER)
    })
    .await;
    assert_eq!(kind, ErrorKind::BadRequest);
    assert!(message.contains("no app key"), "{message}");

    let local_address = Some("here".to_owned());
    let (kind, message) = refusal(ClientOptions {
        local_address,
        ..options(SERVER)
    })
    .await;
    assert_eq!(kind, ErrorKind::BadRequest);
    assert!(message.contains("\"here\""), "{message}");

    let folder = tempfile::tempdir().unwrap();
    let store = Some(folder.path().to_string_lossy().into_owned());
    let (kind, _) = refusal(ClientOptions {
        store,
        ..options(SERVER)
    })
    .await;
    assert_eq!(kind, ErrorKind::Server);
}

#[tokio::test]
async fn closed_client_has_said_so_once_holds_nothing_and_refuses_everything() {
    let (client, listener) = open(options(SERVER)).await;
    let client = client.unwrap();
    assert!(client.device_id().starts_with("native-"));
    client.close().await;
    assert_eq!(*listener.closed.lock().unwrap(), 1);
    assert_eq!(Arc::strong_count(&listener), 1);
    client.close().await;
    assert!(matches!(client.hangup().await, Err(HulloError::Closed)));
    assert!(matches!(client.status(), Err(HulloError::Closed)));
    client.network_changed();
}

#[tokio::test]
async fn client_that_is_thrown_away_is_closed() {
    let (client, listener) = open(options(SERVER)).await;
    drop(client.unwrap());
    // Its thread says so, and lets go of the listener.
    tokio::task::spawn_blocking(move || {
        while Arc::strong_count(&listener) > 1 {
            std::thread::yield_now();
        }
        assert_eq!(*listener.closed.lock().unwrap(), 1);
    })
    .await
    .unwrap();
}
