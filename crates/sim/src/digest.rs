//! A digest of everything that clients, store and media plane were told in a world, so that a change of the code that is not
//! to change any behaviour can be seen not to: `hullo-sim --digest`.
//!
//! Only what has a stored or transmitted form goes in, in that form. Names of Rust types and fields, which a rename may
//! change, do not.

use std::fmt;

use hullo_core::Time;
use hullo_core::endpoint;
use hullo_core::hub::{RoomCommand, Write};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::observation::{Delivery, Observation, Page};

/// A hash under way.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    hash: Sha256,
}

impl Digest {
    /// Takes an observation in, if it is one that somebody outside is told.
    pub fn push(&mut self, now: Time, observation: &Observation<'_>) {
        let page = |page: &Page| (page.device, page.number);
        match observation {
            Observation::OpStarted {
                page: at,
                ticket,
                op,
                ..
            } => self.add(&("asked", now.0, page(at), ticket, op)),
            Observation::Emitted { page: at, output } => match output {
                // A frame is its bytes.
                endpoint::Output::Send { text } => self.add(&("sent", now.0, page(at), text)),
                output => self.add(&("emitted", now.0, page(at), output)),
            },
            Observation::Committed { writes } => {
                for write in *writes {
                    match write {
                        Write::Call(call) => self.add(&("stored", now.0, &**call)),
                        Write::End {
                            call,
                            record,
                            messages,
                        } => self.add(&("ended", now.0, &**call, record, messages)),
                    }
                }
            }
            Observation::Delivered {
                session, delivery, ..
            } => match delivery {
                Delivery::Welcome(snapshot) => {
                    self.add(&("welcome", now.0, session.0, snapshot));
                }
                Delivery::Reply(reply) => self.add(&("reply", now.0, session.0, reply)),
                Delivery::Event(event) => self.add(&("event", now.0, session.0, event)),
            },
            Observation::Commanded { call_id, command } => {
                self.add_command(now, (call_id, command))
            }
            Observation::PageOpened { .. }
            | Observation::PageGone { .. }
            | Observation::PageSleeps { .. }
            | Observation::Inspected { .. }
            | Observation::Handled { .. }
            | Observation::HandledBeside { .. }
            | Observation::RolledBack
            | Observation::TakenBack
            | Observation::LoginTokenGiven { .. }
            | Observation::SessionExpired { .. }
            | Observation::TokensRevoked { .. }
            | Observation::RevokedSessionStays { .. }
            | Observation::Crashed
            | Observation::Restored
            | Observation::Fault { .. }
            | Observation::RunOver { .. } => {}
        }
    }

    /// Takes the digest of another world in.
    pub fn add_digest(&mut self, other: &Self) {
        self.hash.update(other.hash.clone().finalize());
    }

    fn add_command(&mut self, now: Time, (room, command): (impl Serialize, &RoomCommand)) {
        let (now, room) = (now.0, &room);
        match command {
            RoomCommand::Open => self.add(&("open", now, room)),
            RoomCommand::Negotiate {
                peer,
                uid,
                session,
                re,
                sdp,
            } => self.add(&("negotiate", now, room, peer.0, uid, session.0, re, sdp)),
            RoomCommand::Admit(peer) => self.add(&("admit", now, room, peer.0)),
            RoomCommand::Subscribe { peer, videos } => {
                self.add(&("subscribe", now, room, peer.0, videos));
            }
            RoomCommand::Share(sharer) => self.add(&("share", now, room, sharer)),
            RoomCommand::Hold { peer, held } => self.add(&("hold", now, room, peer.0, held)),
            RoomCommand::Remove(peer) => self.add(&("remove", now, room, peer.0)),
            RoomCommand::Close => self.add(&("close", now, room)),
        }
    }

    fn add(&mut self, what: &impl Serialize) {
        // All of it is plain data with string keys: this cannot fail.
        self.hash
            .update(serde_json::to_vec(what).unwrap_or_default());
        self.hash.update(b"\n");
    }
}

impl fmt::Display for Digest {
    /// The first 128 bits, in hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = self.hash.clone().finalize();
        hash[..16]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{PAGE, op_started};

    #[test]
    fn digest_tells_histories_apart_by_what_was_said_and_when() {
        let of = |at, ticket| {
            let mut digest = Digest::default();
            digest.push(Time(at), &op_started(ticket, &endpoint::Op::ACCEPT));
            digest.to_string()
        };
        assert_eq!(of(1, 1), of(1, 1));
        assert_ne!(of(1, 1), of(2, 1));
        assert_ne!(of(1, 1), of(1, 2));
    }

    #[test]
    fn what_nobody_outside_is_told_does_not_count() {
        let mut digest = Digest::default();
        digest.push(Time(1), &Observation::PageGone { page: PAGE });
        digest.push(Time(1), &Observation::RolledBack);
        assert_eq!(digest.to_string(), Digest::default().to_string());
    }
}
