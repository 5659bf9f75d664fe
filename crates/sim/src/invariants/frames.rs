//! Who is told what: nobody hears of calls that are not theirs, and versions only grow.

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::hub::{Input, SessionId, Write};
use hullo_protocol::{Accid, CallId, CallView, Command, Event, Reply, Success};

use super::Invariant;
use crate::fact::{Fact, Page, Telling};

/// A session is told only of calls and messages of its account, and answered only what it asked.
#[derive(Debug, Default)]
pub(super) struct NoFrameToStrangers {
    sessions: BTreeMap<SessionId, Accid>,
    participants: BTreeMap<CallId, Vec<Accid>>,
    asked: BTreeMap<(SessionId, u64), u32>,
}

impl NoFrameToStrangers {
    fn call(&self, accid: &Accid, call_id: CallId) -> Result<(), String> {
        match self.participants.get(&call_id) {
            Some(participants) if participants.contains(accid) => Ok(()),
            Some(_) => Err(format!("{accid} is told of {call_id} of others")),
            None => Err(format!(
                "{accid} is told of {call_id}, which nobody started"
            )),
        }
    }

    fn view(&self, accid: &Accid, call: &CallView) -> Result<(), String> {
        self.call(accid, call.call_id)
    }

    fn reply(&mut self, session: SessionId, accid: &Accid, reply: &Reply) -> Result<(), String> {
        match self.asked.get_mut(&(session, reply.re)) {
            Some(left) if *left > 0 => *left -= 1,
            _ => return Err(format!("{accid} is answered {}, not asked", reply.re)),
        }
        match &reply.ok {
            Some(Success::Call { call, .. }) => self.view(accid, call),
            _ => Ok(()),
        }
    }

    fn event(&self, accid: &Accid, event: &Event) -> Result<(), String> {
        match event {
            Event::CallInvited { call, .. } => self.view(accid, call),
            Event::CallChanged { call_id, .. }
            | Event::InviteAcceptedElsewhere { call_id }
            | Event::InviteRejectedElsewhere { call_id }
            | Event::SwitchRefused { call_id, .. }
            | Event::MediaSlots { call_id, .. }
            | Event::MediaQuality { call_id, .. } => self.call(accid, *call_id),
            Event::MessageAdded { message } if message.from != *accid && message.to != *accid => {
                Err(format!("{accid} gets message {} of others", message.id))
            }
            _ => Ok(()),
        }
    }
}

impl Invariant for NoFrameToStrangers {
    fn name(&self) -> &'static str {
        "no_frame_to_strangers"
    }

    fn observe(&mut self, _: Time, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Handled { input, .. } => match input {
                Input::Connected { session, accid, .. } => {
                    self.sessions.insert(*session, accid.clone());
                }
                Input::Request {
                    session, request, ..
                } => {
                    *self.asked.entry((*session, request.id)).or_default() += 1;
                    if let Command::StartCall(start) = &request.command
                        && let Some(caller) = self.sessions.get(session)
                    {
                        let mut all = vec![caller.clone()];
                        all.extend(start.callees.iter().cloned());
                        self.participants.entry(start.call_id).or_insert(all);
                    }
                }
                _ => {}
            },
            Fact::Told {
                session,
                accid,
                telling,
            } => match telling {
                Telling::Welcome(snapshot) => {
                    for call in &snapshot.calls {
                        self.view(accid, call)?;
                    }
                    for invite in &snapshot.invites {
                        self.view(accid, &invite.call)?;
                    }
                }
                Telling::Reply(reply) => self.reply(*session, accid, reply)?,
                Telling::Event(event) => self.event(accid, event)?,
            },
            _ => {}
        }
        Ok(())
    }
}

/// The versions of a call only grow: in what is stored, in what a session is told of changes, in what an endpoint shows.
#[derive(Debug, Default)]
pub(super) struct VersionsOnlyGrow {
    stored: BTreeMap<CallId, u64>,
    told: BTreeMap<(SessionId, CallId), u64>,
    shown: BTreeMap<(Page, CallId), u64>,
}

impl Invariant for VersionsOnlyGrow {
    fn name(&self) -> &'static str {
        "versions_only_grow"
    }

    fn observe(&mut self, _: Time, fact: &Fact<'_>) -> Result<(), String> {
        match fact {
            Fact::Kept { writes } => {
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    let last = self.stored.insert(call.call_id, call.version);
                    if last.is_some_and(|last| call.version < last) {
                        return Err(format!(
                            "version {} of {} is stored after {last:?}",
                            call.version, call.call_id
                        ));
                    }
                }
                Ok(())
            }
            Fact::Told {
                session,
                telling:
                    Telling::Event(Event::CallChanged {
                        call_id, version, ..
                    }),
                ..
            } => {
                let last = self.told.insert((*session, *call_id), *version);
                match last {
                    Some(last) if *version <= last => Err(format!(
                        "session {} is told version {version} of {call_id} after {last}",
                        session.0
                    )),
                    _ => Ok(()),
                }
            }
            Fact::Stood { page, stand } => {
                let Some(call) = stand.call else {
                    return Ok(());
                };
                let last = self.shown.insert((*page, call.call_id), call.version);
                match last {
                    Some(last) if call.version < last => Err(format!(
                        "{page}: shows version {} of {} after {last}",
                        call.version, call.call_id
                    )),
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use hullo_core::endpoint::State;
    use hullo_protocol::{CallDelta, CallState, Media, Request, StartCall};

    use super::*;
    use crate::testing::{CALL, PAGE, accid, first_failure, stood_in, view};

    const SESSION: SessionId = SessionId(1);

    fn connected(name: &str, session: SessionId) -> Input {
        Input::Connected {
            session,
            accid: accid(name),
            device: crate::testing::device(),
            request: 1,
            calls: Vec::new(),
        }
    }

    fn started() -> Input {
        let command = Command::StartCall(StartCall {
            call_id: CALL,
            callees: vec![accid("bob")],
            group: None,
            media: Media::Audio,
            attachment: None,
            ring_ms: None,
            room_token: None,
        });
        let request = Request {
            id: 2,
            request_id: None,
            command,
        };
        Input::Request {
            session: SESSION,
            request,
            grant: None,
            unknown: Vec::new(),
        }
    }

    fn handled(input: &Input) -> Fact<'_> {
        Fact::Handled {
            input,
            outputs: &[],
            timer: None,
        }
    }

    fn changed(version: u64) -> Event {
        Event::CallChanged {
            call_id: CALL,
            version,
            delta: CallDelta::default(),
        }
    }

    fn told<'a>(accid: &'a Accid, telling: Telling<'a>) -> Fact<'a> {
        Fact::Told {
            session: SESSION,
            accid,
            telling,
        }
    }

    #[test]
    fn a_frame_to_a_stranger_is_noticed() {
        let (alice, carol) = (accid("alice"), accid("carol"));
        let (connect, start, event) = (connected("alice", SESSION), started(), changed(1));
        let facts = [
            handled(&connect),
            handled(&start),
            told(&alice, Telling::Event(&event)),
            told(&carol, Telling::Event(&event)),
        ];
        let mut invariant = NoFrameToStrangers::default();
        assert_eq!(first_failure(&mut invariant, &facts), Some(3));
    }

    #[test]
    fn a_second_answer_to_one_request_is_noticed() {
        let alice = accid("alice");
        let (connect, start) = (connected("alice", SESSION), started());
        let reply = Reply::new(2, Ok(Success::Done));
        let facts = [
            handled(&connect),
            handled(&start),
            told(&alice, Telling::Reply(&reply)),
            told(&alice, Telling::Reply(&reply)),
        ];
        let mut invariant = NoFrameToStrangers::default();
        assert_eq!(first_failure(&mut invariant, &facts), Some(3));
    }

    #[test]
    fn a_version_told_twice_is_noticed() {
        let alice = accid("alice");
        let (one, two) = (changed(1), changed(2));
        let facts = [&one, &two, &two].map(|event| told(&alice, Telling::Event(event)));
        let mut invariant = VersionsOnlyGrow::default();
        assert_eq!(first_failure(&mut invariant, &facts), Some(2));
    }

    #[test]
    fn an_endpoint_that_goes_back_a_version_is_noticed() {
        let (old, new) = (view(CallState::Ringing, 1), view(CallState::Ringing, 2));
        let facts = [&old, &new, &old].map(|call| stood_in(PAGE, State::Calling, Some(call)));
        let mut invariant = VersionsOnlyGrow::default();
        assert_eq!(first_failure(&mut invariant, &facts), Some(2));
    }
}
