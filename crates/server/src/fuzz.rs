//! What the fuzzer (`fuzz/`) gets at: decoders of bytes from outside that are no part of any interface.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use hullo_core::Time;
use hullo_protocol::{Accid, AppKey, TOKEN_SKEW_MS};
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Map, Value};
use tower_service::Service as _;

use crate::auth;
use crate::store::{App, Policies, Retention};

/// The time at which tokens are read.
const NOW: Time = Time(1_800_000_000_000);
const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

/// Reads a token as a login's and as a room's. What has three lines is taken for the header and the claims of a token that is
/// signed correctly; anything else for a token.
pub fn token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (Ok(key), Ok(alice)) = (AppKey::parse("shop"), Accid::parse("alice")) else {
        unreachable!("these are valid names");
    };
    let app = App {
        key,
        name: "Shop".to_owned(),
        secret: SECRET.into(),
        secure: true,
        policies: Policies::default(),
        retention: Retention::default(),
    };
    let signed = signed(text);
    let token = signed.as_deref().unwrap_or(text);
    if let Ok(claims) = auth::verify_login(&app, &alice, token, NOW) {
        assert!(
            claims.expires_at.plus_ms(TOKEN_SKEW_MS) > NOW,
            "it has run out"
        );
        let again = auth::mint_login(
            &app,
            &alice,
            claims.generation,
            claims.expires_at.0.div_ceil(1_000),
        );
        let again = again.map(|token| auth::verify_login(&app, &alice, &token, NOW));
        assert!(again.is_some_and(|again| again.is_ok()), "{claims:?}");
    }
    if let Ok(grant) = auth::verify_room(&app, token, NOW) {
        let again = auth::mint_room(&app, &grant, NOW.0 / 1_000 + 60);
        let again = again.map(|token| auth::verify_room(&app, &token, NOW));
        assert!(again.is_some_and(|again| again == Ok(grant)));
    }
    // Whoever has not signed it learns nothing of what is in it.
    if signed.is_none() && token.matches('.').count() != 2 {
        let refused = auth::verify_login(&app, &alice, token, NOW);
        assert!(matches!(refused, Err(auth::TokenError::NotSigned)));
    }
}

fn signed(text: &str) -> Option<String> {
    let (header, claims) = text.split_once('\n')?;
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(header), part(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = crypto::sign(message.as_bytes(), &key, Algorithm::HS256).ok()?;
    Some(format!("{message}.{signature}"))
}

/// Reads a request of the HTTP API: a line with method and path, one with the credentials, then the body. It is understood, or
/// refused with an error that can be read.
pub fn request(data: &[u8]) {
    let Some(request) = http_request(data) else {
        return;
    };
    // Nothing in it waits: the body is there.
    let answer = crate::http::decoders().call(request).now_or_never();
    let Some(Ok(response)) = answer else {
        panic!("a request that is all there was not read at once");
    };
    let status = response.status();
    assert!(!status.is_server_error(), "{status}");
    let told = matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE
    );
    if told {
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).now_or_never();
        let body = body.and_then(Result::ok).unwrap_or_default();
        let error: Map<String, Value> = serde_json::from_slice(&body).unwrap_or_default();
        assert!(error["error"]["kind"].is_string(), "{error:?}");
    }
}

fn http_request(data: &[u8]) -> Option<Request<Body>> {
    let mut lines = data.splitn(3, |byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let (method, path) = first.split_once(' ')?;
    let credentials = lines.next().unwrap_or_default();
    let body = lines.next().unwrap_or_default().to_vec();
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, credentials)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .ok()
}
