//! All that the API reads of a request, and nothing of what it does then: for the fuzzer.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::HeaderMap;
use axum::routing::{get, patch, post};
use axum::{Json, extract};
use hullo_protocol::{Accid, CallId};

use super::accounts::{AccountPatch, NewAccount};
use super::backend::{Valid, credentials};
use super::calls::RecordFilter;
use super::demo::{RoomTokenQuery, SessionQuery};
use super::tokens::{NewRoomToken, NewToken};

/// The paths, queries and bodies of each route, read as the route reads them.
pub(crate) fn decoders() -> Router {
    type Body<T> = Valid<Json<T>>;
    type Account = Valid<Path<Accid>>;
    Router::new()
        .route("/v1/accounts", post(|_: Body<NewAccount>| async {}))
        .route(
            "/v1/accounts/{accid}",
            patch(|_: Account, _: Body<AccountPatch>| async {}),
        )
        .route(
            "/v1/accounts/{accid}/tokens",
            post(|_: Account, _: Body<NewToken>| async {}),
        )
        .route("/v1/room-tokens", post(|_: Body<NewRoomToken>| async {}))
        .route("/v1/records", get(|_: Valid<Query<RecordFilter>>| async {}))
        .route(
            "/v1/calls/{call_id}",
            get(|_: Valid<Path<CallId>>| async {}),
        )
        .route(
            "/demo/session.json",
            get(|_: Valid<Query<SessionQuery>>| async {}),
        )
        .route(
            "/demo/room-token",
            get(|_: Valid<Query<RoomTokenQuery>>| async {}),
        )
        .layer(axum::middleware::from_fn(read_credentials))
        .layer(DefaultBodyLimit::max(super::BODY_BYTES_MAX))
}

async fn read_credentials(
    headers: HeaderMap,
    request: extract::Request,
    next: axum::middleware::Next,
) -> axum::response::Response {
    drop(credentials(&headers));
    next.run(request).await
}
