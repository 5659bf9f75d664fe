//! What happens in a world, as the invariants see it and the trace prints it.

use std::collections::BTreeMap;
use std::fmt;

use hullo_core::Time;
use hullo_core::endpoint::{self, Op, State};
use hullo_core::hub::{self, RoomCommand, SessionId, Write};
use hullo_protocol::{Accid, CallId, CallView, DeviceId, Event, Reply, Snapshot};

/// One life of a client: from the opening of a page to its reload or end. The device stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Page {
    /// Index of the device.
    pub device: usize,
    /// Which of its pages, from 1.
    pub number: u32,
}

/// Something that happened. In the order in which it happened, facts are the whole history of a world.
#[derive(Debug, Clone)]
pub enum Fact<'a> {
    /// A page was opened.
    PageOpened {
        /// Which.
        page: Page,
        /// Whose.
        accid: &'a Accid,
        /// On which device.
        device: &'a DeviceId,
    },
    /// A page is gone, by reload or for good.
    PageGone {
        /// Which.
        page: Page,
    },
    /// Its device sleeps: nothing runs on it, and no deadline is met, until it wakes.
    PageSleeps {
        /// Which.
        page: Page,
    },
    /// The person asks for something.
    Asked {
        /// Where.
        page: Page,
        /// The ticket that must complete.
        ticket: u64,
        /// What.
        op: &'a Op,
        /// The state in which it was asked.
        state: State,
    },
    /// An endpoint wants something done.
    Emitted {
        /// Where.
        page: Page,
        /// What.
        output: &'a endpoint::Output,
    },
    /// An endpoint has taken an input, or some time has passed.
    Stood {
        /// Where.
        page: Page,
        /// How it stands now.
        stand: Stand<'a>,
    },
    /// The hub has taken an input; provisional.
    Handled {
        /// What.
        input: &'a hub::Input,
        /// What it gave.
        outputs: &'a [hub::Output],
        /// The hub's next deadline afterwards.
        timer: Option<Time>,
    },
    /// The batch is stored.
    Kept {
        /// What was written.
        writes: &'a [Write],
    },
    /// The batch could not be stored, or the server died before: nothing of it has happened.
    Dropped,
    /// Something is sent to a session.
    Told {
        /// Which.
        session: SessionId,
        /// Whose session it is.
        accid: &'a Accid,
        /// What.
        telling: Telling<'a>,
    },
    /// The hub commands the media plane.
    Commanded {
        /// The room.
        call_id: CallId,
        /// What.
        command: &'a RoomCommand,
    },
    /// The server died.
    Crashed,
    /// The server is up again.
    Restored,
    /// A fault was injected, or taken away.
    Fault {
        /// In words.
        what: &'a str,
    },
    /// The run is over: the network has healed, the people have stopped, and the time for everything to end has passed.
    RunOver {
        /// What is left.
        left: &'a Leftovers,
    },
}

/// How an endpoint stands.
#[derive(Debug, Clone, Copy)]
pub struct Stand<'a> {
    /// The public state.
    pub state: State,
    /// Its call.
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

/// What a session is told.
#[derive(Debug, Clone, Copy)]
pub enum Telling<'a> {
    /// The answer to its login.
    Welcome(&'a Snapshot),
    /// The answer to a request.
    Reply(&'a Reply),
    /// News.
    Event(&'a Event),
}

/// What should not be there when everything has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Pages that are not idle, with their state.
    pub busy_pages: Vec<(Page, State)>,
    /// Calls in the store that have not ended.
    pub live_calls: Vec<CallId>,
    /// Rooms that are still open.
    pub open_rooms: Vec<CallId>,
    /// Operations without a completion.
    pub open_tickets: Vec<(Page, u64)>,
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "device {} page {}", self.device, self.number)
    }
}

impl Fact<'_> {
    /// One line for the trace; nothing for what is not worth one.
    pub fn line(&self) -> Option<String> {
        Some(match self {
            Self::PageOpened { page, accid, .. } => format!("{page}: opened by {accid}"),
            Self::PageGone { page } => format!("{page}: gone"),
            Self::PageSleeps { page } => format!("{page}: sleeps"),
            Self::Asked {
                page,
                ticket,
                op,
                state,
            } => format!("{page}: asks {op:?} as ticket {ticket} while {state:?}"),
            Self::Emitted { page, output } => match output {
                endpoint::Output::Send { text } => format!("{page}: -> {}", clip(text)),
                endpoint::Output::Event { event } => {
                    format!("{page}: ** {}", clip(&format!("{event:?}")))
                }
                other => format!("{page}: {}", clip(&format!("{other:?}"))),
            },
            Self::Stood { .. } => return None,
            Self::Handled { input, timer, .. } => {
                format!(
                    "hub: takes {} (timer {timer:?})",
                    clip(&format!("{input:?}"))
                )
            }
            Self::Kept { writes: [] } => return None,
            Self::Kept { writes } => {
                let lines: Vec<String> = writes.iter().map(write_line).collect();
                format!("store: kept {}", lines.join("; "))
            }
            Self::Dropped => "store: batch dropped".to_owned(),
            Self::Told {
                session,
                accid,
                telling,
            } => format!(
                "hub: tells {accid} (session {}) {}",
                session.0,
                clip(&format!("{telling:?}"))
            ),
            Self::Commanded { call_id, command } => {
                format!("room {call_id}: {}", clip(&format!("{command:?}")))
            }
            Self::Crashed => "server: crashed".to_owned(),
            Self::Restored => "server: restored".to_owned(),
            Self::Fault { what } => format!("fault: {what}"),
            Self::RunOver { left } => format!("run over: {left:?}"),
        })
    }
}

/// A stored call in short.
fn write_line(write: &Write) -> String {
    let (call, record) = match write {
        Write::Call(call) => (call, None),
        Write::End { call, record, .. } => (call, Some(record)),
    };
    let participants: Vec<String> = call
        .participants
        .iter()
        .map(|it| {
            let away = if it.away_since.is_some() { " away" } else { "" };
            format!("{} {:?}{away}", it.accid, it.state)
        })
        .collect();
    let end = record.map_or_else(String::new, |record| {
        format!(
            ", record {:?} {:?} by {:?}",
            record.status, record.reason, record.ended_by
        )
    });
    format!(
        "{} v{} {:?} {:?} [{}]{end}",
        call.call_id,
        call.version,
        call.media,
        call.state,
        participants.join(", ")
    )
}

/// Keeps a line readable.
fn clip(text: &str) -> String {
    const LINE_CHARS_MAX: usize = 900;
    match text.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The lines of a run, with `call-1`, `call-2` in place of long ids.
#[derive(Debug, Default)]
pub struct Trace {
    lines: Vec<String>,
    names: BTreeMap<String, usize>,
}

impl Trace {
    /// Adds a fact.
    pub fn push(&mut self, now: Time, fact: &Fact<'_>) {
        if let Some(line) = fact.line() {
            let line = self.name_ids(&line);
            self.lines.push(format!("{:>9.3}s {line}", seconds_of(now)));
        }
    }

    /// All lines.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Replaces each UUID by a short name, numbered in the order of appearance.
    fn name_ids(&mut self, line: &str) -> String {
        const UUID_BYTES: usize = 36;
        let mut named = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(first) = rest.chars().next() {
            match rest.get(..UUID_BYTES).filter(|text| is_uuid(text)) {
                Some(id) => {
                    let next = self.names.len() + 1;
                    let number = *self.names.entry(id.to_owned()).or_insert(next);
                    named.push_str(&format!("id-{number}"));
                    rest = &rest[UUID_BYTES..];
                }
                None => {
                    named.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        named
    }
}

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(place, byte)| match place {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Seconds since the beginning of every world.
fn seconds_of(now: Time) -> f64 {
    now.since(crate::clock::START) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_names_ids_in_the_order_of_appearance() {
        let mut trace = Trace::default();
        let one = "0191d2c0-0000-7000-8000-000000000001";
        let two = "0191d2c0-0000-7000-8000-000000000002";
        let line = trace.name_ids(&format!("é {two} {one} {two}!"));
        assert_eq!(line, "é id-1 id-2 id-1!");
    }
}
