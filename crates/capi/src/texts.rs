//! What people read: the same words on every platform.

mod table;

use hullo_client::protocol::{
    Accid, CallKind, CallSummary, ErrorKind, Media, ParticipantState, RecordStatus,
};
use serde_json::json;

use self::table::TABLE;

/// What to tell a person of an error; of a kind that this version does not know, that something went wrong.
pub(crate) fn error(kind: &str, language: &str) -> &'static str {
    match is_chinese(language) {
        true => kind_of(kind).chinese(),
        false => kind_of(kind).text(),
    }
}

/// The number that belongs to a kind of error.
pub(crate) fn error_code(kind: &str) -> u32 {
    kind_of(kind).code()
}

fn kind_of(kind: &str) -> ErrorKind {
    serde_json::from_value(json!(kind)).unwrap_or(ErrorKind::Unknown)
}

/// A text of call screens.
pub(crate) fn screen(name: &str, language: &str) -> Option<&'static str> {
    let (_, english, chinese) = TABLE.iter().find(|(known, ..)| *known == name)?;
    Some(match is_chinese(language) {
        true => chinese,
        false => english,
    })
}

/// How a call that is over reads to one of its two readers (behaviour E.4, the recommended column): JSON.
pub(crate) fn record_line(summary: &CallSummary, reader: &Accid, language: &str) -> String {
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
    json!({
        "direction": if has_dialled { "outgoing" } else { "incoming" },
        "missed": summary.is_missed_by(reader),
        "title": said(title),
        "text": said(outcome).replace("{time}", &time),
    })
    .to_string()
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

    use serde_json::Value;

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
        assert_eq!(
            error("account_not_found", "en"),
            ErrorKind::AccountNotFound.text()
        );
        assert_eq!(
            error("account_not_found", "zh-Hans"),
            ErrorKind::AccountNotFound.chinese()
        );
        assert_eq!(error("of a later version", "fr"), ErrorKind::Unknown.text());
        assert_eq!((error_code("timeout"), error_code("later")), (408, 0));
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

    fn read(summary: &CallSummary, reader: &str, language: &str) -> Value {
        let line = record_line(summary, &reader.parse().unwrap(), language);
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn record_reads_from_the_side_of_its_reader() {
        let missed = summary("timed_out", "one_to_one");
        assert_eq!(
            read(&missed, "alice", "en"),
            json!({ "direction": "outgoing", "missed": false, "title": "Video call", "text": "No answer" })
        );
        assert_eq!(
            read(&missed, "bob", "zh"),
            json!({ "direction": "incoming", "missed": true, "title": "视频通话", "text": "未接听" })
        );
        let complete = summary("complete", "one_to_one");
        assert_eq!(read(&complete, "alice", "en")["text"], "02:13");
        let group = summary("complete", "group");
        assert_eq!(read(&group, "bob", "en")["text"], "Missed group call");
    }
}
