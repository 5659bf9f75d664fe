//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::api_error::ApiError;
use crate::connections::Admission;
use crate::state::HttpState;

/// The connection that a request came over.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    /// Its place among the open connections; given back when the last copy goes.
    pub(crate) admission: Arc<Admission>,
}

/// The address that a request came from; `None` when a proxy is in front and does not say.
pub(crate) struct PeerAddress(pub(crate) Option<IpAddr>);

impl FromRequestParts<HttpState> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &HttpState) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Self>().cloned();
        peer.ok_or_else(|| ApiError::server("the connection has no address"))
    }
}

impl FromRequestParts<HttpState> for PeerAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, ApiError> {
        if !state.behind_proxy {
            let peer = Peer::from_request_parts(parts, state).await?;
            return Ok(Self(Some(peer.address.ip())));
        }
        let address = forwarded_for(parts);
        if address.is_none() {
            warn_once();
        }
        Ok(Self(address))
    }
}

/// Without an address nobody can be told from anybody: such requests are not counted against each other.
fn warn_once() {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if !WARNED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            "behind_proxy is set, but a request has no X-Forwarded-For with an address: have the proxy set it to the \
             client's. Such requests are counted together with nobody, and limits by address do not hold for them"
        );
    }
}

/// The last entry is the proxy's own; those before it are the client's to invent.
fn forwarded_for(parts: &Parts) -> Option<IpAddr> {
    let headers = parts.headers.get_all("x-forwarded-for");
    let last = headers.iter().next_back()?.to_str().ok()?;
    parse(last.rsplit(',').next()?)
}

/// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:443` all occur.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim().trim_matches('"');
    if let Ok(address) = entry.parse() {
        return Some(address);
    }
    if let Ok(address) = entry.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    let inner = entry.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse().ok().map(IpAddr::V6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_of_a_forwarded_request_is_read_in_every_form_that_proxies_write() {
        let v4 = "192.0.2.1".parse().ok();
        let v6 = "2001:db8::1".parse().ok();
        for (entry, address) in [
            (" 192.0.2.1", v4),
            ("192.0.2.1:443", v4),
            ("2001:db8::1", v6),
            ("[2001:db8::1]", v6),
            ("\"[2001:db8::1]:443\"", v6),
            ("unknown", None),
            ("", None),
            ("[192.0.2.1]", None),
        ] {
            assert_eq!(parse(entry), address, "{entry}");
        }
    }
}
