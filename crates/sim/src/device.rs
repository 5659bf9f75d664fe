//! A device: the real endpoint in a page, the page's socket and media, and the network around it.

use hullo_core::Time;
use hullo_core::endpoint::Endpoint;
use hullo_protocol::{Accid, DeviceId, DeviceInfo, Platform};

use crate::browser::Browser;
use crate::fact::Page;
use crate::network::LinkId;

/// One device of an account.
pub struct Device {
    /// Its place in the world.
    pub index: usize,
    /// Whose it is.
    pub accid: Accid,
    /// Its id; all that outlives a page.
    pub id: DeviceId,
    /// How many pages there have been.
    pub pages: u32,
    /// The endpoint of the open page.
    pub endpoint: Option<Endpoint>,
    /// Nobody will open another page.
    pub abandoned: bool,
    /// The page's socket.
    pub link: Option<LinkId>,
    /// Since when the socket carries a welcomed session.
    pub welcomed_at: Option<Time>,
    /// Whether the person has signed in.
    pub signed_in: bool,
    /// The ticket of the last login.
    pub login_ticket: Option<u64>,
    /// The page's media.
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

impl Device {
    /// A device that has never been used.
    pub fn new(index: usize, accid: Accid, id: DeviceId) -> Self {
        Self {
            index,
            accid,
            id,
            pages: 0,
            endpoint: None,
            abandoned: false,
            link: None,
            welcomed_at: None,
            signed_in: false,
            login_ticket: None,
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
    pub fn close_page(&mut self) -> Option<LinkId> {
        self.endpoint = None;
        self.browser = Browser::default();
        self.signed_in = false;
        self.login_ticket = None;
        self.wake_at = None;
        self.welcomed_at = None;
        self.link.take()
    }

    /// The page that is or was open last.
    pub fn page(&self) -> Page {
        Page {
            device: self.index,
            number: self.pages,
        }
    }

    /// Whether this very page is open.
    pub fn shows(&self, page: Page) -> bool {
        self.endpoint.is_some() && self.page() == page
    }

    /// How the device introduces itself.
    pub fn info(&self) -> DeviceInfo {
        DeviceInfo {
            id: self.id.clone(),
            platform: Platform::Web,
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
