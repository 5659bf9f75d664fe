//! Who may do what: login tokens for accounts, room tokens for calls, the app's secret for its backend.

mod claims;
mod failures;
mod token;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hullo_core::Time;
use hullo_protocol::{Accid, ErrorKind};
use secrecy::{ExposeSecret as _, SecretString};

pub(crate) use failures::FailedLogins;
pub(crate) use token::{LoginClaims, mint_login, mint_room, verify_room};
pub(crate) use token::{TokenError, verify_login};

use crate::node::AppError;
use crate::store::{Account, App, Store, StoreError};

/// Why a login is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoginError {
    /// Answered as a wrong token, so that app keys cannot be found by trial.
    #[error("there is no app of this key, or the token is not signed with its secret")]
    UnknownApp,
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token is good, but the account does not exist.
    #[error("there is no such account; create it with POST /v1/accounts")]
    AccountNotFound,
    #[error("the account is disabled; enable it with PATCH /v1/accounts/{{accid}}")]
    Disabled,
    #[error("the token was revoked; make a new one of generation {generation}")]
    Revoked { generation: u64 },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody is let in any more.
    #[error("the server is about to stop; come back in a moment")]
    Stopping,
}

impl From<AppError> for LoginError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Stopping => Self::Stopping,
            AppError::Store(error) => Self::Store(error),
        }
    }
}

impl LoginError {
    /// The kind that the client gets.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Token(TokenError::Expired { .. }) => ErrorKind::TokenExpired,
            Self::UnknownApp | Self::Token(_) => ErrorKind::WrongToken,
            Self::Revoked { .. } => ErrorKind::TokenRevoked,
            Self::AccountNotFound => ErrorKind::AccountNotFound,
            Self::Disabled => ErrorKind::AccountDisabled,
            Self::Store(_) => ErrorKind::StorageUnavailable,
            Self::Stopping => ErrorKind::Server,
        }
    }

    /// Whether it may be an attempt to guess. A token of a valid signature never is, whatever else is wrong with it.
    pub(crate) fn is_guess(&self) -> bool {
        match self {
            Self::UnknownApp | Self::Token(TokenError::NotSigned) => true,
            Self::Token(
                TokenError::Claim(_) | TokenError::Critical | TokenError::Expired { .. },
            )
            | Self::AccountNotFound
            | Self::Disabled
            | Self::Revoked { .. }
            | Self::Store(_)
            | Self::Stopping => false,
        }
    }
}

/// Checks a login token and the account that it names. The token comes first: only who holds a good one learns whether the
/// account exists.
pub(crate) async fn check_login(
    store: &dyn Store,
    app: &App,
    accid: &Accid,
    token: &str,
    now: Time,
) -> Result<(Account, LoginClaims), LoginError> {
    let claims = verify_login(app, accid, token, now)?;
    let account = store
        .account(&app.key, accid)
        .await?
        .ok_or(LoginError::AccountNotFound)?;
    if account.disabled {
        return Err(LoginError::Disabled);
    }
    if claims.generation != account.token_generation {
        let generation = account.token_generation;
        return Err(LoginError::Revoked { generation });
    }
    Ok((account, claims))
}

/// Compares in constant time.
pub(crate) fn secrets_are_equal(one: &SecretString, other: &str) -> bool {
    verify_slices_are_equal(one.expose_secret().as_bytes(), other.as_bytes()).is_ok()
}
