//! The two tokens, both JWTs (RFC 7519) signed by HS256 with the app's secret, so that the customer's backend can make them
//! itself, with any library, or ask the HTTP API. `docs/tokens.md` has the claims.
//!
//! What does not carry the app's signature learns nothing: not whether the app exists, nor what was wrong. Who holds the secret
//! is told which claim is wrong and what was expected. Other claims and header fields are ignored (`kid`, too), but for `crit`,
//! which RFC 7515 forbids to ignore.
//!
//! Revoking an account's tokens raises its generation by one; from then only tokens that carry the new one are good.

use hullo_core::Time;
use hullo_core::hub::RoomGrant;
use hullo_protocol::{Accid, CallId, ROOM_TOKEN_MS_MAX, TOKEN_BYTES_MAX, TOKEN_SKEW_MS, Uid};
use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto, decode_header};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::claims::{Claims, WrongClaim};
use crate::store::App;

const LOGIN_AUDIENCE: &str = "hullo.login";
const ROOM_AUDIENCE: &str = "hullo.room";

/// What a login token says, once all else in it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoginClaims {
    /// The account's token generation.
    pub(crate) generation: u64,
    /// Its `exp`, Unix milliseconds.
    pub(crate) expires_at: Time,
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    /// Too long, not a JWT with a set of claims, another algorithm, or another secret. Whoever sends it need not know more.
    #[error("the token is not an HS256 JWT that is signed with this app's secret")]
    NotSigned,
    /// Signed correctly, and made wrongly.
    #[error(transparent)]
    Claim(#[from] WrongClaim),
    /// A header that this server must not ignore (RFC 7515, section 4.1.11).
    #[error("the token's header has crit, which names extensions that this server does not know")]
    Critical,
    /// Signed correctly, but past its `exp`.
    #[error("the token expired {ago_s} s ago; get a new one from your backend")]
    Expired { ago_s: u64 },
}

/// Makes a login token that is good until `expires_s` (Unix seconds); `None` if the library cannot sign.
pub(crate) fn mint_login(
    app: &App,
    accid: &Accid,
    generation: u64,
    expires_s: u64,
) -> Option<String> {
    let claims = json!({
        "aud": LOGIN_AUDIENCE, "iss": app.key, "sub": accid, "exp": expires_s, "gen": generation,
    });
    sign(app, &claims)
}

/// Makes a room token that is good until `expires_s` (Unix seconds); `None` if the library cannot sign.
pub(crate) fn mint_room(app: &App, grant: &RoomGrant, expires_s: u64) -> Option<String> {
    let claims = json!({
        "aud": ROOM_AUDIENCE, "iss": app.key, "sub": grant.accid, "exp": expires_s,
        "call_id": grant.call_id, "uid": grant.uid,
    });
    sign(app, &claims)
}

/// The claims of a login token of `accid`.
pub(crate) fn verify_login(
    app: &App,
    accid: &Accid,
    token: &str,
    now: Time,
) -> Result<LoginClaims, TokenError> {
    let claims = verified(app, LOGIN_AUDIENCE, token)?;
    let sub: Accid = claims.text("sub", accid.as_str(), |text| Accid::parse(text).ok())?;
    if sub != *accid {
        return Err(claims.wrong("sub", accid).into());
    }
    let generation = claims.whole("gen")?.unwrap_or(0);
    let expires_at = check_dates(&claims, now)?;
    Ok(LoginClaims {
        generation,
        expires_at,
    })
}

/// What a room token allows. Whether that is the account and the call in question is for the hub to say.
pub(crate) fn verify_room(app: &App, token: &str, now: Time) -> Result<RoomGrant, TokenError> {
    let claims = verified(app, ROOM_AUDIENCE, token)?;
    let accid = claims.text("sub", "the accid of who enters", |text| {
        Accid::parse(text).ok()
    })?;
    let call_id = claims.text("call_id", "a call's id (a UUID)", |text| {
        text.parse::<CallId>().ok()
    })?;
    let uid = claims.whole("uid")?;
    let uid = uid.ok_or_else(|| claims.wrong("uid", "the participant's number in the call"))?;
    let expires_at = check_dates(&claims, now)?;
    // A ticket that is good for ever is one that will be stolen.
    if expires_at.since(now) > ROOM_TOKEN_MS_MAX + TOKEN_SKEW_MS {
        let expected = format!("at most {} s from now", ROOM_TOKEN_MS_MAX / 1_000);
        return Err(claims.wrong("exp", expected).into());
    }
    Ok(RoomGrant {
        call_id,
        accid,
        uid: Uid(uid),
    })
}

fn sign(app: &App, claims: &Value) -> Option<String> {
    let key = EncodingKey::from_secret(app.secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).ok()
}

/// The claims of a token that this app has signed for this audience.
fn verified(app: &App, audience: &str, token: &str) -> Result<Claims, TokenError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TokenError::NotSigned);
    }
    // The library checks the signature. Its own check of claims reads times off another clock, gives no reasons, and takes a
    // claim of another type for a wrong signature.
    let header = decode_header(token).map_err(|_| TokenError::NotSigned)?;
    let (message, signature) = token.rsplit_once('.').ok_or(TokenError::NotSigned)?;
    let key = DecodingKey::from_secret(app.secret.expose_secret().as_bytes());
    let pinned = Algorithm::HS256;
    let is_signed = header.alg == pinned
        && crypto::verify(signature, message.as_bytes(), &key, pinned).is_ok_and(|good| good);
    if !is_signed {
        return Err(TokenError::NotSigned);
    }
    if header.crit.is_some() {
        return Err(TokenError::Critical);
    }
    let claims: Map<String, Value> =
        insecure_decode_claims(token).map_err(|_| TokenError::NotSigned)?;
    let claims = Claims::new(claims);
    claims.check_audience(audience)?;
    claims.check_text("iss", app.key.as_str())?;
    Ok(claims)
}

/// Until when the token is good. The clocks of whoever signed it and of this server may differ a little.
fn check_dates(claims: &Claims, now: Time) -> Result<Time, TokenError> {
    let expires_at = claims.date_ms("exp")?;
    let expires_at = expires_at.ok_or_else(|| claims.wrong("exp", "seconds since 1970"))?;
    let expires_at = Time(expires_at);
    if now >= expires_at.plus_ms(TOKEN_SKEW_MS) {
        let ago_s = now.since(expires_at) / 1_000;
        return Err(TokenError::Expired { ago_s });
    }
    if let Some(from) = claims.date_ms("nbf")?
        && Time(from) > now.plus_ms(TOKEN_SKEW_MS)
    {
        let expected = format!("the server's time ({}) or earlier", now.0 / 1_000);
        return Err(claims.wrong("nbf", expected).into());
    }
    Ok(expires_at)
}

#[cfg(test)]
mod tests {
    use hullo_protocol::AppKey;
    use proptest::prelude::*;

    use super::*;

    const NOW: Time = Time(1_800_000_000_000);
    const NOW_S: u64 = NOW.0 / 1_000;
    const SECRET: &str = "a-secret-of-at-least-thirty-two-bytes";

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

    fn accid(name: &str) -> Accid {
        Accid::parse(name).unwrap()
    }

    fn login(token: &str) -> Result<LoginClaims, TokenError> {
        verify_login(&app(SECRET), &accid("alice"), token, NOW)
    }

    /// The claims of a good login token, with these in place of its own; `null` takes one away.
    fn login_with(changes: &Value) -> String {
        let good =
            json!({ "aud": "hullo.login", "iss": "shop", "sub": "alice", "exp": NOW_S + 60 });
        signed(good, changes)
    }

    fn room_with(changes: &Value) -> String {
        let good = json!({
            "aud": "hullo.room", "iss": "shop", "sub": "alice", "exp": NOW_S + 60,
            "call_id": CallId::from_u128(7), "uid": 2,
        });
        signed(good, changes)
    }

    fn signed(mut claims: Value, changes: &Value) -> String {
        for (name, value) in changes.as_object().unwrap() {
            let claims = claims.as_object_mut().unwrap();
            match value {
                Value::Null => claims.remove(name),
                value => claims.insert(name.clone(), value.clone()),
            };
        }
        sign(&app(SECRET), &claims).unwrap()
    }

    fn refusal(token: &str) -> String {
        login(token).unwrap_err().to_string()
    }

    #[test]
    fn login_token_is_good_for_its_account_until_it_expires() {
        let app = app(SECRET);
        let token = mint_login(&app, &accid("alice"), 2, NOW_S + 60).unwrap();
        let expires_at = NOW.plus_ms(60_000);
        let claims = LoginClaims {
            generation: 2,
            expires_at,
        };
        let at = |now| verify_login(&app, &accid("alice"), &token, now);
        assert_eq!(at(NOW), Ok(claims));
        assert_eq!(at(expires_at.plus_ms(TOKEN_SKEW_MS - 1)), Ok(claims));
        assert_eq!(
            at(expires_at.plus_ms(TOKEN_SKEW_MS)),
            Err(TokenError::Expired { ago_s: 5 })
        );
        let bob = verify_login(&app, &accid("bob"), &token, NOW).unwrap_err();
        assert_eq!(bob.to_string(), r#"the claim sub is "alice", expected bob"#);
    }

    #[test]
    fn token_of_any_library_is_good() {
        let table = include_str!("../../tests/tokens.tsv");
        let rows: Vec<(&str, &str)> = table
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once('\t').unwrap())
            .collect();
        assert!(rows.len() >= 12, "a dozen libraries");
        for (library, token) in rows {
            let claims = login(token).unwrap_or_else(|error| panic!("{library}: {error}"));
            assert_eq!(claims.generation, 0, "{library}");
        }
    }

    #[test]
    fn every_form_that_rfc_7519_allows_is_good() {
        for changes in [
            json!({ "aud": ["hullo.login"] }),
            json!({ "aud": ["other", "hullo.login"] }),
            json!({ "exp": 1_800_000_060.5 }),
            json!({ "exp": 1.80000006e9, "nbf": 1.8e9, "iat": 1_799_999_999.999 }),
            json!({ "gen": 0.0 }),
            json!({ "sub": "Alice" }),
            json!({ "role": "admin", "jti": "42", "nested": { "a": [1, null] }, "iat": "yesterday" }),
        ] {
            let outcome = login(&login_with(&changes));
            assert_eq!(outcome.map(|claims| claims.generation), Ok(0), "{changes}");
        }
    }

    #[test]
    fn refused_token_says_which_claim_is_wrong_and_what_was_expected() {
        let wrong = [
            (
                json!({ "aud": "hullo.room" }),
                r#"the claim aud is "hullo.room", expected hullo.login"#,
            ),
            (
                json!({ "aud": ["a", "b"] }),
                r#"the claim aud is ["a","b"], expected hullo.login"#,
            ),
            (
                json!({ "aud": [] }),
                "the claim aud is [], expected hullo.login",
            ),
            (
                json!({ "aud": null }),
                "the claim aud is missing, expected hullo.login",
            ),
            (
                json!({ "iss": "other" }),
                r#"the claim iss is "other", expected shop"#,
            ),
            (
                json!({ "iss": null }),
                "the claim iss is missing, expected shop",
            ),
            (
                json!({ "sub": "bob" }),
                r#"the claim sub is "bob", expected alice"#,
            ),
            (json!({ "sub": 7 }), "the claim sub is 7, expected alice"),
            (
                json!({ "sub": null }),
                "the claim sub is missing, expected alice",
            ),
            (
                json!({ "exp": null }),
                "the claim exp is missing, expected seconds since 1970",
            ),
            (
                json!({ "exp": "1800000060" }),
                r#"the claim exp is "1800000060", expected seconds since 1970, as a number"#,
            ),
            // Milliseconds, as `Date.now()` has them.
            (
                json!({ "exp": 1_800_000_060_000_u64 }),
                "the claim exp is 1800000060000, expected seconds since 1970, as a number",
            ),
            (
                json!({ "exp": -1 }),
                "the claim exp is -1, expected seconds since 1970, as a number",
            ),
            (
                json!({ "nbf": NOW_S + 6 }),
                "the claim nbf is 1800000006, expected the server's time (1800000000) or earlier",
            ),
            (
                json!({ "gen": "1" }),
                r#"the claim gen is "1", expected a whole number, 0 or more"#,
            ),
            (
                json!({ "gen": 1.5 }),
                "the claim gen is 1.5, expected a whole number, 0 or more",
            ),
        ];
        for (changes, message) in wrong {
            assert_eq!(refusal(&login_with(&changes)), message);
        }
    }

    #[test]
    fn long_claim_is_shown_by_its_beginning() {
        let long = refusal(&login_with(&json!({ "iss": "é".repeat(1_000) })));
        assert!(long.len() < 250, "{long}");
    }

    #[test]
    fn what_the_app_has_not_signed_learns_nothing() {
        let app = app(SECRET);
        let foreign = mint_login(&self::app("other"), &accid("alice"), 0, NOW_S + 60).unwrap();
        let wrong_and_foreign = mint_login(&self::app("other"), &accid("bob"), 0, 1).unwrap();
        // {"alg":"none"} . {"aud":"hullo.login","iss":"shop","sub":"alice","exp":32503680000} .
        let none = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJodWxsby5sb2dpbiIsImlzcyI6InNob3AiLCJzdWIiOiJhbGljZSIsImV4cCI6MzI1MDM2ODAwMDB9.";
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let claims =
            json!({ "aud": "hullo.login", "iss": app.key, "sub": "alice", "exp": NOW_S + 60 });
        let hs512 = jsonwebtoken::encode(&Header::new(Algorithm::HS512), &claims, &key).unwrap();
        let list = jsonwebtoken::encode(&Header::default(), &json!([1]), &key).unwrap();
        let long = login_with(&json!({ "x": "x".repeat(TOKEN_BYTES_MAX) }));
        for token in [
            &foreign,
            &wrong_and_foreign,
            none,
            &hs512,
            &list,
            "",
            "a.b.c",
            &long,
        ] {
            assert_eq!(login(token), Err(TokenError::NotSigned), "{token}");
        }
    }

    #[test]
    fn header_may_say_more_but_nothing_critical() {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let claims =
            json!({ "aud": "hullo.login", "iss": "shop", "sub": "alice", "exp": NOW_S + 60 });
        let with = |change: fn(&mut Header)| {
            let mut header = Header::new(Algorithm::HS256);
            change(&mut header);
            login(&jsonwebtoken::encode(&header, &claims, &key).unwrap()).map(|_| ())
        };
        assert_eq!(with(|header| header.typ = None), Ok(()));
        assert_eq!(
            with(|header| header.typ = Some("at+jwt".to_owned())),
            Ok(())
        );
        assert_eq!(with(|header| header.kid = Some("next".to_owned())), Ok(()));
        assert_eq!(with(|header| header.extras.insert("ext", 7)), Ok(()));
        let critical = with(|header| header.crit = Some(vec!["exp".to_owned()]));
        assert_eq!(critical, Err(TokenError::Critical));
    }

    #[test]
    fn room_token_names_call_account_and_participant() {
        let app = app(SECRET);
        let grant = RoomGrant {
            call_id: CallId::from_u128(7),
            accid: accid("alice"),
            uid: Uid(2),
        };
        let token = mint_room(&app, &grant, NOW_S + 60).unwrap();
        assert_eq!(verify_room(&app, &token, NOW), Ok(grant.clone()));
        let late = verify_room(&app, &token, NOW.plus_ms(65_000));
        assert_eq!(late, Err(TokenError::Expired { ago_s: 5 }));
        let good = room_with(&json!({ "uid": 2.0, "aud": ["hullo.room"] }));
        assert_eq!(verify_room(&app, &good, NOW), Ok(grant));
        for (changes, claim) in [
            (json!({ "aud": "hullo.login" }), "aud"),
            (json!({ "sub": null }), "sub"),
            (json!({ "call_id": "x" }), "call_id"),
            (json!({ "uid": "2" }), "uid"),
            (json!({ "uid": null }), "uid"),
            (json!({ "exp": NOW_S + 3_606 }), "exp"),
        ] {
            match verify_room(&app, &room_with(&changes), NOW) {
                Err(TokenError::Claim(wrong)) => assert_eq!(wrong.claim, claim, "{changes}"),
                other => panic!("{changes}: {other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn no_claim_makes_the_reader_panic_and_a_good_signature_is_never_called_wrong(
            claim in "(aud|iss|sub|exp|nbf|gen|iat)",
            value in prop_oneof![
                any::<f64>().prop_map(|number| json!(number)),
                any::<u64>().prop_map(|number| json!(number)),
                any::<i64>().prop_map(|number| json!(number)),
                ".{0,120}".prop_map(|text| json!(text)),
                proptest::collection::vec(".{0,8}", 0..4).prop_map(|texts| json!(texts)),
                any::<bool>().prop_map(|flag| json!(flag)),
            ],
        ) {
            let outcome = login(&login_with(&json!({ claim: value })));
            prop_assert_ne!(outcome, Err(TokenError::NotSigned));
        }
    }
}
