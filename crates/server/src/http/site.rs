//! What a browser sees: the web demo, files that were built from `web/demo` and put into the program; without a demo, a page
//! that says where one is.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use hullo_protocol::ErrorKind;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::api_error::ApiError;

#[derive(RustEmbed)]
#[folder = "../../web/demo/dist/"]
struct Site;

const FRONT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Hullo</title>\
<body style=\"font: 1.1em/1.5 system-ui; max-width: 34em; margin: 4em auto; padding: 0 1em\">\
<h1>Hullo is running</h1><p>Apps call through this address; it has no page of its own. To try calls in a browser, start</p>\
<pre>hullo demo</pre><p>The API is described at <a href=\"v1/openapi.json\">v1/openapi.json</a>.</p>";

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Hullo</title>\
<body style=\"font: 1.1em/1.5 system-ui; max-width: 34em; margin: 4em auto; padding: 0 1em\">\
<h1>Hullo is running</h1><p>The web demo is not part of this build. Build everything and start the demo with</p>\
<pre>cargo xtask demo</pre><p>The API is described at <a href=\"v1/openapi.json\">v1/openapi.json</a>.</p>";

/// Says at `/` what this is.
pub(super) async fn serve_front(request: Request) -> Response {
    match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => Html(FRONT).into_response(),
        (_, path) => nothing_here(path),
    }
}

/// Serves a file of the demo, or its page for `/`.
pub(super) async fn serve_demo(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if !matches!(*request.method(), Method::GET | Method::HEAD) || path.starts_with("v1/") {
        return nothing_here(request.uri().path());
    }
    let path = match path {
        "" => "index.html",
        path => path,
    };
    match Site::get(path) {
        Some(file) => send(path, file),
        None if path == "index.html" => Html(NOT_BUILT).into_response(),
        None => nothing_here(request.uri().path()),
    }
}

fn nothing_here(path: &str) -> Response {
    let path: String = path.chars().take(100).collect();
    let message = format!("there is nothing at {path}");
    ApiError::new(StatusCode::NOT_FOUND, ErrorKind::BadRequest, message).into_response()
}

/// Files below `assets/` have a hash in their names and never change.
fn send(path: &str, file: EmbeddedFile) -> Response {
    let caching = match path.starts_with("assets/") {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    let mut response = file.data.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    let kind = HeaderValue::from_str(file.metadata.mimetype());
    headers.insert(
        header::CONTENT_TYPE,
        kind.unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    response
}
