//! A room: its peers, the routes of their packets, and who speaks.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hullo_protocol::{SlotKind, Uid};

use crate::slots::{AudioSource, RoomSources};
use crate::speakers::Speakers;
use crate::timers::TimerKey;
use crate::{Event, Output, PeerId, RoomId, Sfu};

/// How often audio slots are assigned again while a voice waits for one.
const REASSIGN_INTERVAL: Duration = Duration::from_millis(300);

#[derive(Default)]
pub(crate) struct Room {
    pub(crate) peers: BTreeSet<PeerId>,
    /// Invariant: exactly the slots that carry somebody. Slots get and lose participants in [`Sfu::assign_slots`] alone,
    /// which rebuilds this; it is called whenever a peer comes or goes.
    pub(crate) routes: BTreeMap<(Uid, SlotKind), Vec<Route>>,
    /// Whose screen is shared.
    sharer: Option<Uid>,
    pub(crate) speakers: Speakers,
    /// Some receiver has fewer audio slots than the room has other participants.
    pub(crate) lacks_audio: bool,
    reassign_at: Option<Instant>,
}

/// From a sender's stream to one slot of one receiver.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Route {
    pub(crate) peer: PeerId,
    /// Where it is in the list of the receiver's slots.
    pub(crate) slot_index: usize,
}

impl Room {
    fn due(&self) -> Option<Instant> {
        let due = [self.speakers.due(), self.reassign_at];
        due.into_iter().flatten().min()
    }
}

impl Sfu {
    /// From now on this participant's screen is the one that is shared in the room, or none is; what anybody else sends as a
    /// screen is dropped. It goes to everyone who has offered an m-line for screens. May come before the participant's peer;
    /// does nothing when the room is not open.
    pub fn share(&mut self, id: RoomId, sharer: Option<Uid>, now: Instant) {
        self.now = now;
        if let Some(room) = self.rooms.get_mut(&id) {
            room.sharer = sharer;
            let mut touched = BTreeSet::new();
            self.assign_slots(id, None, now, &mut touched);
            self.drain(touched, now);
        }
    }

    /// A room's timer has expired.
    pub(crate) fn handle_room_timeout(&mut self, id: RoomId, now: Instant) {
        let Some(room) = self.rooms.get(&id) else {
            return self.timers.set(TimerKey::Room(id), None);
        };
        if room.reassign_at.is_some_and(|at| at <= now) {
            let mut touched = BTreeSet::new();
            self.assign_slots(id, None, now, &mut touched);
            self.drain(touched, now);
        }
        self.check_speakers(id, now);
    }

    /// Voice, or any audio at all, has begun to come from an admitted peer.
    pub(crate) fn handle_voice(
        &mut self,
        id: RoomId,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        room.speakers.expect_change(now);
        if room.lacks_audio {
            self.assign_slots(id, None, now, touched);
        }
        self.check_speakers(id, now);
    }

    fn check_speakers(&mut self, id: RoomId, now: Instant) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        if room.speakers.due().is_some_and(|at| at <= now) {
            let peers = room.peers.iter().filter_map(|id| self.peers.get(id));
            let flowing = peers.filter(|peer| peer.settings.allows_media());
            let audible = flowing.map(|peer| (peer.uid, &peer.loudness));
            if let Some(uids) = room.speakers.check(audible, now) {
                let event = Event::Speakers { room: id, uids };
                self.outputs.push_back(Output::Event(event));
            }
        }
        self.set_room_timer(id);
    }

    /// To be called for a room whose due time may have changed.
    pub(crate) fn set_room_timer(&mut self, id: RoomId) {
        let due = self.rooms.get(&id).and_then(Room::due);
        self.timers.set(TimerKey::Room(id), due);
    }

    /// Assigns the slots of every peer in the room. Announces those that changed, and those of `always_announce` in any case.
    /// Whose picture is newly shown is asked for a key frame, and is in `touched` then.
    pub(crate) fn assign_slots(
        &mut self,
        id: RoomId,
        always_announce: Option<PeerId>,
        now: Instant,
        touched: &mut BTreeSet<PeerId>,
    ) {
        let sources = self.room_sources(id, now);
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        room.lacks_audio = false;
        room.reassign_at = None;
        room.routes.clear();
        let mut newly_shown = BTreeSet::new();
        for peer_id in &room.peers {
            let Some(peer) = self.peers.get_mut(peer_id) else {
                continue;
            };
            let assigned = peer.assign_slots(&sources, now);
            room.lacks_audio |= assigned.lacks_audio;
            if assigned.voice_waits {
                room.reassign_at = Some(now + REASSIGN_INTERVAL);
            }
            for (slot_index, slot) in peer.slots.iter().enumerate() {
                if let Some(uid) = slot.uid {
                    let route = Route {
                        peer: *peer_id,
                        slot_index,
                    };
                    room.routes.entry((uid, slot.kind)).or_default().push(route);
                }
            }
            if peer.connected && peer.settings.allows_media() {
                newly_shown.extend(assigned.new_pictures);
            }
            if assigned.changed || always_announce == Some(*peer_id) {
                let event = Event::Slots {
                    room: id,
                    peer: *peer_id,
                    slots: peer.slot_assignment(),
                };
                self.outputs.push_back(Output::Event(event));
            }
        }
        for picture in newly_shown {
            self.request_key_frame(id, picture, now, touched);
        }
        self.set_room_timer(id);
    }

    fn room_sources(&self, room: RoomId, now: Instant) -> RoomSources {
        let mut sources = RoomSources {
            sharer: self.rooms.get(&room).and_then(|room| room.sharer),
            ..RoomSources::default()
        };
        let mut audio: BTreeMap<Uid, AudioSource> = BTreeMap::new();
        for (_, peer) in self.peers_of(room) {
            sources.uids.insert(peer.uid);
            if !peer.settings.allows_media() || !peer.loudness.flows(now) {
                continue;
            }
            let source = AudioSource {
                uid: peer.uid,
                has_voice: peer.loudness.has_voice(now),
                level: peer.loudness.level(),
                voiced_at: peer.loudness.voiced_at(),
            };
            let known = audio.entry(peer.uid).or_insert(source);
            if known.level < source.level {
                *known = source;
            }
        }
        sources.audio = audio.into_values().collect();
        sources.audio.sort_by(|a, b| {
            let voice = b.has_voice.cmp(&a.has_voice);
            voice.then(b.level.total_cmp(&a.level))
        });
        sources
    }
}
