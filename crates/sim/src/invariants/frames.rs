//! Who is told what: a device gets only what concerns it, and is answered only what it asked.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::call::{Call, Participant};
use hullo_core::hub::{Input, SessionId, Write};
use hullo_protocol::{
    Accid, CallId, CallView, Command, DeviceId, Event, FoundCall, JoinMode, Reply, Snapshot,
    Success,
};

use crate::invariant::Invariant;
use crate::observation::{Delivery, Observation};

/// A session is told only what concerns its device:
///
/// | what | whom |
/// |---|---|
/// | invited, rejected or accepted elsewhere | devices of an account that is rung |
/// | changed | the device that is in the call, and the devices of an account that is rung |
/// | slots | the device that is in the call or may answer it |
/// | quality, speakers, a refused switch, continued elsewhere | the device that is in the call |
/// | elsewhere | the other devices of an account that is in the call |
/// | message | its sender's and receiver's devices |
/// | presence | whoever watches |
/// | found by a query | those who are or were in the call, and those who may join |
#[derive(Debug, Default)]
pub(crate) struct NoFrameToStrangers {
    sessions: BTreeMap<SessionId, (Accid, DeviceId)>,
    /// Each call as it was last told of and as it has been stored since: news of a batch may be of any of these.
    parties: BTreeMap<CallId, Vec<Parties>>,
    /// Those with more than one entry.
    fresh: BTreeSet<CallId>,
    unanswered: BTreeMap<(SessionId, u64), u32>,
    watched: BTreeMap<SessionId, Vec<BTreeSet<Accid>>>,
}

/// Whom a stored call concerns.
#[derive(Debug)]
struct Parties {
    /// Everyone may join.
    open: bool,
    participants: Vec<Participant>,
}

impl Parties {
    fn of(call: &Call) -> Self {
        let terms = call.group.as_ref();
        Self {
            open: terms.is_some_and(|terms| terms.join_mode == JoinMode::Everyone),
            participants: call.participants.clone(),
        }
    }

    fn participant(&self, accid: &Accid) -> Option<&Participant> {
        self.participants.iter().find(|own| own.accid == *accid)
    }
}

/// A device and its account.
#[derive(Debug, Clone, Copy)]
struct Recipient<'a> {
    session: SessionId,
    accid: &'a Accid,
    device: &'a DeviceId,
}

fn rung(own: &Participant, _: Recipient<'_>) -> bool {
    own.state.is_pending()
}

fn inside(own: &Participant, recipient: Recipient<'_>) -> bool {
    own.state.is_in_call() && own.device.as_ref() == Some(recipient.device)
}

fn inside_elsewhere(own: &Participant, recipient: Recipient<'_>) -> bool {
    own.state.is_in_call() && own.device.as_ref() != Some(recipient.device)
}

impl NoFrameToStrangers {
    /// Whether the account's part of the call is, or was a moment ago, like this.
    fn concerns(
        &self,
        recipient: Recipient<'_>,
        call_id: CallId,
        like: &[fn(&Participant, Recipient<'_>) -> bool],
    ) -> Result<(), String> {
        let parties = self.parties.get(&call_id).map_or(&[][..], Vec::as_slice);
        let mut own = parties
            .iter()
            .filter_map(|parties| parties.participant(recipient.accid));
        if own.any(|own| like.iter().any(|like| like(own, recipient))) {
            return Ok(());
        }
        Err(format!(
            "{recipient:?} is told of {call_id}, which does not concern it so"
        ))
    }

    /// A view as an answer: of a call in which the account takes or took part.
    fn shown(&self, recipient: Recipient<'_>, call: &CallView) -> Result<(), String> {
        self.concerns(recipient, call.call_id, &[|_, _| true])
    }

    /// A call that was found: as `shown`, or open to all.
    fn found(&self, recipient: Recipient<'_>, found: &FoundCall) -> Result<(), String> {
        let mut parties = self.parties.get(&found.call_id).into_iter().flatten();
        match &found.call {
            _ if parties.any(|parties| parties.open) => Ok(()),
            Some(call) => self.shown(recipient, call),
            None => Err(format!("{} finds {}", recipient.accid, found.call_id)),
        }
    }

    fn welcome(&self, recipient: Recipient<'_>, snapshot: &Snapshot) -> Result<(), String> {
        for call in &snapshot.calls {
            self.concerns(recipient, call.call_id, &[inside])?;
        }
        for call in &snapshot.elsewhere {
            self.concerns(recipient, call.call_id, &[inside_elsewhere])?;
        }
        for invite in &snapshot.invites {
            self.concerns(recipient, invite.call.call_id, &[rung])?;
        }
        Ok(())
    }

    fn reply(&mut self, recipient: Recipient<'_>, reply: &Reply) -> Result<(), String> {
        let accid = recipient.accid;
        match self.unanswered.get_mut(&(recipient.session, reply.re)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => return Err(format!("{accid} is answered {}, not asked", reply.re)),
        }
        match &reply.ok {
            Some(Success::Call { call, .. }) => self.shown(recipient, call),
            Some(Success::Found { calls }) => calls
                .iter()
                .try_for_each(|found| self.found(recipient, found)),
            _ => Ok(()),
        }
    }

    fn event(&self, recipient: Recipient<'_>, event: &Event) -> Result<(), String> {
        let accid = recipient.accid;
        match event {
            Event::CallInvited { call, .. } => self.concerns(recipient, call.call_id, &[rung]),
            Event::InviteAcceptedElsewhere { call_id }
            | Event::InviteRejectedElsewhere { call_id } => {
                self.concerns(recipient, *call_id, &[rung])
            }
            Event::CallChanged { call_id, .. } | Event::MediaSlots { call_id, .. } => {
                self.concerns(recipient, *call_id, &[rung, inside])
            }
            Event::SwitchRefused { call_id, .. }
            | Event::MediaQuality { call_id, .. }
            | Event::MediaSpeakers { call_id, .. }
            | Event::CallContinuedElsewhere { call_id } => {
                self.concerns(recipient, *call_id, &[inside])
            }
            Event::CallElsewhere { call_id, .. } => {
                self.concerns(recipient, *call_id, &[inside_elsewhere])
            }
            Event::MessageAdded { message } if message.from != *accid && message.to != *accid => {
                Err(format!("{accid} gets message {} of others", message.id))
            }
            Event::PresenceChanged { accounts } => {
                let sets = self.watched.get(&recipient.session).into_iter().flatten();
                let stranger = accounts
                    .iter()
                    .find(|one| !sets.clone().any(|set| set.contains(&one.accid)));
                match stranger {
                    Some(one) => Err(format!(
                        "{accid} is told of {}, whom it does not watch",
                        one.accid
                    )),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn committed(&mut self, writes: &[Write]) {
        for call_id in std::mem::take(&mut self.fresh) {
            if let Some(parties) = self.parties.get_mut(&call_id) {
                parties.drain(..parties.len() - 1);
            }
        }
        for write in writes {
            let (Write::Call(call) | Write::End { call, .. }) = write;
            let parties = self.parties.entry(call.call_id).or_default();
            parties.push(Parties::of(call));
            if parties.len() > 1 {
                self.fresh.insert(call.call_id);
            }
        }
    }

    fn requested(&mut self, session: SessionId, re: u64, command: &Command) {
        *self.unanswered.entry((session, re)).or_default() += 1;
        if let Command::WatchPresence { accids } = command {
            // The batch may fail, and then those watched before still are.
            let set = accids.iter().cloned().collect();
            self.watched.entry(session).or_default().push(set);
        }
    }
}

impl Invariant for NoFrameToStrangers {
    fn name(&self) -> &'static str {
        "no_frame_to_strangers"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Handled { input, .. } | Observation::HandledBeside { input, .. } => {
                match input {
                    Input::Connected {
                        session,
                        accid,
                        device,
                        ..
                    } => {
                        let device = device.id.clone();
                        self.sessions.insert(*session, (accid.clone(), device));
                    }
                    Input::Request {
                        session, request, ..
                    } => self.requested(*session, request.id, &request.command),
                    _ => {}
                }
            }
            Observation::Committed { writes } => self.committed(writes),
            Observation::Delivered {
                session,
                accid,
                delivery,
            } => {
                let Some((known, device)) = self.sessions.get(session).cloned() else {
                    return Err(format!("{accid} gets something without a session"));
                };
                if known != **accid {
                    return Err(format!("{accid} gets what is for {known}"));
                }
                let recipient = Recipient {
                    session: *session,
                    accid: &known,
                    device: &device,
                };
                match delivery {
                    Delivery::Welcome(snapshot) => self.welcome(recipient, snapshot)?,
                    Delivery::Reply(reply) => self.reply(recipient, reply)?,
                    Delivery::Event(event) => self.event(recipient, event)?,
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hullo_core::hub::Known;
    use hullo_protocol::{CallDelta, Request};

    use super::*;
    use crate::testing::{CALL, accid, first_failure, stored_call};

    const SESSION: SessionId = SessionId(1);

    fn connected(name: &str) -> Input {
        Input::Connected {
            session: SESSION,
            accid: accid(name),
            device: crate::testing::device(),
            request: 1,
            calls: Vec::new(),
        }
    }

    fn handled(input: &Input) -> Observation<'_> {
        Observation::Handled {
            input,
            outputs: &[],
            timer: None,
        }
    }

    /// Whether it is noticed when this device gets this event of alice's call to bob.
    fn noticed(name: &str, event: &Event) -> bool {
        let (accid, connect) = (accid(name), connected(name));
        let writes = [Write::Call(Arc::new(stored_call(CALL)))];
        let observations = [
            handled(&connect),
            Observation::Committed { writes: &writes },
            Observation::Delivered {
                session: SESSION,
                accid: &accid,
                delivery: Delivery::Event(event),
            },
        ];
        first_failure(&mut NoFrameToStrangers::default(), &observations).is_some()
    }

    #[test]
    fn frame_to_a_stranger_is_noticed() {
        let changed = Event::CallChanged {
            call_id: CALL,
            base: 0,
            version: 1,
            delta: CallDelta::default(),
        };
        assert!(!noticed("alice", &changed));
        assert!(!noticed("bob", &changed));
        assert!(noticed("carol", &changed));
    }

    #[test]
    fn news_for_another_device_of_the_account_is_noticed() {
        let elsewhere = Event::CallElsewhere {
            call_id: CALL,
            call: None,
        };
        assert!(
            noticed("alice", &elsewhere),
            "she is in it on this very device"
        );
        let quality = Event::MediaQuality {
            call_id: CALL,
            reports: Vec::new(),
        };
        assert!(!noticed("alice", &quality));
        assert!(noticed("bob", &quality), "he is rung, and not in it");
    }

    #[test]
    fn presence_that_nobody_asked_for_is_noticed() {
        let accounts = vec![hullo_protocol::Presence {
            accid: accid("bob"),
            online: true,
        }];
        assert!(noticed("alice", &Event::PresenceChanged { accounts }));
    }

    #[test]
    fn second_answer_to_one_request_is_noticed() {
        let alice = accid("alice");
        let connect = connected("alice");
        let ask = Input::Request {
            session: SESSION,
            request: Request {
                id: 2,
                request_id: None,
                command: Command::Ping,
            },
            known: Known::default(),
        };
        let reply = Reply::new(2, Ok(Success::Done));
        let delivered = Observation::Delivered {
            session: SESSION,
            accid: &alice,
            delivery: Delivery::Reply(&reply),
        };
        let observations = [
            handled(&connect),
            handled(&ask),
            delivered.clone(),
            delivered,
        ];
        let mut invariant = NoFrameToStrangers::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(3));
    }
}
