//! What has happened in the world and cannot be refused, while it waits to be stored: of each thing only the newest, so that
//! an outage of any length leaves no more than there are media connections.
//!
//! A sign-out is a fact once it could not be stored. Until then it keeps its place: logins that came before it are undone by it,
//! and those that come after it are not.

use std::collections::{BTreeMap, BTreeSet};

use hullo_protocol::{Accid, CallId};

use super::{Input, MediaEvent};
use crate::call::Profile;

/// Facts that wait.
#[derive(Debug, Default)]
pub(super) struct Facts {
    signed_out: BTreeSet<Accid>,
    profiles: BTreeMap<Accid, Profile>,
    /// In their order, for each call.
    media: BTreeMap<CallId, Vec<MediaEvent>>,
    count: usize,
}

impl Facts {
    /// Keeps a fact; gives back an input that is none.
    pub(super) fn push(&mut self, input: Input) -> Option<Input> {
        match input {
            Input::Profile { accid, profile } => {
                self.count += usize::from(self.profiles.insert(accid, profile).is_none());
            }
            Input::Media { call_id, event } => {
                let events = self.media.entry(call_id).or_default();
                let before = events.len();
                events.retain(|earlier| !supersedes(&event, earlier));
                self.count -= before - events.len();
                events.push(event);
                self.count += 1;
            }
            other => return Some(other),
        }
        None
    }

    /// Keeps facts that are older than those which wait already. Statistics are not worth it.
    pub(super) fn put_back(&mut self, older: Vec<Input>) {
        let newer = std::mem::take(self).drain();
        let statistic = |input: &Input| {
            matches!(
                input,
                Input::Media {
                    event: MediaEvent::Quality(_) | MediaEvent::Speakers(_),
                    ..
                }
            )
        };
        let kept = older.into_iter().filter(|input| !statistic(input));
        for input in kept.chain(newer) {
            // Only facts come here; what is none waits nowhere.
            match input {
                Input::SignOut { accid } => {
                    self.count += usize::from(self.signed_out.insert(accid));
                }
                input => drop(self.push(input)),
            }
        }
    }

    /// Whether one of these is a login of an account whose sign-out waits: it must not overtake that.
    pub(super) fn concern_login<'a>(&self, inputs: impl IntoIterator<Item = &'a Input>) -> bool {
        inputs.into_iter().any(|input| match input {
            Input::Connected { accid, .. } => self.signed_out.contains(accid),
            _ => false,
        })
    }

    /// Everything that waits; nothing waits afterwards.
    pub(super) fn drain(&mut self) -> Vec<Input> {
        let Self {
            signed_out,
            profiles,
            media,
            ..
        } = std::mem::take(self);
        let profiles = profiles
            .into_iter()
            .map(|(accid, profile)| Input::Profile { accid, profile });
        let signed_out = signed_out.into_iter().map(|accid| Input::SignOut { accid });
        let media = media.into_iter().flat_map(|(call_id, events)| {
            let inputs = events.into_iter();
            inputs.map(move |event| Input::Media { call_id, event })
        });
        signed_out.chain(profiles).chain(media).collect()
    }

    /// The accounts that are to be signed out, or shown in another way.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &Accid> {
        self.signed_out.iter().chain(self.profiles.keys())
    }

    /// Whether a report about this call waits.
    pub(super) fn is_about(&self, call_id: CallId) -> bool {
        self.media.contains_key(&call_id)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.count
    }
}

/// Whether nobody has to hear of `earlier` any more once `later` is known.
fn supersedes(later: &MediaEvent, earlier: &MediaEvent) -> bool {
    use MediaEvent::{Connected, Failed, Lost, Quality, Recovered, Slots, Speakers};
    match (later, earlier) {
        (Quality(_), Quality(_)) | (Speakers(_), Speakers(_)) => true,
        (Slots(later, _), Slots(earlier, _)) => later == earlier,
        (Connected(later), Connected(earlier) | Lost(earlier) | Recovered(earlier))
        | (Lost(later) | Recovered(later), Lost(earlier) | Recovered(earlier))
        | (Failed(later), Failed(earlier) | Lost(earlier) | Recovered(earlier)) => later == earlier,
        (
            Connected(_) | Lost(_) | Recovered(_) | Failed(_) | Slots(..) | Quality(_)
            | Speakers(_),
            _,
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::PeerId;

    const CALL: CallId = CallId::from_u128(1);
    const PEER: PeerId = PeerId(1);

    fn media(event: MediaEvent) -> Input {
        Input::Media {
            call_id: CALL,
            event,
        }
    }

    #[test]
    fn outage_leaves_the_newest_state_of_each_connection() {
        let mut facts = Facts::default();
        assert!(facts.push(media(MediaEvent::Connected(PEER))).is_none());
        for _ in 0..1_000 {
            for event in [
                MediaEvent::Lost(PEER),
                MediaEvent::Quality(Vec::new()),
                MediaEvent::Speakers(Vec::new()),
                MediaEvent::Recovered(PEER),
                MediaEvent::Slots(PEER, Vec::new()),
            ] {
                assert!(facts.push(media(event)).is_none());
            }
        }
        assert_eq!(facts.len(), 5);
        let waiting = facts.drain();
        facts.put_back(waiting);
        assert!(facts.push(media(MediaEvent::Lost(PEER))).is_none());
        let kept = facts.drain();
        let events: Vec<_> = kept
            .iter()
            .map(|input| match input {
                Input::Media { event, .. } => event.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            MediaEvent::Connected(PEER),
            MediaEvent::Slots(PEER, Vec::new()),
            MediaEvent::Lost(PEER),
        ];
        assert_eq!(events, expected);
        assert_eq!(facts.len(), 0);
    }
}
