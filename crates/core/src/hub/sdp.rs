//! Which of a device's connections an offer belongs to.
//!
//! A page keeps its RTCPeerConnection when its socket breaks, and loses it when it is reloaded; the offers look alike but
//! for two lines. The session id of `o=` stays the same in all offers of one connection (RFC 8829 section 5.2.1), and so
//! does the certificate whose fingerprint it shows (RFC 8122). Together they tell an ICE restart from a new connection.

/// Longest line that is taken for one of the two.
const LINE_BYTES_MAX: usize = 256;

/// What names one connection of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    /// The session id of the origin.
    origin: String,
    /// The first fingerprint, with its hash function.
    fingerprint: String,
}

impl Identity {
    /// Reads it from an offer; `None` when that has no origin or no fingerprint and thus cannot be used at all.
    pub(super) fn read(sdp: &str) -> Option<Self> {
        let field = |prefix: &str| {
            sdp.lines()
                .find_map(|line| line.strip_prefix(prefix))
                .filter(|value| value.len() <= LINE_BYTES_MAX)
        };
        let origin = field("o=")?.split_ascii_whitespace().nth(1)?;
        let fingerprint = field("a=fingerprint:")?.trim();
        Some(Self {
            origin: origin.to_owned(),
            fingerprint: fingerprint.to_ascii_uppercase(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(session: &str, version: u32, fingerprint: &str) -> String {
        format!(
            "v=0\r\no=- {session} {version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
             a=ice-ufrag:u{version}\r\na=fingerprint:sha-256 {fingerprint}\r\n"
        )
    }

    #[test]
    fn offers_of_one_connection_have_one_identity() {
        let first = Identity::read(&offer("4611", 2, "AB:CD"));
        assert!(first.is_some());
        assert_eq!(first, Identity::read(&offer("4611", 3, "ab:cd")));
    }

    #[test]
    fn another_certificate_or_session_is_another_connection() {
        let first = Identity::read(&offer("4611", 2, "AB:CD"));
        assert_ne!(first, Identity::read(&offer("4612", 2, "AB:CD")));
        assert_ne!(first, Identity::read(&offer("4611", 2, "AB:CE")));
    }

    #[test]
    fn garbage_has_no_identity() {
        for sdp in [
            "",
            "o=",
            "o=-\r\na=fingerprint:x",
            "a=fingerprint:sha-256 AB",
            "\u{0}\n\n=o",
        ] {
            assert_eq!(Identity::read(sdp), None, "{sdp:?}");
        }
        let endless = format!("o=- 1 1\r\na=fingerprint:{}", "A".repeat(10_000));
        assert_eq!(Identity::read(&endless), None);
    }
}
