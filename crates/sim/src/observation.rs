//! What happens in a world, as the invariants see it and the trace prints it.

use std::fmt;

use hullo_core::Time;
use hullo_core::endpoint::{self, Op, State};
use hullo_core::hub::{self, RoomCommand, SessionId, Write};
use hullo_protocol::{Accid, CallId, CallView, DeviceId, Event, Reply, Snapshot};

/// One life of a client: from the opening of a page to its reload or end. The device stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Page {
    pub device: usize,
    /// Which of its pages, from 1.
    pub number: u32,
}

/// Something that happened. In the order in which it happened, observations are the whole history of a world.
#[derive(Debug, Clone)]
pub enum Observation<'a> {
    PageOpened {
        page: Page,
        accid: &'a Accid,
        device: &'a DeviceId,
    },
    /// A page is gone: reloaded, or closed and never opened again.
    PageGone {
        page: Page,
    },
    /// The page's device sleeps: nothing runs on it, and no deadline is met, until it wakes.
    PageSleeps {
        page: Page,
    },
    /// The person starts an operation.
    OpStarted {
        page: Page,
        /// The ticket that must complete.
        ticket: u64,
        op: &'a Op,
        /// The state in which it was started.
        state: State,
    },
    /// An endpoint wants something done.
    Emitted {
        page: Page,
        output: &'a endpoint::Output,
    },
    /// An endpoint has taken an input, or some time has passed.
    Inspected {
        page: Page,
        /// Its view of the calls now.
        view: EndpointView<'a>,
    },
    /// The hub has taken an input; provisional.
    Handled {
        input: &'a hub::Input,
        outputs: &'a [hub::Output],
        /// The hub's next deadline afterwards.
        timer: Option<Time>,
    },
    /// The hub has taken an input that needs no store, beside the batch under way, if there is one: what came of it holds.
    HandledBeside {
        input: &'a hub::Input,
        outputs: &'a [hub::Output],
    },
    /// The batch is stored.
    Committed {
        writes: &'a [Write],
    },
    /// The batch could not be stored, or the server died before: nothing of it has happened.
    RolledBack,
    /// Calls in the batch have names that are taken: it is handled once more, knowing that.
    TakenBack,
    /// Something is sent to a session.
    Delivered {
        session: SessionId,
        accid: &'a Accid,
        delivery: Delivery<'a>,
    },
    /// The hub commands the media plane.
    Commanded {
        call_id: CallId,
        command: &'a RoomCommand,
    },
    /// The app's backend has given a login token, which is good until then if it is good.
    LoginTokenGiven {
        page: Page,
        good_until: Option<Time>,
    },
    /// The server ends the session of a page because its login token, which was good for so long, has run out.
    SessionExpired {
        page: Page,
        life_ms: u64,
    },
    /// No login token of the account is good any more: it is signed out everywhere.
    TokensRevoked {
        accid: &'a Accid,
    },
    /// An account still has a session whose token was revoked a while ago.
    RevokedSessionStays {
        accid: &'a Accid,
    },
    Crashed,
    Restored,
    /// A fault was injected, or taken away.
    Fault {
        what: &'a str,
    },
    /// The run is over: the network has healed, the people have stopped, and the time for everything to end has passed.
    RunOver {
        left: &'a Leftovers,
    },
}

/// What an endpoint shows of itself.
#[derive(Debug, Clone, Copy)]
pub struct EndpointView<'a> {
    /// The public state.
    pub state: State,
    pub call: Option<&'a CallView>,
    /// The invite that waits beside it.
    pub waiting: Option<&'a CallView>,
    /// The call that it holds.
    pub held: Option<&'a CallView>,
    /// Its next deadline, by the world's clock.
    pub timer: Option<Time>,
    /// Since when nothing has stood between this endpoint and the server; absent when something does.
    pub reachable_since: Option<Time>,
    /// An input was just taken (otherwise time has passed).
    pub after_input: bool,
}

/// What is delivered to a session.
#[derive(Debug, Clone, Copy)]
pub enum Delivery<'a> {
    /// The answer to its login.
    Welcome(&'a Snapshot),
    /// The answer to a request.
    Reply(&'a Reply),
    Event(&'a Event),
}

/// What should not be there when everything has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Pages that are not idle, with their state.
    pub busy_pages: Vec<(Page, State)>,
    /// Calls in the store that have not ended.
    pub live_calls: Vec<CallId>,
    pub open_rooms: Vec<CallId>,
    /// Operations without a completion.
    pub open_tickets: Vec<(Page, u64)>,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device {} page {}", self.device, self.number)
    }
}
