//! The claims of a token whose signature is good, read one by one, so that the first wrong one can be named.

use std::fmt;

use serde_json::{Map, Value};

/// The greatest NumericDate: the end of the year 9999. Whoever writes milliseconds exceeds it.
const SECONDS_MAX: f64 = 253_402_300_799.0;
/// Numbers up to here are whole in every language (RFC 8259, section 6).
const WHOLE_MAX: f64 = 9_007_199_254_740_991.0;
/// So much of a wrong claim is shown.
const SHOWN_CHARS: usize = 80;

/// What is wrong with a claim, for the developer who signed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the claim {claim} is {found}, expected {expected}")]
pub(crate) struct WrongClaim {
    pub(crate) claim: &'static str,
    found: String,
    expected: String,
}

/// A JWT claims set (RFC 7519, section 4).
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    /// What is wrong with this claim: not what was `expected`.
    pub(super) fn wrong(&self, claim: &'static str, expected: impl fmt::Display) -> WrongClaim {
        let found = match self.0.get(claim) {
            None => "missing".to_owned(),
            Some(value) => shown(value),
        };
        WrongClaim {
            claim,
            found,
            expected: expected.to_string(),
        }
    }

    /// `aud` is one audience or a list that holds it (RFC 7519, section 4.1.3).
    pub(super) fn check_audience(&self, audience: &str) -> Result<(), WrongClaim> {
        let named = match self.0.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(all)) => all.iter().any(|one| one == audience),
            _ => false,
        };
        named
            .then_some(())
            .ok_or_else(|| self.wrong("aud", audience))
    }

    /// A text that must be this one.
    pub(super) fn check_text(&self, claim: &'static str, text: &str) -> Result<(), WrongClaim> {
        match self.0.get(claim) {
            Some(Value::String(found)) if found == text => Ok(()),
            _ => Err(self.wrong(claim, text)),
        }
    }

    /// A text that `parse` can read.
    pub(super) fn text<T>(
        &self,
        claim: &'static str,
        expected: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, WrongClaim> {
        let text = self.0.get(claim).and_then(Value::as_str);
        text.and_then(parse)
            .ok_or_else(|| self.wrong(claim, expected))
    }

    /// A number that is not negative and has no fraction, if the claim is there.
    pub(super) fn whole(&self, claim: &'static str) -> Result<Option<u64>, WrongClaim> {
        let Some(value) = self.0.get(claim) else {
            return Ok(None);
        };
        let exact = value.as_u64().or_else(|| whole(value.as_f64()?));
        exact
            .map(Some)
            .ok_or_else(|| self.wrong(claim, "a whole number, 0 or more"))
    }

    /// A NumericDate (RFC 7519, section 2), perhaps with a fraction, if the claim is there: Unix milliseconds.
    pub(super) fn date_ms(&self, claim: &'static str) -> Result<Option<u64>, WrongClaim> {
        let Some(value) = self.0.get(claim) else {
            return Ok(None);
        };
        let seconds = value.as_f64().filter(|s| (0.0..=SECONDS_MAX).contains(s));
        let seconds =
            seconds.ok_or_else(|| self.wrong(claim, "seconds since 1970, as a number"))?;
        Ok(Some(milliseconds(seconds)))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to WHOLE_MAX, without a fraction"
)]
fn whole(number: f64) -> Option<u64> {
    let exact = (0.0..=WHOLE_MAX).contains(&number) && number.fract() == 0.0;
    exact.then_some(number as u64)
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "0 to SECONDS_MAX"
)]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0) as u64
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
