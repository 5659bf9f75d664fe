//! HTTP: the API for the customer's backend, health, figures, and the web demo.

mod accounts;
mod backend;
mod calls;
mod demo;
mod error;
mod operations;
mod site;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::store::App;
use crate::ws::{self, SessionContext};
use backend::BasicAuth;
pub(crate) use error::ApiError;

/// Largest body that the API reads.
const BODY_BYTES_MAX: usize = 16 * 1024;

/// What every handler can reach.
#[derive(Clone)]
pub(crate) struct HttpState {
    pub(crate) context: SessionContext,
    /// A reverse proxy is in front: the client's address is in X-Forwarded-For.
    pub(crate) behind_proxy: bool,
    /// TLS is done here.
    pub(crate) tls: bool,
    pub(crate) health: Arc<operations::Health>,
    /// The app whose accounts anyone may be; `hullo demo` only.
    pub(crate) demo: Option<App>,
}

pub(crate) use operations::Health;

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

/// Every route of the program.
pub(crate) fn router(state: HttpState) -> Router {
    let (api, document) = OpenApiRouter::with_openapi(ApiDoc::openapi())
        .routes(routes!(accounts::create_account))
        .routes(routes!(accounts::show_account, accounts::change_account))
        .routes(routes!(accounts::create_token, accounts::revoke_tokens))
        .routes(routes!(calls::create_room_token))
        .routes(routes!(calls::list_records))
        .routes(routes!(calls::show_call))
        .split_for_parts();
    let document = Arc::new(document);
    let mut router = api
        .route("/v1/ws", get(ws::upgrade))
        .route(
            "/v1/openapi.json",
            get(move || async move { axum::Json((*document).clone()) }),
        )
        .route("/healthz", get(operations::show_health))
        .route("/metrics", get(operations::show_metrics));
    if state.demo.is_some() {
        router = router
            .route("/demo/session.json", get(demo::session))
            .route("/demo/accounts.json", get(demo::accounts))
            .route("/demo/room-token", get(demo::room_token));
    }
    router
        .fallback(site::serve)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            with_security_headers,
        ))
        .with_state(state)
}

/// What a browser may do with anything from here: run our scripts and our WebAssembly, use camera and microphone, and
/// nothing of anybody else's.
async fn with_security_headers(
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

/// The address that a request came from.
pub(crate) struct PeerAddress(pub(crate) IpAddr);

impl FromRequestParts<HttpState> for PeerAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        if state.behind_proxy
            && let Some(address) = forwarded_for(parts)
        {
            return Ok(Self(address));
        }
        match ConnectInfo::<SocketAddr>::from_request_parts(parts, state).await {
            Ok(ConnectInfo(address)) => Ok(Self(address.ip())),
            Err(_) => Err(ApiError::server("the connection has no address")),
        }
    }
}

/// The last entry is the proxy's own; those before it are the client's to invent.
fn forwarded_for(parts: &Parts) -> Option<IpAddr> {
    let header = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()?;
    let last = header.to_str().ok()?.rsplit(',').next()?;
    last.trim().parse().ok()
}
