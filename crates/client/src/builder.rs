//! How a client is made.

use std::future::Future;

use hullo_protocol::{AppKey, CallId, DeviceId, ErrorKind, Platform, Token, Uid};

use crate::client::Client;
use crate::driver::{Driver, Parts};
use crate::error::Error;
use crate::media::Media;
use crate::status::Events;
use crate::store::{MemoryStore, Store};
use crate::tokens::{TokenHandler, TokenProvider, answer};
use crate::transport::Transport;

/// Under which name the store keeps the id of this device.
const DEVICE_ID: &str = "device_id";

/// A client to be: what is not said is as most want it.
pub struct Builder<T> {
    transport: T,
    app_key: String,
    platform: Platform,
    store: Box<dyn Store>,
    token_provider: Option<TokenProvider>,
    token_handler: Option<TokenHandler>,
}

impl Client {
    /// A client of the app `app_key` at a server: `https://calls.example.com`. Fails with `bad_request` for an address that is none.
    #[cfg(feature = "websocket")]
    pub fn builder(server: &str, app_key: &str) -> Result<Builder<crate::WebSocket>, Error> {
        Ok(Self::builder_over(crate::WebSocket::new(server)?, app_key))
    }

    /// The same over a transport of the app's own.
    pub fn builder_over<T: Transport>(transport: T, app_key: &str) -> Builder<T> {
        Builder::new(transport, app_key)
    }
}

impl<T: Transport> Builder<T> {
    fn new(transport: T, app_key: &str) -> Self {
        Self {
            transport,
            app_key: app_key.to_owned(),
            platform: Platform::Server,
            store: Box::new(MemoryStore::default()),
            token_provider: None,
            token_handler: None,
        }
    }

    /// What this device is, for the operator's eyes; a server when not said.
    #[must_use]
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = platform;
        self
    }

    /// Where this device keeps who it is; in memory when not said, so that each start is a new device.
    #[must_use]
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Box::new(store);
        self
    }

    /// Who is asked for fresh login tokens: before one runs out, and by [`Client::login_with_provider`]. Without, the app is told
    /// by [`Event::TokenExpiring`](crate::Event::TokenExpiring).
    #[must_use]
    pub fn token_provider<F, E>(mut self, ask: impl Fn() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Token, E>> + Send + 'static,
        E: std::fmt::Display,
    {
        self.token_provider = Some(Box::new(move || answer(ask())));
        self
    }

    /// Who is asked for room tokens, where the app's calls need them (secure mode).
    #[must_use]
    pub fn token_handler<F, E>(mut self, ask: impl Fn(CallId, Uid) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<Token, E>> + Send + 'static,
        E: std::fmt::Display,
    {
        self.token_handler = Some(Box::new(move |call_id, uid| answer(ask(call_id, uid))));
        self
    }

    /// Makes the client, which is signed out, on the current tokio runtime. Fails with `bad_request` for an app key that is none and
    /// with `server` where the store cannot be read or there is no randomness to be had.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn build(mut self, media: impl Media) -> Result<(Client, Events), Error> {
        let app_key = AppKey::parse(&self.app_key)
            .map_err(|error| Error::new(ErrorKind::BadRequest, format!("the app key: {error}")))?;
        let unusable = |what: String| Error::new(ErrorKind::Server, what);
        let random = || getrandom::u64().map_err(|error| unusable(error.to_string()));
        let device = device_id(&mut *self.store, random()?).map_err(|error| {
            unusable(format!("the store of this device cannot be used: {error}"))
        })?;
        let seed = random()?;
        Ok(Client::start(device.clone(), |requests, events, status| {
            Driver::new(
                Parts {
                    seed,
                    app_key,
                    device,
                    platform: self.platform,
                    transport: self.transport,
                    media,
                    store: self.store,
                    token_provider: self.token_provider,
                    token_handler: self.token_handler,
                },
                requests,
                events,
                status,
            )
            .run()
        }))
    }
}

/// This device's id, which is made the first time.
fn device_id(store: &mut dyn Store, random: u64) -> std::io::Result<DeviceId> {
    let known = store.load(DEVICE_ID)?;
    if let Some(id) = known.as_deref().and_then(|id| DeviceId::parse(id).ok()) {
        return Ok(id);
    }
    let made = format!("native-{random:016x}");
    store.save(DEVICE_ID, &made)?;
    DeviceId::parse(&made).map_err(std::io::Error::other)
}
