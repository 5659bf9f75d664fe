//! Devices that come and go, and who follows that.

use std::collections::{BTreeMap, BTreeSet};

use hullo_protocol::{
    Accid, CallId, DEVICES_PER_ACCOUNT_MAX, DeviceId, DeviceInfo, ErrorBody, ErrorKind, Event,
    Presence, Reply, SessionClosed, Snapshot, Success,
};

use super::request::{Asker, SIGNED_IN_ALREADY};
use super::sessions::DeviceClass;
use super::{DevicePolicy, Hub, Output, SessionId};
use crate::Time;
use crate::call::{Call, Profile};

impl Hub {
    pub(super) fn handle_connected(
        &mut self,
        session: SessionId,
        accid: Accid,
        device: DeviceInfo,
        re: u64,
        asked: Vec<CallId>,
        now: Time,
    ) {
        let again = self.sessions.is_welcomed_again(session);
        if self.sessions.find(session).is_some() && !again {
            let error = ErrorBody::new(ErrorKind::BadRequest, SIGNED_IN_ALREADY);
            let reply = Reply::new(re, Err(error));
            self.out.push(Output::Reply { session, reply });
            return;
        }
        let was_online = again || self.sessions.is_online(&accid);
        if !again {
            self.add_session(session, &accid, &device, now);
        }
        let device = device.id;
        for call_id in self.live_calls(&accid) {
            self.change(call_id, &[session], |call| {
                call.deliver(&accid);
                call.open_page(&accid, &device);
            });
            self.refresh_call(call_id, &[session], now);
        }
        let (snapshot, ended) = self.snapshot(&accid, &device, asked, now);
        let invites = snapshot.invites.iter().map(|invite| &invite.call);
        for call in snapshot.calls.iter().chain(invites) {
            self.note_version(call.call_id, session, call.version);
        }
        self.out.push(Output::Welcome {
            session,
            re,
            snapshot,
            ended,
        });
        if !was_online {
            self.presence_began(&accid);
        }
    }

    /// Adds a session; those that it takes the place of are closed.
    fn add_session(&mut self, session: SessionId, accid: &Accid, device: &DeviceInfo, now: Time) {
        if let Some(older) = self.sessions.of_device(accid, &device.id) {
            self.close(older, SessionClosed::Replaced);
        }
        self.kick_out_others(accid, device.platform.into(), now);
        self.sessions.add(session, accid.clone(), device.clone());
        self.close_surplus(accid, session);
    }

    pub(super) fn handle_disconnected(&mut self, session: SessionId, now: Time) {
        let Some(gone) = self.sessions.remove(session) else {
            return;
        };
        for call_id in self.live_calls(&gone.accid) {
            self.refresh_call(call_id, &[], now);
        }
        self.presence_ended(&gone.accid);
    }

    /// The device's part of any call ends, then its session. An invite that its account's other devices may still
    /// answer rings on.
    pub(super) fn handle_logout(&mut self, asker: &Asker, now: Time) {
        let is_last = self.sessions.of_account(&asker.accid) == [asker.session];
        for call_id in self.live_calls(&asker.accid) {
            self.change(call_id, &[], |call| {
                call.log_out(&asker.accid, Some(&asker.device), now);
                if is_last {
                    call.withdraw(&asker.accid, now);
                }
            });
            self.sync_room(call_id);
        }
        self.reply(asker, Ok(Success::Done));
        self.close(asker.session, SessionClosed::SignedOut);
        self.presence_ended(&asker.accid);
    }

    /// The account's calls show it as it is now, and its devices learn of it.
    pub(super) fn handle_profile(&mut self, accid: Accid, profile: Profile) {
        let people = BTreeMap::from([(accid.clone(), profile.clone())]);
        for call_id in self.live_calls(&accid) {
            self.change(call_id, &[], |call| call.introduce(&people));
        }
        let Profile { name, avatar } = profile;
        let sessions = self.sessions.of_account(&accid);
        self.notify_all(sessions, Event::AccountChanged { name, avatar });
    }

    pub(super) fn handle_sign_out(&mut self, accid: &Accid, now: Time) {
        for call_id in self.live_calls(accid) {
            self.change(call_id, &[], |call| call.log_out(accid, None, now));
            self.sync_room(call_id);
        }
        let sessions = self.sessions.of_account(accid);
        for session in &sessions {
            self.close(*session, SessionClosed::SignedOut);
        }
        self.presence_ended(accid);
    }

    pub(super) fn handle_watch(&mut self, asker: &Asker, accids: Vec<Accid>) {
        let accids: BTreeSet<Accid> = accids.into_iter().collect();
        if accids.len() > hullo_protocol::PRESENCE_WATCHES_MAX {
            let error = ErrorBody::new(
                ErrorKind::TooLarge,
                format!(
                    "{} accounts are too many to watch; name at most {}",
                    accids.len(),
                    hullo_protocol::PRESENCE_WATCHES_MAX
                ),
            );
            self.reply(asker, Err(error));
            return;
        }
        let accounts = accids
            .iter()
            .map(|accid| Presence {
                accid: accid.clone(),
                online: self.is_shown_online(accid),
            })
            .collect();
        self.sessions.watch(asker.session, accids);
        self.reply(asker, Ok(Success::Presence { accounts }));
    }

    /// The calls that are not over and concern this account.
    fn live_calls(&self, accid: &Accid) -> Vec<CallId> {
        self.calls
            .of_account(accid)
            .map(|call| call.call_id)
            .collect()
    }

    fn snapshot(
        &self,
        accid: &Accid,
        device: &DeviceId,
        asked: Vec<CallId>,
        now: Time,
    ) -> (Snapshot, Vec<CallId>) {
        let on_device = |call: &&Call| {
            call.participant(accid)
                .is_some_and(|own| own.is_in_call_on(device))
        };
        let snapshot = Snapshot {
            calls: self
                .calls
                .of_account(accid)
                .filter(on_device)
                .map(|call| call.view(accid, now))
                .collect(),
            elsewhere: self
                .calls
                .of_account(accid)
                .filter(|call| !on_device(call))
                .filter(|call| {
                    call.participant(accid)
                        .is_some_and(|own| own.state.is_in_call())
                })
                .map(|call| call.view(accid, now))
                .collect(),
            invites: self
                .calls
                .of_account(accid)
                .filter_map(|call| call.invite_view(accid, now))
                .collect(),
            ..Snapshot::default()
        };
        let mut ended = Vec::new();
        for call_id in asked {
            let over = match self.calls.resolve(call_id) {
                None => Some(call_id),
                Some(call) => call.is_ended().then_some(call.call_id),
            };
            ended.extend(over.filter(|over| !ended.contains(over)));
        }
        (snapshot, ended)
    }

    /// Signs out the devices that a new one takes the place of; their part of any call ends.
    fn kick_out_others(&mut self, accid: &Accid, class: DeviceClass, now: Time) {
        for other in self.sessions.by_age(accid) {
            let Some(session) = self.sessions.find(other) else {
                continue;
            };
            let stays = match self.config.devices {
                DevicePolicy::All => true,
                DevicePolicy::DesktopAndMobile => session.class != class,
                DevicePolicy::One => false,
            };
            if stays {
                continue;
            }
            let device = session.device.clone();
            // Before its part of any call ends: it is told why once, and not that it has left.
            self.close(other, SessionClosed::KickedOut);
            for call_id in self.live_calls(accid) {
                self.change(call_id, &[], |call| {
                    call.log_out(accid, Some(&device), now);
                });
                self.sync_room(call_id);
            }
        }
    }

    /// Signs out the oldest session of an account that has more than its share of devices: it must not come back by itself
    /// and push the next one out. Neither `newest` nor a device that is in a call is chosen.
    fn close_surplus(&mut self, accid: &Accid, newest: SessionId) {
        let sessions = self.sessions.by_age(accid);
        if sessions.len() <= DEVICES_PER_ACCOUNT_MAX {
            return;
        }
        let oldest = sessions
            .into_iter()
            .find(|session| *session != newest && !self.is_in_call(*session));
        if let Some(oldest) = oldest {
            self.close(oldest, SessionClosed::KickedOut);
        }
    }

    fn is_in_call(&self, session: SessionId) -> bool {
        self.sessions.find(session).is_some_and(|session| {
            self.calls.of_account(&session.accid).any(|call| {
                call.participant(&session.accid)
                    .is_some_and(|own| own.is_in_call_on(&session.device))
            })
        })
    }

    fn close(&mut self, session: SessionId, reason: SessionClosed) {
        self.sessions.remove(session);
        self.emit_irrevocable(Output::Close { session, reason });
    }
}
