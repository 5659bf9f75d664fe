//! Accounts and their login tokens.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hullo_protocol::{AVATAR_BYTES_MAX, Accid, ErrorKind, NAME_BYTES_MAX};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::backend::{Backend, Valid};
use crate::api_error::{ApiError, ErrorView};
use crate::auth;
use crate::state::HttpState;
use crate::store::{Account, AccountChange};

/// How long a login token is good when nothing is said: a day.
const TOKEN_S_DEFAULT: u64 = 24 * 60 * 60;
/// At most a year.
const TOKEN_S_MAX: u64 = 366 * 24 * 60 * 60;

/// A new account.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewAccount {
    /// 1 to 32 of `[a-z0-9_@.-]`; upper case is folded.
    #[schema(value_type = String, example = "alice")]
    accid: Accid,
    /// At most 64 bytes.
    #[serde(default)]
    name: Option<String>,
    /// Address of a picture, at most 1,024 bytes.
    #[serde(default)]
    avatar: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(super) struct AccountPatch {
    /// At most 64 bytes.
    #[serde(default)]
    name: Option<String>,
    /// Address of a picture, at most 1,024 bytes.
    #[serde(default)]
    avatar: Option<String>,
    /// A disabled account is signed out, cannot log in and cannot be called. Its tokens stay revoked when it is enabled again.
    #[serde(default)]
    disabled: Option<bool>,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountView {
    /// Its name in the API.
    #[schema(value_type = String)]
    accid: Accid,
    /// Its name for people.
    name: Option<String>,
    /// Address of a picture.
    avatar: Option<String>,
    /// Whether it may not log in.
    disabled: bool,
    /// What `gen` must be in login tokens that you sign yourself; absent there means 0.
    token_generation: u64,
}

impl From<Account> for AccountView {
    fn from(account: Account) -> Self {
        Self {
            accid: account.accid,
            name: account.name,
            avatar: account.avatar,
            disabled: account.disabled,
            token_generation: account.token_generation,
        }
    }
}

/// How long the token is to be good.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewToken {
    /// Seconds, 1 to 31,622,400; a day when absent.
    #[serde(default)]
    ttl_s: Option<u64>,
}

/// A token.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenView {
    /// The token, a JWT.
    pub(super) token: String,
    /// Unix milliseconds.
    pub(super) expires_at_ms: u64,
}

/// Creates an account.
#[utoipa::path(
    post, path = "/v1/accounts", tag = "accounts", request_body = NewAccount,
    responses(
        (status = 201, body = AccountView),
        (status = 400, body = ErrorView), (status = 401, body = ErrorView),
        (status = 409, body = ErrorView, description = "The accid is taken"),
        (status = 503, body = ErrorView)
    )
)]
pub(super) async fn create_account(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Json(new)): Valid<Json<NewAccount>>,
) -> Result<(StatusCode, Json<AccountView>), ApiError> {
    check_texts(new.name.as_deref(), new.avatar.as_deref())?;
    let account = Account {
        accid: new.accid,
        name: new.name,
        avatar: new.avatar,
        disabled: false,
        token_generation: 0,
    };
    let shared = &state.context.shared;
    let now_ms = shared.clock.now().0;
    shared
        .store
        .create_account(&app.app.key, &account, now_ms)
        .await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Shows an account.
#[utoipa::path(
    get, path = "/v1/accounts/{accid}", tag = "accounts", params(("accid" = String, Path,)),
    responses(
        (status = 200, body = AccountView),
        (status = 401, body = ErrorView), (status = 404, body = ErrorView)
    )
)]
pub(super) async fn show_account(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Path(accid)): Valid<Path<Accid>>,
) -> Result<Json<AccountView>, ApiError> {
    let store = &state.context.shared.store;
    let account = store.account(&app.app.key, &accid).await?;
    Ok(Json(account.ok_or_else(|| unknown(&accid))?.into()))
}

/// Changes an account. Disabling it signs it out at once.
#[utoipa::path(
    patch, path = "/v1/accounts/{accid}", tag = "accounts", params(("accid" = String, Path,)),
    request_body = AccountPatch,
    responses(
        (status = 200, body = AccountView),
        (status = 400, body = ErrorView), (status = 401, body = ErrorView), (status = 404, body = ErrorView),
        (status = 503, body = ErrorView)
    )
)]
pub(super) async fn change_account(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Path(accid)): Valid<Path<Accid>>,
    Valid(Json(patch)): Valid<Json<AccountPatch>>,
) -> Result<Json<AccountView>, ApiError> {
    check_texts(patch.name.as_deref(), patch.avatar.as_deref())?;
    let signs_out = patch.disabled == Some(true);
    let change = AccountChange {
        name: patch.name,
        avatar: patch.avatar,
        disabled: patch.disabled,
        revoke_tokens: signs_out,
    };
    let store = &state.context.shared.store;
    let changed = store.change_account(&app.app.key, &accid, change).await?;
    let account = changed.ok_or_else(|| unknown(&accid))?;
    if signs_out {
        app.sign_out(accid, account.token_generation);
    }
    Ok(Json(account.into()))
}

/// Makes a login token for an account.
#[utoipa::path(
    post, path = "/v1/accounts/{accid}/tokens", tag = "tokens", params(("accid" = String, Path,)),
    request_body = NewToken,
    responses(
        (status = 201, body = TokenView),
        (status = 400, body = ErrorView), (status = 401, body = ErrorView), (status = 404, body = ErrorView),
        (status = 409, body = ErrorView, description = "The account is disabled")
    )
)]
pub(super) async fn create_token(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Path(accid)): Valid<Path<Accid>>,
    Valid(Json(new)): Valid<Json<NewToken>>,
) -> Result<(StatusCode, Json<TokenView>), ApiError> {
    let shared = &state.context.shared;
    let account = shared.store.account(&app.app.key, &accid).await?;
    let account = account.ok_or_else(|| unknown(&accid))?;
    if account.disabled {
        let message = format!("the account {accid} is disabled");
        let kind = ErrorKind::AccountDisabled;
        return Err(ApiError::new(StatusCode::CONFLICT, kind, message));
    }
    let expires_s = expiry(shared.clock.now(), new.ttl_s, TOKEN_S_DEFAULT)?;
    let token = auth::mint_login(&app.app, &accid, account.token_generation, expires_s);
    Ok((StatusCode::CREATED, Json(view(token, expires_s)?)))
}

/// Revokes every token of an account and signs it out. From now on tokens need the `gen` that is answered.
#[utoipa::path(
    delete, path = "/v1/accounts/{accid}/tokens", tag = "tokens", params(("accid" = String, Path,)),
    responses(
        (status = 200, body = AccountView),
        (status = 401, body = ErrorView), (status = 404, body = ErrorView), (status = 503, body = ErrorView)
    )
)]
pub(super) async fn revoke_tokens(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Path(accid)): Valid<Path<Accid>>,
) -> Result<Json<AccountView>, ApiError> {
    let change = AccountChange {
        revoke_tokens: true,
        ..AccountChange::default()
    };
    let store = &state.context.shared.store;
    let changed = store.change_account(&app.app.key, &accid, change).await?;
    let account = changed.ok_or_else(|| unknown(&accid))?;
    app.sign_out(accid, account.token_generation);
    Ok(Json(account.into()))
}

/// When a token made now expires, in Unix seconds.
pub(super) fn expiry(
    now: hullo_core::Time,
    ttl_s: Option<u64>,
    default_s: u64,
) -> Result<u64, ApiError> {
    let ttl_s = ttl_s.unwrap_or(default_s);
    if !(1..=TOKEN_S_MAX).contains(&ttl_s) {
        let message = format!("ttl_s is {ttl_s}; use 1 to {TOKEN_S_MAX} seconds");
        return Err(ApiError::bad_request(message));
    }
    Ok(now.0 / 1000 + ttl_s)
}

/// A token as it is answered.
pub(super) fn view(token: Option<String>, expires_s: u64) -> Result<TokenView, ApiError> {
    let token = token.ok_or_else(|| ApiError::server("the token could not be signed"))?;
    Ok(TokenView {
        token,
        expires_at_ms: expires_s * 1000,
    })
}

pub(super) fn unknown(accid: &Accid) -> ApiError {
    let message = format!("there is no account {accid}; create it with POST /v1/accounts");
    ApiError::not_found(ErrorKind::AccountNotFound, message)
}

fn check_texts(name: Option<&str>, avatar: Option<&str>) -> Result<(), ApiError> {
    let limits = [
        ("name", name, NAME_BYTES_MAX),
        ("avatar", avatar, AVATAR_BYTES_MAX),
    ];
    for (what, text, bytes_max) in limits {
        let bytes = text.map_or(0, str::len);
        if bytes > bytes_max {
            let message = format!("{what} has {bytes} bytes; at most {bytes_max} are allowed");
            let status = StatusCode::BAD_REQUEST;
            return Err(ApiError::new(status, ErrorKind::TooLarge, message));
        }
    }
    Ok(())
}
