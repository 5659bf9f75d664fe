//! Network quality on the reference's scale, from loss, round trip, jitter and bandwidth.

use std::collections::BTreeMap;
use std::time::Instant;

use hullo_protocol::{Quality, SlotKind, Uid};
use str0m::media::Mid;
use str0m::stats::{MediaEgressStats, MediaIngressStats, PeerStats};

use crate::QualityReport;

/// What a path was measured to do.
#[derive(Debug, Clone, Copy, Default)]
struct Path {
    loss: Option<f32>,
    rtt_ms: Option<u32>,
    jitter_ms: Option<u32>,
    /// The estimated bandwidth, as a percentage of what is sent.
    headroom_percent: Option<u64>,
}

/// What is still within a grade.
struct Bound {
    quality: Quality,
    loss_percent: f32,
    rtt_ms: u32,
    jitter_ms: u32,
    headroom_percent: u64,
}

/// The worst of the four measures decides. Why these bounds:
///
/// - Loss: Opus hides 1 % so that nobody hears it; up to 3 % with its forward error correction; from 8 % words get lost and
///   retransmitted pictures stutter; beyond 20 % speech is not understood.
/// - Round trip: ITU-T G.114 takes 150 ms one way for unnoticed and 400 ms for the limit. Half the round trip of each of the
///   two participants, and about 80 ms in devices and buffers, add up to that.
/// - Jitter: a receiver buffers two to three times as much, which is delay as well. 30 ms is what a wireless network at
///   home does; at 100 ms the buffer alone takes up the delay that is unnoticed.
/// - Headroom: what is sent beyond the estimate waits in a queue and is lost in the end. Estimates are 10 % off when all is
///   well; at half of what is sent each picture arrives late, at a quarter none does.
const BOUNDS: [Bound; 4] = [
    Bound {
        quality: Quality::Excellent,
        loss_percent: 1.0,
        rtt_ms: 150,
        jitter_ms: 30,
        headroom_percent: 90,
    },
    Bound {
        quality: Quality::Good,
        loss_percent: 3.0,
        rtt_ms: 300,
        jitter_ms: 50,
        headroom_percent: 75,
    },
    Bound {
        quality: Quality::Poor,
        loss_percent: 8.0,
        rtt_ms: 500,
        jitter_ms: 100,
        headroom_percent: 50,
    },
    Bound {
        quality: Quality::Bad,
        loss_percent: 20.0,
        rtt_ms: 1_000,
        jitter_ms: 200,
        headroom_percent: 25,
    },
];

/// At this loss fraction or more, a queue on the way is taken to be full.
const FULL_QUEUE_LOSS: f32 = 0.02;

impl Path {
    fn grade(self) -> Quality {
        if self.loss.is_none() && self.rtt_ms.is_none() && self.jitter_ms.is_none() {
            return Quality::Unknown;
        }
        let loss = self.loss.unwrap_or(0.0) * 100.0;
        let within = BOUNDS.iter().find(|bound| {
            loss <= bound.loss_percent
                && self.rtt_ms.is_none_or(|rtt| rtt <= bound.rtt_ms)
                && self
                    .jitter_ms
                    .is_none_or(|jitter| jitter <= bound.jitter_ms)
                && self
                    .headroom_percent
                    .is_none_or(|headroom| headroom >= bound.headroom_percent)
        });
        within.map_or(Quality::VeryBad, |bound| bound.quality)
    }
}

/// What str0m has measured of one peer, as of its last round of statistics.
#[derive(Debug, Default)]
pub(crate) struct ConnectionStats {
    loss_up: Option<f32>,
    loss_down: Option<f32>,
    rtt_ms: Option<u32>,
    bandwidth_bps: Option<u64>,
    sent: Option<Sent>,
    sent_bps: Option<u64>,
    streams_up: BTreeMap<Mid, Stream>,
    streams_down: BTreeMap<Mid, Stream>,
}

/// How much media has been sent to it.
#[derive(Debug, Clone, Copy)]
struct Sent {
    bytes: u64,
    at: Instant,
}

/// One stream from or to a peer.
#[derive(Debug, Clone, Copy)]
struct Stream {
    kind: SlotKind,
    packets: u64,
    /// It flowed since the round before: the stats of one that did not are old.
    flows: bool,
    loss: Option<f32>,
    jitter_ms: Option<u32>,
    /// Who sends it, for one that goes to the peer.
    from: Option<Uid>,
}

impl ConnectionStats {
    /// A new round of statistics. Those of the streams follow. The estimate is taken only if it `is_trusted`.
    pub(crate) fn record_peer(&mut self, stats: &PeerStats, is_trusted: bool) {
        self.loss_up = stats.ingress_loss_fraction;
        self.loss_down = stats.egress_loss_fraction;
        self.rtt_ms = stats.rtt.map(|rtt| rtt.as_millis() as u32);
        let sent_before = self.sent.replace(Sent {
            bytes: stats.bytes_tx,
            at: stats.timestamp,
        });
        self.sent_bps = sent_before.and_then(|before| {
            let bits = stats.bytes_tx.checked_sub(before.bytes)? * 8;
            let ms = stats.timestamp.duration_since(before.at).as_millis() as u64;
            (bits * 1_000).checked_div(ms)
        });
        let estimated = stats.bwe_tx.filter(|_| is_trusted).map(|bwe| bwe.as_u64());
        // Without feedback it is only what was assumed.
        let estimated = estimated.zip(stats.egress_loss_fraction);
        self.bandwidth_bps = estimated.map(|(bps, loss)| bps.max(self.delivered_bps(loss)));
        let streams = self.streams_up.values_mut();
        for stream in streams.chain(self.streams_down.values_mut()) {
            stream.flows = false;
        }
    }

    /// Roughly what has been delivered. Without loss that is not known: a queue may be growing. With a full queue it is what
    /// was not lost; the estimate would fall on and on there, because nothing here is sent less by it.
    fn delivered_bps(&self, loss: f32) -> u64 {
        let sent_bps = self.sent_bps.filter(|_| loss >= FULL_QUEUE_LOSS);
        sent_bps.map_or(0, |bps| (bps as f32 * (1.0 - loss)) as u64)
    }

    pub(crate) fn record_ingress(&mut self, kind: SlotKind, stats: &MediaIngressStats) {
        let before = self.streams_up.get(&stats.mid).map_or(0, |s| s.packets);
        let stream = Stream {
            kind,
            packets: stats.packets,
            flows: stats.packets > before,
            loss: stats.loss,
            jitter_ms: Some(in_ms(stats.jitter, kind)),
            from: None,
        };
        self.streams_up.insert(stats.mid, stream);
    }

    pub(crate) fn record_egress(
        &mut self,
        kind: SlotKind,
        from: Option<Uid>,
        stats: &MediaEgressStats,
    ) {
        let before = self.streams_down.get(&stats.mid).map_or(0, |s| s.packets);
        let stream = Stream {
            kind,
            packets: stats.packets,
            flows: stats.packets > before,
            loss: stats.loss,
            jitter_ms: stats.remote.as_ref().map(|r| in_ms(r.jitter, kind)),
            from,
        };
        self.streams_down.insert(stats.mid, stream);
        if self.rtt_ms.is_none() {
            self.rtt_ms = stats.rtt.map(|rtt| rtt.as_millis() as u32);
        }
    }

    pub(crate) fn jitter_up_ms(&self) -> Option<u32> {
        audio_else_video(&self.streams_up, |s| s.jitter_ms).max()
    }

    /// Jitter there may have been jitter here already. So that is subtracted, and of what is left the least counts: the path
    /// to the peer is the same for all its streams.
    fn jitter_down_ms(&self, jitter_up: impl Fn(Uid) -> Option<u32>) -> Option<u32> {
        let added = |s: &Stream| {
            let before = s.from.and_then(&jitter_up).unwrap_or(0);
            s.jitter_ms.map(|jitter| jitter.saturating_sub(before))
        };
        audio_else_video(&self.streams_down, added).min()
    }

    fn headroom_percent(&self) -> Option<u64> {
        (self.bandwidth_bps? * 100).checked_div(self.sent_bps?)
    }

    pub(crate) fn report(
        &self,
        uid: Uid,
        is_lost: bool,
        jitter_up: impl Fn(Uid) -> Option<u32>,
    ) -> QualityReport {
        let up = Path {
            loss: self.loss_up.or_else(|| worst_loss(&self.streams_up)),
            rtt_ms: self.rtt_ms,
            jitter_ms: self.jitter_up_ms(),
            headroom_percent: None,
        };
        let down = Path {
            loss: self.loss_down.or_else(|| worst_loss(&self.streams_down)),
            rtt_ms: self.rtt_ms,
            jitter_ms: self.jitter_down_ms(jitter_up),
            headroom_percent: self.headroom_percent(),
        };
        let grade = |path: Path| match is_lost {
            true => Quality::Down,
            false => path.grade(),
        };
        let permille = |path: Path| path.loss.map(|loss| (loss * 1_000.0) as u32);
        QualityReport {
            uid,
            up: grade(up),
            down: grade(down),
            rtt_ms: self.rtt_ms,
            jitter_ms: up.jitter_ms.max(down.jitter_ms),
            bandwidth_bps: self.bandwidth_bps,
            loss_up_permille: permille(up),
            loss_down_permille: permille(down),
        }
    }
}

/// The packets of a video frame have one timestamp and leave one after the other, which looks like jitter. So audio is asked
/// where there is any.
fn audio_else_video(
    streams: &BTreeMap<Mid, Stream>,
    jitter: impl Fn(&Stream) -> Option<u32>,
) -> impl Iterator<Item = u32> {
    let of = |pictures: bool| {
        let flowing = streams.values().filter(|s| s.flows);
        let asked = flowing.filter(|s| s.kind.is_picture() == pictures);
        asked.filter_map(&jitter).collect::<Vec<u32>>()
    };
    let audio = of(false);
    let asked = if audio.is_empty() { of(true) } else { audio };
    asked.into_iter()
}

fn worst_loss(streams: &BTreeMap<Mid, Stream>) -> Option<f32> {
    let flowing = streams.values().filter(|s| s.flows);
    flowing.filter_map(|s| s.loss).max_by(f32::total_cmp)
}

/// Jitter is measured in ticks of the stream's clock.
fn in_ms(ticks: u32, kind: SlotKind) -> u32 {
    let ticks_per_ms = match kind {
        SlotKind::Audio => 48,
        SlotKind::Video | SlotKind::Screen => 90,
    };
    ticks / ticks_per_ms
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use str0m::bwe::Bitrate;

    use super::*;

    const GOOD: Path = Path {
        loss: Some(0.0),
        rtt_ms: Some(20),
        jitter_ms: Some(2),
        headroom_percent: Some(150),
    };

    #[test]
    fn path_without_figures_is_unknown_whatever_the_estimate() {
        assert_eq!(Path::default().grade(), Quality::Unknown);
        let assumed = Path {
            headroom_percent: Some(10),
            ..Path::default()
        };
        assert_eq!(assumed.grade(), Quality::Unknown);
        assert_eq!(GOOD.grade(), Quality::Excellent);
    }

    #[test]
    fn worst_figure_decides() {
        use Quality::{Bad, Excellent, Good, Poor, VeryBad};
        let grades = [Excellent, Good, Poor, Bad, VeryBad];
        let by_loss = [0.01, 0.02, 0.05, 0.15, 0.5].map(|loss| Path {
            loss: Some(loss),
            ..GOOD
        });
        let by_rtt = [150, 250, 400, 1_000, 1_001].map(|rtt_ms| Path {
            rtt_ms: Some(rtt_ms),
            ..GOOD
        });
        let by_jitter = [30, 31, 100, 101, 201].map(|jitter_ms| Path {
            jitter_ms: Some(jitter_ms),
            ..GOOD
        });
        let by_headroom = [90, 80, 50, 25, 24].map(|headroom_percent| Path {
            headroom_percent: Some(headroom_percent),
            ..GOOD
        });
        for paths in [by_loss, by_rtt, by_jitter, by_headroom] {
            assert_eq!(paths.map(Path::grade), grades, "{paths:?}");
        }
    }

    #[test]
    fn one_figure_is_enough_for_a_grade() {
        let jitter = Path {
            jitter_ms: Some(60),
            ..Path::default()
        };
        assert_eq!(jitter.grade(), Quality::Poor);
        let loss = Path {
            loss: Some(0.15),
            ..Path::default()
        };
        assert_eq!(loss.grade(), Quality::Bad);
    }

    /// A round of statistics two seconds after the one before: 400 kbit/s were sent.
    fn round(n: u64, start: Instant, estimate: u64, loss: Option<f32>) -> PeerStats {
        PeerStats {
            peer_bytes_rx: 0,
            peer_bytes_tx: 0,
            bytes_rx: 0,
            bytes_tx: n * 100_000,
            timestamp: start + Duration::from_secs(2 * n),
            bwe_tx: Some(Bitrate::bps(estimate)),
            egress_loss_fraction: loss,
            ingress_loss_fraction: None,
            rtt: None,
            selected_candidate_pair: None,
        }
    }

    fn bandwidth_after(
        estimate: u64,
        loss: Option<f32>,
        is_trusted: bool,
    ) -> (Option<u64>, Quality) {
        let start = Instant::now();
        let mut stats = ConnectionStats::default();
        for n in 1..=2 {
            stats.record_peer(&round(n, start, estimate, loss), is_trusted);
        }
        let report = stats.report(Uid(1), false, |_| None);
        (report.bandwidth_bps, report.down)
    }

    #[test]
    fn estimate_far_below_what_is_sent_is_graded_down() {
        let none = Some(0.0);
        assert_eq!(bandwidth_after(500_000, none, true).1, Quality::Excellent);
        assert_eq!(bandwidth_after(240_000, none, true).1, Quality::Poor);
        assert_eq!(bandwidth_after(120_000, none, true).1, Quality::Bad);
        assert_eq!(bandwidth_after(40_000, none, true).1, Quality::VeryBad);
    }

    #[test]
    fn estimate_counts_if_there_is_feedback_and_not_below_what_gets_through_a_full_queue() {
        let bandwidth = |estimate, loss, is_trusted| bandwidth_after(estimate, loss, is_trusted).0;
        assert_eq!(bandwidth(40_000, Some(0.0), true), Some(40_000));
        assert_eq!(bandwidth(40_000, Some(0.0), false), None);
        assert_eq!(bandwidth(40_000, None, true), None);
        assert_eq!(bandwidth(40_000, Some(0.25), true), Some(300_000));
        assert_eq!(bandwidth(350_000, Some(0.25), true), Some(350_000));
    }

    fn stream(kind: SlotKind, flows: bool, jitter_ms: u32, from: u64) -> Stream {
        Stream {
            kind,
            packets: 1,
            flows,
            loss: None,
            jitter_ms: Some(jitter_ms),
            from: Some(Uid(from)),
        }
    }

    fn stats_down(streams: &[Stream]) -> ConnectionStats {
        let mid = |n: usize| Mid::from(n.to_string().as_str());
        let streams = streams.iter().enumerate();
        ConnectionStats {
            streams_down: streams.map(|(n, s)| (mid(n), *s)).collect(),
            ..ConnectionStats::default()
        }
    }

    #[test]
    fn jitter_that_a_source_brought_along_is_not_the_receivers() {
        use SlotKind::{Audio, Video};
        let jitter_up = |uid: Uid| (uid == Uid(1)).then_some(40);
        let stats = stats_down(&[stream(Audio, true, 45, 1), stream(Audio, true, 12, 2)]);
        assert_eq!(stats.jitter_down_ms(jitter_up), Some(5));
        let stats = stats_down(&[stream(Audio, false, 3, 2), stream(Audio, true, 12, 2)]);
        assert_eq!(stats.jitter_down_ms(jitter_up), Some(12), "old stats");
        let stats = stats_down(&[stream(Video, true, 3, 2), stream(Audio, true, 12, 2)]);
        assert_eq!(stats.jitter_down_ms(jitter_up), Some(12), "audio first");
        let stats = stats_down(&[stream(Video, true, 3, 2)]);
        assert_eq!(stats.jitter_down_ms(jitter_up), Some(3));
    }
}
