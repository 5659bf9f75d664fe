//! Who is connected, on which device, and whose presence each session follows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hullo_protocol::{Accid, DeviceId, DeviceInfo, ErrorBody, Platform, RequestId};

use super::SessionId;

/// How many refusals a session keeps: more than it can have requests on the way.
const REFUSALS_MAX: usize = 16;

/// One live connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) accid: Accid,
    pub(super) device: DeviceId,
    pub(super) class: DeviceClass,
    /// Its place in the order of arrival.
    order: u64,
    watched: BTreeSet<Accid>,
    /// The newest requests that were refused. Calls keep the answers of those who are in them; these are for the rest.
    refusals: VecDeque<(RequestId, ErrorBody)>,
}

/// What a device counts as where an account may have one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeviceClass {
    /// A browser, a desktop program, a program without a person.
    Desktop,
    /// A phone or tablet.
    Mobile,
}

impl From<Platform> for DeviceClass {
    fn from(platform: Platform) -> Self {
        match platform {
            Platform::Web | Platform::Desktop | Platform::Server => Self::Desktop,
            Platform::Ios | Platform::Android => Self::Mobile,
        }
    }
}

/// Refusals that a rollback drops.
pub(super) type Refusing = Vec<(SessionId, RequestId)>;

/// All sessions; at most one for each device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sessions {
    all: BTreeMap<SessionId, Session>,
    by_account: BTreeMap<Accid, BTreeMap<DeviceId, SessionId>>,
    watchers: BTreeMap<Accid, BTreeSet<SessionId>>,
    /// Those that came since the last commit.
    arriving: BTreeSet<SessionId>,
    /// Those whose welcome a rollback has dropped: their shells close them, and until then they hear nothing.
    unwelcomed: BTreeSet<SessionId>,
    /// Those of a batch that is handled once more: their welcome is still to come.
    awaiting_welcome: BTreeSet<SessionId>,
    /// The refusals since the last commit.
    refusing: Refusing,
    next_order: u64,
}

impl Sessions {
    pub(super) fn find(&self, id: SessionId) -> Option<&Session> {
        self.all.get(&id)
    }

    pub(super) fn of_device(&self, accid: &Accid, device: &DeviceId) -> Option<SessionId> {
        self.by_account.get(accid)?.get(device).copied()
    }

    pub(super) fn of_account(&self, accid: &Accid) -> Vec<SessionId> {
        let devices = self.by_account.get(accid).into_iter().flatten();
        devices.map(|(_, session)| *session).collect()
    }

    /// Whether an account has a session.
    pub(super) fn is_online(&self, accid: &Accid) -> bool {
        self.by_account.contains_key(accid)
    }

    /// The sessions of an account, the oldest first.
    pub(super) fn by_age(&self, accid: &Accid) -> Vec<SessionId> {
        let mut sessions = self.of_account(accid);
        sessions.sort_by_key(|id| self.all.get(id).map(|session| session.order));
        sessions
    }

    /// Adds a session of a device that has none.
    pub(super) fn add(&mut self, id: SessionId, accid: Accid, device: DeviceInfo) {
        let class = device.platform.into();
        let device = device.id;
        self.by_account
            .entry(accid.clone())
            .or_default()
            .insert(device.clone(), id);
        let session = Session {
            accid,
            device,
            class,
            order: self.next_order,
            watched: BTreeSet::new(),
            refusals: VecDeque::new(),
        };
        self.next_order += 1;
        self.all.insert(id, session);
        self.arriving.insert(id);
    }

    /// The welcomes and answers since the last commit are carried out.
    pub(super) fn commit(&mut self) {
        self.arriving.clear();
        self.awaiting_welcome.clear();
        self.refusing.clear();
    }

    /// The welcomes and answers since the last commit are dropped.
    pub(super) fn rollback(&mut self) {
        self.unwelcomed.append(&mut self.arriving);
        self.awaiting_welcome.clear();
        self.drop_refusals();
    }

    /// The same inputs are handled once more: the welcomes and answers come again.
    pub(super) fn rewind(&mut self) {
        self.awaiting_welcome = self.arriving.clone();
        self.drop_refusals();
    }

    /// Whether this session, which is there already, is now welcomed again.
    pub(super) fn is_welcomed_again(&mut self, id: SessionId) -> bool {
        self.awaiting_welcome.remove(&id)
    }

    /// Sets aside which refusals a rollback drops, while something else is done.
    pub(super) fn set_refusing_aside(&mut self) -> Refusing {
        std::mem::take(&mut self.refusing)
    }

    /// Goes on with what was set aside; what was refused meanwhile stays so.
    pub(super) fn take_refusing(&mut self, refusing: Refusing) {
        self.refusing = refusing;
    }

    /// The welcome of this session does not wait for the commit.
    pub(super) fn note_welcomed(&mut self, id: SessionId) {
        self.arriving.remove(&id);
    }

    /// Whether a session's welcome waits for the commit.
    pub(super) fn is_arriving(&self, id: SessionId) -> bool {
        self.arriving.contains(&id)
    }

    fn drop_refusals(&mut self) {
        for (id, dropped) in std::mem::take(&mut self.refusing) {
            if let Some(session) = self.all.get_mut(&id) {
                session.refusals.retain(|(kept, _)| *kept != dropped);
            }
        }
    }

    /// Keeps the refusal of a request.
    pub(super) fn remember_refusal(&mut self, id: SessionId, request: RequestId, error: ErrorBody) {
        let Some(session) = self.all.get_mut(&id) else {
            return;
        };
        if session.refusals.len() == REFUSALS_MAX {
            session.refusals.pop_front();
        }
        session.refusals.push_back((request, error));
        self.refusing.push((id, request));
    }

    /// How this request was refused when it came first.
    pub(super) fn refusal(&self, id: SessionId, request: RequestId) -> Option<&ErrorBody> {
        let mut refusals = self.all.get(&id)?.refusals.iter();
        refusals
            .find(|(kept, _)| *kept == request)
            .map(|(_, error)| error)
    }

    /// Whether a session is there and can be sent events.
    pub(super) fn is_reachable(&self, id: SessionId) -> bool {
        self.all.contains_key(&id) && !self.unwelcomed.contains(&id)
    }

    pub(super) fn remove(&mut self, id: SessionId) -> Option<Session> {
        self.watch(id, BTreeSet::new());
        self.arriving.remove(&id);
        self.awaiting_welcome.remove(&id);
        self.unwelcomed.remove(&id);
        let session = self.all.remove(&id)?;
        if let Some(devices) = self.by_account.get_mut(&session.accid) {
            devices.remove(&session.device);
            if devices.is_empty() {
                self.by_account.remove(&session.accid);
            }
        }
        Some(session)
    }

    /// Follows these accounts, in place of those that the session followed before.
    pub(super) fn watch(&mut self, id: SessionId, accids: BTreeSet<Accid>) {
        let Some(session) = self.all.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut session.watched, accids.clone());
        for accid in before {
            if let Some(watchers) = self.watchers.get_mut(&accid) {
                watchers.remove(&id);
                if watchers.is_empty() {
                    self.watchers.remove(&accid);
                }
            }
        }
        for accid in accids {
            self.watchers.entry(accid).or_default().insert(id);
        }
    }

    /// Whether a session follows an account.
    pub(super) fn is_watched(&self, accid: &Accid) -> bool {
        self.watchers.contains_key(accid)
    }

    /// The sessions that follow an account.
    pub(super) fn watchers_of(&self, accid: &Accid) -> Vec<SessionId> {
        let watchers = self.watchers.get(accid).into_iter().flatten();
        watchers.copied().collect()
    }
}
