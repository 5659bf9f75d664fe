//! Batches: inputs are handled together, stored in one transaction, and only then is anyone told. What needs no store goes
//! beside them.
//!
//! The server's actor and the simulation run a hub by the same [`Runner`]; what differs is who stores and who is told.

use std::collections::{BTreeSet, VecDeque};

use hullo_protocol::{Accid, CallId};

use super::facts::Facts;
use super::{Hub, Input, Output, SessionId, Write};
use crate::Time;

/// A hub, what waits for it, and the batch that is being stored.
///
/// ```
/// use hullo_core::Time;
/// use hullo_core::hub::{
///     BusyPolicy, Config, DevicePolicy, Hub, Input, Output, REMEMBERED_BYTES, Runner, SMALL_CALL, Unanswered,
///     Write,
/// };
/// use hullo_protocol::{CallId, MessageId};
///
/// enum Stored {
///     Yes,
///     /// The store has calls of these names already; nothing of the batch is stored.
///     Taken(Vec<CallId>),
///     No,
/// }
///
/// /// Handles what has come in; returns when to come back with `Input::Timeout`.
/// fn run_batch(
///     runner: &mut Runner,
///     now: Time,
///     store: impl Fn(&[Write]) -> Stored,
///     mut carry_out: impl FnMut(Output),
///     answer_unavailable: impl FnMut(Unanswered),
/// ) -> Option<Time> {
///     // What needs no store is done at once, also while a batch is being stored.
///     return_all(runner.handle_beside(now, &mut |_| {}), &mut carry_out);
///     let mut writes = runner.begin(256, now, &mut |_| {});
///     while let Some(batch) = writes.take() {
///         // All in one transaction, before anyone hears of it.
///         match if batch.is_empty() { Stored::Yes } else { store(&batch) } {
///             Stored::Yes => return_all(runner.committed(), carry_out),
///             Stored::Taken(ids) => { writes = Some(runner.taken(&ids, now, &mut |_| {})); continue }
///             Stored::No => runner.failed().into_iter().for_each(answer_unavailable),
///         }
///         break;
///     }
///     runner.poll_timeout()
/// }
/// # fn return_all(outputs: Vec<Output>, carry_out: impl FnMut(Output)) {
/// #     outputs.into_iter().for_each(carry_out);
/// # }
///
/// let config = Config {
///     secure: false,
///     connect_ms: hullo_protocol::CONNECT_MS,
///     grace_ms: hullo_protocol::GRACE_MS,
///     switch_ms: hullo_protocol::SWITCH_MS,
///     busy: BusyPolicy::Reject,
///     devices: DevicePolicy::All,
///     remembered_bytes: REMEMBERED_BYTES,
///     small_call: SMALL_CALL,
/// };
/// let mut runner = Runner::new(Hub::restore(config, Vec::new(), MessageId(1), Time(0)));
/// runner.receive(Input::Timeout);
/// let next = run_batch(&mut runner, Time(1), |_| Stored::Yes, |_| {}, |_| {});
/// assert_eq!(next, None, "without calls nothing is ever due");
/// ```
#[derive(Debug)]
pub struct Runner {
    pub(super) hub: Hub,
    /// What has come in and was not looked at yet.
    arrived: VecDeque<Input>,
    /// What waits for the next batch, and since when.
    waiting: VecDeque<(Time, Input)>,
    /// What waits and cannot be refused.
    facts: Facts,
    /// Whose inputs wait, or are in the batch that is being stored.
    ahead: Ahead,
    /// The batch that is being stored.
    batch: Option<Batch>,
}

/// Those of whom something is not done yet: what comes of them meanwhile stays behind it.
#[derive(Debug, Default)]
struct Ahead {
    sessions: BTreeSet<SessionId>,
    accounts: BTreeSet<Accid>,
    /// The calls of which a report of the media plane is in the batch.
    reported: BTreeSet<CallId>,
}

/// What was handled and is not stored yet.
#[derive(Debug, Default)]
struct Batch {
    /// What it was made of, to be handled again or to be answered.
    inputs: Vec<Input>,
    /// Since when the oldest of them waits.
    since: Option<Time>,
    writes: Vec<Write>,
    /// Whether it has any.
    has_writes: bool,
    /// What else the hub wants done, in order.
    effects: Vec<Output>,
}

/// A request that gets no answer from the hub, because its batch could not be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unanswered {
    /// Who asked.
    pub session: SessionId,
    /// The id of the request.
    pub re: u64,
    /// It was the login: the session has to end, because it gets no welcome.
    pub login: bool,
}

/// What a [`Runner`] does, for those who watch it.
#[derive(Debug)]
pub enum Step<'a> {
    /// The hub has handled an input.
    Handled {
        /// What it was.
        input: &'a Input,
        /// What came of it; provisional.
        outputs: &'a [Output],
        /// When the hub wants to be called again.
        timer: Option<Time>,
    },
    /// The hub has handled an input that needs no store, beside the batch that is being stored, if one is.
    Beside {
        /// What it was.
        input: &'a Input,
        /// What came of it; it holds whatever becomes of the batch.
        outputs: &'a [Output],
    },
    /// The batch was taken back, and is handled once more.
    TakenBack,
}

/// Is shown each [`Step`].
pub type Watch<'a> = &'a mut dyn FnMut(Step<'_>);

impl Runner {
    /// Runs this hub. Nothing waits yet.
    pub fn new(hub: Hub) -> Self {
        Self {
            hub,
            arrived: VecDeque::new(),
            waiting: VecDeque::new(),
            facts: Facts::default(),
            ahead: Ahead::default(),
            batch: None,
        }
    }

    /// Something has come in; it waits for [`Runner::handle_beside`] or the next batch.
    pub fn receive(&mut self, input: Input) {
        self.arrived.push_back(input);
    }

    /// Handles those that have come in and need no store, whether or not a batch is being stored: returns what to do at once.
    /// The others wait for their batch. The inputs of an account stay in their order.
    pub fn handle_beside(&mut self, now: Time, watch: Watch<'_>) -> Vec<Output> {
        let mut all = Vec::new();
        while let Some(input) = self.arrived.pop_front() {
            let outputs = match self.is_behind(&input) {
                true => None,
                false => self.hub.handle_beside(&input, now),
            };
            match outputs {
                Some(mut outputs) => {
                    watch(Step::Beside {
                        input: &input,
                        outputs: &outputs,
                    });
                    all.append(&mut outputs);
                }
                None => self.keep(input, now),
            }
        }
        all
    }

    /// Refuses the newest requests beyond so many that wait: returns who has to be told so.
    pub fn refuse_surplus(&mut self, waiting_max: usize) -> Vec<Unanswered> {
        let surplus = self.waiting.len().saturating_sub(waiting_max);
        let mut refused = Vec::new();
        let mut kept = Vec::new();
        while refused.len() < surplus
            && let Some((since, input)) = self.waiting.pop_back()
        {
            match Unanswered::of(&input) {
                Some(request) => refused.push(request),
                None => kept.push((since, input)),
            }
        }
        self.waiting.extend(kept.into_iter().rev());
        refused
    }

    /// How many inputs wait, beside the facts.
    pub fn waiting(&self) -> usize {
        self.waiting.len() + self.arrived.len()
    }

    /// Since when the oldest request waits that is not done: it is being stored, or waits for its batch.
    pub fn waiting_since(&self) -> Option<Time> {
        let stored = self.batch.as_ref().and_then(|batch| batch.since);
        stored.or_else(|| self.waiting.front().map(|(since, _)| *since))
    }

    /// How many facts wait: reports of the media plane, and what could not be stored and cannot be refused.
    pub fn waiting_facts(&self) -> usize {
        self.facts.len()
    }

    /// Whether a batch is being stored.
    pub fn is_storing(&self) -> bool {
        self.batch.is_some()
    }

    /// Handles the next batch, of the facts that wait and at most `size_max` other inputs: returns what is to be stored in
    /// one transaction, which may be nothing. `None` when nothing waits, or while a batch is being stored.
    ///
    /// After a failure the facts, for which nobody waits, are tried again only when a second has passed.
    pub fn begin(&mut self, size_max: usize, now: Time, watch: Watch<'_>) -> Option<Vec<Write>> {
        if self.batch.is_some() {
            return None;
        }
        while let Some(input) = self.arrived.pop_front() {
            self.keep(input, now);
        }
        let since = self.waiting.front().map(|(since, _)| *since);
        let size = size_max.min(self.waiting.len());
        let next = self.waiting.iter().take(size).map(|(_, input)| input);
        let mut inputs = match self.hub.retry_at {
            Some(at) if at > now && !self.facts.concern_login(next) => Vec::new(),
            _ => self.facts.drain(),
        };
        inputs.extend(self.waiting.drain(..size).map(|(_, input)| input));
        for input in &inputs {
            self.ahead.add(input, None);
        }
        (!inputs.is_empty()).then(|| self.handle(inputs, since, now, watch))
    }

    /// The batch is stored. Returns what to do now, in order.
    pub fn committed(&mut self) -> Vec<Output> {
        let batch = self.batch.take().unwrap_or_default();
        let retry_at = self.hub.retry_at;
        self.hub.commit();
        if !batch.has_writes {
            // Nothing has shown that the store takes anything again.
            self.hub.retry_at = retry_at;
        }
        self.look_ahead();
        batch.effects
    }

    /// The batch could not be stored: nothing has happened. Returns who has to be told so. What cannot be refused, because it
    /// has happened in the world, waits for another batch.
    pub fn failed(&mut self) -> Vec<Unanswered> {
        self.hub.rollback();
        let mut waiting = Vec::new();
        let mut facts = Vec::new();
        for input in self.batch.take().unwrap_or_default().inputs {
            waiting.extend(Unanswered::of(&input));
            if matches!(
                input,
                Input::Media { .. } | Input::SignOut { .. } | Input::Profile { .. }
            ) {
                facts.push(input);
            }
        }
        self.facts.put_back(facts);
        self.look_ahead();
        waiting
    }

    /// The store has calls of these names, and so has stored nothing of the batch: handles its inputs once more, knowing
    /// that. Returns what is to be stored instead.
    ///
    /// A device that has logged out, or was made to, in this very batch stays so; its part of a call ends by its grace time.
    pub fn taken(&mut self, taken: &[CallId], now: Time, watch: Watch<'_>) -> Vec<Write> {
        let Batch {
            mut inputs, since, ..
        } = self.batch.take().unwrap_or_default();
        self.hub.rewind(taken.iter().copied());
        // Who came and went within the batch is not there any more.
        inputs.retain(|input| match input {
            Input::Connected { session, .. } => self.hub.has_session(*session),
            _ => true,
        });
        watch(Step::TakenBack);
        self.handle(inputs, since, now, watch)
    }

    /// When to come back with [`Input::Timeout`] at the latest; see [`Hub::poll_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        let facts = (self.facts.len() > 0).then(|| self.hub.retry_at.unwrap_or(self.hub.now));
        let due = [facts, self.hub.news_due(), self.hub.poll_timeout()];
        due.into_iter().flatten().min()
    }

    /// Whether something of the same account, or about the same call of the media plane, is not done yet.
    fn is_behind(&self, input: &Input) -> bool {
        let account = self.hub.account_of(input);
        account.is_some_and(|accid| self.ahead.accounts.contains(&accid))
            || match input {
                Input::Connected { session, .. }
                | Input::Disconnected { session }
                | Input::Request { session, .. } => self.ahead.sessions.contains(session),
                Input::Media { call_id, .. } => {
                    self.ahead.reported.contains(call_id) || self.facts.is_about(*call_id)
                }
                Input::Policies { .. }
                | Input::Profile { .. }
                | Input::SignOut { .. }
                | Input::Timeout => false,
            }
    }

    /// Lets an input wait for its batch.
    fn keep(&mut self, input: Input, now: Time) {
        let account = self.hub.account_of(&input);
        self.ahead.add(&input, account);
        if let Some(input) = self.facts.push(input) {
            self.waiting.push_back((now, input));
        }
    }

    /// Nobody is ahead any more but those who still wait.
    fn look_ahead(&mut self) {
        self.ahead = Ahead::default();
        for (_, input) in &self.waiting {
            self.ahead.add(input, self.hub.account_of(input));
        }
        for accid in self.facts.accounts() {
            self.ahead.accounts.insert(accid.clone());
        }
    }

    fn handle(
        &mut self,
        inputs: Vec<Input>,
        since: Option<Time>,
        now: Time,
        watch: Watch<'_>,
    ) -> Vec<Write> {
        let mut batch = Batch {
            since,
            ..Batch::default()
        };
        for input in inputs {
            let outputs = self.hub.handle(input.clone(), now);
            watch(Step::Handled {
                input: &input,
                outputs: &outputs,
                timer: self.hub.poll_timeout(),
            });
            batch.inputs.push(input);
            batch.add(outputs);
        }
        batch.add(self.hub.poll_news());
        let writes = std::mem::take(&mut batch.writes);
        batch.has_writes = !writes.is_empty();
        self.batch = Some(batch);
        writes
    }
}

impl Ahead {
    fn add(&mut self, input: &Input, account: Option<Accid>) {
        self.accounts.extend(account);
        match input {
            Input::Connected { session, .. }
            | Input::Disconnected { session }
            | Input::Request { session, .. } => {
                self.sessions.insert(*session);
            }
            Input::Media { call_id, .. } => {
                self.reported.insert(*call_id);
            }
            Input::Policies { .. }
            | Input::Profile { .. }
            | Input::SignOut { .. }
            | Input::Timeout => {}
        }
    }
}

impl Unanswered {
    /// Who waits for an answer to this input, if somebody does.
    fn of(input: &Input) -> Option<Self> {
        match input {
            Input::Request {
                session, request, ..
            } => Some(Self {
                session: *session,
                re: request.id,
                login: false,
            }),
            Input::Connected {
                session, request, ..
            } => Some(Self {
                session: *session,
                re: *request,
                login: true,
            }),
            Input::Media { .. }
            | Input::Profile { .. }
            | Input::SignOut { .. }
            // The hub keeps these whether or not they could be stored.
            | Input::Disconnected { .. }
            | Input::Policies { .. }
            | Input::Timeout => None,
        }
    }
}

impl Batch {
    fn add(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Write(write) => self.writes.push(write),
                effect => self.effects.push(effect),
            }
        }
    }
}
