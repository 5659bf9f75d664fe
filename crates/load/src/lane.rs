//! A thread's share of the load: its pairs, who of them is free, and the calls under way. Everything here runs on one event
//! loop, so that nothing waits for a lock.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hullo_protocol::{Accid, CallId, Command};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::ids::Ids;
use crate::media::Media;
use crate::options::CallOptions;
use crate::script::{Act, Script, call_of};
use crate::session::{Ear, Heard};
use crate::stats::{Span, Stats};

/// After a call that went wrong or was not taken its people wait so long.
const REST: Duration = Duration::from_secs(1);

/// When it is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

impl Window {
    fn has(self, at: Instant) -> bool {
        self.from <= at && at < self.until
    }
}

/// Those who call each other.
pub(crate) struct Party {
    pub(crate) app: usize,
    pub(crate) cast: Vec<Accid>,
    pub(crate) asks: Vec<UnboundedSender<Command>>,
    online: Vec<bool>,
    place: Place,
    script: Option<Script>,
    connections: Vec<Connection>,
}

/// The media of one person in the call under way; cut when it goes out of scope.
struct Connection {
    person: usize,
    /// What it has offered.
    sdp: Option<String>,
    answer: Option<oneshot::Sender<String>>,
    task: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Somebody is not online.
    Away,
    Free,
    Busy,
    /// A call has just gone wrong.
    Resting,
}

impl Party {
    pub(crate) fn new(app: usize, cast: Vec<Accid>, asks: Vec<UnboundedSender<Command>>) -> Self {
        Self {
            app,
            online: vec![false; cast.len()],
            cast,
            asks,
            place: Place::Away,
            script: None,
            connections: Vec::new(),
        }
    }

    fn all_online(&self) -> bool {
        self.online.iter().all(|online| *online)
    }

    fn ask(&self, person: usize, command: Command) {
        if let Some(asks) = self.asks.get(person) {
            // A session ends only when this sender does.
            let _ = asks.send(command);
        }
    }
}

/// What a thread has done, when it is over.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) stats: Stats,
    /// Every call that the server said was there, with its app.
    pub(crate) confirmed: Vec<(usize, CallId)>,
}

/// The share of one thread.
pub(crate) struct Lane {
    think: Duration,
    patience: Duration,
    is_closed: bool,
    people: usize,
    /// Where media comes from; none, without media.
    media_ip: Option<IpAddr>,
    ids: Arc<Ids>,
    online: Arc<AtomicU64>,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    parties: Vec<Party>,
    free: VecDeque<usize>,
    window: Option<Window>,
    done: Done,
    stopping: bool,
}

impl Lane {
    pub(crate) fn new(
        options: &CallOptions,
        media_ip: Option<IpAddr>,
        ids: Arc<Ids>,
        online: Arc<AtomicU64>,
        parties: Vec<Party>,
    ) -> Rc<Self> {
        Rc::new(Self {
            think: options.think(),
            patience: Duration::from_secs(options.patience.into()),
            is_closed: options.closed.is_some(),
            people: options.group as usize,
            media_ip,
            ids,
            online,
            state: RefCell::new(State {
                parties,
                ..State::default()
            }),
        })
    }

    /// From now on it is measured then.
    pub(crate) fn measure(&self, window: Window) {
        self.state.borrow_mut().window = Some(window);
    }

    /// No more calls begin.
    pub(crate) fn stop(&self) {
        self.state.borrow_mut().stopping = true;
    }

    /// Whether nobody is in a call any more.
    pub(crate) fn is_quiet(&self) -> bool {
        let state = self.state.borrow();
        state.parties.iter().all(|party| party.script.is_none())
    }

    /// The people go, and this is what they have done.
    pub(crate) fn take(&self) -> Done {
        let mut state = self.state.borrow_mut();
        for party in &mut state.parties {
            party.asks.clear();
        }
        std::mem::take(&mut state.done)
    }

    /// One call begins, by those who are free longest; counted if nobody is.
    pub(crate) fn begin(self: &Rc<Self>) {
        let now = Instant::now();
        let mut state = self.state.borrow_mut();
        let in_window = state.window.is_some_and(|window| window.has(now));
        while let Some(at) = state.free.pop_front() {
            let Some(party) = state.parties.get_mut(at) else {
                continue;
            };
            if party.place != Place::Free {
                continue;
            }
            let (script, dial) = Script::start(
                self.ids.call(),
                &party.cast,
                self.think,
                self.media_ip.is_some(),
                now,
            );
            party.place = Place::Busy;
            party.script = Some(script);
            party.ask(0, dial);
            state.done.stats.begun += u64::from(in_window);
            return;
        }
        state.done.stats.not_begun += u64::from(in_window);
    }

    /// Ends what has taken too long.
    pub(crate) fn give_up(self: &Rc<Self>, now: Instant) {
        let late: Vec<(usize, String)> = {
            let state = self.state.borrow();
            let parties = state.parties.iter().enumerate();
            parties
                .filter_map(|(at, party)| {
                    let script = party.script.as_ref()?;
                    let age = now.saturating_duration_since(script.started_at);
                    (age > self.patience)
                        .then(|| (at, format!("timeout: waited for {}", script.waits_for())))
                })
                .collect()
        };
        for (at, why) in late {
            self.carry_out(at, vec![Act::Failed(why)]);
        }
    }

    fn carry_out(self: &Rc<Self>, at: usize, acts: Vec<Act>) {
        for act in acts {
            match act {
                Act::Ask {
                    person,
                    after,
                    command,
                } => self.ask(at, person, after, command),
                Act::Took(span, took) => {
                    let mut state = self.state.borrow_mut();
                    if state
                        .window
                        .is_some_and(|window| window.has(Instant::now()))
                    {
                        state.done.stats.took(span, took);
                    }
                }
                Act::Offer { person } => self.offer(at, person),
                Act::Answered { person, sdp } => self.take_answer(at, person, sdp),
                Act::Complete => self.complete(at),
                Act::OfferAgain { person } => self.offer_again(at, person),
                Act::Refused => self.note_refused(at),
                Act::Failed(why) => self.fail(at, why),
            }
        }
    }

    fn ask(self: &Rc<Self>, at: usize, person: usize, after: Duration, command: Command) {
        if after.is_zero() {
            return self.say(at, person, command);
        }
        let lane = self.clone();
        tokio::task::spawn_local(async move {
            sleep(after).await;
            lane.say(at, person, command);
        });
    }

    /// A person asks now, unless the call it is about is over for it.
    fn say(&self, at: usize, person: usize, command: Command) {
        let mut state = self.state.borrow_mut();
        let Some(party) = state.parties.get_mut(at) else {
            return;
        };
        let Some(script) = &mut party.script else {
            return;
        };
        if Some(script.call_id) == command.call_id() {
            script.note_sent(person, &command, Instant::now());
            party.ask(person, command);
        }
    }

    /// Makes the offer and sends it; from then on the connection looks after itself.
    fn offer(self: &Rc<Self>, at: usize, person: usize) {
        let Some(ip) = self.media_ip else {
            return;
        };
        let (answer, answered) = oneshot::channel();
        let lane = self.clone();
        let call_id = self.call_of(at);
        let task = tokio::task::spawn_local(async move {
            let connected = async {
                let media = Media::offer(ip).await?;
                if let Some(call_id) = call_id {
                    let sdp = media.offer.clone();
                    lane.note_offer(at, person, &sdp);
                    lane.say(at, person, Command::OfferMedia { call_id, sdp });
                }
                media.run(answered).await
            };
            if let Err(error) = connected.await {
                lane.carry_out(at, vec![Act::Failed(format!("media: {error:#}"))]);
            }
        });
        let mut state = self.state.borrow_mut();
        if let Some(party) = state.parties.get_mut(at) {
            party.connections.push(Connection {
                person,
                sdp: None,
                answer: Some(answer),
                task: task.abort_handle(),
            });
        }
    }

    fn note_offer(&self, at: usize, person: usize, sdp: &str) {
        let mut state = self.state.borrow_mut();
        let own = state
            .parties
            .get_mut(at)
            .map(|party| &mut party.connections);
        let mut own = own.into_iter().flatten();
        if let Some(own) = own.find(|one| one.person == person) {
            own.sdp = Some(sdp.to_owned());
        }
    }

    /// Sends the same offer again when the server has had a moment.
    fn offer_again(self: &Rc<Self>, at: usize, person: usize) {
        let command = {
            let mut state = self.state.borrow_mut();
            state.done.stats.offers_again += 1;
            let Some(party) = state.parties.get(at) else {
                return;
            };
            let own = party.connections.iter().find(|one| one.person == person);
            let sdp = own.and_then(|own| own.sdp.clone());
            let call_id = party.script.as_ref().map(|script| script.call_id);
            let Some((sdp, call_id)) = sdp.zip(call_id) else {
                return;
            };
            Command::OfferMedia { call_id, sdp }
        };
        self.ask(at, person, REST, command);
    }

    fn call_of(&self, at: usize) -> Option<CallId> {
        let state = self.state.borrow();
        Some(state.parties.get(at)?.script.as_ref()?.call_id)
    }

    fn take_answer(&self, at: usize, person: usize, sdp: String) {
        let mut state = self.state.borrow_mut();
        let Some(party) = state.parties.get_mut(at) else {
            return;
        };
        let mut own = party.connections.iter_mut();
        let answer = own.find(|one| one.person == person);
        if let Some(answer) = answer.and_then(|one| one.answer.take()) {
            // A connection that is gone has said so.
            let _ = answer.send(sdp);
        }
    }

    fn complete(self: &Rc<Self>, at: usize) {
        let goes_on = {
            let mut state = self.state.borrow_mut();
            let in_window = state
                .window
                .is_some_and(|window| window.has(Instant::now()));
            state.done.stats.completed += u64::from(in_window);
            if let Some(party) = state.parties.get_mut(at) {
                party.script = None;
                party.connections.clear();
            }
            state.release(at);
            self.is_closed && !state.stopping
        };
        if goes_on {
            self.begin();
        }
    }

    fn fail(self: &Rc<Self>, at: usize, why: String) {
        {
            let mut state = self.state.borrow_mut();
            let Some(party) = state.parties.get_mut(at) else {
                return;
            };
            let Some(script) = party.script.take() else {
                return;
            };
            party.place = Place::Resting;
            party.connections.clear();
            let call_id = script.call_id;
            // The server may know of the call: nobody stays in it.
            party.ask(
                0,
                match party.cast.len() {
                    2 => Command::Hangup { call_id },
                    _ => Command::End { call_id },
                },
            );
            state.done.stats.failed += 1;
            state.done.stats.error(why);
        }
        self.rest(at);
    }

    /// The server has not taken the call, and has said to dial again in a second.
    fn note_refused(self: &Rc<Self>, at: usize) {
        {
            let mut state = self.state.borrow_mut();
            state.done.stats.refused += u64::from(state.is_measured());
            let Some(party) = state.parties.get_mut(at) else {
                return;
            };
            party.script = None;
            party.place = Place::Resting;
        }
        self.rest(at);
    }

    fn rest(self: &Rc<Self>, at: usize) {
        let lane = self.clone();
        tokio::task::spawn_local(async move {
            sleep(REST).await;
            let goes_on = {
                let mut state = lane.state.borrow_mut();
                state.release(at);
                lane.is_closed && !state.stopping
            };
            if goes_on {
                lane.begin();
            }
        });
    }

    fn note_online(&self, at: usize, person: usize, took: Duration, calls: Vec<CallId>) {
        self.online.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state.borrow_mut();
        state.done.stats.took(Span::Login, took);
        let Some(party) = state.parties.get_mut(at) else {
            return;
        };
        // What an earlier run has left behind.
        for call_id in calls {
            party.ask(person, Command::Hangup { call_id });
        }
        if let Some(online) = party.online.get_mut(person) {
            *online = true;
        }
        if party.place == Place::Away {
            state.release(at);
        }
    }

    fn note_offline(self: &Rc<Self>, at: usize, person: usize, why: String) {
        let had_call = {
            let mut state = self.state.borrow_mut();
            if state.stopping && state.window.is_none() {
                return;
            }
            state.done.stats.error(why.clone());
            let Some(party) = state.parties.get_mut(at) else {
                return;
            };
            if let Some(online) = party.online.get_mut(person)
                && std::mem::take(online)
            {
                self.online.fetch_sub(1, Ordering::Relaxed);
            }
            if party.place == Place::Free {
                party.place = Place::Away;
            }
            party.script.is_some()
        };
        if had_call {
            self.carry_out(at, vec![Act::Failed("a session was cut off".to_owned())]);
        }
    }
}

impl State {
    fn is_measured(&self) -> bool {
        self.window.is_some_and(|window| window.has(Instant::now()))
    }

    /// It may call again, if all are there.
    fn release(&mut self, at: usize) {
        let Some(party) = self.parties.get_mut(at) else {
            return;
        };
        if party.all_online() {
            party.place = Place::Free;
            self.free.push_back(at);
        } else {
            party.place = Place::Away;
        }
    }

    /// What the call of a party makes of it, if it is about that call.
    fn play(&mut self, at: usize, person: usize, heard: &Heard) -> Vec<Act> {
        let Some(party) = self.parties.get_mut(at) else {
            return Vec::new();
        };
        let Some(script) = &mut party.script else {
            return Vec::new();
        };
        match heard {
            Heard::Answer {
                call_id,
                op,
                answer,
            } if *call_id == script.call_id => {
                let was_confirmed = script.confirmed;
                let acts = script.hear_answer(person, op, answer);
                if script.confirmed && !was_confirmed {
                    self.done.confirmed.push((party.app, *call_id));
                }
                acts
            }
            Heard::Event(event) if call_of(event) == Some(script.call_id) => {
                script.hear(person, &party.cast, event, Instant::now())
            }
            _ => Vec::new(),
        }
    }
}

impl Ear for Lane {
    fn hear(self: Rc<Self>, place: usize, heard: Heard) {
        let (at, person) = (place / self.people, place % self.people);
        match heard {
            Heard::Online { took, calls } => self.note_online(at, person, took, calls),
            Heard::Offline(why) => self.note_offline(at, person, why),
            heard => {
                let acts = self.state.borrow_mut().play(at, person, &heard);
                self.carry_out(at, acts);
            }
        }
    }

    fn count_in(&self, bytes: usize) {
        let mut state = self.state.borrow_mut();
        if state.is_measured() {
            state.done.stats.frames_in += 1;
            state.done.stats.bytes_in += bytes as u64;
        }
    }

    fn count_out(&self) {
        let mut state = self.state.borrow_mut();
        state.done.stats.frames_out += u64::from(state.is_measured());
    }
}
