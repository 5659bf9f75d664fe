//! A device: the real endpoint in a page, the page's socket and media, and the network around it.

use hullo_core::Time;
use hullo_core::endpoint::Endpoint;
use hullo_protocol::{Accid, CallId, CallView, DeviceId, DeviceInfo, MessageId, Platform};

use crate::browser::Browser;
use crate::clock::Clock;
use crate::network::SocketId;
use crate::observation::Page;

/// One device of an account.
pub struct Device {
    /// Its index in the world.
    pub index: usize,
    pub accid: Accid,
    /// Its id; all that outlives a page.
    pub id: DeviceId,
    /// What it runs on.
    pub platform: Platform,
    /// What it takes for the time.
    pub clock: Clock,
    /// How many pages there have been.
    pub pages: u32,
    /// The endpoint of the open page.
    pub endpoint: Option<Endpoint>,
    /// Nobody will open another page.
    pub abandoned: bool,
    pub socket: Option<SocketId>,
    /// How far it has been told of messages; outlives a page.
    pub cursor: Option<MessageId>,
    /// Since when the socket carries a welcomed session.
    pub welcomed_at: Option<Time>,
    /// Whether the person has signed in.
    pub signed_in: bool,
    /// Whether the page's app has a provider of login tokens.
    pub provider: bool,
    /// The ticket of the last login.
    pub login_ticket: Option<u64>,
    /// What the page shows beside the call.
    pub shown: Shown,
    /// Calls that the page has found by asking for them.
    pub found: Vec<CallId>,
    pub browser: Browser,
    /// The next ticket of the page.
    pub next_ticket: u64,
    /// For when the page's timer is set.
    pub wake_at: Option<Time>,
    /// Frames do not pass before.
    pub signal_blocked_until: Time,
    /// Media packets do not pass before.
    pub media_blocked_until: Time,
    /// The lid is closed until then.
    pub asleep_until: Time,
}

/// What the application was told beside the call, last.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    pub held: Option<CallView>,
    pub waiting: Option<CallView>,
    /// Calls on other devices of the account.
    pub elsewhere: Vec<CallView>,
}

impl Device {
    /// A device that has never been used.
    pub fn new(index: usize, accid: Accid, id: DeviceId, platform: Platform, clock: Clock) -> Self {
        Self {
            index,
            accid,
            id,
            platform,
            clock,
            pages: 0,
            endpoint: None,
            abandoned: false,
            socket: None,
            cursor: None,
            welcomed_at: None,
            signed_in: false,
            provider: false,
            login_ticket: None,
            shown: Shown::default(),
            found: Vec::new(),
            browser: Browser::default(),
            next_ticket: 1,
            wake_at: None,
            signal_blocked_until: Time(0),
            media_blocked_until: Time(0),
            asleep_until: Time(0),
        }
    }

    /// Opens a page: nothing is kept but the device's id.
    pub fn open_page(&mut self, seed: u64) -> Page {
        self.pages += 1;
        self.endpoint = Some(Endpoint::new(seed));
        self.page()
    }

    /// Closes the page; returns the socket it had.
    pub fn close_page(&mut self) -> Option<SocketId> {
        self.endpoint = None;
        self.browser = Browser::default();
        self.shown = Shown::default();
        self.found.clear();
        self.signed_in = false;
        self.login_ticket = None;
        self.wake_at = None;
        self.welcomed_at = None;
        self.socket.take()
    }

    /// The page that is or was open last.
    pub fn page(&self) -> Page {
        Page {
            device: self.index,
            number: self.pages,
        }
    }

    /// Whether this very page is open.
    pub fn has_open(&self, page: Page) -> bool {
        self.endpoint.is_some() && self.page() == page
    }

    /// How the device introduces itself.
    pub fn info(&self) -> DeviceInfo {
        DeviceInfo {
            id: self.id.clone(),
            platform: self.platform,
            sdk_version: None,
        }
    }

    /// When the last obstacle between the device and the network goes away.
    pub fn path_clear_at(&self) -> Time {
        self.signal_blocked_until.max(self.asleep_until)
    }

    /// Whether media packets pass.
    pub fn media_passes(&self, now: Time) -> bool {
        self.endpoint.is_some() && now >= self.media_blocked_until.max(self.asleep_until)
    }
}
