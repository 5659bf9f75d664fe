//! Tokens: for the login of an account and for a room.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use hullo_core::Time;
use hullo_core::hub::RoomGrant;
use hullo_protocol::{Accid, CallId, ErrorKind, ROOM_TOKEN_MS_MAX, Uid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::{self, AccountView};
use super::backend::{Backend, Valid};
use crate::api_error::{ApiError, ErrorView};
use crate::auth;
use crate::state::HttpState;
use crate::store::AccountChange;

/// How long a login token is good when the request does not say: a day.
const LOGIN_S_DEFAULT: u64 = 24 * 60 * 60;
/// The same for a room token: five minutes, for it is needed once, at the join.
const ROOM_S_DEFAULT: u64 = 300;
/// A login token is good for at most a year.
const LOGIN_S_MAX: u64 = 366 * 24 * 60 * 60;
const ROOM_S_MAX: u64 = ROOM_TOKEN_MS_MAX / 1_000;

/// How long the token is to be good.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewToken {
    /// Seconds, 1 to 31,622,400; a day when absent.
    #[serde(default)]
    ttl_s: Option<u64>,
}

/// Who is to join what.
#[derive(Deserialize, ToSchema)]
pub(super) struct NewRoomToken {
    call_id: CallId,
    /// The account that enters.
    #[schema(value_type = String, example = "alice")]
    accid: Accid,
    /// The participant's number in the call; the caller's is 1.
    uid: Uid,
    /// Seconds, 1 to 3,600; five minutes when absent.
    #[serde(default)]
    ttl_s: Option<u64>,
}

/// A token, and how long it is good.
#[derive(Serialize, ToSchema)]
pub(super) struct TokenView {
    /// The token, a JWT.
    token: String,
    /// Unix milliseconds.
    expires_at_ms: u64,
}

type Created = (StatusCode, Json<TokenView>);

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
) -> Result<Created, ApiError> {
    let account = accounts::find(&state, &app.app, &accid).await?;
    if account.disabled {
        let message = format!("the account {accid} is disabled");
        let kind = ErrorKind::AccountDisabled;
        return Err(ApiError::new(StatusCode::CONFLICT, kind, message));
    }
    let expires_s = expiry(state.wall(), new.ttl_s, LOGIN_S_DEFAULT, LOGIN_S_MAX)?;
    let generation = account.token_generation;
    let token = auth::mint_login(&app.app, &account.accid, generation, expires_s);
    created(token, expires_s)
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
    accounts::apply(&state, &app, accid, change).await
}

/// Makes a room token: what joining a call needs in secure mode.
#[utoipa::path(
    post, path = "/v1/room-tokens", tag = "tokens", request_body = NewRoomToken,
    responses(
        (status = 201, body = TokenView),
        (status = 400, body = ErrorView), (status = 401, body = ErrorView)
    )
)]
pub(super) async fn create_room_token(
    State(state): State<HttpState>,
    Backend(app): Backend,
    Valid(Json(new)): Valid<Json<NewRoomToken>>,
) -> Result<Created, ApiError> {
    let expires_s = expiry(state.wall(), new.ttl_s, ROOM_S_DEFAULT, ROOM_S_MAX)?;
    let grant = RoomGrant {
        call_id: new.call_id,
        accid: new.accid,
        uid: new.uid,
    };
    created(auth::mint_room(&app.app, &grant, expires_s), expires_s)
}

/// When a token made now expires, in Unix seconds.
fn expiry(now: Time, ttl_s: Option<u64>, default_s: u64, max_s: u64) -> Result<u64, ApiError> {
    let ttl_s = ttl_s.unwrap_or(default_s);
    if !(1..=max_s).contains(&ttl_s) {
        let message = format!("ttl_s is {ttl_s}; use 1 to {max_s} seconds");
        return Err(ApiError::bad_request(message));
    }
    Ok(now.0 / 1000 + ttl_s)
}

fn created(token: Option<String>, expires_s: u64) -> Result<Created, ApiError> {
    let view = TokenView {
        token: signed(token)?,
        expires_at_ms: expires_s * 1000,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// A token that the library could sign.
pub(super) fn signed(token: Option<String>) -> Result<String, ApiError> {
    token.ok_or_else(|| ApiError::server("the token could not be signed"))
}
