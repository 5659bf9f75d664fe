//! The server: the real hub and the real runner of its batches, inside a model of the shell. The shell takes what arrives,
//! has a batch stored before it tells anyone, and can die between any two of those steps.

mod accounts;
mod deliver;
mod sign_in;

use std::collections::BTreeMap;

use hullo_core::Time;
use hullo_core::call::Profile;
use hullo_core::hub::{
    Config, Hub, Input, Known, MediaEvent, RoomGrant, Runner, SessionId, Step, Unanswered, Write,
};
use hullo_protocol::{
    Accid, CallId, Command, ErrorBody, ErrorKind, MessageId, RefusedInvite, Reply, Request,
    Snapshot, Success, Token, Uid,
};

pub use accounts::{Accounts, LoginToken};

use crate::media_plane::MediaPlane;
use crate::network::SocketId;
use crate::observation::Observation;
use crate::store::Store;

/// The machine: what it has stored, and the process that runs on it, if one does.
pub struct Server {
    /// What survives.
    pub store: Store,
    /// What does not.
    pub process: Option<Process>,
    pub accounts: Accounts,
    config: Config,
    epoch: u64,
    next_session: u64,
}

/// One life of the program.
pub struct Process {
    pub epoch: u64,
    pub media_plane: MediaPlane,
    secure: bool,
    runner: Runner,
    sessions: BTreeMap<SessionId, ConnectedSession>,
    by_socket: BTreeMap<SocketId, SessionId>,
    /// What the batch under way stores.
    writes: Option<Vec<Write>>,
}

struct ConnectedSession {
    socket: SocketId,
    accid: Accid,
    cursor: Option<MessageId>,
    token: LoginToken,
    /// How long the token was good when it came.
    token_life_ms: u64,
}

/// Something for the shell.
#[derive(Debug)]
pub enum ServerInput {
    Frame {
        socket: SocketId,
        text: String,
    },
    Closed {
        socket: SocketId,
    },
    /// News from the media plane.
    Media(CallId, MediaEvent),
    /// The tokens of an account were revoked.
    Revoked(Accid),
    /// The hub's deadline has come.
    Timer,
}

/// What the world has to carry out.
#[derive(Debug)]
pub enum ServerOutput {
    Send {
        socket: SocketId,
        text: String,
        /// Whether it is news rather than an answer.
        event: bool,
    },
    /// Send the media plane's answer, once it has one.
    Answer { socket: SocketId, text: String },
    /// Close a connection after what was sent.
    Close { socket: SocketId },
}

/// Takes each observation as it happens.
pub type Sink<'a> = &'a mut dyn FnMut(&Observation<'_>);

impl Server {
    /// A machine that has never run.
    pub fn new(config: Config, accounts: Vec<Accid>) -> Self {
        Self {
            store: Store::default(),
            process: None,
            accounts: Accounts::of(accounts),
            config,
            epoch: 0,
            next_session: 0,
        }
    }

    /// Starts the program on what is stored.
    pub fn start(&mut self, now: Time) {
        self.epoch += 1;
        let calls = self.store.restorable(now);
        self.process = Some(Process {
            epoch: self.epoch,
            media_plane: MediaPlane::new(self.epoch),
            secure: self.config.secure,
            runner: Runner::new(Hub::restore(
                self.config.clone(),
                calls,
                self.store.next_message(),
                now,
            )),
            sessions: BTreeMap::new(),
            by_socket: BTreeMap::new(),
            writes: None,
        });
    }

    /// Something arrives; what is for the hub waits for the next batch.
    /// The store cannot be read while it is `failing`.
    pub fn receive(&mut self, input: ServerInput, now: Time, failing: bool) -> Vec<ServerOutput> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        let shell = Shell {
            accounts: &self.accounts,
            store: &self.store,
            next_session: &mut self.next_session,
            now,
            failing,
        };
        match process.translate(input, shell) {
            Translated::ForHub(input) => process.runner.receive(input),
            Translated::Answered { socket, reply } => return vec![send(socket, &reply, false)],
            Translated::Ignored => {}
        }
        Vec::new()
    }

    /// Handles what needs no store, whether or not a batch is being stored.
    pub fn handle_beside(&mut self, now: Time, sink: Sink<'_>) -> Vec<ServerOutput> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        let mut watch = |step: Step<'_>| observe_step(step, sink);
        let outputs = process.runner.handle_beside(now, &mut watch);
        let mut sent = Vec::new();
        for output in outputs {
            process.carry_out(output, &self.store, &mut sent, sink);
        }
        sent
    }

    /// Handles the next batch of at most `size_max` inputs; true when there is a batch to store now.
    pub fn handle_batch(&mut self, size_max: usize, now: Time, sink: Sink<'_>) -> bool {
        let Some(process) = &mut self.process else {
            return false;
        };
        let mut watch = |step: Step<'_>| observe_step(step, sink);
        let begun = process.runner.begin(size_max, now, &mut watch);
        let begins = begun.is_some();
        if begins {
            process.writes = begun;
        }
        begins
    }

    /// Whether the batch needs a transaction.
    pub fn batch_writes(&self) -> bool {
        let writes = self.process.as_ref().and_then(|it| it.writes.as_ref());
        writes.is_some_and(|writes| !writes.is_empty())
    }

    /// The transaction has succeeded, if need be once more without the dials under names that are taken. Nobody knows yet.
    pub fn store_batch(&mut self, now: Time, sink: Sink<'_>) {
        let Some(process) = &mut self.process else {
            return;
        };
        let Some(mut writes) = process.writes.take() else {
            return;
        };
        while let Err(taken) = self.store.apply(&writes) {
            let mut watch = |step: Step<'_>| observe_step(step, sink);
            writes = process.runner.taken(&taken, now, &mut watch);
        }
        sink(&Observation::Committed { writes: &writes });
        process.writes = Some(writes);
    }

    /// Commits the stored batch and delivers its outputs.
    pub fn deliver_batch(&mut self, sink: Sink<'_>) -> Vec<ServerOutput> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        process.writes = None;
        let mut outputs = Vec::new();
        for output in process.runner.committed() {
            process.carry_out(output, &self.store, &mut outputs, sink);
        }
        outputs
    }

    /// The transaction has failed: rolls the batch back and refuses its requests.
    pub fn fail_batch(&mut self, sink: Sink<'_>) -> Vec<ServerOutput> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        process.writes = None;
        let unanswered = process.runner.failed();
        sink(&Observation::RolledBack);
        let mut outputs = Vec::new();
        for Unanswered { session, re, login } in unanswered {
            let Some(socket) = process.sessions.get(&session).map(|to| to.socket) else {
                continue;
            };
            let reply = Reply::new(re, Err(ErrorKind::StorageUnavailable.into()));
            outputs.push(send(socket, &reply, false));
            if login {
                outputs.push(ServerOutput::Close { socket });
                process.sessions.remove(&session);
                process.by_socket.remove(&socket);
                process.runner.receive(Input::Disconnected { session });
            }
        }
        outputs
    }

    /// Kills the program. What it had handled and not stored has not happened.
    pub fn crash(&mut self, stored: bool, sink: Sink<'_>) {
        if let Some(process) = self.process.take() {
            if process.runner.is_storing() && !stored {
                sink(&Observation::RolledBack);
            }
            sink(&Observation::Crashed);
        }
    }
}

/// [`Output::Welcome`].
struct Welcome {
    session: SessionId,
    re: u64,
    snapshot: Snapshot,
    ended: Vec<CallId>,
}

/// What the shell knows beside the process.
struct Shell<'a> {
    accounts: &'a Accounts,
    store: &'a Store,
    next_session: &'a mut u64,
    now: Time,
    /// The store cannot be read.
    failing: bool,
}

impl Process {
    pub fn has_input(&self) -> bool {
        self.runner.waiting() + self.runner.waiting_facts() > 0
    }

    /// The hub's next deadline.
    pub fn timer(&self) -> Option<Time> {
        self.runner.poll_timeout()
    }

    /// Translates an input into one of the hub, or answers it here.
    fn translate(&mut self, input: ServerInput, shell: Shell<'_>) -> Translated {
        match input {
            ServerInput::Timer => Translated::ForHub(Input::Timeout),
            ServerInput::Media(call_id, event) => {
                Translated::ForHub(Input::Media { call_id, event })
            }
            ServerInput::Revoked(accid) => self.sign_out(accid, shell.accounts),
            ServerInput::Closed { socket } => {
                let Some(session) = self.by_socket.remove(&socket) else {
                    return Translated::Ignored;
                };
                self.sessions.remove(&session);
                Translated::ForHub(Input::Disconnected { session })
            }
            ServerInput::Frame { socket, text } => {
                // The endpoint is real: what it sends must be readable.
                let request: Request = match serde_json::from_str(&text) {
                    Ok(request) => request,
                    Err(error) => panic!("an endpoint sent an unreadable frame: {error}: {text}"),
                };
                self.receive_request(socket, request, shell)
            }
        }
    }

    fn receive_request(
        &mut self,
        socket: SocketId,
        request: Request,
        shell: Shell<'_>,
    ) -> Translated {
        let re = request.id;
        if let Command::Login(login) = request.command {
            return self.receive_login(socket, re, login, shell);
        }
        if let Command::Renew { token } = &request.command {
            return self.renew(socket, re, token, &shell);
        }
        let asker = self
            .by_socket
            .get(&socket)
            .and_then(|session| Some((*session, &self.sessions.get(session)?.accid)));
        let Some((session, asker)) = asker else {
            return Translated::Ignored;
        };
        let named: &[Accid] = match &request.command {
            Command::StartCall(start) => &start.callees,
            Command::Invite(more) => &more.callees,
            _ => &[],
        };
        let refused = named
            .iter()
            .filter_map(|accid| {
                let (accid, kind) = (accid.clone(), shell.accounts.refusal(accid)?);
                Some(RefusedInvite { accid, kind })
            })
            .collect();
        let grant = match &request.command {
            Command::ListMessages { with, limit, .. } => {
                let (messages, more) = shell.store.conversation(asker, with, *limit as usize);
                return answered(socket, re, Ok(Success::Messages { messages, more }));
            }
            Command::CallRecord { call_id } => {
                let record = shell.store.record(*call_id).cloned();
                let seen = record.and_then(|record| record.seen_by(asker));
                let result = match seen {
                    Some(record) => Ok(Success::Record {
                        record: Box::new(record),
                    }),
                    None => Err(ErrorKind::CallNotFound.into()),
                };
                return answered(socket, re, result);
            }
            Command::StartCall(start) => start.room_token.as_ref().and_then(verify),
            Command::Accept { room_token, .. } | Command::Join { room_token, .. } => {
                room_token.as_ref().and_then(verify)
            }
            _ => None,
        };
        let people = named
            .iter()
            .chain([asker])
            .map(|accid| (accid.clone(), profile(accid)))
            .collect();
        Translated::ForHub(Input::Request {
            session,
            request,
            known: Known {
                grant,
                refused,
                people,
                ..Known::default()
            },
        })
    }
}

/// What becomes of something that has arrived.
enum Translated {
    ForHub(Input),
    /// The shell answers it by itself.
    Answered {
        socket: SocketId,
        reply: Reply,
    },
    /// Nobody is there any more who could have sent it.
    Ignored,
}

fn answered(socket: SocketId, re: u64, result: Result<Success, ErrorBody>) -> Translated {
    let reply = Reply::new(re, result);
    Translated::Answered { socket, reply }
}

fn observe_step(step: Step<'_>, sink: Sink<'_>) {
    match step {
        Step::Handled {
            input,
            outputs,
            timer,
        } => sink(&Observation::Handled {
            input,
            outputs,
            timer,
        }),
        Step::Beside { input, outputs } => sink(&Observation::HandledBeside { input, outputs }),
        Step::TakenBack => sink(&Observation::TakenBack),
    }
}

/// How the app's backend has every account shown.
pub fn profile(accid: &Accid) -> Profile {
    Profile {
        name: Some(format!("the {accid}")),
        avatar: None,
    }
}

/// The room token of a call, an account and its number, as the app's token handler gives it.
pub fn room_token(call_id: CallId, accid: &Accid, uid: Uid) -> String {
    format!("{call_id}/{uid}/{accid}")
}

fn verify(token: &Token) -> Option<RoomGrant> {
    let (call_id, rest) = token.expose().split_once('/')?;
    let (uid, accid) = rest.split_once('/')?;
    Some(RoomGrant {
        call_id: call_id.parse().ok()?,
        accid: accid.parse().ok()?,
        uid: Uid(uid.parse().ok()?),
    })
}

fn send(socket: SocketId, message: &impl serde::Serialize, event: bool) -> ServerOutput {
    ServerOutput::Send {
        socket,
        text: json(message),
        event,
    }
}

fn json(message: &impl serde::Serialize) -> String {
    match serde_json::to_string(message) {
        Ok(text) => text,
        // The protocol's types have string keys and no custom serializer that fails.
        Err(error) => panic!("a server frame cannot be written: {error}"),
    }
}
