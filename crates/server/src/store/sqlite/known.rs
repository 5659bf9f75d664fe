//! Accounts as they are, of those that were asked for last: whoever is dialled, invited or signs in is looked up without asking a
//! thread. One process owns the database, and all changes of accounts come by here.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;
use hullo_protocol::{Accid, AppKey};

use crate::store::Account;

/// About 300 bytes each, so at most some 20 MB.
const ACCOUNTS_MAX: usize = 65_536;

#[derive(Debug)]
pub(super) struct Known(Mutex<Accounts>);

#[derive(Debug)]
struct Accounts {
    used_last: LruCache<(AppKey, Accid), Account>,
    /// Grows with each change: what was read before it may be old.
    changes: u64,
}

/// When something was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf(u64);

impl Default for Known {
    fn default() -> Self {
        Self(Mutex::new(Accounts {
            used_last: LruCache::new(ACCOUNTS_MAX),
            changes: 0,
        }))
    }
}

impl Known {
    /// Those of these accounts that are known, and which are not: these have to be read, as of now.
    pub(super) fn find<'a>(
        &self,
        app: &AppKey,
        accids: impl IntoIterator<Item = &'a Accid>,
    ) -> (Vec<Account>, Vec<Accid>, AsOf) {
        let mut accounts = self.accounts();
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for accid in accids {
            match accounts.used_last.get(&(app.clone(), accid.clone())) {
                Some(account) => found.push(account.clone()),
                None => missing.push(accid.clone()),
            }
        }
        (found, missing, AsOf(accounts.changes))
    }

    /// Keeps what was read, unless something has changed meanwhile.
    pub(super) fn note(&self, as_of: AsOf, app: &AppKey, read: &[Account]) {
        let mut accounts = self.accounts();
        if accounts.changes == as_of.0 {
            for account in read {
                let key = (app.clone(), account.accid.clone());
                accounts.used_last.insert(key, account.clone());
            }
        }
    }

    /// An account has changed: to be called when that is stored, and before anyone is answered.
    pub(super) fn forget(&self, app: &AppKey, accid: &Accid) {
        let mut accounts = self.accounts();
        accounts.changes += 1;
        accounts.used_last.remove(&(app.clone(), accid.clone()));
    }

    /// A cache that a panic has left half-way is none the worse: every entry is whole.
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
        let find = || known.find(&app, [&ann.accid]);
        let (none, missing, as_of) = find();
        assert_eq!((none, missing), (Vec::new(), vec![ann.accid.clone()]));
        known.note(as_of, &app, std::slice::from_ref(&ann));
        assert_eq!(find().0, std::slice::from_ref(&ann));
        known.forget(&app, &ann.accid);
        assert_eq!(find().0, []);
        known.note(as_of, &app, std::slice::from_ref(&ann));
        assert_eq!(find().0, []);
    }
}
