//! Words that have gone, each with the one that took its place: one word is one thing, and plain English is read faster.

use super::Finding;
use super::comments::PUBLISHED;

/// Files in which old words are refused.
const CHECKED: [&str; 4] = [".rs", ".ts", ".md", ".css"];
/// Histories, which quote what was, and this table.
const EXEMPT: [&str; 3] = ["CHANGELOG.md", "docs/decisions/", "xtask/src/tidy/words.rs"];

const CORE: &str = "crates/core/";
const CORE_SRC: &str = "crates/core/src/";
const ENDPOINT: &str = "crates/core/src/endpoint";
const HUB: &str = "crates/core/src/hub";
const CRATES: &str = "crates/";
const PROTOCOL: &str = "crates/protocol/";
const SDK: &str = "web/sdk/";
const SERVER: &str = "crates/server/";
const SFU: &str = "crates/sfu/";
const SIM: &str = "crates/sim/";
const UI: &str = "web/ui/";
const WEB: &str = "web/";

/// A name in the code: the old one, the new one, and where the old one is refused, since elsewhere it may be right. A star
/// at either end stands for any letters: `settle_*`.
type Name = (&'static str, &'static str, &'static [&'static str]);

/// Turns of phrase, in any case and everywhere but in what is published.
const PHRASES: [(&str, &str); 8] = [
    ("the own", "this device's, local or its own"),
    ("an own", "one's own"),
    ("anew", "again or new"),
    ("passing trouble", "transient error"),
    ("passing error", "transient error"),
    ("in hand", "current"),
    ("still to be said", "not yet sent"),
    ("the call there is", "the current call"),
];

const NAMES: [Name; 135] = [
    ("close_session_for_good", "sign_out_by_server", &[]),
    ("MediaLink", "MediaConnection", &[]),
    ("media_link", "media_connection", &[]),
    ("lose_link", "handle_connection_lost", &[]),
    ("handle_link_lost", "handle_connection_lost", &[]),
    ("close_session", "close_leg", &[]),
    ("expire_session", "expire_leg", &[]),
    ("own_part", "local_participant", &[]),
    (
        "settle_*",
        "a verb for what it does: sync_*, apply_*, refresh_*, commit",
        &[],
    ),
    ("Wellbeing", "Connectivity", &[]),
    ("QualityTally", "QualityStats", &[]),
    ("Tally", "RunStats", &[]),
    ("apply_and_show", "apply_and_reply_call", &[]),
    ("show_change", "change_and_reply_call", &[]),
    ("Ledger", "Calls", &[]),
    ("ledger", "calls", &[]),
    ("tell_*", "notify_*, publish_*, send_* or emit_*", &[CRATES]),
    ("told_*", "sent_* or published_*", &[CORE, SERVER, SFU]),
    ("participant_news", "participant_events", &[]),
    ("state_news", "state_events", &[]),
    ("connection_news", "connection_events", &[]),
    ("device_news", "device_events", &[]),
    ("step_aside", "release_other_call", &[]),
    ("sort_out", "split_refused", &[]),
    ("emit_certain", "emit_irrevocable", &[]),
    ("struct Entering", "PendingJoin", &[]),
    ("go_in", "activate", &[]),
    ("may_enter", "can_join", &[CORE_SRC]),
    ("take_entered", "adopt_joined", &[]),
    ("give_up_entering", "abandon_join", &[]),
    ("wait_with", "queue_invite", &[]),
    ("take_waiting", "activate_waiting", &[]),
    ("take_answered_waiting", "adopt_answered_waiting", &[]),
    ("is_answering_waiting", "is_answering_second_call", &[]),
    ("is_heard", "abandon_dial", &[]),
    ("leave_unheard", "queue_offline_hangups", &[]),
    ("forget_told_media", "invalidate_sent_media", &[]),
    ("expect_news", "expect_activity", &[]),
    ("is_passing", "is_transient", &[]),
    ("say_again", "retry", &[]),
    ("tells_an_end", "has_unsent_hangup", &[]),
    ("retry_soon", "schedule_retry", &[]),
    ("Rewatch", "RestoreWatch", &[]),
    ("picture_since", "first_frame_since", &[]),
    ("Drained", "PeerOutput", &[]),
    ("Census", "RoomAudio", &[]),
    ("tells_slots", "slots_dirty", &[]),
    ("look_at_slots_at", "reassign_at", &[]),
    ("LOUDER_DB", "SPEAKER_HYSTERESIS_DB", &[]),
    ("TOLD_EVERY", "SPEAKERS_INTERVAL_MIN", &[]),
    ("keep_asleep", "suspend", &[]),
    ("set_room_alarm", "set_room_timer", &[]),
    ("take_back", "roll_back", &[]),
    ("take_over_policies", "reload_policies", &[]),
    ("furnish_demo", "seed_demo", &[]),
    ("tend_room", "sync_room", &[]),
    ("Agenda", "EventQueue", &[]),
    ("Happening", "WorldEvent", &[SIM]),
    ("Deed", "Action", &[]),
    ("Chances", "RngSet", &[]),
    ("Farewells", "Departures", &[]),
    ("isStillConcerned", "isPresentOrPending", &[]),
    ("roomIn", "seatsLeft", &[]),
    ("inOrder", "sorted", &[]),
    ("alarmOf", "alertOf", &[]),
    ("NO_FIGURES", "NO_STATS", &[]),
    ("ShownVideos", "VideoSubscription", &[]),
    (
        "Session",
        "CallLeg for the call; a session is the connection",
        &[ENDPOINT],
    ),
    ("Session", "SignedIn", &["web/demo/"]),
    ("end_session", "end_leg", &[ENDPOINT]),
    ("Link", "Signalling", &[ENDPOINT]),
    ("Link", "PeerHealth", &[HUB]),
    ("Link", "Socket", &[SIM]),
    ("Phase", "LegPhase or ConnectionPhase", &[ENDPOINT]),
    (
        "fn settle",
        "a verb for what it does: sync, apply, refresh, commit",
        &[CORE_SRC, "crates/server/src/", SIM],
    ),
    ("fn hear", "observe, note_* or apply", &[CORE_SRC, SFU]),
    ("fn hears", "is_reachable", &[HUB]),
    ("Fact", "Observation", &[SIM]),
    ("Standing", "PeerSettings", &[SFU]),
    ("Standing", "Attendance", &[UI]),
    ("Alarms", "Timers", &[SFU]),
    ("Owner", "TimerKey", &[SFU]),
    ("Alarm", "CallAlert", &[UI]),
    ("scene.peer", "scene.remote", &[UI]),
    ("scene.other", "scene.remoteParticipant", &[UI]),
    ("Place", "StreamPosition", &[SFU]),
    ("Place", "PartState", &["crates/sim/src/reference"]),
    (
        "Asked",
        "PendingReply, RequestContext or Replayable",
        &[SERVER, SIM],
    ),
    ("Told", "Published or Delivered", &[ENDPOINT, SIM]),
    (".told", "published or sent", &[ENDPOINT]),
    ("Watch", "Checker", &[SIM]),
    ("Sessions", "SessionContext", &["crates/server/src/ws"]),
    (
        "Session",
        "ConnectedSession",
        &["crates/server/src/node", "crates/sim/src/server"],
    ),
    ("show()", "call_reply()", &[HUB]),
    ("certain", "irrevocable", &[HUB]),
    ("owed", "replayed", &[HUB]),
    ("unsettled", "stale_calls", &[HUB]),
    ("fn meet", "join_glare", &[HUB]),
    ("unanswered", "begin_command", &[HUB]),
    (
        "fn enter",
        "begin_join or authenticate",
        &[ENDPOINT, SERVER],
    ),
    (".shown", "wanted_videos", &[ENDPOINT]),
    (".carried", "media_when_held", &[ENDPOINT]),
    ("Heard", "AudioSource", &[SFU]),
    ("AT_FIRST", "INITIAL", &[SFU]),
    ("SOUGHT", "PROBE_TARGET", &[SFU]),
    ("fn wake", "resume", &[SFU]),
    ("dues", "effects", &[SERVER]),
    (".asked", "pending_replies", &["crates/server/src/node"]),
    ("Arrival", "SessionInput", &[CRATES]),
    ("Gateway", "HttpState", &[SERVER]),
    ("Answer", "StoreFuture", &["crates/server/src/store"]),
    ("End::Done", "Finished", &["crates/server/src/ws"]),
    ("Read<", "ReadResult<", &[PROTOCOL]),
    ("Kept", "Committed", &[SIM]),
    ("Dropped", "RolledBack", &[SIM]),
    ("Telling", "Delivery", &[SIM]),
    ("Stood", "Inspected", &[SIM]),
    ("Stand", "EndpointView", &[SIM]),
    ("Plane", "MediaPlane", &[SIM]),
    ("Storm", "HubFuzz", &[SIM]),
    ("Figures", "StatsReader", &[SDK]),
    ("recall", "loadDevice", &[SDK]),
    ("remember", "saveDevice", &[SDK]),
    ("Company", "GroupController", &[UI]),
    ("Part", "CallElement", &[UI]),
    ("ask(", "dispatchIntent", &["web/ui/src/"]),
    ("perform", "runIntent", &[UI]),
    ("#draw*", "render*", &[UI]),
    ("drawOffer", "renderOffer", &[UI]),
    ("drawOverlays", "renderOverlays", &[UI]),
    ("drawPill", "renderPill", &[UI]),
    ("drawSheet", "renderSheet", &[UI]),
    ("remark", "toast", &[WEB]),
    ("#tell*", "#showNotice", &[UI]),
    ("fn told", "ensure_sent", &[SERVER]),
];

/// The old words of one file.
pub(super) fn check(path: &str, content: &str) -> Vec<Finding> {
    let is_checked = CHECKED.iter().any(|ending| path.ends_with(ending));
    if !is_checked || EXEMPT.iter().any(|exempt| path.starts_with(exempt)) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    let mut refuse = |line: usize, old: &str, new: &str| {
        let message = format!("`{old}` has gone: say {new}");
        findings.push(Finding::error(format!("{path}:{line}"), message));
    };
    for (old, new, within) in &NAMES {
        let is_refused_here =
            within.is_empty() || within.iter().any(|place| path.starts_with(place));
        if is_refused_here && content.contains(old.trim_matches('*')) {
            for line in lines_with(content, old) {
                refuse(line, old, new);
            }
        }
    }
    if path.starts_with(PUBLISHED) {
        return findings;
    }
    let lower = content.to_lowercase();
    for (old, new) in &PHRASES {
        for line in lines_with(&lower, old) {
            refuse(line, old, new);
        }
    }
    findings
}

fn lines_with<'a>(content: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let lines = content.lines().enumerate();
    lines.filter_map(move |(index, line)| has_word(line, word).then_some(index + 1))
}

/// Whether `word` stands in the line as a whole word; an edge of it that is no letter needs no boundary.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let bare = word.trim_matches('*');
    let is_open_before = word.starts_with('*') || !bare.starts_with(is_letter);
    let is_open_after = word.ends_with('*') || !bare.ends_with(is_letter);
    line.match_indices(bare).any(|(at, _)| {
        (is_open_before || !line[..at].ends_with(is_letter))
            && (is_open_after || !line[at + bare.len()..].starts_with(is_letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, line: &str) -> Vec<String> {
        let findings = check(path, &format!("//! A file.\n{line}\n"));
        let text = |finding: Finding| format!("{}: {}", finding.place, finding.message);
        findings.into_iter().map(text).collect()
    }

    #[test]
    fn old_name_is_refused_where_it_was_and_the_message_has_the_new_one() {
        let line = "struct Link { up: bool }";
        assert_eq!(
            messages("crates/core/src/hub/media.rs", line),
            ["crates/core/src/hub/media.rs:2: `Link` has gone: say PeerHealth"]
        );
        assert_eq!(messages("web/ui/src/link.ts", line).len(), 0);
        assert_eq!(
            messages("crates/core/src/hub.rs", "struct Linked;").len(),
            0
        );
        assert_eq!(messages("crates/core/src/hub.json", line).len(), 0);
    }

    #[test]
    fn star_and_sign_stand_for_their_neighbours() {
        assert!(has_word("self.settle_lines();", "settle_*"));
        assert!(!has_word("self.unsettle_lines();", "settle_*"));
        assert!(has_word("let state_news = 1;", "*_news"));
        assert!(has_word("leg.told = true", ".told"));
        assert!(!has_word("leg.told_at", ".told"));
        assert!(has_word("this.ask({", "ask("));
        assert!(!has_word("task({", "ask("));
    }

    #[test]
    fn phrase_is_refused_in_any_case_but_where_history_is_told() {
        let line = "// The own camera. Begun anew.";
        assert_eq!(messages("web/sdk/src/driver.ts", line).len(), 2);
        assert_eq!(messages("docs/defects.md", line).len(), 2);
        assert_eq!(messages("docs/decisions/1.md", line).len(), 0);
        assert_eq!(messages("CHANGELOG.md", line).len(), 0);
        assert_eq!(messages("crates/protocol/src/event.rs", line).len(), 0);
        assert_eq!(
            messages("a.rs", "// of their own; the owner renewed it").len(),
            0
        );
    }

    #[test]
    fn new_words_are_not_old_ones() {
        for (old, new, within) in NAMES {
            let everywhere = [CRATES, WEB];
            for place in if within.is_empty() {
                &everywhere[..]
            } else {
                within
            } {
                assert_eq!(messages(&format!("{place}.rs"), new), [""; 0], "{old}");
            }
        }
    }
}
