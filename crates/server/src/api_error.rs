//! How the API says no: `{"error": {"code", "kind", "message"}}`, as over the WebSocket.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use hullo_protocol::{ErrorBody, ErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::node::AppError;
use crate::store::StoreError;

/// An error of the HTTP API.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: ErrorBody,
    /// Seconds after which it may be tried again.
    retry_after_s: Option<u64>,
}

/// The body of a refusal.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorView {
    error: ErrorBody,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            status,
            body: ErrorBody::new(kind, message),
            retry_after_s: None,
        }
    }

    /// It may be tried again after so many seconds.
    pub(crate) fn after(self, seconds: u64) -> Self {
        Self {
            body: self.body.after(Duration::from_secs(seconds)),
            retry_after_s: Some(seconds),
            ..self
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, ErrorKind::BadRequest, message)
    }

    pub(crate) fn not_found(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, kind, message)
    }

    pub(crate) fn server(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::Server,
            message,
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let view = ErrorView { error: self.body };
        let mut response = (self.status, Json(view)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let ask = axum::http::HeaderValue::from_static("Basic realm=\"hullo\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, ask);
        }
        if let Some(seconds) = self.retry_after_s {
            let seconds = axum::http::HeaderValue::from(seconds);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists(_) => {
                Self::new(StatusCode::CONFLICT, ErrorKind::Exists, error.to_string())
            }
            StoreError::Unavailable(_) | StoreError::Busy => {
                tracing::error!(%error, "the store does not answer");
                let kind = ErrorKind::StorageUnavailable;
                Self::new(StatusCode::SERVICE_UNAVAILABLE, kind, kind.text())
            }
            StoreError::Unreadable { .. } => {
                tracing::error!(%error, "the store is not readable");
                Self::server(ErrorKind::Server.text())
            }
        }
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Store(error) => error.into(),
            AppError::Stopping => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Self::new(status, ErrorKind::Server, error.to_string()).after(1)
            }
        }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        let (status, kind) = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => (StatusCode::PAYLOAD_TOO_LARGE, ErrorKind::TooLarge),
            _ => (StatusCode::BAD_REQUEST, ErrorKind::BadRequest),
        };
        Self::new(status, kind, rejection.body_text())
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
    }
}
