//! Batches: inputs are handled together, stored in one transaction, and only then is anyone told.
//!
//! The server's actor and the simulation run a hub by the same [`Runner`]; what differs is who stores and who is told.

use std::collections::VecDeque;

use hullo_protocol::CallId;

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
///     carry_out: impl FnMut(Output),
///     answer_unavailable: impl FnMut(Unanswered),
/// ) -> Option<Time> {
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
    /// What has come in and waits for the next batch.
    waiting: VecDeque<Input>,
    /// What waits and cannot be refused.
    facts: Facts,
    /// The batch that is being stored.
    batch: Option<Batch>,
}

/// What was handled and is not stored yet.
#[derive(Debug, Default)]
struct Batch {
    /// What it was made of, to be handled again or to be answered.
    inputs: Vec<Input>,
    writes: Vec<Write>,
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
            waiting: VecDeque::new(),
            facts: Facts::default(),
            batch: None,
        }
    }

    /// Something has come in; it waits for the next batch.
    pub fn receive(&mut self, input: Input) {
        if let Some(input) = self.facts.push(input) {
            self.waiting.push_back(input);
        }
    }

    /// How many inputs wait that may be refused.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// How many facts wait: inputs that cannot be refused.
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
        let size = size_max.min(self.waiting.len());
        let next = self.waiting.iter().take(size);
        let mut inputs = match self.hub.retry_at {
            Some(at) if at > now && !self.facts.concern_login(next) => Vec::new(),
            _ => self.facts.drain(),
        };
        inputs.extend(self.waiting.drain(..size));
        (!inputs.is_empty()).then(|| self.handle(inputs, now, watch))
    }

    /// The batch is stored. Returns what to do now, in order.
    pub fn committed(&mut self) -> Vec<Output> {
        self.hub.commit();
        self.batch.take().unwrap_or_default().effects
    }

    /// The batch could not be stored: nothing has happened. Returns who has to be told so. What cannot be refused, because it
    /// has happened in the world, waits for another batch.
    pub fn failed(&mut self) -> Vec<Unanswered> {
        self.hub.rollback();
        let mut waiting = Vec::new();
        let mut facts = Vec::new();
        for input in self.batch.take().unwrap_or_default().inputs {
            match input {
                Input::Request {
                    session, request, ..
                } => waiting.push(Unanswered {
                    session,
                    re: request.id,
                    login: false,
                }),
                Input::Connected {
                    session, request, ..
                } => waiting.push(Unanswered {
                    session,
                    re: request,
                    login: true,
                }),
                Input::Media { .. } | Input::SignOut { .. } => facts.push(input),
                // The hub keeps these whether or not they could be stored.
                Input::Disconnected { .. } | Input::Policies { .. } | Input::Timeout => {}
            }
        }
        self.facts.put_back(facts);
        waiting
    }

    /// The store has calls of these names, and so has stored nothing of the batch: handles its inputs once more, knowing
    /// that. Returns what is to be stored instead.
    ///
    /// A device that has logged out, or was made to, in this very batch stays so; its part of a call ends by its grace time.
    pub fn taken(&mut self, taken: &[CallId], now: Time, watch: Watch<'_>) -> Vec<Write> {
        let mut inputs = self.batch.take().unwrap_or_default().inputs;
        self.hub.rewind(taken.iter().copied());
        // Who came and went within the batch is not there any more.
        inputs.retain(|input| match input {
            Input::Connected { session, .. } => self.hub.has_session(*session),
            _ => true,
        });
        watch(Step::TakenBack);
        self.handle(inputs, now, watch)
    }

    /// When to come back with [`Input::Timeout`] at the latest; see [`Hub::poll_timeout`].
    pub fn poll_timeout(&self) -> Option<Time> {
        let facts = (self.facts.len() > 0).then(|| self.hub.retry_at.unwrap_or(self.hub.now));
        facts.into_iter().chain(self.hub.poll_timeout()).min()
    }

    fn handle(&mut self, inputs: Vec<Input>, now: Time, watch: Watch<'_>) -> Vec<Write> {
        let mut batch = Batch::default();
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
        self.batch = Some(batch);
        writes
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
