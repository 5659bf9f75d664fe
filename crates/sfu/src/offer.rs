//! An offer on its way to an answer: its limits, its reading, and the connection that answers the first one of a peer. All of
//! that costs milliseconds and concerns nobody else, so that it can be done where no packets are forwarded.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::media::Mid;
use str0m::{Candidate, IceCreds, Rtc};

use crate::estimate;
use crate::guard::guarded;
use crate::{Config, NegotiateError, crypto};

/// M-lines of an offer. Each poll of a connection costs in proportion to them; a client of this project offers 24 at most.
pub(crate) const M_LINES_MAX: usize = 32;
/// M-lines of an offer that carry a screen.
const SCREENS_MAX: usize = 1;
/// What marks them (RFC 4796).
const SCREEN_MARK: &str = "a=content:slides";
/// Candidates of an offer. They are not needed: a lite agent learns a client's addresses from its checks.
const CANDIDATES_MAX: usize = 64;

/// An offer that was read, by [`Offer::first`] or [`Offer::later`], for [`Sfu::answer`](crate::Sfu::answer).
pub struct Offer {
    pub(crate) text: String,
    pub(crate) remote: IceCreds,
    /// The m-line that carries screens.
    pub(crate) screen: Option<Mid>,
    pub(crate) read: Read,
}

/// How far it has come.
pub(crate) enum Read {
    /// Read, and to be accepted by the connection that is there.
    Description(SdpOffer),
    /// Accepted by a connection that was made for it.
    Answered(Box<Rtc>, String),
}

impl Offer {
    /// Reads the first offer of a peer, makes its connection and answers.
    pub fn first(offer: &str, config: &Config, now: Instant) -> Result<Self, NegotiateError> {
        let mut read = Self::later(offer)?;
        read.connect(&config.candidates, now)?;
        Ok(read)
    }

    /// Reads an offer of a peer that is there already.
    pub fn later(offer: &str) -> Result<Self, NegotiateError> {
        let text = without_simulcast(within_limits(offer)?);
        let description = read(&text)?;
        Ok(Self {
            remote: credentials(&text),
            screen: screen(&text),
            text,
            read: Read::Description(description),
        })
    }

    /// Makes a connection for it, unless there is one.
    pub(crate) fn connect(
        &mut self,
        candidates: &[SocketAddr],
        now: Instant,
    ) -> Result<(), NegotiateError> {
        if matches!(self.read, Read::Answered(..)) {
            return Ok(());
        }
        let description = read(&self.text)?;
        let (rtc, answer) = guarded(|| {
            let mut rtc = connection(candidates, now);
            rtc.sdp_api()
                .accept_offer(description)
                .map(|answer| (rtc, answer))
        })
        .map_err(NegotiateError::Unanswerable)?;
        self.read = Read::Answered(Box::new(rtc), answer.to_sdp_string());
        Ok(())
    }

    /// What is to be accepted by the connection that is there.
    pub(crate) fn description(self) -> Result<SdpOffer, NegotiateError> {
        match self.read {
            Read::Description(description) => Ok(description),
            Read::Answered(..) => read(&self.text),
        }
    }
}

/// Each connection has a certificate of its own, so that a client can tell a new peer from an old one by the answer's
/// fingerprint.
pub(crate) fn connection(candidates: &[SocketAddr], now: Instant) -> Rtc {
    let mut rtc = Rtc::builder()
        .set_crypto_provider(crypto::provider().clone())
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .enable_h264(true)
        .enable_bwe(Some(estimate::INITIAL))
        .set_rtcp_report_interval_audio(Duration::from_secs(1))
        .set_stats_interval(Some(Duration::from_secs(2)))
        .build(now);
    for address in candidates {
        // An address that cannot be a candidate (an unspecified one) is refused here and simply not announced.
        if let Ok(candidate) = Candidate::host(*address, "udp") {
            rtc.add_local_candidate(candidate);
        }
    }
    rtc
}

pub(crate) fn read(text: &str) -> Result<SdpOffer, NegotiateError> {
    guarded(|| SdpOffer::from_sdp_string(text)).map_err(NegotiateError::NotSdp)
}

fn within_limits(offer: &str) -> Result<&str, NegotiateError> {
    let limits = [
        ("m-lines (m=)", "m=", M_LINES_MAX),
        ("screens (a=content:slides)", SCREEN_MARK, SCREENS_MAX),
        ("candidates (a=candidate)", "a=candidate:", CANDIDATES_MAX),
    ];
    for (what, prefix, most) in limits {
        let count = offer.lines().filter(|l| l.starts_with(prefix)).count();
        if count > most {
            return Err(NegotiateError::TooMany { what, count, most });
        }
    }
    Ok(offer)
}

/// Several layers of one m-line would be forwarded as one stream. A client whose layers are not answered sends one
/// (RFC 8853 section 5.3.2).
fn without_simulcast(offer: &str) -> String {
    const SIMULCAST: [&str; 3] = ["a=simulcast:", "a=rid:", "a=ssrc-group:SIM "];
    let is_kept = |line: &&str| !SIMULCAST.iter().any(|prefix| line.starts_with(prefix));
    offer.split_inclusive('\n').filter(is_kept).collect()
}

/// The client's half of the ICE credentials. With bundling, all m-lines have the same.
fn credentials(offer: &str) -> IceCreds {
    let value = |prefix: &str| {
        let line = offer.lines().find_map(|line| line.strip_prefix(prefix));
        line.unwrap_or_default().trim().to_owned()
    };
    IceCreds {
        ufrag: value("a=ice-ufrag:"),
        pass: value("a=ice-pwd:"),
    }
}

/// The m-line of pictures that is marked to carry screens.
fn screen(offer: &str) -> Option<Mid> {
    let mut pictures = offer.split("\nm=").filter(|it| it.starts_with("video "));
    pictures.find_map(|section| {
        let is_marked = section.lines().any(|line| line.trim_end() == SCREEN_MARK);
        let mid = section.lines().find_map(|it| it.strip_prefix("a=mid:"))?;
        is_marked.then(|| Mid::from(mid.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulcast_is_left_out_and_nothing_else_is() {
        let offer = "m=video 9\r\na=rid:h send\r\na=rid:l send\r\na=ridge:no\r\na=simulcast:send h;l\r\na=mid:1\r\n";
        assert_eq!(
            without_simulcast(offer),
            "m=video 9\r\na=ridge:no\r\na=mid:1\r\n"
        );
    }

    #[test]
    fn screen_is_the_marked_line_of_pictures() {
        let lines = "v=0\r\na=content:slides\r\nm=audio 9\r\na=mid:a\r\na=content:slides\r\nm=video 9\r\na=mid:v\r\n";
        assert_eq!(screen(lines), None);
        for marked in [
            "m=video 9\r\na=mid:s\r\na=content:slides\r\n",
            "m=video 9\r\na=content:slides\r\na=mid:s\r\nm=video 9\r\na=mid:w\r\n",
        ] {
            assert_eq!(screen(&format!("{lines}{marked}")), Some("s".into()));
        }
        let unnamed = format!("{lines}m=video 9\r\na=content:slides\r\n");
        assert_eq!(screen(&unnamed), None);
    }

    #[test]
    fn second_screen_is_refused() {
        let marked = "m=video 9\r\na=mid:s\r\na=content:slides\r\n";
        assert!(within_limits(marked).is_ok());
        assert!(matches!(
            within_limits(&marked.repeat(2)),
            Err(NegotiateError::TooMany {
                count: 2,
                most: 1,
                ..
            })
        ));
    }
}
