//! Where the load goes: the address of the server, its apps, and connections to it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use hullo_protocol::{AppKey, Token};
use hyper::Uri;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long a token is good: longer than any run.
const TOKEN_S: u64 = 24 * 60 * 60;

/// An app and its secret.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) key: AppKey,
    pub(crate) secret: String,
}

impl FromStr for App {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (key, secret) = text
            .split_once(':')
            .context("write it as KEY:SECRET, as `hullo app create` prints them")?;
        Ok(Self {
            key: AppKey::parse(key)?,
            secret: secret.to_owned(),
        })
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:…", self.key)
    }
}

impl App {
    /// A login token of an account whose tokens were never revoked.
    pub(crate) fn token(&self, accid: &str) -> Result<Token> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = json!({
            "aud": "hullo.login", "iss": self.key.as_str(), "sub": accid, "exp": now + TOKEN_S,
        });
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)?;
        Ok(Token::from(token))
    }
}

/// A connection, with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Where the server is and how it is reached.
#[derive(Clone)]
pub(crate) struct Target {
    /// Host and port, as in the `Host` header.
    pub(crate) authority: String,
    host: String,
    port: u16,
    tls: Option<TlsConnector>,
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let uri: Uri = url.parse().with_context(|| format!("{url} is no URL"))?;
        let tls = match uri.scheme_str() {
            Some("http") => None,
            Some("https") => Some(tls()?),
            _ => bail!("{url} must begin with http:// or https://"),
        };
        let host = uri.host().with_context(|| format!("{url} names no host"))?;
        let port = uri.port_u16().unwrap_or(match tls {
            Some(_) => 443,
            None => 80,
        });
        Ok(Self {
            authority: format!("{host}:{port}"),
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            tls,
        })
    }

    /// The address of the sessions.
    pub(crate) fn socket_url(&self) -> String {
        let scheme = if self.tls.is_some() { "wss" } else { "ws" };
        format!("{scheme}://{}/v1/ws", self.authority)
    }

    /// A new connection.
    pub(crate) async fn connect(&self) -> Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .with_context(|| format!("cannot connect to {}", self.authority))?;
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let name = ServerName::try_from(self.host.clone())?;
        let stream = tls
            .connect(name, stream)
            .await
            .with_context(|| format!("no TLS with {}", self.authority))?;
        Ok(Box::new(stream))
    }
}

/// Trusts what the machine trusts; `SSL_CERT_FILE` names another authority.
fn tls() -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        bail!("this machine trusts no certificate authority; set SSL_CERT_FILE");
    }
    let config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_takes_the_port_of_its_scheme_unless_it_names_one() {
        let plain = Target::parse("http://127.0.0.1").unwrap();
        assert_eq!(plain.socket_url(), "ws://127.0.0.1:80/v1/ws");
        let other = Target::parse("http://[::1]:7880/").unwrap();
        assert_eq!(other.authority, "[::1]:7880");
        assert_eq!((other.host.as_str(), other.port), ("::1", 7880));
        assert!(Target::parse("ftp://127.0.0.1").is_err());
        assert!(Target::parse("127.0.0.1:7880").is_err());
    }

    #[test]
    fn app_is_shown_without_its_secret() {
        let app: App = "shop:s3cret".parse().unwrap();
        assert_eq!(format!("{app:?}"), "shop:…");
        assert!("shop".parse::<App>().is_err());
    }
}
