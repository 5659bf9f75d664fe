//! The customer's backend proves itself with HTTP Basic (RFC 7617): app key and app secret.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hullo_protocol::{AppKey, ErrorKind};
use serde::de::DeserializeOwned;
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::api_error::ApiError;
use crate::auth;
use crate::node::AppNode;
use crate::peer::{Peer, PeerAddress};
use crate::state::HttpState;

/// A request of an app's backend.
pub(super) struct Backend(pub(super) Arc<AppNode>);

impl FromRequestParts<HttpState> for Backend {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        let PeerAddress(address) = PeerAddress::from_request_parts(parts, state).await?;
        let app = match credentials(&parts.headers) {
            Some((key, secret)) => {
                let app = state.context.node.app(&key).await?;
                app.filter(|app| auth::secrets_are_equal(&app.app.secret, &secret))
            }
            // A request that proves nothing is no guess either.
            None => return Err(refused()),
        };
        // The right one is never held up by whoever guesses at the same address.
        if let Some(app) = app {
            if let Ok(peer) = Peer::from_request_parts(parts, state).await {
                peer.admission.sign_in();
            }
            return Ok(Self(app));
        }
        let context = &state.context;
        let Some(wait) = address.and_then(|address| context.failures.count(address)) else {
            tracing::info!(?address, "a backend was refused");
            return Err(refused());
        };
        context.shared.metrics.count_limit("failed_logins");
        let seconds = wait.as_secs() + 1;
        let message = format!("too many failed attempts from this address; wait {seconds} s");
        Err(ApiError::new(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorKind::RateLimited,
            message,
        )
        .after(seconds))
    }
}

fn refused() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden,
        "authenticate with HTTP Basic: the app key as user, the app secret as password",
    )
}

/// The app key and the secret of a request, where it has them.
pub(super) fn credentials(headers: &HeaderMap) -> Option<(AppKey, String)> {
    let header = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = BASE64_STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (key, secret) = text.split_once(':')?;
    Some((AppKey::parse(key).ok()?, secret.to_owned()))
}

/// A JSON body, a path or a query, whose faults are answered as [`ApiError`].
pub(super) struct Valid<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Valid<axum::Json<T>> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        Ok(Self(axum::Json::from_request(request, state).await?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Valid<Path<T>> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(Path::from_request_parts(parts, state).await?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Valid<Query<T>> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Ok(Self(Query::from_request_parts(parts, state).await?))
    }
}

/// Adds the way to authenticate to the document.
pub(super) struct BasicAuth;

impl Modify for BasicAuth {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Basic).build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("app", SecurityScheme::Http(scheme));
    }
}
