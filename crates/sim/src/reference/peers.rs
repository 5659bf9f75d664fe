//! The media connections, as the model knows them.

use std::collections::BTreeMap;

use hullo_core::hub::{MediaEvent, PeerId, RoomCommand, SessionId};
use hullo_protocol::{CallId, DeviceId, Uid};

#[derive(Debug, Clone, Default)]
pub(super) struct Peers(BTreeMap<PeerId, Peer>);

#[derive(Debug, Clone)]
struct Peer {
    call_id: CallId,
    uid: Uid,
    device: DeviceId,
    connected: bool,
    lost: bool,
    failed: bool,
    /// The batch under way has removed it.
    removed: bool,
}

impl Peers {
    /// What the hub commands the media plane.
    pub(super) fn command(
        &mut self,
        call_id: CallId,
        command: &RoomCommand,
        device: impl Fn(SessionId) -> Option<DeviceId>,
    ) {
        match command {
            RoomCommand::Negotiate {
                peer, uid, session, ..
            } => {
                let Some(device) = device(*session) else {
                    return;
                };
                self.0.entry(*peer).or_insert(Peer {
                    call_id,
                    uid: *uid,
                    device,
                    connected: false,
                    lost: false,
                    failed: false,
                    removed: false,
                });
            }
            RoomCommand::Remove(id) => {
                if let Some(peer) = self.0.get_mut(id) {
                    peer.removed = true;
                }
            }
            RoomCommand::Close => {
                let all = self.0.values_mut();
                all.filter(|peer| peer.call_id == call_id)
                    .for_each(|peer| peer.removed = true);
            }
            _ => {}
        }
    }

    /// What the media plane says of a connection.
    pub(super) fn note(&mut self, event: &MediaEvent) {
        let (id, change): (_, fn(&mut Peer)) = match event {
            MediaEvent::Connected(id) => (id, |peer| {
                peer.connected = true;
                peer.lost = false;
            }),
            MediaEvent::Recovered(id) => (id, |peer| peer.lost = false),
            MediaEvent::Lost(id) => (id, |peer| peer.lost = true),
            MediaEvent::Failed(id) => (id, |peer| peer.failed = true),
            MediaEvent::Slots(..) | MediaEvent::Quality(_) | MediaEvent::Speakers(_) => return,
        };
        if let Some(peer) = self.0.get_mut(id) {
            change(peer);
        }
    }

    /// Whether media of this device flows in the call.
    pub(super) fn flows(&self, call_id: CallId, uid: Uid, device: &DeviceId) -> bool {
        self.0.values().any(|peer| {
            (peer.call_id, peer.uid, &peer.device) == (call_id, uid, device)
                && peer.connected
                && !(peer.lost || peer.failed || peer.removed)
        })
    }

    /// The batch is stored: what it has removed does not come back.
    pub(super) fn commit(&mut self) {
        self.0.retain(|_, peer| !peer.removed);
    }

    /// The batch is rolled back, but what the media plane has said since stays true.
    pub(super) fn roll_forward(&mut self, later: &Self) {
        for (id, peer) in &mut self.0 {
            if let Some(later) = later.0.get(id) {
                *peer = Peer {
                    removed: peer.removed,
                    ..later.clone()
                };
            }
        }
    }
}
