//! What people read: the same words on every platform, in English, and in Chinese for a language that begins with `zh`.

mod table;

use hullo_protocol::{
    Accid, CallKind, CallSummary, EndReason, ErrorKind, Media, ParticipantState, RecordStatus,
};

use self::table::TABLE;

/// What to tell a person of an error.
pub fn error(kind: ErrorKind, language: &str) -> &'static str {
    match is_chinese(language) {
        true => kind.chinese(),
        false => kind.text(),
    }
}

/// A text of call screens by its name, as `@hullo/ui` has them: `control.accept`. `{name}` and the like are for the app to fill.
pub fn screen(name: &str, language: &str) -> Option<&'static str> {
    let (_, english, chinese) = TABLE.iter().find(|(known, ..)| *known == name)?;
    Some(match is_chinese(language) {
        true => chinese,
        false => english,
    })
}

/// How a call that is over reads to one of those who were in it or were called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    /// The reader has dialled it.
    pub outgoing: bool,
    /// The reader has missed it.
    pub missed: bool,
    /// What it was: `Video call`.
    pub title: String,
    /// What became of it: `02:13`, `No answer`.
    pub text: String,
}

/// How a call that is over reads to one of its readers (behaviour E.4, the recommended column).
pub fn record_line(summary: &CallSummary, reader: &Accid, language: &str) -> RecordLine {
    let has_dialled = summary.caller == *reader;
    let is_group = summary.kind == CallKind::Group;
    let title = match (is_group, summary.media) {
        (true, Media::Video) => "media.groupVideo",
        (true, Media::Audio) => "media.groupAudio",
        (false, Media::Video) => "media.video",
        (false, Media::Audio) => "media.audio",
    };
    let outcome = match is_group {
        true => group_outcome(summary, has_dialled, summary.duration_ms(reader)),
        false => outcome(summary.status, has_dialled),
    };
    let time = duration(summary.duration_ms(reader));
    let said = |name| screen(name, language).unwrap_or_default();
    RecordLine {
        outgoing: has_dialled,
        missed: summary.is_missed_by(reader),
        title: said(title).to_owned(),
        text: said(outcome).replace("{time}", &time),
    }
}

/// How a participant's part of a call reads now.
pub fn participant(state: ParticipantState, language: &str) -> &'static str {
    use ParticipantState as P;
    let name = match state {
        P::Invited | P::Delivered => "state.invited",
        P::Ringing => "state.ringing",
        P::Accepted => "state.connecting",
        P::Joined => "state.in",
        P::Left => "state.left",
        P::Lost => "state.lost",
        P::Rejected => "state.rejected",
        P::Busy => "state.busy",
        P::Cancelled => "state.cancelled",
        P::TimedOut | P::Unreachable => "state.noAnswer",
    };
    screen(name, language).unwrap_or_default()
}

/// How the end of a call of two reads, with the other one's name: to who has ended it, if that is known, and to who has dialled it.
pub fn ending(
    reason: EndReason,
    is_mine: Option<bool>,
    has_dialled: bool,
    other: &str,
    language: &str,
) -> String {
    let mine = is_mine == Some(true);
    let name = match reason {
        EndReason::HungUp if is_mine == Some(false) => "end.remoteHungUp",
        EndReason::HungUp => "end.hungUp",
        EndReason::Cancelled if mine || has_dialled => "end.cancelled",
        EndReason::Cancelled => "end.remoteCancelled",
        EndReason::Rejected if mine || !has_dialled => "end.rejected",
        EndReason::Rejected => "end.remoteRejected",
        EndReason::Busy | EndReason::TimedOut | EndReason::Unreachable if !has_dialled => {
            "end.missed"
        }
        EndReason::Busy => "end.remoteBusy",
        EndReason::TimedOut => "end.noAnswer",
        EndReason::Unreachable => "end.unreachable",
        EndReason::ConnectTimedOut => "end.connectTimedOut",
        EndReason::Lost if mine => "end.lost",
        EndReason::Lost => "end.remoteLost",
        EndReason::LoggedOut if mine => "end.loggedOut",
        EndReason::LoggedOut => "end.remoteLoggedOut",
        EndReason::TokenRefused => "end.tokenRefused",
        EndReason::Server => "end.server",
    };
    let said = screen(name, language).unwrap_or_default();
    said.replace("{name}", other)
}

fn outcome(status: RecordStatus, has_dialled: bool) -> &'static str {
    match (status, has_dialled) {
        (RecordStatus::Complete, _) => "record.complete",
        (RecordStatus::Cancelled, true) => "record.cancelled",
        (RecordStatus::Cancelled, false) => "record.remoteCancelled",
        (RecordStatus::Rejected, true) => "record.remoteRejected",
        (RecordStatus::Rejected, false) => "record.rejected",
        (RecordStatus::TimedOut, true) => "record.noAnswer",
        (RecordStatus::TimedOut, false) => "record.missed",
        (RecordStatus::Busy, true) => "record.remoteBusy",
        (RecordStatus::Busy, false) => "record.missedBusy",
    }
}

/// The caller reads what became of the call; everyone else, what became of their own part of it.
fn group_outcome(summary: &CallSummary, has_dialled: bool, duration_ms: u64) -> &'static str {
    use ParticipantState as P;
    match (summary.status, summary.outcome) {
        (RecordStatus::Rejected, _) if has_dialled => "record.groupRejected",
        (RecordStatus::TimedOut, _) if has_dialled => "record.groupNoAnswer",
        (RecordStatus::Busy, _) if has_dialled => "record.groupBusy",
        (status, _) if has_dialled => outcome(status, true),
        // Whoever has talked has missed nothing, even if called again in vain afterwards.
        _ if duration_ms > 0 => "record.complete",
        (_, P::TimedOut | P::Unreachable | P::Cancelled) => "record.groupMissed",
        (_, P::Busy) => "record.groupMissedBusy",
        (_, P::Rejected) => "record.rejected",
        _ => "record.complete",
    }
}

/// MM:SS, and HH:MM:SS from an hour on.
fn duration(ms: u64) -> String {
    let seconds = ms / 1_000;
    let rest = format!("{:02}:{:02}", seconds / 60 % 60, seconds % 60);
    match seconds / 3_600 {
        0 => rest,
        hours => format!("{hours:02}:{rest}"),
    }
}

fn is_chinese(language: &str) -> bool {
    let tag = language.split(['-', '_']).next().unwrap_or(language);
    tag.eq_ignore_ascii_case("zh")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_those_of_the_web() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/ui/src/texts");
        let english = fs::read_to_string(folder.join("en.ts")).unwrap();
        let chinese = fs::read_to_string(folder.join("zh.ts")).unwrap();
        for (name, here, here_in_chinese) in TABLE {
            let line = |words: &str| format!("'{name}': '{words}',");
            assert!(english.contains(&line(here)), "{name}: {here}");
            assert!(
                chinese.contains(&line(here_in_chinese)),
                "{name}: {here_in_chinese}"
            );
        }
    }

    #[test]
    fn error_reads_in_the_language_of_the_person() {
        let kind = ErrorKind::AccountNotFound;
        assert_eq!(error(kind, "en"), kind.text());
        assert_eq!(error(kind, "zh-Hans"), kind.chinese());
        assert_eq!(error(kind, "fr"), kind.text());
    }

    #[test]
    fn end_reads_differently_to_both() {
        let hung_up = EndReason::HungUp;
        let said = |mine, dialled| ending(hung_up, mine, dialled, "Bob", "en");
        assert_eq!(said(Some(true), true), "Call ended");
        assert_eq!(said(Some(false), true), "Bob hung up");
        let busy = |dialled| ending(EndReason::Busy, None, dialled, "Bob", "en");
        assert_eq!(busy(true), "Bob is on another call");
        assert_eq!(busy(false), "Missed call");
    }

    #[test]
    fn every_end_and_every_part_of_a_call_has_words() {
        use {EndReason as E, ParticipantState as P};
        let ends = [
            E::HungUp,
            E::Cancelled,
            E::Rejected,
            E::Busy,
            E::TimedOut,
            E::Unreachable,
            E::ConnectTimedOut,
            E::Lost,
            E::LoggedOut,
            E::TokenRefused,
            E::Server,
        ];
        for (reason, dialled) in ends.into_iter().flat_map(|end| [(end, true), (end, false)]) {
            for mine in [None, Some(true), Some(false)] {
                let said = ending(reason, mine, dialled, "Bob", "zh");
                assert!(
                    !said.is_empty() && !said.contains('{'),
                    "{reason:?}: {said}"
                );
            }
        }
        let parts = [
            P::Invited,
            P::Delivered,
            P::Ringing,
            P::Accepted,
            P::Joined,
            P::Left,
            P::Lost,
            P::Rejected,
            P::Busy,
            P::Cancelled,
            P::TimedOut,
            P::Unreachable,
        ];
        assert!(
            parts
                .iter()
                .all(|part| !participant(*part, "en").is_empty())
        );
    }

    fn summary(status: &str, kind: &str) -> CallSummary {
        let json = json!({
            "call_id": "6f1c2b9e-8f0a-4a53-9c0f-2c7e0d0f6a11",
            "kind": kind,
            "caller": "alice",
            "callee": "bob",
            "media": "video",
            "status": status,
            "reason": "hung_up",
            "started_at_ms": 1,
            "ended_at_ms": 2,
            "outcome": "timed_out",
            "caller_ms": 133_000,
            "callee_ms": 0,
            "people": 3,
        });
        serde_json::from_value(json).unwrap()
    }

    fn read(summary: &CallSummary, reader: &str, language: &str) -> RecordLine {
        record_line(summary, &reader.parse().unwrap(), language)
    }

    #[test]
    fn record_reads_from_the_side_of_its_reader() {
        let missed = summary("timed_out", "one_to_one");
        let line = |outgoing, missed, title: &str, text: &str| RecordLine {
            outgoing,
            missed,
            title: title.to_owned(),
            text: text.to_owned(),
        };
        let to_alice = line(true, false, "Video call", "No answer");
        assert_eq!(read(&missed, "alice", "en"), to_alice);
        let to_bob = line(false, true, "视频通话", "未接听");
        assert_eq!(read(&missed, "bob", "zh"), to_bob);
        let complete = summary("complete", "one_to_one");
        assert_eq!(read(&complete, "alice", "en").text, "02:13");
        let group = summary("complete", "group");
        assert_eq!(read(&group, "bob", "en").text, "Missed group call");
    }
}
