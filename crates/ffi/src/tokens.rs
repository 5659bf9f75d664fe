//! Who is asked for tokens: an app's own code, in its own language.

use async_trait::async_trait;

/// Asks the app's backend for login tokens.
#[uniffi::export(with_foreign)]
#[async_trait]
pub trait TokenProvider: Send + Sync {
    /// A fresh login token of the account that is, or wants to be, signed in.
    async fn login_token(&self) -> Result<String, TokenError>;
}

/// Asks the app's backend for room tokens (secure mode).
#[uniffi::export(with_foreign)]
#[async_trait]
pub trait TokenHandler: Send + Sync {
    /// A token for this call and this account's number in it: it must be signed for both.
    async fn room_token(&self, call_id: String, uid: u64) -> Result<String, TokenError>;
}

/// Why there is no token. Whatever else an app's code throws counts as this, too.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
pub enum TokenError {
    /// For the app's eyes.
    #[error("{why}")]
    Unavailable {
        /// What kept it from being had.
        why: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for TokenError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unavailable { why: error.reason }
    }
}
