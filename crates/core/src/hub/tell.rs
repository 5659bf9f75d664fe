//! Who is told of a change, and when: see [`News`](super::news::News).

use hullo_protocol::{CallDelta, CallId, Event, ParticipantState};

use super::{Hub, Output, SessionId};
use crate::call::{Call, Participant, Touched};

impl Hub {
    /// Concludes a batch: returns what is left to be told of the changes in it, to be carried out after the outputs of its
    /// inputs. To be called once after the inputs, before [`Hub::commit`]; what it returns has no writes.
    pub fn poll_news(&mut self) -> Vec<Output> {
        for call_id in self.calls.untold(self.now) {
            self.publish_news(call_id);
        }
        self.publish_presence();
        std::mem::take(&mut self.out)
    }

    /// Tells those who are to be told now.
    pub(super) fn publish_news(&mut self, call_id: CallId) {
        let Some(entry) = self.calls.entry(call_id) else {
            return;
        };
        let (call, news, now) = (entry.call.clone(), &entry.news, self.now);
        let event = changed(&call, news.base, call.delta(&news.touched));
        let everyone = news.is_due(now);
        let mut sessions = match everyone {
            true => self.audience(&call),
            false => Vec::new(),
        };
        self.calls.edit_news(call_id, |news| {
            if everyone {
                sessions.retain(|session| news.is_news_to(*session, call.version));
                news.conclude(call.version, now);
            } else {
                let urgent = news.take_urgent().into_iter();
                sessions.extend(urgent.filter(|it| news.is_news_to(*it, call.version)));
                for session in &sessions {
                    news.note_version(*session, call.version);
                }
            }
        });
        self.notify_all(sessions, event);
    }

    /// Tells one session that is concerned what it does not know yet, so that what it is told next comes after that.
    pub(super) fn publish_to(&mut self, call_id: CallId, session: SessionId) {
        let Some(entry) = self.calls.entry(call_id) else {
            return;
        };
        let version = entry.call.version;
        let is_concerned = self.sessions.find(session).is_some_and(|it| {
            let own = entry.call.participant(&it.accid);
            own.is_some_and(|own| match &own.device {
                None => own.state.is_pending(),
                Some(device) => !own.state.is_over() && *device == it.device,
            })
        });
        if is_concerned && entry.news.is_news_to(session, version) {
            let (base, delta) = (entry.news.base, entry.call.delta(&entry.news.touched));
            let event = changed(&entry.call, base, delta);
            self.note_version(call_id, session, version);
            self.notify(session, event);
        }
    }

    /// A session has been given the call as of this version.
    pub(super) fn note_version(&mut self, call_id: CallId, session: SessionId, version: u64) {
        self.calls
            .edit_news(call_id, |news| news.note_version(session, version));
    }

    /// Keeps a change until it is told. Those who are not concerned any more, or for the first time on this device, are told
    /// at once; where one device has answered, the others of its account only learn that.
    pub(super) fn collect_news(&mut self, before: &Call, after: &Call, touched: &Touched) {
        let (call_id, now) = (after.call_id, self.now);
        let mut leaving = Vec::new();
        let mut own_changes = Vec::new();
        for index in touched.participants() {
            let Some((was, own)) = before
                .participants
                .get(index)
                .zip(after.participants.get(index))
            else {
                continue;
            };
            if was.state.is_pending() {
                self.notify_answered_elsewhere(call_id, own);
            }
            let sessions = self.concerned(was, own);
            if place(was) != place(own) {
                leaving.extend(sessions);
            } else if own.state.is_in_call() {
                own_changes.extend(sessions);
            }
        }
        let people = after.participants.iter().filter(|p| !p.state.is_over());
        let can_wait = !touched.is_of_all() && people.count() > self.config.small_call;
        self.calls.edit_news(call_id, |news| {
            news.add(touched.clone(), can_wait, now);
            leaving.retain(|session| news.is_news_to(*session, after.version));
            for session in &leaving {
                news.note_version(*session, after.version);
            }
            own_changes.retain(|session| news.is_news_to(*session, after.version));
            news.hurry(own_changes);
        });
        if leaving.is_empty() {
            return;
        }
        let delta = self.calls.entry(call_id).map(|entry| {
            let news = &entry.news;
            (news.base, after.delta(&news.touched))
        });
        if let Some((base, delta)) = delta {
            self.notify_all(leaving, changed(after, base, delta));
        }
    }

    /// Tells everyone at once that the call has ended.
    pub(super) fn publish_end(&mut self, before: &Call, after: &Call) {
        let Some(news) = self
            .calls
            .entry(after.call_id)
            .map(|entry| entry.news.clone())
        else {
            return;
        };
        let mut delta = after.end_delta(before, &news.touched);
        // Everyone finds his time among all of them: the same bytes go to all who may know them.
        let [mut knowing, mut others] = [Vec::new(), Vec::new()];
        for (was, own) in before.participants.iter().zip(&after.participants) {
            if was.state.is_over() {
                continue;
            }
            if was.state.is_pending() {
                self.notify_answered_elsewhere(after.call_id, own);
            }
            let sessions = self.concerned(was, own).into_iter();
            let sessions = sessions.filter(|it| news.is_news_to(*it, after.version));
            match after.may_know_durations(own) {
                true => knowing.extend(sessions),
                false => others.extend(sessions),
            }
        }
        for (durations, sessions) in [(true, knowing), (false, others)] {
            if !sessions.is_empty() {
                delta.end = after.end_shown(durations);
                self.notify_all(sessions, changed(after, news.base, delta.clone()));
            }
        }
        let (version, now) = (after.version, self.now);
        self.calls
            .edit_news(after.call_id, |news| news.conclude(version, now));
    }

    /// The sessions that a change of a participant who was like this concerns.
    fn concerned(&self, was: &Participant, own: &Participant) -> Vec<SessionId> {
        if was.state.is_over() {
            return Vec::new();
        }
        match &own.device {
            None if was.state.is_pending() => self.sessions.of_account(&own.accid),
            _ => self.session_in_call(own).into_iter().collect(),
        }
    }

    /// The devices that are in the call, and those that ring for it.
    fn audience(&self, call: &Call) -> Vec<SessionId> {
        let participants = call.participants.iter();
        participants
            .flat_map(|own| self.concerned(own, own))
            .collect()
    }

    /// Tells the other devices of an account that one of them has answered, if one has.
    fn notify_answered_elsewhere(&mut self, call_id: CallId, own: &Participant) {
        let Some(device) = &own.device else {
            return;
        };
        let answering = self.sessions.of_device(&own.accid, device);
        let mut others = self.sessions.of_account(&own.accid);
        others.retain(|session| Some(*session) != answering);
        let event = if own.state == ParticipantState::Rejected {
            Event::InviteRejectedElsewhere { call_id }
        } else {
            Event::InviteAcceptedElsewhere { call_id }
        };
        self.notify_all(others, event);
    }
}

/// What decides whom a change concerns: whether the participant rings, is in the call, and on which device.
fn place(own: &Participant) -> (bool, bool, Option<&hullo_protocol::DeviceId>) {
    (
        own.state.is_pending(),
        own.state.is_in_call(),
        own.device.as_ref(),
    )
}

fn changed(call: &Call, base: u64, delta: CallDelta) -> Event {
    Event::CallChanged {
        call_id: call.call_id,
        base,
        version: call.version,
        delta,
    }
}
