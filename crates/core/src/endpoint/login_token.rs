//! The login token: until when it is good, and where the next one comes from.
//!
//! An application with a token provider is asked in time, and again when the server has refused a token because of its age;
//! one without is told, and signs in with a new one. An expired token ends nothing by itself: what is going on goes on until
//! the connection is back.

use hullo_protocol::Token;

use crate::Time;

/// How long the provider may take before it counts as failed; what it gives later is used all the same.
const PROVIDER_MS: u64 = 10_000;
/// A provider that fails is asked again between these, doubling, with jitter.
const RETRY_MS_MIN: u64 = 1_000;
const RETRY_MS_MAX: u64 = 60_000;

/// The login token of the account that is signed in, or wants to be.
#[derive(Debug, Clone)]
pub(super) struct LoginToken {
    /// The newest; `None` while there is none that the server could take.
    current: Option<Token>,
    /// It has been sent to the server in a login.
    tried: bool,
    /// The provider gave it, and the server has not yet taken it.
    fresh: bool,
    /// The application hands over fresh ones.
    pub(super) provider: bool,
    expires_at: Option<Time>,
    /// When to ask for the next one, or to say that one is needed.
    ask_at: Option<Time>,
    /// The provider has been asked, and has so long to answer.
    asked_until: Option<Time>,
    /// Fresh tokens that could not be had, or that the server has refused, since it has taken one.
    failures: u32,
}

impl LoginToken {
    pub(super) fn new(token: Option<Token>, provider: bool) -> Self {
        Self {
            current: token,
            tried: false,
            fresh: false,
            provider,
            expires_at: None,
            ask_at: None,
            asked_until: None,
            failures: 0,
        }
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.ask_at.into_iter().chain(self.asked_until).min()
    }

    /// The token to sign in with.
    pub(super) fn try_now(&mut self) -> Option<Token> {
        self.tried = true;
        self.current.clone()
    }

    pub(super) fn is_there(&self) -> bool {
        self.current.is_some()
    }

    /// The provider gave it, and the server has never taken it.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    pub(super) fn is(&self, token: &Token) -> bool {
        self.current.as_ref() == Some(token)
    }

    /// There is one that no login has tried.
    pub(super) fn is_untried(&self) -> bool {
        self.current.is_some() && !self.tried
    }

    /// The one that no login has tried, if there is one.
    pub(super) fn take_untried(&mut self) -> Option<Token> {
        let untried = self.current.clone().filter(|_| !self.tried);
        self.tried |= untried.is_some();
        untried
    }

    /// The next login uses this one, which the provider gave, or the application by a login.
    pub(super) fn replace(&mut self, token: Token, by_provider: bool) {
        self.current = Some(token);
        self.tried = false;
        self.fresh = by_provider;
        self.ask_at = None;
        self.asked_until = None;
    }

    /// The server has taken it, and it is good for so long; the next one is asked for at `ask_at`. A provider that is being
    /// asked may still answer.
    pub(super) fn accepted(&mut self, expires_at: Time, ask_at: Time) {
        self.tried = true;
        self.fresh = false;
        self.failures = 0;
        self.expires_at = Some(expires_at);
        self.ask_at = Some(ask_at);
    }

    /// The server takes it no more.
    pub(super) fn refused(&mut self) {
        self.current = None;
        self.fresh = false;
        self.ask_at = None;
    }

    /// How much longer the token is good, when it is time to ask for the next one.
    pub(super) fn take_due(&mut self, now: Time) -> Option<u64> {
        self.ask_at.take_if(|at| *at <= now)?;
        Some(
            self.expires_at
                .map_or(0, |expires_at| expires_at.since(now)),
        )
    }

    /// The provider has answered, or is not needed any more.
    pub(super) fn note_answered(&mut self) {
        self.asked_until = None;
    }

    /// The provider is being asked.
    pub(super) fn note_asked(&mut self, now: Time) {
        self.ask_at = None;
        self.asked_until = Some(now.plus_ms(PROVIDER_MS));
    }

    /// The provider has not answered in time.
    pub(super) fn take_unanswered(&mut self, now: Time) -> bool {
        self.asked_until.take_if(|until| *until <= now).is_some()
    }

    /// A token of the provider's is of use: it was asked, and perhaps answers late.
    pub(super) fn is_wanted(&self) -> bool {
        self.asked_until.is_some() || self.failures > 0
    }

    pub(super) fn is_being_asked_for(&self) -> bool {
        self.asked_until.is_some()
    }

    /// No token could be had. Whether this is news, and how long to wait before the provider is asked again, before jitter.
    pub(super) fn note_failure(&mut self) -> (bool, u64) {
        self.asked_until = None;
        let wait_ms = (RETRY_MS_MIN << self.failures.min(6)).min(RETRY_MS_MAX);
        self.failures += 1;
        (self.failures == 1, wait_ms)
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failures > 0
    }

    pub(super) fn ask_at(&mut self, at: Time) {
        self.ask_at = Some(at);
    }
}
