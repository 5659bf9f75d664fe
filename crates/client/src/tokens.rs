//! Who is asked for tokens.

use std::future::Future;
use std::pin::Pin;

use hullo_protocol::{CallId, Token, Uid};

/// A token, or why there is none, for the app's eyes.
pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Token, String>> + Send>>;

/// Asks the app's backend for login tokens.
pub(crate) type TokenProvider = Box<dyn Fn() -> Answer + Send>;

/// Asks the app's backend for room tokens (secure mode).
pub(crate) type TokenHandler = Box<dyn Fn(CallId, Uid) -> Answer + Send>;

/// What an app's function returns, as it is kept here.
pub(crate) fn answer<E: std::fmt::Display>(
    asked: impl Future<Output = Result<Token, E>> + Send + 'static,
) -> Answer {
    Box::pin(async move { asked.await.map_err(|error| error.to_string()) })
}
