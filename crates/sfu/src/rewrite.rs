//! One continuous stream for a receiver, whatever the sources behind it do.

use std::time::Instant;

use str0m::rtp::{RtpPacket, SeqNo, Ssrc};

use crate::PeerId;

/// Where outgoing sequence numbers start: str0m needs the first below 65,536, and room for a late packet before it.
const FIRST_SEQUENCE: u64 = 1_000;

/// Maps sequence numbers and timestamps of the current source to those of the outgoing stream.
#[derive(Debug)]
pub(crate) struct Rewrite {
    clock_hz: u32,
    source: Option<Source>,
    newest: Option<Newest>,
}

#[derive(Debug)]
struct Source {
    peer: PeerId,
    ssrc: Ssrc,
    sequence_in: u64,
    sequence_out: u64,
    timestamp_shift: u32,
}

/// The newest packet that went out.
#[derive(Debug, Clone, Copy)]
struct Newest {
    sequence: u64,
    timestamp: u32,
    at: Instant,
}

/// A packet's position in the outgoing stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StreamPosition {
    pub(crate) sequence: SeqNo,
    pub(crate) timestamp: u32,
    /// It is the first packet of a new source.
    pub(crate) is_first: bool,
}

impl Rewrite {
    pub(crate) fn new(clock_hz: u32) -> Self {
        Self {
            clock_hz,
            source: None,
            newest: None,
        }
    }

    /// Whoever sends the next packet, it continues the stream as that of a new source does.
    pub(crate) fn restart(&mut self) {
        self.source = None;
    }

    /// Where `packet` goes; none for one from before the source was switched to.
    pub(crate) fn position_of(
        &mut self,
        peer: PeerId,
        packet: &RtpPacket,
        now: Instant,
    ) -> Option<StreamPosition> {
        let (ssrc, timestamp_in) = (packet.header.ssrc, packet.header.timestamp);
        let sequence_in = *packet.seq_no;
        let is_first = self
            .source
            .as_ref()
            .is_none_or(|s| (s.peer, s.ssrc) != (peer, ssrc));
        if is_first {
            self.source = Some(self.begin(peer, ssrc, sequence_in, timestamp_in, now));
        }
        let source = self.source.as_ref()?;
        let sequence = (source.sequence_out + sequence_in).checked_sub(source.sequence_in)?;
        if sequence < source.sequence_out {
            return None;
        }
        let timestamp = timestamp_in.wrapping_add(source.timestamp_shift);
        if self.newest.is_none_or(|newest| newest.sequence < sequence) {
            self.newest = Some(Newest {
                sequence,
                timestamp,
                at: now,
            });
        }
        Some(StreamPosition {
            sequence: sequence.into(),
            timestamp,
            is_first,
        })
    }

    /// A new source continues behind the newest packet; its timestamp is as much later as the clock is.
    fn begin(
        &self,
        peer: PeerId,
        ssrc: Ssrc,
        sequence_in: u64,
        timestamp_in: u32,
        now: Instant,
    ) -> Source {
        let (sequence_out, timestamp_out) = match self.newest {
            None => (FIRST_SEQUENCE, timestamp_in),
            Some(newest) => {
                let ticks = now.duration_since(newest.at).as_secs_f64() * f64::from(self.clock_hz);
                (
                    newest.sequence + 1,
                    newest.timestamp.wrapping_add((ticks as u32).max(1)),
                )
            }
        };
        Source {
            peer,
            ssrc,
            sequence_in,
            sequence_out,
            timestamp_shift: timestamp_out.wrapping_sub(timestamp_in),
        }
    }
}
