//! What the hub is fuzzed with next: anything.

use hullo_core::hub::{Input, Known, MediaEvent, RoomGrant, SessionId};
use hullo_protocol::{
    Accid, CallId, Command, DeviceId, DeviceInfo, DeviceState, ErrorKind, GroupTerms, InviteMode,
    InviteMore, JoinMode, Media, OtherCall, Platform, RefusedInvite, Request, RequestId, StartCall,
    Token, Uid,
};

use super::{HubFuzz, Replayable};
use crate::media_plane::{Remote, offer};

/// What the devices of an account run on.
const PLATFORMS: [Platform; 3] = [Platform::Web, Platform::Ios, Platform::Desktop];
/// An account that does not exist.
const NOBODY: &str = "nobody";
/// The only group.
const GROUP: &str = "team";

/// How many requests may come again.
const REPLAYABLE_MAX: usize = 12;

impl HubFuzz {
    pub(super) fn draw_input(&mut self) -> Input {
        match self.dice.index(100) {
            0..=7 => self.connect(),
            8..=10 => match self.any_session() {
                Some(session) => {
                    self.sessions.remove(&session);
                    Input::Disconnected { session }
                }
                None => self.connect(),
            },
            11..=24 => self.media(),
            25 => match self.dice.index(4) {
                0 => Input::SignOut {
                    accid: self.accounts[self.dice.index(self.accounts.len())].clone(),
                },
                _ => Input::Timeout,
            },
            _ => self.request(),
        }
    }

    fn connect(&mut self) -> Input {
        let index = self.dice.index(self.accounts.len());
        let accid = self.accounts[index].clone();
        let device = self.dice.index(PLATFORMS.len());
        let session = SessionId(self.next_session);
        self.next_session += 1;
        // The newer session replaces the older one of the same device.
        let own = (accid.clone(), device);
        self.sessions.retain(|_, of| *of != own);
        self.sessions.insert(session, own);
        let id = match DeviceId::parse(&format!("{accid}-{device}")) {
            Ok(id) => id,
            Err(error) => panic!("an account's name and a number are a device id: {error}"),
        };
        Input::Connected {
            session,
            accid,
            device: DeviceInfo {
                id,
                platform: PLATFORMS[device],
                sdk_version: None,
            },
            request: 0,
            calls: self.calls.iter().rev().take(3).copied().collect(),
        }
    }

    fn any_session(&mut self) -> Option<SessionId> {
        let all: Vec<SessionId> = self.sessions.keys().copied().collect();
        (!all.is_empty()).then(|| all[self.dice.index(all.len())])
    }

    fn media(&mut self) -> Input {
        if self.peers.is_empty() {
            return Input::Timeout;
        }
        let (call_id, peer) = self.peers[self.dice.index(self.peers.len())];
        let event = match self.dice.index(6) {
            0..=2 => MediaEvent::Connected(peer),
            3 => MediaEvent::Lost(peer),
            4 => MediaEvent::Recovered(peer),
            _ => MediaEvent::Failed(peer),
        };
        Input::Media { call_id, event }
    }

    fn request(&mut self) -> Input {
        let Some(session) = self.any_session() else {
            return self.connect();
        };
        let own = self.sessions[&session].clone();
        let id = self.next_id;
        self.next_id += 1;
        let request = self.earlier_request(&own).unwrap_or_else(|| {
            let (command, grant) = self.draw_command(&own.0);
            let request_id = RequestId::from_u128(u128::from(id));
            (own, request_id, command, grant)
        });
        if self.replayable.len() >= REPLAYABLE_MAX {
            self.replayable.pop_front();
        }
        self.replayable.push_back(request.clone());
        let (_, request_id, command, grant) = request;
        Input::Request {
            session,
            request: Request {
                id,
                request_id: Some(request_id),
                command,
            },
            known: Known {
                grant,
                refused: nobody().into_iter().collect(),
                ..Known::default()
            },
        }
    }

    /// Now and then, something that this device has asked already.
    fn earlier_request(&mut self, device: &(Accid, usize)) -> Option<Replayable> {
        if !self.dice.chance(150) {
            return None;
        }
        let own: Vec<&Replayable> = self
            .replayable
            .iter()
            .filter(|(of, ..)| of == device)
            .collect();
        let index = (!own.is_empty()).then(|| self.dice.index(own.len()))?;
        self.stats.count_fault("request repeated");
        Some(own[index].clone())
    }

    fn draw_command(&mut self, me: &Accid) -> (Command, Option<RoomGrant>) {
        if self.calls.is_empty() || self.dice.chance(180) {
            return self.dial(me);
        }
        // One of the newest: the others are over.
        let newest = self.calls.len().min(4);
        let call_id = self.calls[self.calls.len() - 1 - self.dice.index(newest)];
        let media = if self.dice.chance(500) {
            Media::Audio
        } else {
            Media::Video
        };
        let command = self.command_about(call_id, media);
        let uid = Uid(self.dice.pick(1..=4));
        (command, self.grant(call_id, me, uid))
    }

    fn command_about(&mut self, call_id: CallId, media: Media) -> Command {
        match self.dice.index(24) {
            0 => Command::Ring { call_id },
            1..=4 => Command::Accept {
                call_id,
                room_token: None,
                other: [None, Some(OtherCall::End), Some(OtherCall::Hold)][self.dice.index(3)],
            },
            5 => Command::Reject {
                call_id,
                without_token: self.dice.chance(200),
            },
            6 => Command::Cancel { call_id },
            7 => Command::Hangup { call_id },
            8 => Command::Switch { call_id, media },
            9 => Command::AnswerSwitch {
                call_id,
                agree: self.dice.chance(700),
            },
            10 => Command::CallSnapshot { call_id },
            11..=12 => Command::OfferMedia {
                call_id,
                sdp: offer(Remote {
                    device: self.dice.index(2),
                    page: 1,
                    number: 1,
                    audio: 1,
                    video: 1,
                    screen: true,
                }),
            },
            13 => Command::SetMedia {
                call_id,
                audio: self.draw_device_state(),
                video: self.draw_device_state(),
                // Without dice of its own, which would shift all that are thrown later.
                screen: [None, Some(true), Some(false)][(self.next_id % 3) as usize],
            },
            14 => Command::End { call_id },
            15..=16 => Command::Invite(InviteMore {
                call_id,
                callees: self.some_accounts(),
                attachment: None,
                ring_ms: self.dice.chance(800).then_some(8_000),
            }),
            17..=18 => Command::Join {
                call_id,
                room_token: None,
            },
            19 => Command::Continue { call_id },
            20 => Command::Hold {
                call_id,
                held: self.dice.chance(600),
            },
            21 => self.query(call_id),
            22 => Command::Subscribe {
                call_id,
                videos: vec![Uid(2), Uid(1)],
            },
            _ => self.rare_command(call_id),
        }
    }

    fn rare_command(&mut self, call_id: CallId) -> Command {
        match self.dice.index(4) {
            0 => Command::Logout,
            1 => Command::ReportFirstFrame { call_id, ms: 300 },
            2 => Command::WatchPresence {
                accids: self.some_accounts(),
            },
            _ => Command::Ping,
        }
    }

    fn query(&mut self, call_id: CallId) -> Command {
        let by_name = self.dice.chance(500);
        Command::Query {
            call_id: by_name.then_some(call_id),
            group_id: (!by_name).then(|| GROUP.to_owned()),
        }
    }

    /// One to three accounts, oneself and one that does not exist among them at times, and one twice.
    fn some_accounts(&mut self) -> Vec<Accid> {
        let count = self.dice.pick(1..=3);
        let mut all = self.accounts.clone();
        all.extend(Accid::parse(NOBODY).ok());
        (0..count)
            .map(|_| all[self.dice.index(all.len())].clone())
            .collect()
    }

    /// Now and then there is none, or it is another account's.
    fn grant(&mut self, call_id: CallId, me: &Accid, uid: Uid) -> Option<RoomGrant> {
        let accid = match self.dice.chance(950) {
            true => me.clone(),
            false => self.accounts[self.dice.index(self.accounts.len())].clone(),
        };
        let grant = RoomGrant {
            call_id,
            accid,
            uid,
        };
        self.dice.chance(900).then_some(grant)
    }

    fn dial(&mut self, me: &Accid) -> (Command, Option<RoomGrant>) {
        let bits = u128::from(self.dice.seed());
        // Now and then a name that has been used, long ago or just now.
        let used = bits.is_multiple_of(16).then(|| {
            let place = usize::try_from(bits / 16 % 1_000).unwrap_or_default();
            self.calls
                .iter()
                .rev()
                .nth(place % self.calls.len().max(1))
                .copied()
        });
        let call_id = used
            .flatten()
            .unwrap_or_else(|| CallId::from_parts(self.now.0, bits));
        self.calls.push(call_id);
        let group = self.dice.chance(500).then(|| GroupTerms {
            group_id: self.dice.chance(700).then(|| GROUP.to_owned()),
            invite_mode: [InviteMode::Everyone, InviteMode::Caller][self.dice.index(2)],
            join_mode: [JoinMode::Invited, JoinMode::Everyone][self.dice.index(2)],
            keep_last: self.dice.chance(200),
        });
        let callees = match group {
            Some(_) => self.some_accounts(),
            None => vec![self.accounts[self.dice.index(self.accounts.len())].clone()],
        };
        let start = StartCall {
            call_id,
            callees,
            group,
            media: Media::Video,
            attachment: None,
            ring_ms: self.dice.chance(800).then_some(8_000),
            room_token: Some(Token::from("checked by the shell".to_owned())),
        };
        let grant = self.grant(call_id, me, Uid(1));
        (Command::StartCall(start), grant)
    }

    fn draw_device_state(&mut self) -> DeviceState {
        use DeviceState::{Asking, Failed, Off, On};
        [Off, Asking, On, Failed][self.dice.index(4)]
    }
}

/// An account that the shell could not find.
fn nobody() -> Option<RefusedInvite> {
    let kind = ErrorKind::AccountNotFound;
    let accid = Accid::parse(NOBODY).ok()?;
    Some(RefusedInvite { accid, kind })
}
