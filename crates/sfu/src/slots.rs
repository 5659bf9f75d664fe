//! The slots of a receiver: who gets one, who keeps it, and the stream that goes out through each.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hullo_protocol::{Slot, SlotKind, Uid};
use str0m::format::PayloadParams;
use str0m::media::{Mid, Pt};

use crate::rewrite::Rewrite;
use crate::speakers::SPEAKER_HYSTERESIS_DB;

/// Whoever has spoken in an audio slot keeps it for at least this long.
const AUDIO_KEPT_MIN: Duration = Duration::from_secs(2);

/// Who can be given a slot in a room, before any receiver is considered.
#[derive(Debug, Default)]
pub(crate) struct RoomSources {
    /// Every participant with a peer, admitted or not.
    pub(crate) uids: BTreeSet<Uid>,
    /// Whose screen is shared.
    pub(crate) sharer: Option<Uid>,
    /// Whose audio flows: voices before noises, the loudest first. One entry for each participant.
    pub(crate) audio: Vec<AudioSource>,
}

/// A participant whose audio flows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AudioSource {
    pub(crate) uid: Uid,
    pub(crate) has_voice: bool,
    pub(crate) level: f32,
    pub(crate) voiced_at: Option<Instant>,
}

impl RoomSources {
    fn audio_of(&self, uid: Uid) -> Option<&AudioSource> {
        self.audio.iter().find(|source| source.uid == uid)
    }
}

/// What [`Slots::assign`] did.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    /// At least one slot carries another participant, or nobody, where it did not before.
    pub(crate) changed: bool,
    /// The pictures that have a slot which they did not have before.
    pub(crate) new_pictures: Vec<(Uid, SlotKind)>,
    /// There are more other participants than audio slots, and at least one of the latter.
    pub(crate) lacks_audio: bool,
    /// Somebody with a voice has no audio slot.
    pub(crate) voice_waits: bool,
}

/// A receiving m-line of the client, and what goes out through it.
pub(crate) struct ReceivingSlot {
    pub(crate) mid: Mid,
    pub(crate) kind: SlotKind,
    /// The direction of the m-line lets the client receive at present.
    open: bool,
    pub(crate) uid: Option<Uid>,
    since: Instant,
    pub(crate) rewrite: Rewrite,
    /// The receiver's payload type for that of the source, cached so that it is not matched for each packet.
    pub(crate) matched: Option<(PayloadParams, Pt)>,
}

/// All slots of one receiver, in the order in which it offered them. None is ever taken out, so that an
/// index in the list always names the same slot.
pub(crate) struct Slots {
    /// Never gets a slot of its own.
    receiver: Uid,
    list: Vec<ReceivingSlot>,
}

impl Slots {
    pub(crate) fn new(receiver: Uid) -> Self {
        Self {
            receiver,
            list: Vec::new(),
        }
    }

    /// Whether the client receives on this m-line. The first time it does makes the m-line a slot; while it does not, the slot
    /// carries nobody.
    pub(crate) fn set(&mut self, mid: Mid, kind: SlotKind, receives: bool, now: Instant) {
        if let Some(known) = self.list.iter_mut().find(|slot| slot.mid == mid) {
            known.open = receives;
            return;
        }
        if !receives {
            return;
        }
        let clock_hz = match kind {
            SlotKind::Audio => 48_000,
            SlotKind::Video | SlotKind::Screen => 90_000,
        };
        self.list.push(ReceivingSlot {
            mid,
            kind,
            open: true,
            uid: None,
            since: now,
            rewrite: Rewrite::new(clock_hz),
            matched: None,
        });
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &ReceivingSlot> {
        self.list.iter()
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut ReceivingSlot> {
        self.list.get_mut(index)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut ReceivingSlot> {
        self.list.iter_mut()
    }

    /// What each slot carries, as it is announced to the client.
    pub(crate) fn assignment(&self) -> Vec<Slot> {
        let slot = |s: &ReceivingSlot| Slot {
            mid: s.mid.to_string(),
            kind: s.kind,
            uid: s.uid,
        };
        self.list.iter().map(slot).collect()
    }

    /// The pictures that are shown.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = (Uid, SlotKind)> {
        let pictures = self.list.iter().filter(|s| s.kind.is_picture());
        pictures.filter_map(|s| Some((s.uid?, s.kind)))
    }

    /// Assigns all slots: video to those of `videos` who are there, in that order, or without such a list to everyone by uid;
    /// audio to everyone by uid, or to the loudest when there are too few slots; the screen to whoever shares one, whatever
    /// else is shown. Who keeps a slot keeps the same one.
    pub(crate) fn assign(
        &mut self,
        sources: &RoomSources,
        videos: Option<&[Uid]>,
        now: Instant,
    ) -> Assigned {
        let before: Vec<Option<Uid>> = self.list.iter().map(|slot| slot.uid).collect();
        for closed in self.list.iter_mut().filter(|slot| !slot.open) {
            closed.uid = None;
        }
        let lacks_audio = self.lacks_audio(sources);
        self.assign_screen(sources, now);
        self.assign_video(sources, videos, now);
        let mut voice_waits = false;
        if lacks_audio {
            voice_waits = self.assign_audio_to_loudest(sources, now);
        } else {
            self.assign_by_uid(SlotKind::Audio, sources, now);
        }
        let mut assigned = Assigned {
            lacks_audio,
            voice_waits,
            ..Assigned::default()
        };
        for (slot, before) in self.list.iter().zip(before) {
            if slot.uid != before {
                assigned.changed = true;
                let uid = slot.uid.filter(|_| slot.kind.is_picture());
                assigned
                    .new_pictures
                    .extend(uid.map(|uid| (uid, slot.kind)));
            }
        }
        assigned
    }

    fn count(&self, kind: SlotKind) -> usize {
        let open = |s: &&ReceivingSlot| s.kind == kind && s.open;
        self.list.iter().filter(open).count()
    }

    fn lacks_audio(&self, sources: &RoomSources) -> bool {
        let others = sources.uids.len() - usize::from(sources.uids.contains(&self.receiver));
        let slots = self.count(SlotKind::Audio);
        slots > 0 && others > slots
    }

    fn assign_screen(&mut self, sources: &RoomSources, now: Instant) {
        let receiver = self.receiver;
        let there = |uid: &Uid| *uid != receiver && sources.uids.contains(uid);
        let shown = sources.sharer.filter(there);
        self.release(SlotKind::Screen, |uid| Some(uid) == shown);
        if let Some(uid) = shown {
            self.fill(SlotKind::Screen, uid, now);
        }
    }

    fn assign_video(&mut self, sources: &RoomSources, videos: Option<&[Uid]>, now: Instant) {
        let Some(videos) = videos else {
            return self.assign_by_uid(SlotKind::Video, sources, now);
        };
        let receiver = self.receiver;
        let there = |uid: &&Uid| **uid != receiver && sources.uids.contains(uid);
        let chosen: Vec<Uid> = videos
            .iter()
            .filter(there)
            .take(self.count(SlotKind::Video))
            .copied()
            .collect();
        self.release(SlotKind::Video, |uid| chosen.contains(&uid));
        for uid in chosen {
            self.fill(SlotKind::Video, uid, now);
        }
    }

    fn assign_by_uid(&mut self, kind: SlotKind, sources: &RoomSources, now: Instant) {
        let receiver = self.receiver;
        self.release(kind, |uid| uid != receiver && sources.uids.contains(&uid));
        for uid in sources.uids.iter().filter(|uid| **uid != receiver) {
            self.fill(kind, *uid, now);
        }
    }

    /// True if a voice is left without a slot.
    fn assign_audio_to_loudest(&mut self, sources: &RoomSources, now: Instant) -> bool {
        let receiver = self.receiver;
        self.release(SlotKind::Audio, |uid| {
            uid != receiver && sources.audio_of(uid).is_some()
        });
        for source in sources.audio.iter().filter(|source| source.uid != receiver) {
            if self.fill(SlotKind::Audio, source.uid, now) {
                continue;
            }
            // Behind the voices come only noises, and noise takes nothing from anybody.
            if !source.has_voice {
                return false;
            }
            let Some(yielding) = self.yielding_to(source, sources, now) else {
                return true;
            };
            yielding.give(source.uid, now);
        }
        false
    }

    /// The audio slot that `louder` may take: that of somebody without voice who has not just spoken, silent for longest; else
    /// that of somebody who has had it for long enough and is clearly quieter.
    fn yielding_to(
        &mut self,
        louder: &AudioSource,
        sources: &RoomSources,
        now: Instant,
    ) -> Option<&mut ReceivingSlot> {
        let audio = self.list.iter_mut().filter(|s| s.kind == SlotKind::Audio);
        let yielding = audio.filter_map(|slot| {
            let source = sources.audio_of(slot.uid?)?;
            let has_spoken =
                source.has_voice || source.voiced_at.is_some_and(|at| at >= slot.since);
            let is_kept = has_spoken && now.duration_since(slot.since) < AUDIO_KEPT_MIN;
            let yields = !source.has_voice || louder.level >= source.level + SPEAKER_HYSTERESIS_DB;
            (yields && !is_kept).then_some((source, slot))
        });
        let quietest = yielding.min_by(|(a, _), (b, _)| {
            let voice = a.has_voice.cmp(&b.has_voice);
            voice.then(match a.has_voice {
                true => a.level.total_cmp(&b.level),
                false => a.voiced_at.cmp(&b.voiced_at),
            })
        });
        quietest.map(|(_, slot)| slot)
    }

    /// Frees the slots of those whom `keeps` refuses.
    fn release(&mut self, kind: SlotKind, keeps: impl Fn(Uid) -> bool) {
        for slot in self.list.iter_mut().filter(|s| s.kind == kind) {
            slot.uid = slot.uid.filter(|uid| keeps(*uid));
        }
    }

    /// True if `uid` has a slot now: the one it had, or a free one.
    fn fill(&mut self, kind: SlotKind, uid: Uid, now: Instant) -> bool {
        let mut of_kind = self.list.iter().filter(|s| s.kind == kind);
        if of_kind.any(|s| s.uid == Some(uid)) {
            return true;
        }
        let mut of_kind = self.list.iter_mut().filter(|s| s.kind == kind && s.open);
        let Some(free) = of_kind.find(|s| s.uid.is_none()) else {
            return false;
        };
        free.give(uid, now);
        true
    }
}

impl ReceivingSlot {
    /// Even for who had the slot before, the stream starts as from a new source: what was sent in between left a gap in the
    /// sequence numbers.
    fn give(&mut self, uid: Uid, now: Instant) {
        self.uid = Some(uid);
        self.since = now;
        self.rewrite.restart();
    }
}
