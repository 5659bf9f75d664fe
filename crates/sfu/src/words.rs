//! The words of the media plane: ids, configuration, what comes out, what can go wrong, what is counted.

use std::net::SocketAddr;
use std::time::Duration;

use hullo_protocol::{Slot, SlotKind, Uid};

use crate::QualityReport;

/// A room: the media side of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u128);

/// One connection of one device in one room, unique in the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// How the media plane is reached and when it reports.
#[derive(Debug, Clone)]
pub struct Config {
    /// The UDP addresses that clients are told to send to (ICE host candidates).
    pub candidates: Vec<SocketAddr>,
    /// Silence after which a peer counts as lost.
    pub lost_after: Duration,
    /// How often quality is reported.
    pub quality_every: Duration,
}

impl Config {
    /// The usual times: lost after 5 s, quality every 2 s.
    pub fn new(candidates: Vec<SocketAddr>) -> Self {
        Self {
            candidates,
            lost_after: Duration::from_secs(5),
            quality_every: Duration::from_secs(2),
        }
    }
}

/// Something to do or to know.
#[derive(Debug)]
pub enum Output {
    /// Send this datagram.
    Transmit {
        /// The own address it goes out from, one of [`Config::candidates`].
        from: SocketAddr,
        /// Where it goes.
        to: SocketAddr,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// News.
    Event(Event),
}

/// News of a room.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// ICE and DTLS are done, often while it rings.
    Connected {
        /// Where.
        room: RoomId,
        /// Who.
        peer: PeerId,
    },
    /// No packet for [`Config::lost_after`].
    Lost {
        /// Where.
        room: RoomId,
        /// Who.
        peer: PeerId,
    },
    /// Packets again.
    Recovered {
        /// Where.
        room: RoomId,
        /// Who.
        peer: PeerId,
    },
    /// This peer's connection is beyond repair and gone; nobody else is touched.
    Closed {
        /// Where.
        room: RoomId,
        /// Who.
        peer: PeerId,
        /// Why, for the log.
        reason: String,
    },
    /// What each receiving m-line of a peer carries now.
    Slots {
        /// Where.
        room: RoomId,
        /// Whose.
        peer: PeerId,
        /// All of them.
        slots: Vec<Slot>,
    },
    /// How well the participants of a room are connected, but for those who are held or not admitted.
    Quality {
        /// Where.
        room: RoomId,
        /// One for each.
        reports: Vec<QualityReport>,
    },
    /// Who speaks, as soon as it changes, but at most every 300 ms.
    Speakers {
        /// Where.
        room: RoomId,
        /// The loudest first, five at most; nobody when it has fallen silent.
        uids: Vec<Uid>,
    },
    /// A participant's first packet of this kind was forwarded.
    FirstMedia {
        /// Where.
        room: RoomId,
        /// Whose.
        uid: Uid,
        /// Sound or picture.
        kind: SlotKind,
    },
}

/// Why an offer cannot be answered. The peer stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiateError {
    /// The room is not open.
    #[error("the room is not open: open it before its peers negotiate")]
    NoRoom,
    /// The text is not a session description.
    #[error("the offer is not a session description (RFC 8866): {0}")]
    NotSdp(String),
    /// It is one, but cannot be answered.
    #[error("the offer cannot be answered: {0}")]
    Unanswerable(String),
}

/// Counts since the start, and what there is now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Open rooms.
    pub rooms: u64,
    /// Peers in them.
    pub peers: u64,
    /// RTP packets received from admitted peers.
    pub packets_received: u64,
    /// RTP packets handed on, once for each receiver.
    pub packets_forwarded: u64,
    /// Payload bytes handed on.
    pub bytes_forwarded: u64,
    /// RTP packets from peers that were held or not admitted.
    pub packets_held_back: u64,
    /// Datagrams that belong to no peer.
    pub datagrams_dropped: u64,
    /// Key-frame requests made to sources.
    pub key_frame_requests: u64,
    /// Peers closed by an error.
    pub peers_failed: u64,
}
