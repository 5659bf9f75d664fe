//! Accounts: who may log in and be called.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hullo_protocol::{AVATAR_BYTES_MAX, Accid, ErrorKind, NAME_BYTES_MAX};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::backend::{Backend, Valid};
use crate::api_error::{ApiError, ErrorView};
use crate::node::AppNode;
use crate::state::HttpState;
use crate::store::{Account, AccountChange, App};

/// A new account.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewAccount {
    /// 1 to 64 printable ASCII characters without space, `"`, `\\`, `<`, `>` and backtick; not `.` or `..`. It comes back as it is
    /// written here, and is the same in whatever case it is written later. Percent-encode it in paths.
    #[schema(value_type = String, example = "alice")]
    accid: Accid,
    /// At most 64 bytes, without control characters.
    #[serde(default)]
    name: Option<String>,
    /// Address of a picture, at most 512 bytes.
    #[serde(default)]
    avatar: Option<String>,
}

/// What to change; what is absent stays.
#[derive(Deserialize, ToSchema)]
pub(super) struct AccountPatch {
    /// At most 64 bytes, without control characters.
    #[serde(default)]
    name: Option<String>,
    /// Address of a picture, at most 512 bytes.
    #[serde(default)]
    avatar: Option<String>,
    /// A disabled account is signed out, cannot log in and cannot be called. Its tokens stay revoked when it is enabled again.
    #[serde(default)]
    disabled: Option<bool>,
}

/// An account as the API shows it.
#[derive(Serialize, ToSchema)]
pub(super) struct AccountView {
    /// Its name in the API.
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
    let now_ms = state.now().0;
    let store = state.store();
    store.create_account(&app.app.key, &account, now_ms).await?;
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
    let account = find(&state, &app.app, &accid).await?;
    Ok(Json(account.into()))
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
    let change = AccountChange {
        name: patch.name,
        avatar: patch.avatar,
        disabled: patch.disabled,
        revoke_tokens: patch.disabled == Some(true),
    };
    apply(&state, &app, accid, change).await
}

/// The account, or the error that names it.
pub(super) async fn find(state: &HttpState, app: &App, accid: &Accid) -> Result<Account, ApiError> {
    let account = state.store().account(&app.key, accid).await?;
    account.ok_or_else(|| unknown(accid))
}

/// Changes an account; one whose tokens are revoked is signed out.
pub(super) async fn apply(
    state: &HttpState,
    app: &AppNode,
    accid: Accid,
    change: AccountChange,
) -> Result<Json<AccountView>, ApiError> {
    let signs_out = change.revoke_tokens;
    let shown = change.name.is_some() || change.avatar.is_some();
    let store = state.store();
    let changed = store.change_account(&app.app.key, &accid, change).await;
    let account = changed?.ok_or_else(|| unknown(&accid))?;
    if shown {
        app.show(account.accid.clone(), account.profile());
    }
    if signs_out {
        app.sign_out(account.accid.clone(), account.token_generation);
    }
    Ok(Json(account.into()))
}

fn unknown(accid: &Accid) -> ApiError {
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
        if text.is_some_and(|text| text.chars().any(char::is_control)) {
            let message = format!("{what} has control characters");
            return Err(ApiError::bad_request(message));
        }
    }
    Ok(())
}
