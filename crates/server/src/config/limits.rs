//! What the server's operator may set of its limits: the table `[limits]` of the settings file, `--limit NAME=VALUE`, or
//! `HULLO_LIMIT=NAME=VALUE,NAME=VALUE`. Each is described in `docs/configuration.md`, with the metric that shows it at work.
//! What the wire fixes stands in `hullo_protocol`.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

/// How much anyone gets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Limits {
    /// Open connections in all; 0 for four fifths of the files that the process may open.
    pub(crate) connections: usize,
    /// Open connections of one address, or of one /64 of IPv6.
    pub(crate) connections_per_address: usize,
    /// Connections that have not signed in, in all.
    pub(crate) waiting: usize,
    /// Connections that have not signed in, of one address.
    pub(crate) waiting_per_address: usize,
    /// Time for the TLS handshake.
    pub(crate) handshake_ms: u64,
    /// Time for the head of a request: of the first one from the connection on, of a later one from the answer on.
    pub(crate) headers_ms: u64,
    /// Time for a request of the HTTP API, body and answer.
    pub(crate) request_ms: u64,
    /// Time from the WebSocket to a login that succeeds.
    pub(crate) login_ms: u64,
    /// Frames a second that a session may send for long.
    pub(crate) frames_per_second: u32,
    /// Frames that it may send at once after a pause.
    pub(crate) frames_at_once: u32,
    /// Frames above that rate that are taken late before the session is told to stop.
    pub(crate) frames_slowed: u32,
    /// Frames after it was told to stop that are refused before the session is closed.
    pub(crate) frames_refused: u32,
    /// Requests of an app that wait for the storage.
    pub(crate) requests_waiting: usize,
    /// When the oldest of what an app's actor has to do waits for longer,
    pub(crate) behind_ms: u64,
    /// for so long, no new calls are taken.
    pub(crate) behind_for_ms: u64,
    /// Failed logins of one address at once.
    pub(crate) failed_logins: u32,
    /// A further one in this time.
    pub(crate) failed_login_ms: u64,
    /// Logins of an account, at once after a pause.
    pub(crate) logins_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) logins_per_minute: u32,
    /// Dials of an account, at once after a pause.
    pub(crate) dials_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) dials_per_minute: u32,
    /// People that an account calls, by dials and by invites together, at once after a pause.
    pub(crate) invites_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) invites_per_minute: u32,
    /// Invites of one callee, whoever calls, at once after a pause.
    pub(crate) rings_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) rings_per_minute: u32,
    /// Invites of one callee by one caller, at once after a pause.
    pub(crate) rings_by_one_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) rings_by_one_per_minute: u32,
    /// Offers of media of a device, and starts of a shared screen, at once after a pause.
    pub(crate) offers_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) offers_per_minute: u32,
    /// What is stored of an app's calls, in kilobytes, at once after a pause.
    pub(crate) app_kilobytes_at_once: u32,
    /// And then a minute; 0, here or above: as much as there is room for.
    pub(crate) app_kilobytes_per_minute: u32,
    /// Dials in an app, at once after a pause.
    pub(crate) app_dials_at_once: u32,
    /// And then a minute; 0, here or above: as many as anyone likes.
    pub(crate) app_dials_per_minute: u32,
}

/// From when on, and for how long, an app's actor has to be behind to take no new calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    pub(crate) behind: Duration,
    pub(crate) lasting: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 0,
            connections_per_address: 4096,
            waiting: 4096,
            waiting_per_address: 512,
            handshake_ms: 10_000,
            headers_ms: 10_000,
            request_ms: 30_000,
            login_ms: 10_000,
            frames_per_second: 20,
            frames_at_once: 100,
            frames_slowed: 200,
            frames_refused: 200,
            requests_waiting: 16_384,
            behind_ms: 50,
            behind_for_ms: 1_000,
            failed_logins: 20,
            failed_login_ms: 6_000,
            logins_at_once: 60,
            logins_per_minute: 60,
            dials_at_once: 30,
            dials_per_minute: 60,
            invites_at_once: 400,
            invites_per_minute: 400,
            rings_at_once: 60,
            rings_per_minute: 120,
            rings_by_one_at_once: 20,
            rings_by_one_per_minute: 20,
            offers_at_once: 20,
            offers_per_minute: 60,
            app_kilobytes_at_once: 1_048_576,
            app_kilobytes_per_minute: 1_048_576,
            app_dials_at_once: 20_000,
            app_dials_per_minute: 120_000,
        }
    }
}

impl Limits {
    /// Those of the file, with those of the command line or the environment over them.
    pub(super) fn read(mut table: toml::Table, given: &[String]) -> Result<Self> {
        for setting in given {
            let (name, value) = setting
                .split_once('=')
                .with_context(|| format!("the limit {setting:?} is not NAME=VALUE"))?;
            let value: i64 = value
                .trim()
                .parse()
                .with_context(|| format!("the limit {setting:?} is not a number"))?;
            table.insert(name.trim().to_owned(), value.into());
        }
        let limits: Self = table.try_into().context("the limits are not valid")?;
        limits.check()
    }

    fn check(self) -> Result<Self> {
        let positive = [
            (
                "connections_per_address",
                self.connections_per_address as u64,
            ),
            ("waiting", self.waiting as u64),
            ("waiting_per_address", self.waiting_per_address as u64),
            ("handshake_ms", self.handshake_ms),
            ("headers_ms", self.headers_ms),
            ("request_ms", self.request_ms),
            ("login_ms", self.login_ms),
            ("frames_per_second", self.frames_per_second.into()),
            ("frames_at_once", self.frames_at_once.into()),
            ("requests_waiting", self.requests_waiting as u64),
            ("behind_ms", self.behind_ms),
            ("failed_logins", self.failed_logins.into()),
            ("failed_login_ms", self.failed_login_ms),
        ];
        for (name, value) in positive {
            if value == 0 {
                bail!(
                    "the limit {name} is 0, and nobody could do anything; give it a number above"
                );
            }
        }
        Ok(self)
    }

    pub(crate) fn handshake(&self) -> Duration {
        Duration::from_millis(self.handshake_ms)
    }

    pub(crate) fn headers(&self) -> Duration {
        Duration::from_millis(self.headers_ms)
    }

    pub(crate) fn request(&self) -> Duration {
        Duration::from_millis(self.request_ms)
    }

    pub(crate) fn behind(&self) -> Bound {
        Bound {
            behind: Duration::from_millis(self.behind_ms),
            lasting: Duration::from_millis(self.behind_for_ms),
        }
    }

    pub(crate) fn login(&self) -> Duration {
        Duration::from_millis(self.login_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(table: &str, given: &[&str]) -> Result<Limits> {
        let given: Vec<String> = given.iter().map(|&one| one.to_owned()).collect();
        Limits::read(toml::from_str(table).unwrap(), &given)
    }

    #[test]
    fn command_line_wins_over_the_table_and_the_table_over_the_defaults() {
        let limits = read(
            "waiting = 7\nheaders_ms = 9",
            &["waiting=8", "login_ms = 11"],
        )
        .unwrap();
        assert_eq!(
            (limits.waiting, limits.headers_ms, limits.login_ms),
            (8, 9, 11)
        );
        assert_eq!(limits.connections, Limits::default().connections);
    }

    #[test]
    fn limit_that_makes_no_sense_is_refused_by_its_name() {
        for (given, named) in [
            ("waitin=7", "waitin"),
            ("waiting", "NAME=VALUE"),
            ("waiting=many", "many"),
            ("waiting=-1", "waiting"),
            ("waiting=0", "waiting"),
        ] {
            let refused = format!("{:#}", read("", &[given]).unwrap_err());
            assert!(refused.contains(named), "{refused}");
        }
    }
}
