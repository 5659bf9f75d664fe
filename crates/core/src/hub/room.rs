//! The media connections of the devices of one call, as far as the hub knows them.

use std::collections::BTreeMap;

use hullo_protocol::{DeviceId, Uid};

use super::PeerId;
use super::sdp::Identity;

/// The room of a call. Not stored: after a restart the first offer makes it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Room {
    /// The media plane has it.
    pub(super) open: bool,
    /// The connections; at most one for each device.
    pub(super) peers: BTreeMap<PeerId, Peer>,
    /// Whose screen the media plane shows.
    pub(super) sharer: Option<Uid>,
}

/// One media connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Peer {
    pub(super) uid: Uid,
    pub(super) device: DeviceId,
    pub(super) identity: Identity,
    /// Media may flow.
    pub(super) admitted: bool,
    /// Its participant holds the call.
    pub(super) held: bool,
}

impl Room {
    /// The connection of a participant's device.
    pub(super) fn peer_of(&self, uid: Uid, device: &DeviceId) -> Option<(PeerId, &Peer)> {
        self.peers
            .iter()
            .find(|(_, peer)| peer.uid == uid && peer.device == *device)
            .map(|(id, peer)| (*id, peer))
    }
}

/// What the media plane has said of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PeerHealth {
    /// ICE and DTLS have been done.
    pub(super) connected: bool,
    /// Silent for the moment.
    pub(super) lost: bool,
    /// Beyond repair.
    pub(super) failed: bool,
}

impl PeerHealth {
    /// Media can flow.
    pub(super) fn is_live(self) -> bool {
        self.connected && !self.lost && !self.failed
    }
}
