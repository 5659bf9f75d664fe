//! A client, from its opening to its end, and what it tells.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hullo_client::protocol::{ErrorBody, ErrorKind, Platform, Token};
use hullo_client::{Event, Events, FileStore, Rtc, WebSocket};
use tokio::runtime::Handle;

use crate::app::AppError;
use crate::held::{Held, Holder, Released};
use crate::media::Devices;
use crate::tokens::{TokenHandler, TokenProvider};
use crate::types::{HulloError, Status};

/// That of all clients, once there was one.
static RUNTIME: OnceLock<Handle> = OnceLock::new();

/// Who a client is, and where its server.
#[derive(Debug, Clone, uniffi::Record)]
pub struct ClientOptions {
    /// The server's address: `https://calls.example.com`.
    pub server: String,
    /// The app that the account belongs to.
    pub app_key: String,
    /// What this device is, for the operator's eyes.
    pub platform: Platform,
    /// A file of this client's own, where it keeps who it is: a restarted program goes on in its call. Without, each start is a new device.
    #[uniffi(default)]
    pub store: Option<String>,
    /// The address of this machine that leads to the server's media; found for each call when absent.
    #[uniffi(default)]
    pub local_address: Option<String>,
}

/// What the `Client` of each language stands on: one device of one account at a time. It signs in, calls, rings and answers, and reconnects by
/// itself.
///
/// Every operation is done exactly once, or fails with a `HulloError`. One that nobody waits for any more goes on.
///
/// One that is thrown away gives back the connection and the devices, and hangs up nothing: as after a restart of the program, a call
/// goes on with the next client of this device, or is over when none comes within the grace time. `logout` before it ends the call;
/// `close` waits until everything is closed.
#[derive(uniffi::Object)]
pub struct NativeClient {
    device_id: String,
    open: Mutex<Option<Open>>,
}

/// What a client has until it is closed.
struct Open {
    client: Arc<hullo_client::Client>,
    released: Released,
}

/// Told what happens, in order, from a thread of the client's own. It should hold no client: the client holds it.
#[uniffi::export(with_foreign)]
pub trait EventListener: Send + Sync {
    /// What happens. The next one waits until this returns.
    fn on_event(&self, event: Event) -> Result<(), AppError>;

    /// The client is closed: nothing follows.
    fn on_closed(&self) -> Result<(), AppError>;
}

#[uniffi::export(async_runtime = "tokio")]
impl NativeClient {
    /// A client that is signed out. The provider is asked for fresh login tokens, the handler for room tokens (secure mode). Fails with
    /// `bad_request` for an address or an app key that is none, and with `server` where the store cannot be read or the local address has no
    /// port.
    #[uniffi::constructor(default(token_provider = None, token_handler = None, devices))]
    pub async fn open(
        options: ClientOptions,
        listener: Arc<dyn EventListener>,
        devices: Devices,
        token_provider: Option<Arc<dyn TokenProvider>>,
        token_handler: Option<Arc<dyn TokenHandler>>,
    ) -> Result<Arc<Self>, HulloError> {
        let socket = WebSocket::new(&options.server)?;
        let here = options.local_address.as_deref();
        let here = here.map(local_address).transpose()?;
        let (holder, released) = Holder::new();
        let engine = devices.engine(&holder);
        let media = match here {
            Some(here) => Rtc::bind(here, engine).await,
            None => Rtc::to(&socket, engine),
        };
        let media = media.map_err(|error| {
            let message = format!("there is no port for media to be had: {error}");
            refused(ErrorKind::Server, message)
        })?;
        let mut builder =
            hullo_client::Client::builder_over(socket, &options.app_key).platform(options.platform);
        if let Some(path) = options.store {
            builder = builder.store(FileStore::new(path));
        }
        if let Some(provider) = token_provider {
            let provider = holder.hold(provider);
            builder = builder.token_provider(move || {
                let provider = provider.clone();
                async move { provider.login_token().await.map(Token::from) }
            });
        }
        if let Some(handler) = token_handler {
            let handler = holder.hold(handler);
            builder = builder.token_handler(move |call_id, uid| {
                let handler = handler.clone();
                async move {
                    let token = handler.room_token(call_id.to_string(), uid.0).await;
                    token.map(Token::from)
                }
            });
        }
        let (client, events) = builder.build(media)?;
        let device_id = client.device_id().to_string();
        let runtime = RUNTIME.get_or_init(Handle::current).clone();
        deliver(events, holder.hold(listener), runtime).map_err(|error| {
            let message = format!("there is no thread to be had for events: {error}");
            refused(ErrorKind::Server, message)
        })?;
        Ok(Arc::new(Self {
            device_id,
            open: Mutex::new(Some(Open {
                client: Arc::new(client),
                released,
            })),
        }))
    }

    /// Gives back all that it has, and waits until that is done, and until no code of the app is called any more: so it is not for a
    /// listener or a device to wait for. Operations fail with `Closed` from then on.
    pub async fn close(&self) {
        let open = self.locked().take();
        if let Some(Open { client, released }) = open {
            drop(client);
            // On the library's thread, which `finish_callbacks` waits for: whoever lets go last wakes who waits here.
            let _ = tokio::spawn(released.wait()).await;
        }
    }
}

#[uniffi::export]
impl NativeClient {
    /// This device's id: the server takes two clients with one id for the same device.
    pub fn device_id(&self) -> String {
        self.device_id.clone()
    }

    /// Where it is now.
    pub fn status(&self) -> Result<Status, HulloError> {
        Ok(self.client()?.status().into())
    }

    /// The platform says that the network has come back or is another one: connections are restored at once.
    pub fn network_changed(&self) {
        if let Ok(client) = self.client() {
            client.network_changed();
        }
    }
}

impl NativeClient {
    pub(crate) fn client(&self) -> Result<Arc<hullo_client::Client>, HulloError> {
        let open = self.locked();
        let client = open.as_ref().map(|open| open.client.clone());
        client.ok_or(HulloError::Closed)
    }

    fn locked(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the listener what happens, from a thread of its own: an app's code that takes its time keeps no media waiting.
fn deliver(
    mut events: Events,
    listener: Held<dyn EventListener>,
    runtime: Handle,
) -> io::Result<()> {
    let told = move || {
        while let Some(event) = runtime.block_on(events.next()) {
            // What it throws is the app's matter, and the next one is told all the same.
            let _ = listener.on_event(event);
        }
        let _ = listener.on_closed();
    };
    std::thread::Builder::new()
        .name("hullo-events".to_owned())
        .spawn(told)
        .map(drop)
}

/// Waits until the library's thread has ended what it does: then it is in no code of the app, unless a client is open. For languages whose
/// programs must not end before.
#[uniffi::export]
pub(crate) fn finish_callbacks() {
    let (done, waited_for) = std::sync::mpsc::channel();
    if let Some(runtime) = RUNTIME.get() {
        runtime.spawn(async move { done.send(()) });
        // A thread that hangs would keep the program for ever.
        let _ = waited_for.recv_timeout(Duration::from_secs(5));
    }
}

fn local_address(text: &str) -> Result<IpAddr, HulloError> {
    text.parse().map_err(|_| {
        let message = format!("the local address {text:?} is none: give one as \"192.168.1.20\"");
        refused(ErrorKind::BadRequest, message)
    })
}

fn refused(kind: ErrorKind, message: String) -> HulloError {
    HulloError::Refused {
        error: ErrorBody::new(kind, message),
    }
}
