//! What goes into the machine and what comes out of it: ids, configuration, outputs, events, errors, counts.

#![warn(missing_docs)]

use std::net::SocketAddr;
use std::time::Duration;

use hullo_protocol::{Quality, Slot, SlotKind, Uid};

/// Shortest time between two key-frame requests (RTCP PLI) for one picture of one source.
pub const KEY_FRAME_INTERVAL_MIN: Duration = Duration::from_millis(300);

/// A room: the media side of one call. Chosen by the caller of [`Sfu::open`](crate::Sfu::open).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub u128);

/// One media connection of one device in one room. Chosen by the caller of [`Sfu::negotiate`](crate::Sfu::negotiate), unique
/// in the process over all rooms. A device that connects again with a new `RTCPeerConnection` is a new peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// How the media plane is reached and when it reports. Fixed for the life of an [`Sfu`](crate::Sfu).
#[derive(Debug, Clone)]
pub struct Config {
    /// The UDP addresses that answers announce as ICE host candidates, as clients reach them. Unspecified addresses
    /// (`0.0.0.0`) are left out.
    pub candidates: Vec<SocketAddr>,
    /// After this long without a datagram a connected peer is [`Event::Lost`].
    pub lost_after: Duration,
    /// Time between two [`Event::Quality`] of a room.
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

/// Something to do or to know, from [`Sfu::poll_output`](crate::Sfu::poll_output).
#[derive(Debug)]
pub enum Output {
    /// Send this UDP datagram now, or drop it if the socket does not take it: one that waits is worth less than one that is
    /// lost.
    Transmit {
        /// The local address it goes out from, one of [`Config::candidates`].
        from: SocketAddr,
        /// Where the client is reached: an address that its datagrams came from.
        to: SocketAddr,
        /// The payload: one STUN, DTLS, SRTP or SRTCP packet.
        bytes: Vec<u8>,
    },
    /// Something happened in a room.
    Event(Event),
}

/// What happened in a room. Each names an open room and, where it has one, a peer that was there when it happened; either may
/// have been closed by the time the event is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// ICE and DTLS are done, and the client has answered a check where it says that it is; usually while the call still
    /// rings. Once for each peer.
    Connected {
        /// The room of the peer.
        room: RoomId,
        /// The peer that has connected.
        peer: PeerId,
    },
    /// Nothing came from a connected peer for [`Config::lost_after`]. It stays and keeps its slots.
    Lost {
        /// The room of the peer.
        room: RoomId,
        /// The peer that has fallen silent.
        peer: PeerId,
    },
    /// A datagram came from a peer that was [`Event::Lost`].
    Recovered {
        /// The room of the peer.
        room: RoomId,
        /// The peer that is back.
        peer: PeerId,
    },
    /// The connection of a peer ended by the client's wish or by an error, and the peer is gone. No other peer is affected.
    /// Not raised for [`Sfu::remove`](crate::Sfu::remove) and [`Sfu::close`](crate::Sfu::close).
    Closed {
        /// The room it was in.
        room: RoomId,
        /// The peer that is gone.
        peer: PeerId,
        /// What ended it, for the log; not to be parsed.
        reason: String,
        /// Whether that was an error. A client that hangs up closes its connection, and nothing has failed.
        failed: bool,
    },
    /// The slots of a peer: after each of its offers, and whenever one of them carries another participant.
    Slots {
        /// The room of the peer.
        room: RoomId,
        /// The receiver, whose client has to learn it.
        peer: PeerId,
        /// All its slots, those that carry nobody included, in the order in which it offered them.
        slots: Vec<Slot>,
    },
    /// How well the participants of a room are connected. Every [`Config::quality_every`] while anybody is admitted and not held.
    Quality {
        /// The room that was measured.
        room: RoomId,
        /// One for each peer that is admitted and not held.
        reports: Vec<QualityReport>,
    },
    /// The active speakers of a room have changed. At most every 300 ms.
    Speakers {
        /// The room that was listened to.
        room: RoomId,
        /// The loudest first, five at most; empty when the room has fallen silent.
        uids: Vec<Uid>,
    },
    /// The first RTP packet of this kind from an admitted peer. Once for each peer and kind.
    FirstMedia {
        /// The room of the sender.
        room: RoomId,
        /// The participant who sends.
        uid: Uid,
        /// Audio, video or screen.
        kind: SlotKind,
    },
}

/// How well one participant is connected. Its grades are those of the reference component; bounds are in `quality.rs`.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityReport {
    /// The participant that is described.
    pub uid: Uid,
    /// The grade of the path from the client to here.
    pub up: Quality,
    /// The grade of the path from here to the client.
    pub down: Quality,
    /// Round trip between here and the client, in milliseconds; none before the first RTCP report.
    pub rtt_ms: Option<u32>,
    /// Interarrival jitter (RFC 3550 section 6.4.1) of the worse direction, in milliseconds; none before it is measured.
    pub jitter_ms: Option<u32>,
    /// Estimated bandwidth from here to the client, in bits per second; none unless video has been going there for two
    /// seconds.
    pub bandwidth_bps: Option<u64>,
    /// Packets lost from the client to here, per thousand; none before it is measured.
    pub loss_up_permille: Option<u32>,
    /// Packets lost from here to the client, per thousand; none before it is measured.
    pub loss_down_permille: Option<u32>,
}

/// Why an offer cannot be answered. A peer that was there stays as it was, with its media flowing; a new one is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NegotiateError {
    /// [`Sfu::open`](crate::Sfu::open) has not been called for the room, or it is closed.
    #[error("the room is not open: open it before its peers negotiate")]
    NoRoom,
    /// The text is not a session description. Holds what the parser says.
    #[error("the offer is not a session description (RFC 8866): {0}")]
    NotSdp(String),
    /// It has more of something than an offer may have.
    #[error("the offer has {count} {what}; at most {most}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many it has.
        count: usize,
        /// How many it may have.
        most: usize,
    },
    /// It is a session description that cannot be answered. Holds why, as str0m says it.
    #[error("the offer cannot be answered: {0}")]
    Unanswerable(String),
}

/// Two gauges (`rooms`, `peers`) and counters since the start of the [`Sfu`](crate::Sfu), for the operator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Rooms that are open now.
    pub rooms: u64,
    /// Peers that are there now, connected or not.
    pub peers: u64,
    /// RTP packets from peers that are admitted and not held.
    pub packets_received: u64,
    /// RTP packets forwarded, one for each receiver.
    pub packets_forwarded: u64,
    /// RTP payload bytes forwarded, without headers.
    pub bytes_forwarded: u64,
    /// RTP packets dropped because their sender was held or not admitted.
    pub packets_held_back: u64,
    /// Datagrams dropped because they belong to no peer.
    pub datagrams_dropped: u64,
    /// Source addresses of peers that are known now.
    pub addresses: u64,
    /// Datagrams of peers dropped because they came from one address too many, or from one that another peer uses.
    pub addresses_refused: u64,
    /// Key-frame requests (RTCP PLI) sent to sources.
    pub key_frame_requests: u64,
    /// Peers that an error ended: [`Event::Closed`] with `failed`.
    pub peers_failed: u64,
}
