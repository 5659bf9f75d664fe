//! The two tokens, both JWTs (RFC 7519) signed by HS256 with the app's secret, so that the customer's backend can make them
//! itself or ask the HTTP API.
//!
//! | claim | login token | room token |
//! |---|---|---|
//! | `aud` | `hullo.login` | `hullo.room` |
//! | `iss` | app key | app key |
//! | `exp` | Unix seconds | Unix seconds |
//! | `sub` | accid | — |
//! | `gen` | the account's token generation; absent means 0 | — |
//! | `call_id`, `uid` | — | the call and the participant |
//!
//! Revoking an account's tokens raises its generation by one; from then only tokens that carry the new one are good.

use hullo_core::hub::RoomGrant;
use hullo_protocol::{Accid, AppKey, CallId, TOKEN_BYTES_MAX, Uid};
use jsonwebtoken::errors::ErrorKind as Jwt;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::ExposeSecret as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::store::App;

const LOGIN_AUDIENCE: &str = "hullo.login";
const ROOM_AUDIENCE: &str = "hullo.room";
/// How far the clocks of the customer's backend and of this server may differ.
const CLOCK_SKEW_S: u64 = 5;

/// What a login token says beside its audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LoginClaims {
    aud: String,
    iss: AppKey,
    sub: Accid,
    exp: u64,
    /// The account's token generation.
    #[serde(default)]
    pub(crate) r#gen: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RoomClaims {
    aud: String,
    iss: AppKey,
    call_id: CallId,
    uid: Uid,
    exp: u64,
}

/// Why a login token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LoginTokenError {
    /// Not a JWT, another algorithm, another secret, or claims are missing.
    #[error(
        "the token is not an HS256 JWT for the audience hullo.login, signed with this app's secret"
    )]
    Malformed,
    /// Signed correctly, but past its `exp`.
    #[error("the token has expired; get a new one from your backend")]
    Expired,
    /// It is another account's.
    #[error("the token is for another account")]
    OtherAccount,
}

/// Why a room token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RoomTokenError {
    /// Not a JWT, another algorithm, another secret, or claims are missing.
    #[error(
        "the room token is not an HS256 JWT for the audience hullo.room, signed with this app's secret"
    )]
    Malformed,
    /// Signed correctly, but past its `exp`.
    #[error("the room token has expired; have the token handler fetch a new one")]
    Expired,
}

/// Makes a login token that is good until `expires_s` (Unix seconds); `None` if the library cannot sign.
pub(crate) fn mint_login(
    app: &App,
    accid: &Accid,
    generation: u64,
    expires_s: u64,
) -> Option<String> {
    let claims = LoginClaims {
        aud: LOGIN_AUDIENCE.to_owned(),
        iss: app.key.clone(),
        sub: accid.clone(),
        exp: expires_s,
        r#gen: generation,
    };
    sign(app, &claims)
}

/// Makes a room token that is good until `expires_s` (Unix seconds); `None` if the library cannot sign.
pub(crate) fn mint_room(app: &App, grant: RoomGrant, expires_s: u64) -> Option<String> {
    let claims = RoomClaims {
        aud: ROOM_AUDIENCE.to_owned(),
        iss: app.key.clone(),
        call_id: grant.call_id,
        uid: grant.uid,
        exp: expires_s,
    };
    sign(app, &claims)
}

/// The claims of a login token of `accid`.
pub(crate) fn verify_login(
    app: &App,
    accid: &Accid,
    token: &str,
) -> Result<LoginClaims, LoginTokenError> {
    let claims: LoginClaims =
        decode(app, LOGIN_AUDIENCE, token).map_err(|expired| match expired {
            true => LoginTokenError::Expired,
            false => LoginTokenError::Malformed,
        })?;
    if claims.sub != *accid {
        return Err(LoginTokenError::OtherAccount);
    }
    Ok(claims)
}

/// What a room token allows. Whether that is the call in question is for the hub to say.
pub(crate) fn verify_room(app: &App, token: &str) -> Result<RoomGrant, RoomTokenError> {
    let claims: RoomClaims =
        decode(app, ROOM_AUDIENCE, token).map_err(|expired| match expired {
            true => RoomTokenError::Expired,
            false => RoomTokenError::Malformed,
        })?;
    Ok(RoomGrant {
        call_id: claims.call_id,
        uid: claims.uid,
    })
}

fn sign(app: &App, claims: &impl Serialize) -> Option<String> {
    let key = EncodingKey::from_secret(app.secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).ok()
}

/// The claims, or whether the only fault is the token's age.
fn decode<T: DeserializeOwned>(app: &App, audience: &str, token: &str) -> Result<T, bool> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(false);
    }
    let key = DecodingKey::from_secret(app.secret.expose_secret().as_bytes());
    let mut validation = Validation::new(Algorithm::HS256);
    validation.leeway = CLOCK_SKEW_S;
    validation.set_audience(&[audience]);
    validation.set_issuer(&[app.key.as_str()]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    jsonwebtoken::decode(token, &key, &validation)
        .map(|data| data.claims)
        .map_err(|error| matches!(error.kind(), Jwt::ExpiredSignature))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUTURE_S: u64 = 32_503_680_000;

    fn app(secret: &str) -> App {
        App {
            key: AppKey::parse("shop").unwrap(),
            name: "Shop".to_owned(),
            secret: secret.into(),
            secure: true,
            policies: crate::store::Policies::default(),
            retention: crate::store::Retention::default(),
        }
    }

    fn alice() -> Accid {
        Accid::parse("alice").unwrap()
    }

    #[test]
    fn login_token_is_good_for_its_account_until_it_expires() {
        let app = app("s3cret");
        let token = mint_login(&app, &alice(), 2, FUTURE_S).unwrap();
        assert_eq!(verify_login(&app, &alice(), &token).unwrap().r#gen, 2);
        let bob = Accid::parse("bob").unwrap();
        assert_eq!(
            verify_login(&app, &bob, &token),
            Err(LoginTokenError::OtherAccount)
        );
        let old = mint_login(&app, &alice(), 0, 1_000).unwrap();
        assert_eq!(
            verify_login(&app, &alice(), &old),
            Err(LoginTokenError::Expired)
        );
    }

    #[test]
    fn token_of_another_secret_audience_or_algorithm_is_refused() {
        let app = app("s3cret");
        let foreign = mint_login(&self::app("other"), &alice(), 0, FUTURE_S).unwrap();
        let grant = RoomGrant {
            call_id: CallId::from_u128(1),
            uid: Uid(1),
        };
        let room = mint_room(&app, grant, FUTURE_S).unwrap();
        // {"alg":"none"} . {"aud":"hullo.login","iss":"shop","sub":"alice","exp":32503680000} .
        let none = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodWxsby5sb2dpbiIsImlzcyI6InNob3AiLCJzdWIiOiJhbGljZSIsImV4cCI6MzI1MDM2ODAwMDB9.";
        let key = EncodingKey::from_secret(b"s3cret");
        let claims = LoginClaims {
            aud: LOGIN_AUDIENCE.to_owned(),
            iss: app.key.clone(),
            sub: alice(),
            exp: FUTURE_S,
            r#gen: 0,
        };
        let hs512 = jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims, &key).unwrap();
        let long = "x".repeat(TOKEN_BYTES_MAX + 1);
        for token in [&foreign, &room, none, &hs512, "", "a.b.c", &long] {
            let refused = verify_login(&app, &alice(), token);
            assert_eq!(refused, Err(LoginTokenError::Malformed), "{token}");
        }
    }

    #[test]
    fn token_without_generation_or_expiry_counts_as_generation_zero_and_as_malformed() {
        let app = app("s3cret");
        let key = EncodingKey::from_secret(b"s3cret");
        let mut claims = serde_json::json!({
            "aud": "hullo.login", "iss": "shop", "sub": "alice", "exp": FUTURE_S,
        });
        let sign = |claims: &serde_json::Value| {
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
        };
        assert_eq!(
            verify_login(&app, &alice(), &sign(&claims)).unwrap().r#gen,
            0
        );
        claims.as_object_mut().unwrap().remove("exp");
        assert_eq!(
            verify_login(&app, &alice(), &sign(&claims)),
            Err(LoginTokenError::Malformed)
        );
    }

    #[test]
    fn room_token_names_call_and_participant() {
        let app = app("s3cret");
        let grant = RoomGrant {
            call_id: CallId::from_u128(7),
            uid: Uid(2),
        };
        let token = mint_room(&app, grant, FUTURE_S).unwrap();
        assert_eq!(verify_room(&app, &token), Ok(grant));
        let old = mint_room(&app, grant, 1_000).unwrap();
        assert_eq!(verify_room(&app, &old), Err(RoomTokenError::Expired));
        let login = mint_login(&app, &alice(), 0, FUTURE_S).unwrap();
        assert_eq!(verify_room(&app, &login), Err(RoomTokenError::Malformed));
    }
}
