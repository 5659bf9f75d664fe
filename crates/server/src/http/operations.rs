//! For whoever runs the server: is it well, and how much does it do.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

use crate::api_error::ApiError;
use crate::state::HttpState;

#[derive(Serialize)]
struct HealthView {
    status: &'static str,
    storage: &'static str,
    version: &'static str,
}

/// 200 when the server can do its work, 503 when it cannot store.
pub(super) async fn show_health(State(state): State<HttpState>) -> Response {
    let stores = state.health.probe(&state.context.shared).await;
    let (code, status, storage) = match stores {
        true => (StatusCode::OK, "ok", "ok"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "degraded", "unavailable"),
    };
    let view = HealthView {
        status,
        storage,
        version: env!("CARGO_PKG_VERSION"),
    };
    (code, Json(view)).into_response()
}

/// Figures in Prometheus' text form.
pub(super) async fn show_metrics(State(state): State<HttpState>) -> Result<Response, ApiError> {
    let metrics = &state.context.shared.metrics;
    metrics.store.follow(&state.store().stats());
    let text = metrics
        .encode()
        .map_err(|_| ApiError::server("the figures cannot be written"))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let header = (header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(([header], text).into_response())
}
