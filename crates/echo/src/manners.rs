//! What Echo does when something happens, as a person would: it answers after a moment, agrees to video, mutes what the
//! other one mutes, lets nobody wait beside a call, and hangs up when the others have been gone for a while.

use hullo_core::Time;
use hullo_core::endpoint::{AppEvent, DevicePresets, LocalMedia, Op, State};
use hullo_protocol::{Accid, CallId, CallView, DeviceState, ParticipantView};

/// It rings so long, that the caller sees it ring.
const ANSWER_MS: u64 = 1_000;
/// Whoever closed the window is waited for so long: a reload takes less.
const GONE_MS: u64 = 8_000;
/// After a refused login or an ended session it signs in again.
const SIGN_IN_MS: u64 = 5_000;

/// What it means to do, and when.
#[derive(Debug)]
pub(crate) struct Manners {
    me: Accid,
    /// The call that rings.
    ringing: Option<CallId>,
    answer: Option<Time>,
    /// The invite beside the call, which was declined.
    declined: Option<CallId>,
    hang_up: Option<Time>,
    sign_in: Option<Time>,
}

impl Manners {
    pub(crate) fn new(me: Accid) -> Self {
        Self {
            me,
            ringing: None,
            answer: None,
            declined: None,
            hang_up: None,
            sign_in: None,
        }
    }

    /// What it does at once.
    pub(crate) fn take(&mut self, event: AppEvent, now: Time) -> Vec<Op> {
        match event {
            AppEvent::Changed {
                state,
                call,
                local,
                waiting,
                ..
            } => {
                self.look_at(state, call.as_ref(), now);
                let waits = waiting.map(|call| call.call_id);
                let declined = std::mem::replace(&mut self.declined, waits);
                let decline = waits
                    .filter(|_| declined != waits)
                    .map(|call_id| Op::RejectWaiting { call_id });
                let in_call = call.filter(|_| state == State::InCall);
                let other = in_call.as_ref().and_then(|call| self.other(call));
                let mirrored = other.map(|other| mirror(other, local));
                mirrored.into_iter().flatten().chain(decline).collect()
            }
            AppEvent::SwitchAsked { .. } => vec![Op::AnswerSwitch { agree: true }],
            AppEvent::Disconnect { .. } => {
                self.sign_in_later(now);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Whose sound and picture come back: the first of the others.
    fn other<'a>(&self, call: &'a CallView) -> Option<&'a ParticipantView> {
        let here = call
            .participants
            .iter()
            .filter(|one| one.state.is_in_call());
        here.into_iter().find(|one| one.accid != self.me)
    }

    fn look_at(&mut self, state: State, call: Option<&CallView>, now: Time) {
        let rings = call
            .filter(|_| state == State::Called)
            .map(|call| call.call_id);
        if rings != self.ringing {
            self.ringing = rings;
            self.answer = rings.map(|_| now.plus_ms(ANSWER_MS));
        }
        let gone = call.is_some_and(|call| state == State::InCall && everyone_is_away(call));
        match gone {
            true => _ = self.hang_up.get_or_insert(now.plus_ms(GONE_MS)),
            false => self.hang_up = None,
        }
    }

    /// Signs in again after a pause.
    pub(crate) fn sign_in_later(&mut self, now: Time) {
        self.sign_in = Some(now.plus_ms(SIGN_IN_MS));
    }

    /// When it next does something by itself.
    pub(crate) fn deadline(&self) -> Option<Time> {
        let all = [self.answer, self.hang_up, self.sign_in];
        all.into_iter().flatten().min()
    }

    /// What it does now by itself, but for signing in.
    pub(crate) fn due(&mut self, now: Time) -> Option<Op> {
        let is_due = |at: &mut Time| *at <= now;
        if self.answer.take_if(is_due).is_some() {
            return Some(accept());
        }
        self.hang_up.take_if(is_due).map(|_| Op::Hangup)
    }

    /// Whether it signs in now.
    pub(crate) fn signs_in(&mut self, now: Time) -> bool {
        self.sign_in.take_if(|at| *at <= now).is_some()
    }
}

fn accept() -> Op {
    Op::Accept {
        presets: DevicePresets::NONE,
    }
}

/// Mutes what the other one has muted, and nothing else.
fn mirror(other: &ParticipantView, local: LocalMedia) -> impl Iterator<Item = Op> {
    let is_off = |state| state != DeviceState::On;
    let (audio, video) = (is_off(other.audio), is_off(other.video));
    let audio = (audio != local.audio_muted).then_some(Op::MuteLocalAudio { muted: audio });
    let video = (video != local.video_muted).then_some(Op::MuteLocalVideo { muted: video });
    audio.into_iter().chain(video)
}

/// One of those in the call is Echo itself, and that is not away.
fn everyone_is_away(call: &CallView) -> bool {
    let here = call
        .participants
        .iter()
        .filter(|one| one.state.is_in_call());
    here.filter(|one| !one.reconnecting).count() <= 1
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: Time = Time(1_700_000_000_000);

    fn manners() -> Manners {
        Manners::new(Accid::parse("echo").unwrap())
    }

    /// Alice's and Echo's call, with this for her part.
    fn changed(state: &str, alice: Value, waiting: Option<&str>) -> AppEvent {
        let call = |id: &str| {
            let mut caller = json!({
                "accid": "alice", "uid": 1, "state": "joined", "audio": "on", "video": "on",
            });
            let fields = alice.as_object().unwrap().clone();
            caller.as_object_mut().unwrap().extend(fields);
            json!({
                "call_id": id, "version": 1, "kind": "one_to_one", "media": "video",
                "state": "active", "caller": "alice",
                "participants": [
                    caller,
                    { "accid": "echo", "uid": 2, "state": "joined", "audio": "on", "video": "on" },
                ],
            })
        };
        let event = json!({
            "event": "changed", "state": state,
            "call": (state != "idle").then(|| call("00000000-0000-4000-8000-000000000001")),
            "waiting": waiting.map(call),
            "local": serde_json::to_value(LocalMedia::default()).unwrap(),
        });
        serde_json::from_value(event).unwrap()
    }

    fn away() -> Value {
        json!({ "reconnecting": true })
    }

    #[test]
    fn it_answers_once_after_it_has_rung_for_a_second() {
        let mut manners = manners();
        assert_eq!(manners.take(changed("called", json!({}), None), NOW), []);
        assert_eq!(manners.due(NOW), None);
        let then = NOW.plus_ms(ANSWER_MS);
        assert_eq!(manners.deadline(), Some(then));
        assert_eq!(manners.due(then), Some(accept()));
        manners.take(changed("called", json!({}), None), then);
        assert_eq!(manners.due(then.plus_ms(60_000)), None);
    }

    #[test]
    fn a_caller_who_gives_up_is_not_answered() {
        let mut manners = manners();
        manners.take(changed("called", json!({}), None), NOW);
        manners.take(changed("idle", json!({}), None), NOW);
        assert_eq!(manners.deadline(), None);
    }

    #[test]
    fn it_hangs_up_when_the_other_stays_away_and_not_for_a_reload() {
        let mut manners = manners();
        manners.take(changed("in_call", away(), None), NOW);
        manners.take(changed("in_call", json!({}), None), NOW.plus_ms(3_000));
        assert_eq!(manners.due(NOW.plus_ms(GONE_MS)), None);
        manners.take(changed("in_call", away(), None), NOW);
        manners.take(changed("in_call", away(), None), NOW.plus_ms(1_000));
        assert_eq!(manners.due(NOW.plus_ms(GONE_MS)), Some(Op::Hangup));
    }

    #[test]
    fn nobody_waits_beside_a_call() {
        let second = "00000000-0000-4000-8000-000000000002";
        let mut manners = manners();
        let op = manners.take(changed("in_call", json!({}), Some(second)), NOW);
        let call_id = second.parse().unwrap();
        assert_eq!(op, [Op::RejectWaiting { call_id }]);
        let again = manners.take(changed("in_call", json!({}), Some(second)), NOW);
        assert_eq!(again, []);
    }

    #[test]
    fn what_the_other_one_mutes_is_muted_in_what_comes_back() {
        let muted = manners().take(changed("in_call", json!({ "video": "off" }), None), NOW);
        assert_eq!(muted, [Op::MuteLocalVideo { muted: true }]);
        let muted = manners().take(changed("in_call", json!({ "audio": "failed" }), None), NOW);
        assert_eq!(muted, [Op::MuteLocalAudio { muted: true }]);
    }
}
