//! The media plane, as an operator watches it.

use std::sync::atomic::Ordering;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Why a datagram was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// The system's buffer was full.
    Full,
    /// There is no way to its address.
    Unreachable,
    /// Anything else, a firewall of this machine among it.
    Other,
}

/// What the media plane counts.
#[derive(Default)]
pub(crate) struct MediaMetrics {
    /// UDP datagrams that came.
    pub(crate) received: Counter,
    /// UDP datagrams that went.
    pub(crate) sent: Counter,
    /// UDP datagrams that the system did not take.
    unsent: Family<UnsentLabels, Counter>,
    receive_buffer: Gauge,
    send_buffer: Gauge,
    rooms: Gauge,
    peers: Gauge,
    packets_received: Counter,
    packets_forwarded: Counter,
    bytes_forwarded: Counter,
    packets_held_back: Counter,
    datagrams_dropped: Counter,
    key_frame_requests: Counter,
    peers_failed: Counter,
    addresses: Gauge,
    addresses_refused: Counter,
    offers_refused: Counter,
}

impl MediaMetrics {
    /// Takes over what the SFU has counted so far.
    pub(crate) fn follow(&self, now: &hullo_sfu::Metrics, offers_refused: u64) {
        let gauges = [
            (&self.rooms, now.rooms),
            (&self.peers, now.peers),
            (&self.addresses, now.addresses),
        ];
        for (gauge, value) in gauges {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let counters = [
            (&self.packets_received, now.packets_received),
            (&self.packets_forwarded, now.packets_forwarded),
            (&self.bytes_forwarded, now.bytes_forwarded),
            (&self.packets_held_back, now.packets_held_back),
            (&self.datagrams_dropped, now.datagrams_dropped),
            (&self.key_frame_requests, now.key_frame_requests),
            (&self.peers_failed, now.peers_failed),
            (&self.addresses_refused, now.addresses_refused),
            (&self.offers_refused, offers_refused),
        ];
        for (counter, value) in counters {
            counter.inner().store(value, Ordering::Relaxed);
        }
    }

    /// A datagram was not sent.
    pub(crate) fn count_unsent(&self, reason: Unsent) {
        let reason = match reason {
            Unsent::Full => "full",
            Unsent::Unreachable => "unreachable",
            Unsent::Other => "other",
        };
        self.unsent.get_or_create(&UnsentLabels { reason }).inc();
    }

    /// The buffers that the system has granted, in bytes.
    pub(crate) fn set_buffers(&self, receive: usize, send: usize) {
        for (gauge, bytes) in [(&self.receive_buffer, receive), (&self.send_buffer, send)] {
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        }
    }

    pub(super) fn register(&self, media: &mut Registry) {
        self.register_gauges(media);
        self.register_counters(media);
        media.register(
            "datagrams_unsent",
            "UDP datagrams that were not sent, by reason",
            self.unsent.clone(),
        );
    }

    fn register_gauges(&self, media: &mut Registry) {
        let gauges = [
            ("rooms", "Open rooms", &self.rooms),
            ("peers", "Media connections", &self.peers),
            (
                "receive_buffer_bytes",
                "Least receive buffer of the media sockets",
                &self.receive_buffer,
            ),
            (
                "send_buffer_bytes",
                "Least send buffer of the media sockets",
                &self.send_buffer,
            ),
            (
                "addresses",
                "Addresses that media connections are heard from",
                &self.addresses,
            ),
        ];
        for (name, help, gauge) in gauges {
            media.register(name, help, gauge.clone());
        }
    }

    fn register_counters(&self, media: &mut Registry) {
        let counters = [
            (
                "datagrams_received",
                "UDP datagrams received",
                &self.received,
            ),
            ("datagrams_sent", "UDP datagrams sent", &self.sent),
            (
                "datagrams_dropped",
                "UDP datagrams from nobody that is known",
                &self.datagrams_dropped,
            ),
            (
                "packets_received",
                "RTP packets received from admitted peers",
                &self.packets_received,
            ),
            (
                "packets_forwarded",
                "RTP packets handed on, once for each receiver",
                &self.packets_forwarded,
            ),
            (
                "bytes_forwarded",
                "RTP payload bytes handed on",
                &self.bytes_forwarded,
            ),
            (
                "packets_held_back",
                "RTP packets from peers that were not admitted",
                &self.packets_held_back,
            ),
            (
                "key_frame_requests",
                "Key frames asked of senders",
                &self.key_frame_requests,
            ),
            (
                "addresses_refused",
                "Datagrams dropped because they came from one address of a client too many, or from another's",
                &self.addresses_refused,
            ),
            (
                "offers_refused",
                "Offers refused because too many waited",
                &self.offers_refused,
            ),
            (
                "peers_failed",
                "Media connections closed by an error",
                &self.peers_failed,
            ),
        ];
        for (name, help, counter) in counters {
            media.register(name, help, counter.clone());
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UnsentLabels {
    reason: &'static str,
}
