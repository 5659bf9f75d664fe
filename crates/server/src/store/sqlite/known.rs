//! Accounts as they are, of those that were asked for lately: whoever is dialled is looked up without asking a thread. One process
//! owns the database, and all changes of accounts come by here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hullo_protocol::{Accid, AppKey};

use crate::store::Account;

/// So many are kept; then all are forgotten at once.
const ACCOUNTS_MAX: usize = 50_000;

#[derive(Debug, Default)]
pub(super) struct Known(Mutex<Accounts>);

#[derive(Debug, Default)]
struct Accounts {
    apps: HashMap<AppKey, HashMap<Accid, Account>>,
    count: usize,
    /// Grows with each change: what was read before it may be old.
    changes: u64,
}

/// When something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf(u64);

impl Known {
    /// To be called before the storage is read.
    pub(super) fn as_of(&self) -> AsOf {
        AsOf(self.accounts().changes)
    }

    pub(super) fn find(&self, app: &AppKey, accid: &Accid) -> Option<Account> {
        self.accounts().apps.get(app)?.get(accid).cloned()
    }

    /// Keeps what was read, unless something has changed meanwhile.
    pub(super) fn note(&self, as_of: AsOf, app: &AppKey, read: &[Account]) {
        let mut accounts = self.accounts();
        if accounts.changes != as_of.0 {
            return;
        }
        if accounts.count + read.len() > ACCOUNTS_MAX {
            accounts.apps.clear();
            accounts.count = 0;
        }
        for account in read {
            let of_app = accounts.apps.entry(app.clone()).or_default();
            if of_app
                .insert(account.accid.clone(), account.clone())
                .is_none()
            {
                accounts.count += 1;
            }
        }
    }

    /// An account has changed: to be called when that is stored, and before anyone is answered.
    pub(super) fn forget(&self, app: &AppKey, accid: &Accid) {
        let mut accounts = self.accounts();
        accounts.changes += 1;
        let known = accounts.apps.get_mut(app);
        if known.and_then(|known| known.remove(accid)).is_some() {
            accounts.count -= 1;
        }
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (known, app) = (Known::default(), AppKey::parse("shop").unwrap());
        let ann = Account {
            accid: Accid::parse("ann").unwrap(),
            name: None,
            avatar: None,
            disabled: false,
            token_generation: 0,
        };
        let as_of = known.as_of();
        known.note(as_of, &app, std::slice::from_ref(&ann));
        assert_eq!(known.find(&app, &ann.accid), Some(ann.clone()));
        known.forget(&app, &ann.accid);
        assert_eq!(known.find(&app, &ann.accid), None);
        known.note(as_of, &app, std::slice::from_ref(&ann));
        assert_eq!(known.find(&app, &ann.accid), None);
    }
}
