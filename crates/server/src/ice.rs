//! STUN and TURN servers of the operator's own, and the credentials by which a session may use them.
//!
//! With a shared secret, each session gets credentials of its own that run out by themselves: a user name that begins with the
//! time of their end, and its HMAC by the secret as the password. coturn calls this `use-auth-secret`; it is the "TURN REST
//! API" (draft-uberti-behave-turn-rest-00), and most TURN servers know it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hullo_core::hub::SessionId;
use hullo_protocol::{Event, IceServer};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};

/// How long credentials hold when nothing else is said, and what may be said, in seconds.
const TTL_S_DEFAULT: u64 = 3_600;
const TTL_S_MIN: u64 = 60;
const TTL_S_MAX: u64 = 86_400;

/// One `[[ice_servers]]` of the settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IceSettings {
    urls: Vec<String>,
    username: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    credential: Option<SecretString>,
    #[serde(default, deserialize_with = "secret")]
    secret: Option<SecretString>,
    ttl_s: Option<u64>,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SecretString>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    Ok(text.map(SecretString::from))
}

/// What sessions are told.
#[derive(Debug, Clone, Default)]
pub(crate) struct IceServers(Vec<Server>);

#[derive(Debug, Clone)]
struct Server {
    urls: Vec<String>,
    access: Access,
}

#[derive(Debug, Clone)]
enum Access {
    Open,
    Static {
        username: String,
        credential: SecretString,
    },
    Shared {
        secret: SecretString,
        ttl: Duration,
    },
}

impl IceServers {
    pub(crate) fn check(settings: Vec<IceSettings>) -> Result<Self> {
        let servers = settings.into_iter().map(IceSettings::check);
        servers.collect::<Result<_>>().map(Self)
    }

    /// What a session is told now; none where no server is set.
    pub(crate) fn event(&self, session: SessionId, now: SystemTime) -> Option<Event> {
        if self.0.is_empty() {
            return None;
        }
        let servers = self.0.iter().map(|server| server.for_session(session, now));
        Some(Event::MediaIceServers {
            ice_servers: servers.collect(),
        })
    }

    /// How long after it was told a session is told again: when half of the time of its credentials is over.
    pub(crate) fn renewed_after(&self) -> Option<Duration> {
        let ttls = self.0.iter().filter_map(|server| match server.access {
            Access::Shared { ttl, .. } => Some(ttl / 2),
            Access::Open | Access::Static { .. } => None,
        });
        ttls.min()
    }
}

impl IceSettings {
    fn check(self) -> Result<Server> {
        let Self {
            urls,
            username,
            credential,
            secret,
            ttl_s,
        } = self;
        let named = urls.join(", ");
        let has_scheme = |url: &String| {
            ["stun:", "stuns:", "turn:", "turns:"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        };
        if urls.is_empty() || !urls.iter().all(has_scheme) {
            bail!("ice_servers: urls [{named}]: each begins with stun:, stuns:, turn: or turns:");
        }
        let access = match (username, credential, secret) {
            (None, None, None) if urls.iter().any(|url| url.starts_with("turn")) => {
                bail!(
                    "ice_servers: {named} needs username and credential, or the secret that it shares with this server"
                )
            }
            (None, None, None) => Access::Open,
            (Some(username), Some(credential), None) => Access::Static {
                username,
                credential,
            },
            (None, None, Some(secret)) => {
                let ttl_s = ttl_s.unwrap_or(TTL_S_DEFAULT);
                if !(TTL_S_MIN..=TTL_S_MAX).contains(&ttl_s) {
                    bail!(
                        "ice_servers: {named}: ttl_s is {ttl_s}; it may be {TTL_S_MIN} to {TTL_S_MAX}"
                    );
                }
                let ttl = Duration::from_secs(ttl_s);
                Access::Shared { secret, ttl }
            }
            _ => bail!(
                "ice_servers: {named} takes username and credential, or secret, not both and not half"
            ),
        };
        Ok(Server { urls, access })
    }
}

impl Server {
    fn for_session(&self, session: SessionId, now: SystemTime) -> IceServer {
        let (username, credential) = match &self.access {
            Access::Open => (None, None),
            Access::Static {
                username,
                credential,
            } => {
                let credential = credential.expose_secret().to_owned();
                (Some(username.clone()), Some(credential))
            }
            Access::Shared { secret, ttl } => {
                let (username, credential) = minted(secret, session, now + *ttl);
                (Some(username), Some(credential))
            }
        };
        IceServer {
            urls: self.urls.clone(),
            username,
            credential,
        }
    }
}

/// The session's number and not the account goes into the user name, which everyone on the way can read.
fn minted(secret: &SecretString, session: SessionId, until: SystemTime) -> (String, String) {
    let until = until.duration_since(UNIX_EPOCH).unwrap_or_default();
    let username = format!("{}:{}", until.as_secs(), session.0);
    let key = Key::new(
        HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        secret.expose_secret().as_bytes(),
    );
    let credential = BASE64_STANDARD.encode(sign(&key, username.as_bytes()));
    (username, credential)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<IceServers> {
        #[derive(Deserialize)]
        struct File {
            ice_servers: Vec<IceSettings>,
        }
        let text = format!("[[ice_servers]]\n{text}");
        IceServers::check(toml::from_str::<File>(&text)?.ice_servers)
    }

    fn for_session(servers: &IceServers, now: SystemTime) -> IceServer {
        match servers.event(SessionId(42), now) {
            Some(Event::MediaIceServers { mut ice_servers }) => ice_servers.remove(0),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn credentials_of_a_session_are_those_of_the_turn_rest_api() {
        let servers = checked("urls = ['turn:turn.example.com']\nsecret = 'north'\nttl_s = 600");
        let servers = servers.unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(1_764_200_000);
        let server = for_session(&servers, now);
        // printf 1764200600:42 | openssl dgst -sha1 -hmac north -binary | base64
        assert_eq!(server.username.as_deref(), Some("1764200600:42"));
        assert_eq!(
            server.credential.as_deref(),
            Some("8NNvuCz83pptcmEUwgzyLsh5WoE=")
        );
        assert_eq!(servers.renewed_after(), Some(Duration::from_secs(300)));
        assert!(!format!("{servers:?} {server:?}").contains("north"));
    }

    #[test]
    fn credentials_that_never_change_are_told_once() {
        let servers = checked("urls = ['turns:t.example.com']\nusername = 'u'\ncredential = 'c'");
        let servers = servers.unwrap();
        let server = for_session(&servers, SystemTime::now());
        assert_eq!(
            (server.username.as_deref(), server.credential.as_deref()),
            (Some("u"), Some("c"))
        );
        assert_eq!(servers.renewed_after(), None);
        let open = checked("urls = ['stun:s.example.com']").unwrap();
        assert_eq!(for_session(&open, SystemTime::now()).username, None);
        assert_eq!(
            IceServers::default().event(SessionId(1), SystemTime::now()),
            None
        );
    }

    #[test]
    fn half_a_setting_is_refused_with_what_is_missing() {
        for (text, says) in [
            ("urls = []", "stun:"),
            ("urls = ['http://x']", "turns:"),
            ("urls = ['turn:x']", "secret"),
            ("urls = ['turn:x']\nusername = 'u'", "not half"),
            ("urls = ['turn:x']\nsecret = 's'\nttl_s = 5", "ttl_s is 5"),
            (
                "urls = ['turn:x']\nsecret = 's'\npassword = 'p'",
                "password",
            ),
        ] {
            let error = format!("{:#}", checked(text).unwrap_err());
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
