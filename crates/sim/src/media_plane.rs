//! The server's media plane: rooms and peers without packets. It answers offers, and knows who is connected, who has
//! fallen silent and who may hear whom.

use std::collections::{BTreeMap, BTreeSet};

use hullo_core::Time;
use hullo_core::hub::{MediaEvent, PeerId, RoomCommand};
use hullo_protocol::{CallId, Quality, QualityReport, Slot, SlotKind, Uid};

/// Of so many offers one finds the media plane busy.
const BUSY_EVERY: u64 = 7;

/// The rooms of one server process.
#[derive(Debug)]
pub struct MediaPlane {
    /// Which process; its DTLS identity.
    epoch: u64,
    /// How many have come.
    offers: u64,
    rooms: BTreeMap<CallId, BTreeMap<PeerId, Peer>>,
    /// Whose screens are shared.
    sharers: BTreeMap<CallId, Uid>,
}

/// One media connection as the server sees it.
#[derive(Debug)]
pub struct Peer {
    pub uid: Uid,
    /// Its other end.
    pub remote: Remote,
    /// ICE and DTLS are done.
    pub connected: bool,
    /// Since when no packet has come.
    pub silent_since: Option<Time>,
    /// The silence has been reported.
    pub lost: bool,
    /// Media may flow from and to it.
    pub admitted: bool,
    /// Its participant holds the call: nothing flows.
    pub held: bool,
    /// Whose pictures it shows; all, as there is room, unless it has said so.
    wanted_videos: Option<Vec<Uid>>,
    slots: Vec<Slot>,
}

/// The other end of a connection: a page's RTCPeerConnection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// Index of the device.
    pub device: usize,
    pub page: u32,
    /// Which connection of the page.
    pub number: u32,
    /// How many m-lines receive sound.
    pub audio: u8,
    /// How many m-lines receive pictures.
    pub video: u8,
    /// Whether there is an m-line for screens.
    pub screen: bool,
}

/// How long the server waits for a packet before it calls a peer lost.
pub const SILENCE_MS: u64 = 5_000;

/// The offer of a page's connection.
pub fn offer(remote: Remote) -> String {
    let Remote {
        device,
        page,
        number,
        audio,
        video,
        screen,
    } = remote;
    let screen = u8::from(screen);
    format!(
        "v=0\r\no=sim {device} {page} {number}\r\na=lines:{audio} {video} {screen}\r\na=fingerprint:sha-256 D{device}:{page}:{number}\r\n"
    )
}

/// The answer of peer `peer` of the process `epoch`.
fn answer(epoch: u64, peer: PeerId) -> String {
    format!(
        "v=0\r\no=sim {epoch} {}\r\na=fingerprint:sha-256 5E:{epoch:02}\r\n",
        peer.0
    )
}

/// Reads an offer made by [`offer`].
fn parse_offer(sdp: &str) -> Option<Remote> {
    let mut numbers = origin(sdp)?;
    let mut lines = numbers_of(sdp, "a=lines:")?;
    Some(Remote {
        device: numbers.next()?.try_into().ok()?,
        page: numbers.next()?.try_into().ok()?,
        number: numbers.next()?.try_into().ok()?,
        audio: lines.next()?.try_into().ok()?,
        video: lines.next()?.try_into().ok()?,
        screen: lines.next()? > 0,
    })
}

/// Which process and which of its peers made this answer.
pub fn parse_answer(sdp: &str) -> Option<(u64, PeerId)> {
    let mut numbers = origin(sdp)?;
    Some((numbers.next()?, PeerId(numbers.next()?)))
}

fn origin(sdp: &str) -> Option<impl Iterator<Item = u64>> {
    numbers_of(sdp, "o=sim ")
}

fn numbers_of<'a>(sdp: &'a str, prefix: &str) -> Option<impl Iterator<Item = u64> + use<'a>> {
    let line = sdp.lines().find_map(|line| line.strip_prefix(prefix))?;
    Some(line.split(' ').filter_map(|number| number.parse().ok()))
}

impl MediaPlane {
    pub fn new(epoch: u64) -> Self {
        Self {
            epoch,
            offers: 0,
            rooms: BTreeMap::new(),
            sharers: BTreeMap::new(),
        }
    }

    /// Too many offers wait for this one to be read, too: now and then, and never twice in a row.
    pub fn is_busy(&mut self) -> bool {
        self.offers += 1;
        self.offers.is_multiple_of(BUSY_EVERY)
    }

    /// Carries out a command of the hub; a negotiation gives the answer, or `None` for an offer that cannot be read.
    pub fn command(&mut self, call_id: CallId, command: &RoomCommand) -> Option<String> {
        match command {
            RoomCommand::Open => {
                self.rooms.entry(call_id).or_default();
                None
            }
            RoomCommand::Negotiate { peer, uid, sdp, .. } => {
                let remote = parse_offer(sdp)?;
                let room = self.rooms.get_mut(&call_id)?;
                let known = room.entry(*peer).or_insert(Peer {
                    uid: *uid,
                    remote,
                    connected: false,
                    silent_since: None,
                    lost: false,
                    admitted: false,
                    held: false,
                    wanted_videos: None,
                    slots: Vec::new(),
                });
                known.remote = remote;
                Some(answer(self.epoch, *peer))
            }
            RoomCommand::Admit(peer) => {
                if let Some(peer) = self.peer(call_id, *peer) {
                    peer.admitted = true;
                }
                None
            }
            RoomCommand::Subscribe { peer, videos } => {
                if let Some(peer) = self.peer(call_id, *peer) {
                    peer.wanted_videos = Some(videos.clone());
                }
                None
            }
            RoomCommand::Share(sharer) => {
                self.sharers.remove(&call_id);
                let open = sharer.filter(|_| self.rooms.contains_key(&call_id));
                self.sharers.extend(open.map(|uid| (call_id, uid)));
                None
            }
            RoomCommand::Hold { peer, held } => {
                if let Some(peer) = self.peer(call_id, *peer) {
                    peer.held = *held;
                }
                None
            }
            RoomCommand::Remove(peer) => {
                if let Some(room) = self.rooms.get_mut(&call_id) {
                    room.remove(peer);
                }
                None
            }
            RoomCommand::Close => {
                self.rooms.remove(&call_id);
                self.sharers.remove(&call_id);
                None
            }
        }
    }

    /// Looks at the packets: `reachable` says whether they flow between a peer and its other end now.
    pub fn poll(
        &mut self,
        now: Time,
        mut reachable: impl FnMut(u64, PeerId, Remote) -> bool,
    ) -> Vec<(CallId, MediaEvent)> {
        let mut events = Vec::new();
        for (call_id, room) in &mut self.rooms {
            for (id, peer) in room.iter_mut() {
                if reachable(self.epoch, *id, peer.remote) {
                    peer.silent_since = None;
                    if !peer.connected {
                        peer.connected = true;
                        events.push((*call_id, MediaEvent::Connected(*id)));
                    } else if peer.lost {
                        events.push((*call_id, MediaEvent::Recovered(*id)));
                    }
                    peer.lost = false;
                } else if peer.connected && !peer.lost {
                    let since = *peer.silent_since.get_or_insert(now);
                    if now.since(since) >= SILENCE_MS {
                        peer.lost = true;
                        events.push((*call_id, MediaEvent::Lost(*id)));
                    }
                }
            }
            let sharer = self.sharers.get(call_id).copied();
            assign_slots(*call_id, sharer, room, &mut events);
        }
        events
    }

    /// The quality reports of all rooms that have someone connected.
    pub fn quality(
        &self,
        mut accid: impl FnMut(usize) -> hullo_protocol::Accid,
    ) -> Vec<(CallId, MediaEvent)> {
        let reports_of = |room: &BTreeMap<PeerId, Peer>, accid: &mut dyn FnMut(usize) -> _| {
            room.values()
                .filter(|peer| peer.connected)
                .map(|peer| QualityReport {
                    accid: accid(peer.remote.device),
                    up: Quality::Good,
                    down: Quality::Good,
                    rtt_ms: Some(20),
                    jitter_ms: Some(2),
                    loss_up_permille: Some(0),
                    loss_down_permille: Some(0),
                })
                .collect::<Vec<_>>()
        };
        self.rooms
            .iter()
            .map(|(call_id, room)| (*call_id, reports_of(room, &mut accid)))
            .filter(|(_, reports)| !reports.is_empty())
            .map(|(call_id, reports)| (call_id, MediaEvent::Quality(reports)))
            .collect()
    }

    /// Who speaks in one of the rooms, for anyone to hear.
    pub fn speakers(&self, pick: u64) -> Option<(CallId, MediaEvent)> {
        let (call_id, room) = self
            .rooms
            .iter()
            .nth(pick as usize % self.rooms.len().max(1))?;
        let uids: BTreeSet<Uid> = room
            .values()
            .filter(|peer| peer.admitted && !peer.held)
            .map(|peer| peer.uid)
            .collect();
        let loudest = uids.into_iter().take(pick as usize % 3).collect();
        Some((*call_id, MediaEvent::Speakers(loudest)))
    }

    pub fn rooms(&self) -> impl Iterator<Item = CallId> {
        self.rooms.keys().copied()
    }

    /// A peer, to change it.
    fn peer(&mut self, call_id: CallId, id: PeerId) -> Option<&mut Peer> {
        self.rooms.get_mut(&call_id)?.get_mut(&id)
    }
}

/// The m-lines of each peer carry the others who do not hold the call: sound of as many as there are lines for, pictures of
/// those whom it has subscribed to, or of as many as there are lines for; and the screen of whoever shares it.
fn assign_slots(
    call_id: CallId,
    sharer: Option<Uid>,
    room: &mut BTreeMap<PeerId, Peer>,
    events: &mut Vec<(CallId, MediaEvent)>,
) {
    let sending: BTreeSet<Uid> = room
        .values()
        .filter(|peer| !peer.held)
        .map(|peer| peer.uid)
        .collect();
    for (id, peer) in room.iter_mut() {
        let others = || sending.iter().copied().filter(|uid| *uid != peer.uid);
        let wanted: Vec<Uid> = match &peer.wanted_videos {
            Some(wanted_videos) => wanted_videos
                .iter()
                .copied()
                .filter(|uid| others().any(|other| other == *uid))
                .collect(),
            None => others().collect(),
        };
        let sound = slots(SlotKind::Audio, peer.remote.audio, others());
        let pictures = slots(SlotKind::Video, peer.remote.video, wanted.into_iter());
        let shared = others().filter(|uid| Some(*uid) == sharer);
        let screen = slots(SlotKind::Screen, u8::from(peer.remote.screen), shared);
        let slots: Vec<Slot> = sound.into_iter().chain(pictures).chain(screen).collect();
        if slots != peer.slots {
            peer.slots.clone_from(&slots);
            events.push((call_id, MediaEvent::Slots(*id, slots)));
        }
    }
}

fn slots(kind: SlotKind, lines: u8, uids: impl Iterator<Item = Uid>) -> Vec<Slot> {
    let letter = match kind {
        SlotKind::Audio => 'a',
        SlotKind::Video => 'v',
        SlotKind::Screen => 's',
    };
    let slot = |(line, uid): (u8, Uid)| Slot {
        mid: format!("{letter}{line}"),
        kind,
        uid: Some(uid),
    };
    (0..lines).zip(uids).map(slot).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hullo_core::hub::SessionId;

    const CALL: CallId = CallId::from_u128(1);

    const REMOTE: Remote = Remote {
        device: 1,
        page: 2,
        number: 3,
        audio: 1,
        video: 1,
        screen: false,
    };

    fn negotiate(media_plane: &mut MediaPlane, peer: u64, uid: u64) -> Option<String> {
        let command = RoomCommand::Negotiate {
            peer: PeerId(peer),
            uid: Uid(uid),
            session: SessionId(1),
            re: 1,
            sdp: offer(REMOTE),
        };
        media_plane.command(CALL, &command)
    }

    #[test]
    fn answer_names_the_process_and_the_peer() {
        let mut media_plane = MediaPlane::new(4);
        media_plane.command(CALL, &RoomCommand::Open);
        let answer = negotiate(&mut media_plane, 9, 1).unwrap();
        assert_eq!(parse_answer(&answer), Some((4, PeerId(9))));
    }

    #[test]
    fn peer_is_lost_after_a_silence_and_recovers_with_the_packets() {
        let mut media_plane = MediaPlane::new(1);
        media_plane.command(CALL, &RoomCommand::Open);
        negotiate(&mut media_plane, 1, 1);
        let mut poll = |at, reachable| {
            let events = media_plane.poll(Time(at), |_, _, _| reachable);
            events
                .into_iter()
                .map(|(_, event)| event)
                .collect::<Vec<_>>()
        };
        assert_eq!(poll(0, false), []);
        assert_eq!(poll(1, true), [MediaEvent::Connected(PeerId(1))]);
        assert_eq!(poll(2, false), []);
        assert_eq!(poll(2 + SILENCE_MS, false), [MediaEvent::Lost(PeerId(1))]);
        assert_eq!(poll(9_000, true), [MediaEvent::Recovered(PeerId(1))]);
    }

    #[test]
    fn each_hears_the_other_and_not_itself() {
        let mut media_plane = MediaPlane::new(1);
        media_plane.command(CALL, &RoomCommand::Open);
        negotiate(&mut media_plane, 1, 1);
        negotiate(&mut media_plane, 2, 2);
        let slots: Vec<_> = media_plane
            .poll(Time(0), |_, _, _| false)
            .into_iter()
            .filter_map(|(_, event)| match event {
                MediaEvent::Slots(peer, slots) => Some((peer.0, slots[0].uid)),
                _ => None,
            })
            .collect();
        assert_eq!(slots, [(1, Some(Uid(2))), (2, Some(Uid(1)))]);
    }

    #[test]
    fn screen_goes_to_those_with_a_line_for_it() {
        let mut media_plane = MediaPlane::new(1);
        media_plane.command(CALL, &RoomCommand::Open);
        for (peer, screen) in [(1, true), (2, true), (3, false)] {
            let command = RoomCommand::Negotiate {
                peer: PeerId(peer),
                uid: Uid(peer),
                session: SessionId(1),
                re: 1,
                sdp: offer(Remote { screen, ..REMOTE }),
            };
            media_plane.command(CALL, &command);
        }
        media_plane.command(CALL, &RoomCommand::Share(Some(Uid(1))));
        let events = media_plane.poll(Time(0), |_, _, _| false).into_iter();
        let with_screen = events.filter_map(|(_, event)| match event {
            MediaEvent::Slots(peer, slots) => {
                let mut screens = slots.iter().filter(|it| it.kind == SlotKind::Screen);
                screens.next().map(|it| (peer.0, it.uid))
            }
            _ => None,
        });
        assert_eq!(with_screen.collect::<Vec<_>>(), [(2, Some(Uid(1)))]);
    }
}
