//! For whoever runs the server: is it alive, can it do its work, and how much does it do. None of it writes anything.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use hullo_protocol::ErrorKind;
use serde::Serialize;

use crate::api_error::ApiError;
use crate::state::HttpState;

#[derive(Serialize)]
struct AliveView {
    status: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct ReadyView {
    status: &'static str,
    storage: &'static str,
    calls: &'static str,
    media: &'static str,
    draining: bool,
}

/// What the operator asks.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/healthz", get(show_health))
        .route("/readyz", get(show_readiness))
        .route("/metrics", get(show_metrics))
}

/// What is behind the operator's own address, and nothing else.
pub(super) async fn nothing_else() -> ApiError {
    let message = "here are /healthz, /readyz and /metrics only";
    ApiError::new(StatusCode::NOT_FOUND, ErrorKind::BadRequest, message)
}

/// 200 as long as the process answers: whatever else is wrong, starting it again would not mend it.
async fn show_health() -> Response {
    let view = AliveView {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    };
    Json(view).into_response()
}

/// 200 when the server can do its work, 503 when it cannot store, hangs somewhere, or is about to stop.
async fn show_readiness(State(state): State<HttpState>) -> Response {
    let (stores, draining) = (state.health.stores(), state.health.is_draining());
    let node = state.context.node.status();
    let (calls, media) = (node.actors_are_well(), node.media_is_well());
    let (code, status) = match stores && calls && media && !draining {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not_ready"),
    };
    let view = ReadyView {
        status,
        storage: if stores { "ok" } else { "unavailable" },
        calls: if calls { "ok" } else { "late" },
        media: if media { "ok" } else { "late" },
        draining,
    };
    (code, Json(view)).into_response()
}

/// Figures in Prometheus' text form.
async fn show_metrics(State(state): State<HttpState>) -> Result<Response, ApiError> {
    let metrics = &state.context.shared.metrics;
    metrics.store.follow(&state.store().stats());
    metrics.actors.follow(&state.context.node.status());
    let text = metrics
        .encode()
        .map_err(|_| ApiError::server("the figures cannot be written"))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let header = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(([header], text).into_response())
}
