//! The accounts of the app as the store has them, and the login tokens that are good for them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use hullo_core::Time;
use hullo_protocol::{Accid, ErrorKind, TOKEN_SKEW_MS, Token};

/// What survives of each account.
#[derive(Debug, Default)]
pub struct Accounts(BTreeMap<Accid, Account>);

#[derive(Debug, Default)]
struct Account {
    /// How often its tokens were revoked.
    generation: u64,
    /// When that was last.
    revoked_at: Time,
    disabled: bool,
}

/// A login token, as the app's backend makes it for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginToken {
    pub generation: u64,
    pub ends: Time,
}

impl Accounts {
    pub(super) fn of(accids: Vec<Accid>) -> Self {
        let accounts = accids.into_iter().map(|accid| (accid, Account::default()));
        Self(accounts.collect())
    }

    /// How often the tokens of an account were revoked.
    pub fn generation(&self, accid: &Accid) -> u64 {
        self.0.get(accid).map_or(0, |account| account.generation)
    }

    /// All tokens that there are for the account are good no more.
    pub fn revoke(&mut self, accid: &Accid, now: Time) {
        if let Some(account) = self.0.get_mut(accid) {
            account.generation += 1;
            account.revoked_at = now;
        }
    }

    /// Whether this token was revoked by then.
    pub(super) fn had_revoked(&self, accid: &Accid, token: &LoginToken, then: Time) -> bool {
        let account = self.0.get(accid);
        account.is_some_and(|it| token.generation < it.generation && it.revoked_at <= then)
    }

    /// A disabled account can neither sign in nor be called.
    pub fn set_disabled(&mut self, accid: &Accid, disabled: bool) {
        if let Some(account) = self.0.get_mut(accid) {
            account.disabled = disabled;
        }
    }

    /// Why the account cannot be called, if it cannot.
    pub(super) fn refusal(&self, accid: &Accid) -> Option<ErrorKind> {
        match self.0.get(accid) {
            None => Some(ErrorKind::AccountNotFound),
            Some(account) => account.disabled.then_some(ErrorKind::AccountDisabled),
        }
    }

    /// What a login token says, if it lets the account in.
    pub(super) fn check(
        &self,
        accid: &Accid,
        token: &Token,
        now: Time,
    ) -> Result<LoginToken, ErrorKind> {
        let token: LoginToken = token.expose().parse()?;
        if token.has_run_out(now) {
            return Err(ErrorKind::TokenExpired);
        }
        match self.0.get(accid) {
            None => Err(ErrorKind::WrongToken),
            Some(account) if account.disabled => Err(ErrorKind::AccountDisabled),
            Some(account) if account.generation != token.generation => Err(ErrorKind::TokenRevoked),
            Some(_) => Ok(token),
        }
    }
}

impl LoginToken {
    /// The server takes it no more.
    pub fn has_run_out(&self, now: Time) -> bool {
        self.ends.plus_ms(TOKEN_SKEW_MS) <= now
    }
}

impl fmt::Display for LoginToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.generation, self.ends.0)
    }
}

impl FromStr for LoginToken {
    type Err = ErrorKind;

    fn from_str(text: &str) -> Result<Self, ErrorKind> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(generation, ends)| {
            Some((generation.parse().ok()?, ends.parse().map(Time).ok()?))
        });
        let (generation, ends) = numbers.ok_or(ErrorKind::WrongToken)?;
        Ok(Self { generation, ends })
    }
}
