//! What everyone may do in a while: an account, a device, a callee, an app. Who does more is refused with a typed error that
//! says how long to wait, and everybody else goes on. The sizes are the operator's (`[limits]`).

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use hullo_core::hub::Write;
use hullo_protocol::{Accid, AppKey, Command, DeviceId, ErrorBody, ErrorKind, RefusedInvite};

use crate::config::Limits;
use crate::metrics::LimitsMet;

/// Who has not been seen for long is forgotten this often.
const CLEANING: Duration = Duration::from_secs(60);

type Account = (AppKey, Accid);

/// The budgets of all apps. Each account, device, callee and app has one of its own.
pub(crate) struct Budgets {
    logins: Budget<Account>,
    dials: Budget<Account>,
    invites: Budget<Account>,
    rings: Budget<Account>,
    rings_by_one: Budget<(AppKey, Accid, Accid)>,
    offers: Budget<(AppKey, Accid, DeviceId)>,
    app_dials: Budget<AppKey>,
    app_kilobytes: Budget<AppKey>,
    /// The apps that have had more stored than they may, and until when no new call is taken for them.
    full_until: Mutex<HashMap<AppKey, Instant>>,
    cleaned_at: Mutex<Instant>,
}

impl Budgets {
    pub(crate) fn new(limits: &Limits, met: &LimitsMet) -> Self {
        let rate = |at_once, per_minute| Rate {
            at_once,
            per_minute,
            met: met.clone(),
        };
        let of = limits;
        Self {
            logins: rate(of.logins_at_once, of.logins_per_minute).budget("logins"),
            dials: rate(of.dials_at_once, of.dials_per_minute).budget("dials"),
            invites: rate(of.invites_at_once, of.invites_per_minute).budget("invites"),
            rings: rate(of.rings_at_once, of.rings_per_minute).budget("rings"),
            rings_by_one: rate(of.rings_by_one_at_once, of.rings_by_one_per_minute)
                .budget("rings_by_one"),
            offers: rate(of.offers_at_once, of.offers_per_minute).budget("offers"),
            app_dials: rate(of.app_dials_at_once, of.app_dials_per_minute).budget("app_dials"),
            app_kilobytes: rate(of.app_kilobytes_at_once, of.app_kilobytes_per_minute)
                .budget("app_kilobytes"),
            full_until: Mutex::default(),
            cleaned_at: Mutex::new(Instant::now()),
        }
    }

    /// Counts a login of an account that has proved who it is.
    pub(crate) fn login(&self, app: &AppKey, accid: &Accid) -> Result<(), ErrorBody> {
        self.clean();
        let account = (app.clone(), accid.clone());
        let spent = self.logins.spend(&account, 1);
        spent.map_err(|wait| too_many("logins of this account", wait))
    }

    /// Counts an offer of media.
    pub(crate) fn offer(
        &self,
        app: &AppKey,
        accid: &Accid,
        device: &DeviceId,
    ) -> Result<(), ErrorBody> {
        let device = (app.clone(), accid.clone(), device.clone());
        let spent = self.offers.spend(&device, 1);
        spent.map_err(|wait| too_many("offers of media and shared screens from this device", wait))
    }

    /// Counts a command that rings people: a dial, or an invite. An error when the caller or the app may not do that now;
    /// else those who may not be rung now. Who cannot be called anyway (`uncallable`) counts as called by this account, or anybody
    /// could try out which accounts there are; for the callees and the app it costs nothing.
    pub(crate) fn ring(
        &self,
        app: &AppKey,
        caller: &Accid,
        command: &Command,
        uncallable: &[RefusedInvite],
    ) -> Result<Vec<RefusedInvite>, ErrorBody> {
        let (named, is_dial) = match command {
            Command::StartCall(start) => (&start.callees, true),
            Command::Invite(more) => (&more.callees, false),
            _ => return Ok(Vec::new()),
        };
        self.clean();
        self.check_room(app)?;
        let account = (app.clone(), caller.clone());
        if is_dial {
            let spent = self.dials.spend(&account, 1);
            spent.map_err(|wait| too_many("dials of this account", wait))?;
            let spent = self.app_dials.spend(app, 1);
            spent.map_err(|wait| too_many("dials in this app", wait))?;
        }
        let named: BTreeSet<&Accid> = named.iter().collect();
        let count = u32::try_from(named.len()).unwrap_or(u32::MAX);
        let callable = |callee: &&Accid| uncallable.iter().all(|one| one.accid != **callee);
        let callees: Vec<&Accid> = named.into_iter().filter(callable).collect();
        let spent = self.invites.spend(&account, count);
        spent.map_err(|wait| too_many("people called by this account", wait))?;
        if let [callee] = &callees[..] {
            let spent = self.ring_one(app, caller, callee);
            return match spent {
                Ok(()) => Ok(Vec::new()),
                Err(wait) => Err(too_many("calls for this account", wait)),
            };
        }
        let may_not_ring = |callee: &&Accid| self.ring_one(app, caller, callee).is_err();
        let refused = callees.into_iter().filter(may_not_ring);
        let refused = refused.map(|accid| RefusedInvite {
            accid: accid.clone(),
            kind: ErrorKind::RateLimited,
        });
        Ok(refused.collect())
    }

    /// Counts what was stored of an app's calls. It is stored by then; when it was too much, the app gets no new calls for as
    /// long as it takes to make up for it.
    pub(crate) fn store(&self, app: &AppKey, writes: &[Write]) {
        let bytes: usize = writes.iter().map(footprint).sum();
        let kilobytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        if let Err(wait) = self.app_kilobytes.spend(app, kilobytes) {
            let now = Instant::now();
            let before = self.full().insert(app.clone(), now + wait);
            if before.is_none_or(|until| until <= now) {
                tracing::warn!(%app, wait_s = wait.as_secs(), "the app stores too much; it gets no new calls for a while");
            }
        }
    }

    fn check_room(&self, app: &AppKey) -> Result<(), ErrorBody> {
        let now = Instant::now();
        let mut full = self.full();
        let Some(until) = full.get(app).copied() else {
            return Ok(());
        };
        if until <= now {
            full.remove(app);
            return Ok(());
        }
        Err(too_many("bytes stored for this app", until - now))
    }

    /// What a panic has left half-way is whole all the same.
    fn full(&self) -> MutexGuard<'_, HashMap<AppKey, Instant>> {
        self.full_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn ring_one(&self, app: &AppKey, caller: &Accid, callee: &Accid) -> Result<(), Duration> {
        let by_one = (app.clone(), caller.clone(), callee.clone());
        self.rings_by_one.spend(&by_one, 1)?;
        self.rings.spend(&(app.clone(), callee.clone()), 1)
    }

    /// Forgets those whose budgets are full again.
    fn clean(&self) {
        let now = Instant::now();
        // Whoever holds it is at it.
        let Ok(mut cleaned_at) = self.cleaned_at.try_lock() else {
            return;
        };
        if now.saturating_duration_since(*cleaned_at) > CLEANING {
            *cleaned_at = now;
            self.logins.clean();
            self.dials.clean();
            self.invites.clean();
            self.rings.clean();
            self.rings_by_one.clean();
            self.offers.clean();
            self.app_dials.clean();
            self.app_kilobytes.clean();
        }
    }
}

/// About what a write takes: an end also writes the record and its messages, which say as much as the call does.
fn footprint(write: &Write) -> usize {
    match write {
        Write::Call(call) => call.footprint(),
        Write::End { call, .. } => 2 * call.footprint(),
    }
}

fn too_many(what: &str, wait: Duration) -> ErrorBody {
    let message = format!("too many {what}; wait {} s", wait.as_secs() + 1);
    ErrorBody::new(ErrorKind::RateLimited, message).after(wait)
}

/// So many at once after a pause, and then so many a minute; no limit where either is 0.
struct Rate {
    at_once: u32,
    per_minute: u32,
    met: LimitsMet,
}

impl Rate {
    fn budget<K: Hash + Eq + Clone>(self, name: &'static str) -> Budget<K> {
        let sizes = NonZeroU32::new(self.at_once).zip(NonZeroU32::new(self.per_minute));
        Budget {
            name,
            met: self.met,
            limiter: sizes.map(|(at_once, per_minute)| {
                RateLimiter::keyed(Quota::per_minute(per_minute).allow_burst(at_once))
            }),
            clock: DefaultClock::default(),
        }
    }
}

/// What each of `K` may spend.
struct Budget<K: Hash + Eq + Clone> {
    /// That of the limit in the settings and the metrics.
    name: &'static str,
    met: LimitsMet,
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Budget<K> {
    /// Spends `count`, or nothing: then, how long to wait. More than all that there can ever be takes a full budget.
    fn spend(&self, key: &K, count: u32) -> Result<(), Duration> {
        let (Some(limiter), Some(count)) = (&self.limiter, NonZeroU32::new(count)) else {
            return Ok(());
        };
        let spent = match limiter.check_key_n(key, count) {
            Ok(spent) => spent,
            Err(too_many) => match NonZeroU32::new(too_many.0) {
                Some(all) => limiter.check_key_n(key, all).unwrap_or(Ok(())),
                None => Ok(()),
            },
        };
        spent.map_err(|refused| {
            self.met.count(self.name);
            refused.wait_time_from(self.clock.now())
        })
    }

    fn clean(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests;
