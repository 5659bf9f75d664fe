//! No media before the accept, in either direction, and no open device without a call.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::endpoint::{MediaCommand, Op, Output, State};
use hullo_core::hub::{PeerId, RoomCommand, Write};
use hullo_protocol::{CallId, CallState, Uid};

use crate::invariant::Invariant;
use crate::observation::{EndpointView, Observation, Page};

/// Nothing flows before an accept is durable: no endpoint sends, the media plane admits nobody; and the callee's devices
/// stay closed until the callee says yes.
#[derive(Debug, Default)]
pub(crate) struct NoMediaBeforeAccept {
    accepted: BTreeSet<CallId>,
    /// What the page does since its last call began.
    pages: BTreeMap<Page, Doing>,
}

#[derive(Debug, Default)]
struct Doing {
    flows: bool,
    captures: bool,
    said_yes: bool,
    call: Option<CallId>,
}

impl NoMediaBeforeAccept {
    fn inspect(&mut self, page: Page, view: &EndpointView<'_>) -> Result<(), String> {
        let doing = self.pages.entry(page).or_default();
        let call_id = view.call.map(|call| call.call_id);
        if doing.call != call_id {
            doing.call = call_id;
            doing.said_yes = false;
        }
        let Some(call_id) = call_id else {
            return Ok(());
        };
        if doing.flows && !self.accepted.contains(&call_id) {
            return Err(format!(
                "{page}: sends media into {call_id}, which nobody accepted"
            ));
        }
        if doing.flows && view.state != State::InCall {
            return Err(format!("{page}: sends media while {:?}", view.state));
        }
        if doing.captures && view.state == State::Called && !doing.said_yes {
            return Err(format!(
                "{page}: its devices are open while {call_id} rings"
            ));
        }
        Ok(())
    }
}

impl Invariant for NoMediaBeforeAccept {
    fn name(&self) -> &'static str {
        "no_media_before_accept"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                for write in *writes {
                    if let Write::Call(call) = write
                        && call.state == CallState::Active
                    {
                        self.accepted.insert(call.call_id);
                    }
                    if let Write::End { record, .. } = write
                        && record.accepted_at_ms.is_some()
                    {
                        self.accepted.insert(record.call_id);
                    }
                }
            }
            Observation::Commanded {
                call_id,
                command: RoomCommand::Admit(peer),
            } if !self.accepted.contains(call_id) => {
                return Err(format!(
                    "peer {} is admitted to {call_id}, which nobody accepted",
                    peer.0
                ));
            }
            Observation::OpStarted {
                page,
                op:
                    Op::Accept { .. }
                    | Op::AcceptWaiting { .. }
                    | Op::Join { .. }
                    | Op::ContinueHere { .. },
                ..
            } => self.pages.entry(*page).or_default().said_yes = true,
            Observation::Emitted {
                page,
                output: Output::Media { command },
            } => {
                let doing = self.pages.entry(*page).or_default();
                match command {
                    MediaCommand::Flow {
                        audio,
                        video,
                        screen,
                        ..
                    } => doing.flows = *audio || *video || *screen,
                    MediaCommand::Capture {
                        audio,
                        video,
                        screen,
                    } => doing.captures = *audio || *video || *screen,
                    MediaCommand::Open { .. } => doing.flows = false,
                    MediaCommand::Close => (doing.flows, doing.captures) = (false, false),
                    _ => {}
                }
            }
            Observation::Inspected { page, view } => return self.inspect(*page, view),
            _ => {}
        }
        Ok(())
    }
}

/// Nothing flows from or to whoever holds a call: its connection is held, too, or not admitted.
#[derive(Debug, Default)]
pub(crate) struct HeldIsSilent {
    /// Those who hold a call, by number.
    held: BTreeSet<(CallId, Uid)>,
    /// Connections, and whether media may flow.
    peers: BTreeMap<PeerId, (CallId, Uid, bool)>,
}

impl HeldIsSilent {
    fn command(&mut self, call_id: CallId, command: &RoomCommand) {
        match command {
            RoomCommand::Negotiate { peer, uid, .. } => {
                self.peers.entry(*peer).or_insert((call_id, *uid, false));
            }
            RoomCommand::Admit(peer) => self.set(*peer, true),
            RoomCommand::Hold { peer, held } => self.set(*peer, !held),
            RoomCommand::Remove(peer) => {
                self.peers.remove(peer);
            }
            RoomCommand::Close => self.peers.retain(|_, (of, ..)| *of != call_id),
            RoomCommand::Open | RoomCommand::Subscribe { .. } | RoomCommand::Share(_) => {}
        }
    }

    fn set(&mut self, peer: PeerId, flows: bool) {
        if let Some((_, _, open)) = self.peers.get_mut(&peer) {
            *open = flows;
        }
    }
}

impl Invariant for HeldIsSilent {
    fn name(&self) -> &'static str {
        "held_is_silent"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Committed { writes } => {
                // The commands of the batch before have been carried out.
                let loud = self.peers.iter().find(|(_, (call_id, uid, flows))| {
                    *flows && self.held.contains(&(*call_id, *uid))
                });
                if let Some((peer, (call_id, uid, _))) = loud {
                    return Err(format!(
                        "uid {uid} holds {call_id}, and media flows through peer {}",
                        peer.0
                    ));
                }
                for write in *writes {
                    let (Write::Call(call) | Write::End { call, .. }) = write;
                    for own in &call.participants {
                        let key = (call.call_id, own.uid);
                        if own.held {
                            self.held.insert(key);
                        } else {
                            self.held.remove(&key);
                        }
                    }
                }
            }
            Observation::Commanded { call_id, command } => self.command(*call_id, command),
            Observation::Crashed => self.peers.clear(),
            _ => {}
        }
        Ok(())
    }
}

/// An idle endpoint has no open device and no connection.
#[derive(Debug, Default)]
pub(crate) struct DevicesClosedWhenIdle {
    open: BTreeMap<Page, (bool, bool)>,
}

impl Invariant for DevicesClosedWhenIdle {
    fn name(&self) -> &'static str {
        "devices_closed_when_idle"
    }

    fn observe(&mut self, _: Time, observation: &Observation<'_>) -> Result<(), String> {
        match observation {
            Observation::Emitted {
                page,
                output: Output::Media { command },
            } => {
                let (capture, connection) = self.open.entry(*page).or_default();
                match command {
                    MediaCommand::Open { .. } => *connection = true,
                    MediaCommand::Capture {
                        audio,
                        video,
                        screen,
                    } => *capture = *audio || *video || *screen,
                    MediaCommand::Close => (*capture, *connection) = (false, false),
                    _ => {}
                }
                Ok(())
            }
            Observation::Inspected { page, view } if view.state == State::Idle => {
                match self.open.get(page).copied().unwrap_or_default() {
                    (false, false) => Ok(()),
                    (capture, connection) => Err(format!(
                        "{page}: is idle with devices open: {capture}, connection open: {connection}"
                    )),
                }
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hullo_core::hub::SessionId;

    use super::*;
    use crate::testing::{CALL, PAGE, first_failure, inspected, inspected_idle, stored_call, view};

    fn flow() -> Output {
        Output::Media {
            command: MediaCommand::Flow {
                peer: 1,
                audio: true,
                video: false,
                screen: false,
            },
        }
    }

    fn capture() -> Output {
        Output::Media {
            command: MediaCommand::Capture {
                audio: true,
                video: false,
                screen: false,
            },
        }
    }

    fn emitted(output: &Output) -> Observation<'_> {
        Observation::Emitted { page: PAGE, output }
    }

    #[test]
    fn media_sent_before_anyone_accepted_is_noticed() {
        let (flow, call) = (flow(), view(CallState::Active, 2));
        let observations = [emitted(&flow), inspected(PAGE, State::InCall, Some(&call))];
        let mut invariant = NoMediaBeforeAccept::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
        let mut accepted = NoMediaBeforeAccept {
            accepted: BTreeSet::from([CALL]),
            ..NoMediaBeforeAccept::default()
        };
        assert_eq!(first_failure(&mut accepted, &observations), None);
    }

    #[test]
    fn callee_whose_devices_open_while_it_rings_is_noticed() {
        let (capture, call) = (capture(), view(CallState::Ringing, 2));
        let observations = [
            emitted(&capture),
            inspected(PAGE, State::Called, Some(&call)),
        ];
        let mut invariant = NoMediaBeforeAccept::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(1));
    }

    #[test]
    fn peer_admitted_before_anyone_accepted_is_noticed() {
        let observations = [Observation::Commanded {
            call_id: CALL,
            command: &RoomCommand::Admit(PeerId(1)),
        }];
        let mut invariant = NoMediaBeforeAccept::default();
        assert_eq!(first_failure(&mut invariant, &observations), Some(0));
    }

    #[test]
    fn media_of_someone_who_holds_the_call_is_noticed() {
        let mut call = stored_call(CALL);
        call.participants[0].held = true;
        let held = [Write::Call(Arc::new(call))];
        let commands = |last: RoomCommand| {
            [
                RoomCommand::Negotiate {
                    peer: PeerId(1),
                    uid: Uid(1),
                    session: SessionId(1),
                    re: 1,
                    sdp: String::new(),
                },
                RoomCommand::Admit(PeerId(1)),
                last,
            ]
        };
        let run = |last| {
            let commands = commands(last);
            let mut observations: Vec<Observation<'_>> =
                vec![Observation::Committed { writes: &held }];
            observations.extend(commands.iter().map(|command| Observation::Commanded {
                call_id: CALL,
                command,
            }));
            observations.push(Observation::Committed { writes: &[] });
            first_failure(&mut HeldIsSilent::default(), &observations)
        };
        let hold = RoomCommand::Hold {
            peer: PeerId(1),
            held: true,
        };
        assert_eq!(run(hold), None);
        assert_eq!(run(RoomCommand::Remove(PeerId(1))), None);
        assert_eq!(run(RoomCommand::Open), Some(4));
    }

    #[test]
    fn device_left_open_is_noticed() {
        let (open, close) = (
            capture(),
            Output::Media {
                command: MediaCommand::Close,
            },
        );
        let closed = [emitted(&open), emitted(&close), inspected_idle()];
        let left_open = [emitted(&open), inspected_idle()];
        let run = |observations| first_failure(&mut DevicesClosedWhenIdle::default(), observations);
        assert_eq!(run(&closed), None);
        assert_eq!(run(&left_open), Some(1));
    }
}
