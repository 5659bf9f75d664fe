//! The history of a run in lines to read.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::endpoint;
use hullo_core::hub::Write;

use crate::clock::START;
use crate::observation::Observation;

/// What is kept of the history of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Nothing but its counts.
    Counts,
    Trace,
    Digest,
}

/// The lines of a run, with `id-1`, `id-2` in place of long ids.
#[derive(Debug, Default)]
pub struct Trace {
    lines: Vec<String>,
    names: BTreeMap<String, usize>,
}

impl Trace {
    pub fn push(&mut self, now: Time, observation: &Observation<'_>) {
        if let Some(line) = line(observation) {
            let line = self.name_ids(&line);
            self.lines.push(format!("{:>9.3}s {line}", seconds_of(now)));
        }
    }

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

/// One line; nothing for what is not worth one.
fn line(observation: &Observation<'_>) -> Option<String> {
    Some(match observation {
        Observation::PageOpened { page, accid, .. } => format!("{page}: opened by {accid}"),
        Observation::PageGone { page } => format!("{page}: gone"),
        Observation::PageSleeps { page } => format!("{page}: sleeps"),
        Observation::OpStarted {
            page,
            ticket,
            op,
            state,
        } => format!("{page}: starts {op:?} as ticket {ticket} while {state:?}"),
        Observation::Emitted { page, output } => match output {
            endpoint::Output::Send { text } => format!("{page}: -> {}", clip(text)),
            endpoint::Output::Event { event } => {
                format!("{page}: ** {}", clip(&format!("{event:?}")))
            }
            other => format!("{page}: {}", clip(&format!("{other:?}"))),
        },
        Observation::Inspected { .. } => return None,
        Observation::Handled { input, timer, .. } => {
            format!(
                "hub: takes {} (timer {timer:?})",
                clip(&format!("{input:?}"))
            )
        }
        Observation::HandledBeside { input, .. } => {
            format!("hub: takes beside {}", clip(&format!("{input:?}")))
        }
        Observation::Committed { writes: [] } => return None,
        Observation::Committed { writes } => {
            let lines: Vec<String> = writes.iter().map(write_line).collect();
            format!("store: committed {}", lines.join("; "))
        }
        Observation::RolledBack => "store: batch rolled back".to_owned(),
        Observation::TakenBack => "store: a name is taken, the batch comes again".to_owned(),
        Observation::Delivered {
            session,
            accid,
            delivery,
        } => format!(
            "hub: delivers to {accid} (session {}) {}",
            session.0,
            clip(&format!("{delivery:?}"))
        ),
        Observation::Commanded { call_id, command } => {
            format!("room {call_id}: {}", clip(&format!("{command:?}")))
        }
        Observation::LoginTokenGiven { page, good_until } => {
            format!("{page}: is given a login token, good until {good_until:?}")
        }
        Observation::SessionExpired { page, life_ms } => {
            format!("server: ends the session of {page}, whose token was good for {life_ms} ms")
        }
        Observation::TokensRevoked { accid } => format!("server: signs {accid} out"),
        Observation::RevokedSessionStays { accid } => {
            format!("server: {accid} still has a session with a revoked token")
        }
        Observation::Crashed => "server: crashed".to_owned(),
        Observation::Restored => "server: restored".to_owned(),
        Observation::Fault { what } => format!("fault: {what}"),
        Observation::RunOver { left } => format!("run over: {left:?}"),
    })
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

fn is_uuid(text: &str) -> bool {
    text.bytes().enumerate().all(|(index, byte)| match index {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

/// Seconds since the beginning of every world.
fn seconds_of(now: Time) -> f64 {
    now.since(START) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_names_ids_in_the_order_of_appearance() {
        let mut trace = Trace::default();
        let one = "0191d2c0-0000-7000-8000-000000000001";
        let two = "0191d2c0-0000-7000-8000-000000000002";
        let line = trace.name_ids(&format!("é {two} {one} {two}!"));
        assert_eq!(line, "é id-1 id-2 id-1!");
    }
}
