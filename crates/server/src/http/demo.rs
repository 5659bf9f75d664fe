//! `hullo demo` only: what an app's own backend would do for its signed-in users, here for whoever asks.

use std::net::IpAddr;

use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use hullo_core::hub::RoomGrant;
use hullo_protocol::{Accid, AppKey, CallId, ErrorKind, Uid};
use serde::{Deserialize, Serialize};

use super::backend::Valid;
use super::{accounts, tokens};
use crate::api_error::ApiError;
use crate::auth;
use crate::demo;
use crate::state::HttpState;
use crate::store::{Account, App};

const TOKEN_S: u64 = 24 * 60 * 60;
const ROOM_TOKEN_S: u64 = 60;

#[derive(Deserialize)]
pub(super) struct SessionQuery {
    accid: Accid,
}

#[derive(Serialize)]
pub(super) struct SessionView {
    app_key: AppKey,
    accid: Accid,
    name: Option<String>,
    avatar: Option<String>,
    token: String,
    secure: bool,
}

#[derive(Serialize)]
pub(super) struct AccountsView {
    accounts: Vec<AccountView>,
}

#[derive(Serialize)]
struct AccountView {
    accid: Accid,
    name: Option<String>,
    avatar: Option<String>,
    /// It is Echo, which answers by itself: nobody signs in as it.
    echo: bool,
}

#[derive(Deserialize)]
pub(super) struct RoomTokenQuery {
    accid: Accid,
    call_id: CallId,
    uid: Uid,
}

#[derive(Serialize)]
pub(super) struct RoomTokenView {
    token: String,
}

/// Refuses a name that is not this machine's: a page of the Internet whose name is made to point here ("DNS rebinding") would
/// otherwise be handed everyone's token. A proxy, and a certificate, see to the name themselves.
pub(super) async fn with_own_name(
    State(state): State<HttpState>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or("");
    if state.tls || state.behind_proxy || is_own_name(host) {
        return next.run(request).await;
    }
    let message = "open the demo by its address, or as localhost";
    ApiError::new(StatusCode::FORBIDDEN, ErrorKind::Forbidden, message).into_response()
}

/// `localhost` or an address, with or without a port.
fn is_own_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    name.eq_ignore_ascii_case("localhost") || bare.unwrap_or(name).parse::<IpAddr>().is_ok()
}

/// Everything that the page needs to sign in as a demo account.
pub(super) async fn show_session(
    State(state): State<HttpState>,
    Valid(Query(query)): Valid<Query<SessionQuery>>,
) -> Result<Json<SessionView>, ApiError> {
    let app = demo_app(&state)?;
    let account = accounts::find(&state, app, &query.accid).await?;
    let expires_s = state.wall().0 / 1000 + TOKEN_S;
    let generation = account.token_generation;
    let token = auth::mint_login(app, &account.accid, generation, expires_s);
    Ok(Json(SessionView {
        app_key: app.key.clone(),
        accid: account.accid,
        name: account.name,
        avatar: account.avatar,
        token: tokens::signed(token)?,
        secure: app.secure,
    }))
}

/// Who can be picked.
pub(super) async fn list_accounts(
    State(state): State<HttpState>,
) -> Result<Json<AccountsView>, ApiError> {
    let app = demo_app(&state)?;
    let accounts = state.store().accounts(&app.key).await?;
    let view = |account: Account| AccountView {
        echo: account.accid.as_str() == demo::ECHO,
        accid: account.accid,
        name: account.name,
        avatar: account.avatar,
    };
    Ok(Json(AccountsView {
        accounts: accounts.into_iter().map(view).collect(),
    }))
}

/// A room token, as the token handler of a real app gets one from its backend.
pub(super) async fn create_room_token(
    State(state): State<HttpState>,
    Valid(Query(query)): Valid<Query<RoomTokenQuery>>,
) -> Result<Json<RoomTokenView>, ApiError> {
    let app = demo_app(&state)?;
    accounts::find(&state, app, &query.accid).await?;
    let expires_s = state.wall().0 / 1000 + ROOM_TOKEN_S;
    let grant = RoomGrant {
        call_id: query.call_id,
        accid: query.accid,
        uid: query.uid,
    };
    let token = tokens::signed(auth::mint_room(app, &grant, expires_s))?;
    Ok(Json(RoomTokenView { token }))
}

fn demo_app(state: &HttpState) -> Result<&App, ApiError> {
    let missing = || ApiError::server("this server is not a demo");
    state.demo.as_ref().ok_or_else(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for own in [
            "localhost",
            "localhost:7880",
            "127.0.0.1:7880",
            "192.168.1.7",
            "[::1]:7880",
            "[::1]",
        ] {
            assert!(is_own_name(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "evil.example:7880",
            "localhost.evil.example:80",
        ] {
            assert!(!is_own_name(other), "{other}");
        }
    }
}
