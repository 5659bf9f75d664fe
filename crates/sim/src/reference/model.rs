//! The state of the reference model.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hullo_core::Time;
use hullo_core::hub::{BusyPolicy, Config, Input, Output, SessionId};
use hullo_protocol::{
    Accid, CLOSING_GRACE_MS, CallId, CallKind, Command, DeviceId, DeviceInfo, ErrorBody, ErrorKind,
    GroupTerms, Media, ParticipantState, Platform, RequestId, Success, Uid,
};

use super::answers::Answers;
use super::peers::Peers;

type Calls = BTreeMap<CallId, Call>;

/// All that the model knows.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) config: Config,
    /// Every call that was not over, with its end stored, before the batch under way.
    pub(super) calls: Calls,
    /// The others. Shared with the copies of the model that are made for each batch: they change no more.
    archive: Rc<Calls>,
    /// Dials that became part of another call (glare).
    aliases: BTreeMap<CallId, CallId>,
    answers: Answers,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    /// Those that came with the batch under way.
    arriving: BTreeSet<SessionId>,
    /// Those whose welcome was rolled back with their batch: they are about to be closed, and nothing reaches them until then.
    unwelcomed: BTreeSet<SessionId>,
    pub(super) peers: Peers,
    /// Calls that were over before the batch under way, and are dialled in it.
    pub(super) dialled_again: BTreeSet<CallId>,
}

/// A session: whose, where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) accid: Accid,
    pub(super) device: DeviceId,
    /// A phone or tablet, rather than a desk.
    pub(super) mobile: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) caller: Accid,
    pub(super) kind: CallKind,
    pub(super) terms: Option<GroupTerms>,
    pub(super) media: Media,
    /// When it was first answered.
    pub(super) accepted_at: Option<Time>,
    pub(super) over: bool,
    /// Who waits for the other's consent to video, and until when.
    pub(super) switch_by: Option<(Accid, Time)>,
    /// Everyone who has ever been invited or come in.
    pub(super) parts: BTreeMap<Accid, Part>,
}

/// An account's part of a call.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) uid: Uid,
    pub(super) state: PartState,
    /// On which device it is in the call.
    pub(super) device: Option<DeviceId>,
    pub(super) held: bool,
    /// Until when its newest invite rings.
    pub(super) rings_until: Option<Time>,
    /// A device of it was connected while it rang.
    pub(super) reached: bool,
    /// The same, but by a batch that was rolled back.
    pub(super) reached_perhaps: bool,
    /// From when it has had time to connect its media.
    pub(super) entered_at: Time,
    /// Its media has been connected in the active call.
    pub(super) joined: bool,
    pub(super) live: bool,
    /// Its page has said that it is being closed.
    pub(super) closing: bool,
    /// Since when its device has been away from the server or from the media plane, at the earliest.
    pub(super) away_since: Option<Time>,
    /// The same, at the latest: what was only seen by batches that were rolled back does not count.
    pub(super) surely_away_since: Option<Time>,
}

/// Where an account is in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartState {
    /// Its invite rings.
    Rung,
    /// It has dialled, answered or joined, and has not left.
    In,
    /// It is over for it, with this outcome.
    Out(ParticipantState),
}

impl PartState {
    /// The one that belongs to the stored state of a participant.
    pub(super) fn of(state: ParticipantState) -> Self {
        match state {
            _ if state.is_pending() => Self::Rung,
            _ if state.is_in_call() => Self::In,
            _ => Self::Out(state),
        }
    }
}

impl Part {
    /// Someone who has just come into view.
    pub(super) fn new(uid: Uid, now: Time) -> Self {
        Self {
            uid,
            state: PartState::Rung,
            device: None,
            held: false,
            rings_until: None,
            reached: false,
            reached_perhaps: false,
            entered_at: now,
            joined: false,
            live: false,
            closing: false,
            away_since: None,
            surely_away_since: None,
        }
    }
}

impl Call {
    /// The account's part, if it has or had one.
    pub(super) fn part(&self, accid: &Accid) -> Option<&Part> {
        self.parts.get(accid)
    }

    /// Whether the account's part is in this state.
    pub(super) fn has(&self, accid: &Accid, state: PartState) -> bool {
        self.part(accid).is_some_and(|part| part.state == state)
    }

    /// Whether the account is in it.
    pub(super) fn holds(&self, accid: &Accid) -> bool {
        !self.over && self.has(accid, PartState::In)
    }

    /// How long somebody may be away, of `grace_ms`.
    pub(super) fn grace_of(&self, part: &Part, grace_ms: u64) -> u64 {
        match part.closing && self.accepted_at.is_none() {
            true => grace_ms.min(CLOSING_GRACE_MS),
            false => grace_ms,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.accepted_at.is_some() && !self.over
    }
}

impl Model {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            calls: Calls::new(),
            archive: Rc::default(),
            aliases: BTreeMap::new(),
            answers: Answers::default(),
            sessions: BTreeMap::new(),
            arriving: BTreeSet::new(),
            unwelcomed: BTreeSet::new(),
            peers: Peers::default(),
            dialled_again: BTreeSet::new(),
        }
    }

    pub(super) fn connected(
        &mut self,
        session: SessionId,
        accid: &Accid,
        device: &DeviceInfo,
        now: Time,
    ) {
        self.sessions
            .retain(|_, old| old.accid != *accid || old.device != device.id);
        let new = Session {
            accid: accid.clone(),
            device: device.id.clone(),
            mobile: matches!(device.platform, Platform::Ios | Platform::Android),
        };
        self.sessions.insert(session, new);
        self.arriving.insert(session);
        for call in self.calls.values_mut() {
            if let Some(part) = call.parts.get_mut(accid) {
                let rings = part.state == PartState::Rung;
                part.reached |= rings && part.rings_until.is_some_and(|until| now < until);
            }
        }
    }

    pub(super) fn disconnected(&mut self, session: SessionId) -> Option<Session> {
        self.answers.forget_session(session);
        self.sessions.remove(&session)
    }

    /// An input needed no store: who came has its welcome, and refusals are remembered.
    pub(super) fn note_beside(&mut self, input: &Input, outputs: &[Output], now: Time) {
        self.note_peers(outputs);
        match input {
            Input::Connected {
                session,
                accid,
                device,
                ..
            } => {
                self.connected(*session, accid, device, now);
                self.arriving.remove(session);
            }
            Input::Disconnected { session } => {
                self.disconnected(*session);
            }
            Input::Request { .. }
            | Input::Media { .. }
            | Input::SignOut { .. }
            | Input::Profile { .. }
            | Input::Policies { .. }
            | Input::Timeout => {}
        }
    }

    /// A session remembers that this request was refused.
    pub(super) fn note_refusal(
        &mut self,
        session: SessionId,
        request_id: Option<RequestId>,
        kind: ErrorKind,
    ) {
        if let Some(request_id) = request_id
            && self.answers.refusal(session, request_id).is_none()
        {
            self.answers.remember_refusal(session, request_id, kind);
        }
    }

    /// The process has died: nobody has a session, and no media flows.
    pub(super) fn crashed(&mut self, now: Time) {
        self.sessions.clear();
        self.answers.forget_all_sessions();
        self.peers = Peers::default();
        self.apply_connectivity(now);
    }

    /// The process is up again: everyone has the whole grace time from now.
    pub(super) fn restored(&mut self, now: Time) {
        for call in self.calls.values_mut() {
            for part in call.parts.values_mut() {
                part.surely_away_since = part.surely_away_since.map(|_| now);
            }
        }
    }

    /// Who is away, now that sessions and media are as they are.
    pub(super) fn apply_connectivity(&mut self, now: Time) {
        for (call_id, call) in &mut self.calls {
            for (accid, part) in &mut call.parts {
                let there = |session: &Session| {
                    session.accid == *accid && Some(&session.device) == part.device.as_ref()
                };
                let present = self.sessions.values().any(there);
                let device = part.device.as_ref();
                part.live = device.is_some_and(|it| self.peers.flows(*call_id, part.uid, it));
                if part.state != PartState::In {
                    (part.away_since, part.surely_away_since) = (None, None);
                    continue;
                }
                part.joined |= part.live && call.accepted_at.is_some();
                if present && (part.live || part.held || !part.joined) {
                    (part.away_since, part.surely_away_since) = (None, None);
                } else {
                    part.away_since.get_or_insert(now);
                    part.surely_away_since.get_or_insert(now);
                }
            }
        }
    }

    /// The batch is stored, and its sessions are welcomed.
    pub(super) fn commit(&mut self) {
        self.arriving.clear();
        self.peers.commit();
        self.answers.commit();
        let over: Calls = self.calls.extract_if(.., |_, call| call.over).collect();
        if !over.is_empty() {
            Rc::make_mut(&mut self.archive).extend(over);
        }
    }

    /// Nothing since `before` has happened, but sessions and media that came or went stay so.
    pub(super) fn roll_back_to(&mut self, before: Self) {
        self.take_back_to(before);
        self.unwelcomed.append(&mut self.arriving);
    }

    /// The same comes again; who has arrived is still to be welcomed.
    pub(super) fn take_back_to(&mut self, before: Self) {
        let now = std::mem::replace(self, before);
        self.sessions = now.sessions;
        self.unwelcomed = now.unwelcomed;
        self.arriving = now.arriving;
        self.peers.roll_forward(&now.peers);
        for (call_id, call) in &mut self.calls {
            let Some(later) = now.calls.get(call_id) else {
                continue;
            };
            for (accid, part) in &mut call.parts {
                let Some(later) = later.parts.get(accid) else {
                    continue;
                };
                // Whoever came with the batch was never really there.
                part.away_since = part.away_since.or(later.away_since);
                // Whoever came stays, so its device may count as reached or not.
                part.reached_perhaps |= later.reached || later.reached_perhaps;
                part.joined |= later.joined;
            }
        }
    }

    pub(super) fn session(&self, session: SessionId) -> Option<&Session> {
        self.sessions.get(&session)
    }

    /// The same, unless its login could not be stored: it is being closed then.
    pub(super) fn welcomed(&self, session: SessionId) -> Option<&Session> {
        self.session(session)
            .filter(|_| !self.unwelcomed.contains(&session))
    }

    /// Whether an invite reaches a device of the account now.
    pub(super) fn is_online(&self, accid: &Accid) -> bool {
        self.sessions
            .iter()
            .any(|(session, of)| of.accid == *accid && !self.unwelcomed.contains(session))
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

    /// A dial that became part of another call is dialled once more: when that call is over and forgotten, its other names
    /// are free. Whether it is so.
    pub(super) fn forget_alias(&mut self, alias: CallId) -> bool {
        let call_id = self.aliases.get(&alias).copied();
        let over = call_id.is_some_and(|call_id| self.call(call_id).is_none_or(|call| call.over));
        over && self.aliases.remove(&alias).is_some()
    }

    /// This request was answered once, which is forgotten, and is now accepted for the first time.
    pub(super) fn answered_anew(&mut self, me: &Accid, request_id: RequestId) {
        self.answers.remember(me, request_id, None);
    }

    /// The call that a command is about.
    pub(super) fn call_of(&self, command: &Command) -> Option<CallId> {
        let named = command.call_id()?;
        Some(self.aliases.get(&named).copied().unwrap_or(named))
    }

    /// What waits for consent past its time waits no longer.
    pub(super) fn expire_switches(&mut self, now: Time) {
        for call in self.calls.values_mut() {
            call.switch_by.take_if(|(_, until)| *until <= now);
        }
    }

    /// The calls that the account is in or that ring for it.
    pub(super) fn live_parts<'a>(
        &'a self,
        accid: &'a Accid,
    ) -> impl Iterator<Item = (CallId, &'a Call, &'a Part)> {
        let live = self.calls.iter().filter(|(_, call)| !call.over);
        live.filter_map(move |(call_id, call)| {
            let part = call.part(accid)?;
            (!matches!(part.state, PartState::Out(_))).then_some((*call_id, call, part))
        })
    }

    /// Whether an invite to `call_id` finds the account busy, by the app's policy.
    pub(super) fn is_busy(&self, accid: &Accid, call_id: CallId) -> bool {
        let others = self.live_parts(accid).filter(|(id, ..)| *id != call_id);
        let others: Vec<_> = others.collect();
        match others.as_slice() {
            [] => false,
            [(_, call, part)] if self.config.busy == BusyPolicy::Ring => {
                !call.is_active() || part.state != PartState::In || part.held
            }
            _ => true,
        }
    }

    /// Whether the account is in another call that it does not hold.
    pub(super) fn is_active_elsewhere(&self, accid: &Accid, call_id: Option<CallId>) -> bool {
        self.live_parts(accid)
            .any(|(id, _, part)| Some(id) != call_id && part.state == PartState::In && !part.held)
    }

    /// Which media connections there are after these outputs.
    pub(super) fn note_peers(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let Output::Room { call_id, command } = output {
                let sessions = &self.sessions;
                let device = |id| sessions.get(&id).map(|asker| asker.device.clone());
                self.peers.command(*call_id, command, device);
            }
        }
    }

    /// Whether this command comes for the first time; a repeated one must get the first answer.
    pub(super) fn first_time(
        &mut self,
        session: SessionId,
        me: &Accid,
        (request_id, command): (RequestId, &Command),
        reply: &Result<Success, ErrorBody>,
    ) -> Result<bool, String> {
        let kind = reply.as_ref().err().map(|error| error.kind);
        if let Some(first) = self.answers.refusal(session, request_id) {
            return match kind == Some(first) {
                true => Ok(false),
                false => Err(format!(
                    "{me}: {command:?} was refused with {first:?} first, and answered {kind:?} when repeated"
                )),
            };
        }
        if let Some(kind) = kind {
            self.answers.remember_refusal(session, request_id, kind);
        }
        let Some(first) = self.answers.first(me, request_id) else {
            if self.is_remembered(me, command, kind) {
                self.answers.remember(me, request_id, kind);
            }
            return Ok(true);
        };
        // A refused join of someone who has no part in the call has left no trace either.
        let joins = matches!(command, Command::Join { .. });
        if joins && first.is_some() && first != kind {
            self.answers.remember(me, request_id, kind);
            return Ok(true);
        }
        let call = self.call_of(command).and_then(|it| self.call(it));
        // Nor is a device let in again once the account has gone on on another.
        let here = self.session(session).map(|of| &of.device);
        let moved = first.is_none()
            && kind == Some(ErrorKind::InCallOnOtherDevice)
            && call
                .and_then(|call| call.part(me))
                .is_some_and(|part| part.state == PartState::In && part.device.as_ref() != here);
        // Once the call is over and forgotten, so are its answers.
        let dials = matches!(command, Command::StartCall(_));
        let leaves = matches!(command, Command::Hangup { .. } | Command::End { .. });
        // A forgotten dial is judged as a new one, until the store says that its name is taken; who leaves a forgotten call
        // is not in it.
        let unknown = kind == Some(ErrorKind::CallNotFound)
            || (dials && kind.is_some())
            || (leaves && kind.is_none());
        let forgotten = unknown && call.is_none_or(|call| call.over);
        if first == kind || forgotten || moved {
            Ok(false)
        } else {
            Err(format!(
                "{me}: {command:?} was answered {first:?} first, and {kind:?} when repeated"
            ))
        }
    }

    /// Whether the hub has to remember what it has answered. Answers are kept with calls, so only those about a call are: a
    /// dial that was refused made none, and repeated in another session it is a new dial.
    fn is_remembered(&self, me: &Accid, command: &Command, kind: Option<ErrorKind>) -> bool {
        match command {
            Command::CallSnapshot { .. }
            | Command::OfferMedia { .. }
            | Command::Subscribe { .. }
            | Command::ReportFirstFrame { .. } => false,
            Command::StartCall(_) => kind.is_none(),
            _ if kind == Some(ErrorKind::CallNotFound) => false,
            Command::Join { .. } => true,
            _ => {
                let call = self.call_of(command).and_then(|it| self.call(it));
                call.is_some_and(|call| call.part(me).is_some())
            }
        }
    }
}
