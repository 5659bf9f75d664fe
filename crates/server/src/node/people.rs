//! Who is who: the accounts that were asked for last, so that a dial, an invite, a join or a login reads nothing that was read a
//! moment ago. Filled by reads, and emptied of an account by each write of this process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;
use hullo_core::call::Profile;
use hullo_protocol::{Accid, AppKey, PARTICIPANTS_MAX};

use crate::store::{Account, Store, StoreError};

/// About 300 bytes each, so at most some 20 MB.
const ACCOUNTS_MAX: usize = 65_536;

/// The accounts of all apps that were used last.
pub(crate) struct People {
    known: Mutex<Entries>,
}

struct Entries {
    accounts: LruCache<(AppKey, Accid), Account>,
    /// How many writes there were: what was read before a write is not kept after it.
    writes: u64,
}

impl Default for People {
    fn default() -> Self {
        let known = Entries {
            accounts: LruCache::new(ACCOUNTS_MAX),
            writes: 0,
        };
        Self {
            known: Mutex::new(known),
        }
    }
}

impl People {
    /// The account, if there is one.
    pub(crate) async fn account(
        &self,
        store: &dyn Store,
        app: &AppKey,
        accid: &Accid,
    ) -> Result<Option<Account>, StoreError> {
        Ok(self.named(store, app, &[accid]).await?.remove(accid))
    }

    /// Those of these accounts that exist.
    pub(crate) async fn named(
        &self,
        store: &dyn Store,
        app: &AppKey,
        accids: &[&Accid],
    ) -> Result<BTreeMap<Accid, Account>, StoreError> {
        let mut found = BTreeMap::new();
        let mut missing = Vec::new();
        let writes = {
            let mut known = self.lock();
            for accid in accids {
                match known.accounts.get(&(app.clone(), (*accid).clone())) {
                    Some(account) => {
                        found.insert(account.accid.clone(), account.clone());
                    }
                    None => missing.push(*accid),
                }
            }
            known.writes
        };
        for some in missing.chunks(PARTICIPANTS_MAX) {
            let read = store.accounts_named(app, some).await?;
            let mut known = self.lock();
            for account in read {
                if known.writes == writes {
                    let key = (app.clone(), account.accid.clone());
                    known.accounts.insert(key, account.clone());
                }
                found.insert(account.accid.clone(), account);
            }
        }
        Ok(found)
    }

    /// An account was written: the next who asks for it reads it.
    pub(crate) fn forget(&self, app: &AppKey, accid: &Accid) {
        let mut known = self.lock();
        known.writes += 1;
        known.accounts.remove(&(app.clone(), accid.clone()));
    }

    /// A cache that a panic has left half-way is none the worse: every entry is whole.
    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How an account is shown.
pub(crate) fn profile_of(account: &Account) -> Profile {
    Profile {
        name: account.name.clone(),
        avatar: account.avatar.clone(),
    }
}
