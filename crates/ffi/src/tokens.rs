//! Who is asked for tokens: an app's own code, in its own language.

use async_trait::async_trait;

use crate::app::AppError;

/// Asks the app's backend for login tokens.
#[uniffi::export(with_foreign)]
#[async_trait]
pub trait TokenProvider: Send + Sync {
    /// A fresh login token of the account that is, or wants to be, signed in.
    async fn login_token(&self) -> Result<String, AppError>;
}

/// Asks the app's backend for room tokens (secure mode).
#[uniffi::export(with_foreign)]
#[async_trait]
pub trait TokenHandler: Send + Sync {
    /// A token for this call and this account's number in it: it must be signed for both.
    async fn room_token(&self, call_id: String, uid: u64) -> Result<String, AppError>;
}
