//! HTTP: the API for the customer's backend, the web demo, and what the operator asks.

mod accounts;
mod backend;
mod calls;
mod decoders;
mod demo;
mod operations;
mod site;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use hullo_protocol::ErrorKind;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api_error::ApiError;
use crate::state::HttpState;
use backend::BasicAuth;
pub(crate) use decoders::decoders;

/// Largest body that the API reads.
const BODY_BYTES_MAX: usize = 16 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hullo",
        description = "For the backend of an app: accounts, tokens, calls and records. Authenticate with HTTP Basic: the \
                       app key is the user, the app secret is the password."
    ),
    modifiers(&BasicAuth),
    security(("app" = []))
)]
struct ApiDoc;

/// What there is on the customers' address beside the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    /// Accounts that anyone may be.
    pub(crate) demo: bool,
    /// What the operator asks.
    pub(crate) operations: bool,
}

/// Every route but that of the sessions. Whatever has none is a file of the web demo where there is one, or not there.
pub(crate) fn routes(offer: Offer, state: &HttpState) -> Router<HttpState> {
    let (api, document) = OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(accounts::create_account))
        .routes(routes!(accounts::show_account, accounts::change_account))
        .routes(routes!(tokens::create_token, tokens::revoke_tokens))
        .routes(routes!(tokens::create_room_token))
        .routes(routes!(calls::list_records))
        .routes(routes!(calls::show_call))
        .split_for_parts();
    let document = Arc::new(document);
    let mut router = api.route(
        "/v1/openapi.json",
        get(move || async move { axum::Json((*document).clone()) }),
    );
    if offer.operations {
        router = router.merge(operations::routes());
    }
    if offer.demo {
        let demo = Router::new()
            .route("/demo/session.json", get(demo::show_session))
            .route("/demo/accounts.json", get(demo::list_accounts))
            .route("/demo/room-token", get(demo::create_room_token))
            .layer(from_fn_with_state(state.clone(), demo::with_own_name));
        router = router.merge(demo);
    }
    let router = match offer.demo {
        true => router.fallback(site::serve_demo),
        false => router.fallback(site::serve_front),
    };
    router
        .method_not_allowed_fallback(refuse_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

/// Every route of the operator's own address.
pub(crate) fn operator_routes() -> Router<HttpState> {
    operations::routes().fallback(operations::nothing_else)
}

async fn refuse_method(method: Method, uri: Uri) -> ApiError {
    let path: String = uri.path().chars().take(100).collect();
    let message = format!("{method} does not go with {path}");
    let status = StatusCode::METHOD_NOT_ALLOWED;
    ApiError::new(status, ErrorKind::BadRequest, message)
}

/// A request that takes too long, because its body does not come or the storage does not answer, is given up.
pub(crate) async fn with_time_limit(
    State(state): State<HttpState>,
    request: Request,
    next: Next,
) -> Response {
    let limit = state.context.limits.request();
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            state.context.shared.metrics.count_limit("request_ms");
            let message = format!("the request was not done in {} ms", limit.as_millis());
            let status = StatusCode::REQUEST_TIMEOUT;
            ApiError::new(status, ErrorKind::Timeout, message).into_response()
        }
    }
}

/// What a browser may do with anything from here: run our scripts and our WebAssembly, use camera and microphone, and
/// nothing of anybody else's.
pub(crate) async fn with_security_headers(
    State(state): State<HttpState>,
    request: Request,
    next: Next,
) -> Response {
    const HEADERS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' data: https:; media-src 'self' blob: data:; connect-src 'self' ws: wss:; \
             object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), speaker-selection=(self), \
             fullscreen=(self), geolocation=(), payment=(), usb=()",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ];
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        let headers = response.headers_mut();
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.tls {
        response.headers_mut().insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}
