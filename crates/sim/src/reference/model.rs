//! The state of the reference model.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hullo_core::Time;
use hullo_core::hub::{Config, Output, PeerId, RoomCommand, SessionId};
use hullo_protocol::{
    Accid, CallId, Command, EndReason, ErrorBody, ErrorKind, Media, RequestId, Success, Uid,
};

type Calls = BTreeMap<CallId, Call>;
type Answers = BTreeMap<(Accid, RequestId), Option<ErrorKind>>;

/// All that the model knows.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// The hub's settings.
    pub(super) config: Config,
    /// Every call that was not over, with its end stored, before the batch under way.
    pub(super) calls: Calls,
    /// The others. Shared with the copies of the model that are made for each batch: they change no more.
    archive: Rc<Calls>,
    /// Dials that became part of another call (glare).
    aliases: BTreeMap<CallId, CallId>,
    /// The first answer to each command.
    answers: Rc<Answers>,
    /// Likewise, to those of the batch under way.
    new_answers: Answers,
    sessions: BTreeMap<SessionId, Accid>,
    /// Those that came with the batch under way.
    arriving: BTreeSet<SessionId>,
    /// Those whose welcome was dropped with their batch: they are about to be closed, and hear nothing until then.
    deaf: BTreeSet<SessionId>,
    /// Since when an account has had no session.
    offline_since: BTreeMap<Accid, Time>,
    peers: BTreeMap<PeerId, Uid>,
    /// A dial that was answered "busy" and whose record is to come.
    busy: Option<CallId>,
}

/// A call of two.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) caller: Accid,
    pub(super) callee: Accid,
    pub(super) media: Media,
    pub(super) phase: Phase,
    pub(super) rings_until: Time,
    pub(super) accepted_at: Option<Time>,
    /// A device of the callee was connected while it rang.
    pub(super) reached: bool,
    /// Likewise, but the batch was taken back.
    pub(super) reached_perhaps: bool,
    /// Who waits for the other's consent to video, and until when.
    pub(super) switch_by: Option<(Accid, Time)>,
    /// Since when each side (caller, callee) has been away from the server, and from the media plane.
    pub(super) away: [Away; 2],
}

/// Whether one side is gone, and since when.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Away {
    /// It has no session.
    no_session: bool,
    /// Its media was connected and is not any more.
    media_lost: bool,
    /// Its media is connected.
    pub(super) has_media: bool,
    /// Since when it has been away without a break, for whichever of the two causes.
    pub(super) since: Option<Time>,
}

impl Away {
    /// Someone who has had no session since `since`, if at all.
    pub(super) fn offline(since: Option<Time>) -> Self {
        Self {
            no_session: since.is_some(),
            since,
            ..Self::default()
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Self), now: Time) {
        change(self);
        if self.no_session || self.media_lost {
            self.since.get_or_insert(now);
        } else {
            self.since = None;
        }
    }
}

/// Where a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nobody has answered.
    Ringing,
    /// Accepted.
    Active,
    /// A command has ended it; its record must come with the same answer.
    Ending {
        /// Why.
        reason: EndReason,
        /// By whom.
        by: Option<Accid>,
    },
    /// It has its record.
    Over,
}

impl Call {
    /// Whether the account has a part in it.
    pub(super) fn concerns(&self, accid: &Accid) -> bool {
        self.caller == *accid || self.callee == *accid
    }

    /// Ringing or active.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Ringing | Phase::Active)
    }

    /// Whether the account is in it: has dialled or answered.
    pub(super) fn holds(&self, accid: &Accid) -> bool {
        match self.phase {
            Phase::Ringing => self.caller == *accid,
            Phase::Active => self.concerns(accid),
            Phase::Ending { .. } | Phase::Over => false,
        }
    }

    /// Answered.
    pub(super) fn accept(&mut self, now: Time) {
        self.phase = Phase::Active;
        self.accepted_at = Some(now);
    }

    fn side(&mut self, uid: Uid) -> Option<&mut Away> {
        // The caller's uid is always 1 (protocol, `StartCall::room_token`).
        self.away.get_mut(usize::from(uid != Uid(1)))
    }
}

impl Model {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            calls: Calls::new(),
            archive: Rc::default(),
            aliases: BTreeMap::new(),
            answers: Rc::default(),
            new_answers: Answers::new(),
            sessions: BTreeMap::new(),
            arriving: BTreeSet::new(),
            deaf: BTreeSet::new(),
            offline_since: BTreeMap::new(),
            peers: BTreeMap::new(),
            busy: None,
        }
    }

    pub(super) fn connected(&mut self, session: SessionId, accid: &Accid, now: Time) {
        // One device each: a newer session replaces the older one.
        self.sessions.retain(|_, of| of != accid);
        self.sessions.insert(session, accid.clone());
        self.arriving.insert(session);
        self.offline_since.remove(accid);
        for call in self.calls.values_mut() {
            if call.caller == *accid {
                call.away[0].change(|away| away.no_session = false, now);
            }
            if call.callee == *accid {
                call.away[1].change(|away| away.no_session = false, now);
                call.reached |= call.phase == Phase::Ringing && now < call.rings_until;
            }
        }
    }

    pub(super) fn disconnected(&mut self, session: SessionId, now: Time) {
        if let Some(accid) = self.sessions.remove(&session) {
            self.offline(&accid, now);
        }
    }

    fn offline(&mut self, accid: &Accid, now: Time) {
        self.offline_since.insert(accid.clone(), now);
        // Also of a call that is ending: the batch may yet be taken back.
        for call in self.calls.values_mut() {
            for (side, who) in [call.caller.clone(), call.callee.clone()]
                .iter()
                .enumerate()
            {
                if who == accid {
                    call.away[side].change(|away| away.no_session = true, now);
                }
            }
        }
    }

    /// The process has died: nobody has a session, and no media flows.
    pub(super) fn crashed(&mut self, now: Time) {
        let accids: Vec<Accid> = std::mem::take(&mut self.sessions).into_values().collect();
        for accid in accids {
            self.offline(&accid, now);
        }
        self.peers.clear();
        for call in self.calls.values_mut().filter(|call| call.is_live()) {
            for away in &mut call.away {
                away.change(
                    |away| {
                        away.media_lost |= away.has_media;
                        away.has_media = false;
                    },
                    now,
                );
            }
        }
    }

    /// The batch is stored, and its sessions are welcomed.
    pub(super) fn kept(&mut self) {
        self.arriving.clear();
        if !self.new_answers.is_empty() {
            // Not `append`, which rebuilds the whole map.
            let new = std::mem::take(&mut self.new_answers);
            Rc::make_mut(&mut self.answers).extend(new);
        }
        let over = self
            .calls
            .extract_if(.., |_, call| call.phase == Phase::Over);
        let over: Calls = over.collect();
        if !over.is_empty() {
            Rc::make_mut(&mut self.archive).extend(over);
        }
    }

    /// Nothing since `before` has happened, but sessions that came or went stay so.
    pub(super) fn roll_back_to(&mut self, before: Self) {
        let now = std::mem::replace(self, before);
        self.sessions = now.sessions;
        self.deaf = now.deaf;
        self.deaf.extend(now.arriving);
        self.offline_since = now.offline_since;
        self.peers = now.peers;
        for (call_id, call) in &mut self.calls {
            if let Some(later) = now.calls.get(call_id) {
                for (away, later) in call.away.iter_mut().zip(later.away) {
                    // Whoever came with the batch was never really there.
                    let since = away.since.or(later.since);
                    *away = Away { since, ..later };
                }
                // Whoever came stays, so its device may count as reached or not.
                call.reached_perhaps |= later.reached || later.reached_perhaps;
            }
        }
    }

    pub(super) fn account_of(&self, session: SessionId) -> Option<Accid> {
        self.sessions.get(&session).cloned()
    }

    pub(super) fn is_online(&self, accid: &Accid) -> bool {
        self.sessions
            .iter()
            .any(|(session, of)| of == accid && !self.deaf.contains(session))
    }

    pub(super) fn offline_since(&self, accid: &Accid) -> Option<Time> {
        self.offline_since.get(accid).copied()
    }

    /// Any call there ever was.
    pub(super) fn call(&self, call_id: CallId) -> Option<&Call> {
        let call = self.calls.get(&call_id);
        call.or_else(|| self.archive.get(&call_id))
    }

    /// From now on the dial `alias` is a name of the call.
    pub(super) fn note_alias(&mut self, alias: CallId, call_id: CallId) {
        self.aliases.insert(alias, call_id);
    }

    /// The call that a command is about.
    pub(super) fn call_of(&self, command: &Command) -> Option<CallId> {
        let named = named_call(command)?;
        Some(self.aliases.get(&named).copied().unwrap_or(named))
    }

    /// A timeout is handled: what waits for consent past its time waits no longer.
    pub(super) fn expire_switches(&mut self, now: Time) {
        for call in self.calls.values_mut() {
            call.switch_by.take_if(|(_, until)| *until <= now);
        }
    }

    /// The account is in a call or rings for one.
    pub(super) fn is_busy(&self, accid: &Accid) -> bool {
        self.calls
            .values()
            .any(|call| call.is_live() && call.concerns(accid))
    }

    pub(super) fn note_busy(&mut self, call_id: CallId) {
        self.busy = Some(call_id);
    }

    pub(super) fn take_busy(&mut self, call_id: CallId) -> bool {
        let noted = self.busy == Some(call_id);
        if noted {
            self.busy = None;
        }
        noted
    }

    /// Which side each media connection is.
    pub(super) fn note_peers(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let Output::Room {
                command: RoomCommand::Negotiate { peer, uid, .. },
                ..
            } = output
            {
                self.peers.insert(*peer, *uid);
            }
        }
    }

    /// The media of a peer is connected, or (`again`) back after it was lost.
    pub(super) fn media_back(&mut self, call_id: CallId, peer: PeerId, again: bool, now: Time) {
        if let Some(away) = self.side(call_id, peer) {
            away.change(
                |away| {
                    away.has_media |= away.media_lost || !again;
                    away.media_lost = false;
                },
                now,
            );
        }
    }

    /// The media of a peer is gone; one that is beyond repair will not come back.
    pub(super) fn media_gone(&mut self, call_id: CallId, peer: PeerId, for_good: bool, now: Time) {
        if let Some(away) = self.side(call_id, peer) {
            away.change(
                |away| {
                    away.media_lost |= away.has_media;
                    away.has_media = false;
                },
                now,
            );
        }
        if for_good {
            self.peers.remove(&peer);
        }
    }

    fn side(&mut self, call_id: CallId, peer: PeerId) -> Option<&mut Away> {
        let uid = *self.peers.get(&peer)?;
        self.calls.get_mut(&call_id)?.side(uid)
    }

    /// Whether this command comes for the first time; a repeated one must get the first answer.
    pub(super) fn first_time(
        &mut self,
        me: &Accid,
        request_id: RequestId,
        command: &Command,
        reply: &Result<Success, ErrorBody>,
    ) -> Result<bool, String> {
        let kind = reply.as_ref().err().map(|error| error.kind);
        // Answers are kept with calls, so only those about a call are: a dial that was refused made none, and repeated it
        // is a new dial. Only its own device repeats it, and only while it has no answer.
        let refused_dial = matches!((command, kind), (Command::StartCall(_), Some(_)));
        let dial = matches!(command, Command::StartCall(_));
        let known = self.call_of(command).and_then(|it| self.call(it));
        let about_a_call = (dial || known.is_some_and(|call| call.concerns(me)))
            && kind != Some(ErrorKind::CallNotFound)
            && !matches!(
                command,
                Command::CallSnapshot { .. } | Command::OfferMedia { .. }
            );
        let key = (me.clone(), request_id);
        let first = self
            .answers
            .get(&key)
            .or_else(|| self.new_answers.get(&key));
        let Some(first) = first else {
            if about_a_call && !refused_dial {
                self.new_answers.insert(key, kind);
            }
            return Ok(true);
        };
        // Once the call is over and forgotten, so are its answers.
        let forgotten = kind == Some(ErrorKind::CallNotFound)
            && self
                .call_of(command)
                .and_then(|call_id| self.call(call_id))
                .is_none_or(|call| !call.is_live());
        if *first == kind || forgotten {
            Ok(false)
        } else {
            Err(format!(
                "{me}: {command:?} was answered {first:?} first, and {kind:?} when repeated"
            ))
        }
    }
}

/// The call that a command names.
fn named_call(command: &Command) -> Option<CallId> {
    match command {
        Command::StartCall(start) => Some(start.call_id),
        Command::Ring { call_id }
        | Command::Accept { call_id, .. }
        | Command::Reject { call_id }
        | Command::Cancel { call_id }
        | Command::Hangup { call_id }
        | Command::End { call_id }
        | Command::Join { call_id, .. }
        | Command::Continue { call_id }
        | Command::Hold { call_id, .. }
        | Command::Subscribe { call_id, .. }
        | Command::ReportFirstFrame { call_id, .. }
        | Command::Switch { call_id, .. }
        | Command::AnswerSwitch { call_id, .. }
        | Command::CallSnapshot { call_id }
        | Command::OfferMedia { call_id, .. }
        | Command::SetMedia { call_id, .. } => Some(*call_id),
        Command::Invite(more) => Some(more.call_id),
        Command::Login(_)
        | Command::Query { .. }
        | Command::Logout
        | Command::Ping
        | Command::ListMessages { .. }
        | Command::WatchPresence { .. } => None,
    }
}
