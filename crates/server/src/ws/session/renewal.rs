//! A session lives as long as its login token, and as long as the next one that it is given.

use std::time::Duration;

use hullo_core::Time;
use hullo_protocol::{ErrorBody, Success, TOKEN_SKEW_MS, Token};

use super::Client;
use crate::auth::{self, LoginError};

impl Client {
    /// Takes a fresh token in place of the session's own. One of another generation is that of a session that was signed out:
    /// this one is being closed.
    pub(super) async fn renew(&mut self, token: &Token) -> Result<Success, ErrorBody> {
        let now = self.context.shared.clock.wall();
        let shared = &self.context.shared;
        let checked = auth::check_login(
            &*shared.store,
            &self.app.app,
            &self.accid,
            token.expose(),
            now,
        )
        .await;
        let generation = self.token.generation;
        let renewed = checked.and_then(|(_, claims)| match claims.generation == generation {
            true => Ok(claims),
            false => Err(LoginError::Revoked {
                generation: claims.generation,
            }),
        });
        match renewed {
            Ok(claims) => {
                self.token = claims;
                tracing::info!(expires_at_ms = claims.expires_at.0, "token renewed");
                Ok(Success::Renewed {
                    token_expires_in_ms: self.token_expires_in_ms(),
                })
            }
            Err(error) => {
                tracing::info!(%error, "renewal refused");
                Err(ErrorBody::new(error.kind(), error.to_string()))
            }
        }
    }

    pub(super) fn token_expires_in_ms(&self) -> u64 {
        self.token.expires_at.since(self.wall())
    }

    /// How much longer the session may stay: until its token would no longer let it in.
    pub(super) fn token_left(&self) -> Duration {
        let end = self.token.expires_at.plus_ms(TOKEN_SKEW_MS);
        Duration::from_millis(end.since(self.wall()))
    }

    fn wall(&self) -> Time {
        self.context.shared.clock.wall()
    }
}
