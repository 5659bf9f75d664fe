//! The server: the real hub inside a model of its shell. The shell batches what arrives, stores a batch before it tells
//! anyone, and can die between any two of those steps.

mod deliver;

use std::collections::{BTreeMap, VecDeque};

use hullo_core::Time;
use hullo_core::hub::{Config, Hub, Input, MediaEvent, Output, RoomGrant, SessionId, Write};
use hullo_protocol::{
    Accid, CallId, Command, ErrorKind, Login, MessageId, RefusedInvite, Reply, Request, Snapshot,
    Success, Token, Uid,
};

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
    accounts: Vec<Accid>,
    config: Config,
    epoch: u64,
    next_session: u64,
}

/// One life of the program.
pub struct Process {
    pub epoch: u64,
    pub media_plane: MediaPlane,
    secure: bool,
    hub: Hub,
    sessions: BTreeMap<SessionId, ConnectedSession>,
    by_socket: BTreeMap<SocketId, SessionId>,
    inbox: VecDeque<ServerInput>,
    batch: Option<Batch>,
}

struct ConnectedSession {
    socket: SocketId,
    accid: Accid,
    cursor: Option<MessageId>,
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
    /// The hub's deadline has come.
    Timer,
}

/// What was handled and is not delivered yet.
struct Batch {
    effects: Vec<Effect>,
    writes: Vec<Write>,
    pending_replies: Vec<PendingReply>,
}

enum Effect {
    Output(Output),
    Reply { socket: SocketId, reply: Reply },
}

struct PendingReply {
    socket: SocketId,
    re: u64,
    login: bool,
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
            accounts,
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
            hub: Hub::restore(self.config.clone(), calls, self.store.next_message(), now),
            sessions: BTreeMap::new(),
            by_socket: BTreeMap::new(),
            inbox: VecDeque::new(),
            batch: None,
        });
    }

    /// Handles the next batch of at most `size_max` inputs; true when there is a batch to store now.
    pub fn handle_batch(&mut self, size_max: usize, now: Time, sink: Sink<'_>) -> bool {
        let Some(process) = &mut self.process else {
            return false;
        };
        if process.batch.is_some() || process.inbox.is_empty() {
            return false;
        }
        let mut batch = Batch {
            effects: Vec::new(),
            writes: Vec::new(),
            pending_replies: Vec::new(),
        };
        let size = size_max.min(process.inbox.len());
        for input in process.inbox.drain(..size).collect::<Vec<_>>() {
            let shell = Shell {
                accounts: &self.accounts,
                store: &self.store,
                next_session: &mut self.next_session,
            };
            if let Some(input) = process.translate(input, &mut batch, shell) {
                process.handle(input, &mut batch, now, sink);
            }
        }
        process.end_batch(batch);
        true
    }

    /// Whether the batch needs a transaction.
    pub fn batch_writes(&self) -> bool {
        let batch = self.process.as_ref().and_then(|it| it.batch.as_ref());
        batch.is_some_and(|batch| !batch.writes.is_empty())
    }

    /// The transaction has succeeded. Nobody knows yet.
    pub fn store_batch(&mut self, sink: Sink<'_>) {
        let process = self.process.as_mut();
        if let Some(batch) = process.and_then(|process| process.batch.as_mut()) {
            self.store.apply(&batch.writes);
            sink(&Observation::Committed {
                writes: &batch.writes,
            });
        }
    }

    /// Commits the stored batch and delivers its outputs.
    pub fn deliver_batch(&mut self, sink: Sink<'_>) -> Vec<ServerOutput> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        let Some(batch) = process.batch.take() else {
            return Vec::new();
        };
        process.hub.commit();
        let mut outputs = Vec::new();
        for effect in batch.effects {
            match effect {
                Effect::Reply { socket, reply } => outputs.push(send(socket, &reply, false)),
                Effect::Output(output) => {
                    process.carry_out(output, &self.store, &mut outputs, sink)
                }
            }
        }
        outputs
    }

    /// The transaction has failed: rolls the batch back and refuses its requests.
    pub fn fail_batch(&mut self, sink: Sink<'_>) -> Vec<ServerOutput> {
        let Some(process) = &mut self.process else {
            return Vec::new();
        };
        let Some(batch) = process.batch.take() else {
            return Vec::new();
        };
        process.hub.rollback();
        sink(&Observation::RolledBack);
        let mut outputs = Vec::new();
        for PendingReply { socket, re, login } in batch.pending_replies {
            let reply = Reply::new(re, Err(ErrorKind::StorageUnavailable.into()));
            outputs.push(send(socket, &reply, false));
            if login {
                outputs.push(ServerOutput::Close { socket });
                process.inbox.push_back(ServerInput::Closed { socket });
            }
        }
        outputs
    }

    /// Kills the program. What it had handled and not stored has not happened.
    pub fn crash(&mut self, stored: bool, sink: Sink<'_>) {
        if let Some(process) = self.process.take() {
            if process.batch.is_some() && !stored {
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
    accounts: &'a [Accid],
    store: &'a Store,
    next_session: &'a mut u64,
}

impl Process {
    /// Something arrives; it waits for the next batch.
    pub fn enqueue(&mut self, input: ServerInput) {
        self.inbox.push_back(input);
    }

    pub fn has_input(&self) -> bool {
        !self.inbox.is_empty()
    }

    /// The hub's next deadline.
    pub fn timer(&self) -> Option<Time> {
        self.hub.poll_timeout()
    }

    /// Translates an input into one of the hub, or answers it here.
    fn translate(
        &mut self,
        input: ServerInput,
        batch: &mut Batch,
        shell: Shell<'_>,
    ) -> Option<Input> {
        match input {
            ServerInput::Timer => Some(Input::Timeout),
            ServerInput::Media(call_id, event) => Some(Input::Media { call_id, event }),
            ServerInput::Closed { socket } => {
                let session = self.by_socket.remove(&socket)?;
                self.sessions.remove(&session);
                Some(Input::Disconnected { session })
            }
            ServerInput::Frame { socket, text } => {
                // The endpoint is real: what it sends must be readable.
                let request: Request = match serde_json::from_str(&text) {
                    Ok(request) => request,
                    Err(error) => panic!("an endpoint sent an unreadable frame: {error}: {text}"),
                };
                self.receive_request(socket, request, batch, shell)
            }
        }
    }

    fn receive_request(
        &mut self,
        socket: SocketId,
        request: Request,
        batch: &mut Batch,
        shell: Shell<'_>,
    ) -> Option<Input> {
        let re = request.id;
        if let Command::Login(login) = request.command {
            return self.receive_login(socket, re, login, batch, shell);
        }
        let session = *self.by_socket.get(&socket)?;
        let asker = &self.sessions.get(&session)?.accid;
        let mut direct = |result| {
            let reply = Reply::new(re, result);
            batch.effects.push(Effect::Reply { socket, reply });
            None
        };
        let named: &[Accid] = match &request.command {
            Command::StartCall(start) => &start.callees,
            Command::Invite(more) => &more.callees,
            _ => &[],
        };
        let refused = named
            .iter()
            .filter(|accid| !shell.accounts.contains(accid))
            .map(|accid| RefusedInvite {
                accid: accid.clone(),
                kind: ErrorKind::AccountNotFound,
            })
            .collect();
        let grant = match &request.command {
            Command::ListMessages { with, limit, .. } => {
                let (messages, more) = shell.store.conversation(asker, with, *limit as usize);
                return direct(Ok(Success::Messages { messages, more }));
            }
            Command::CallRecord { call_id } => {
                let record = shell.store.record(*call_id).cloned();
                let seen = record.and_then(|record| record.seen_by(asker));
                return direct(match seen {
                    Some(record) => Ok(Success::Record {
                        record: Box::new(record),
                    }),
                    None => Err(ErrorKind::CallNotFound.into()),
                });
            }
            Command::StartCall(start) => {
                if shell.store.has(start.call_id) && !self.hub.remembers(start.call_id) {
                    return direct(Err(ErrorKind::CallExists.into()));
                }
                start.room_token.as_ref().and_then(verify)
            }
            Command::Accept { room_token, .. } | Command::Join { room_token, .. } => {
                room_token.as_ref().and_then(verify)
            }
            _ => None,
        };
        batch.pending_replies.push(PendingReply {
            socket,
            re,
            login: false,
        });
        Some(Input::Request {
            session,
            request,
            grant,
            refused,
        })
    }

    fn receive_login(
        &mut self,
        socket: SocketId,
        re: u64,
        login: Login,
        batch: &mut Batch,
        shell: Shell<'_>,
    ) -> Option<Input> {
        if self.by_socket.contains_key(&socket) {
            let reply = Reply::new(re, Err(ErrorKind::BadRequest.into()));
            batch.effects.push(Effect::Reply { socket, reply });
            return None;
        }
        if !shell.accounts.contains(&login.accid) || login.token.expose() != "right" {
            let reply = Reply::new(re, Err(ErrorKind::WrongToken.into()));
            batch.effects.push(Effect::Reply { socket, reply });
            return None;
        }
        *shell.next_session += 1;
        let session = SessionId(*shell.next_session);
        self.by_socket.insert(socket, session);
        self.sessions.insert(
            session,
            ConnectedSession {
                socket,
                accid: login.accid.clone(),
                cursor: login.cursor,
            },
        );
        batch.pending_replies.push(PendingReply {
            socket,
            re,
            login: true,
        });
        Some(Input::Connected {
            session,
            accid: login.accid,
            device: login.device,
            request: re,
            calls: login.calls,
        })
    }

    /// Adds what the batch as a whole has changed.
    fn end_batch(&mut self, mut batch: Batch) {
        let news = self.hub.poll_news().into_iter();
        batch.effects.extend(news.map(Effect::Output));
        self.batch = Some(batch);
    }

    fn handle(&mut self, input: Input, batch: &mut Batch, now: Time, sink: Sink<'_>) {
        let outputs = self.hub.handle(input.clone(), now);
        sink(&Observation::Handled {
            input: &input,
            outputs: &outputs,
            timer: self.hub.poll_timeout(),
        });
        for output in outputs {
            match output {
                Output::Write(write) => batch.writes.push(write),
                other => batch.effects.push(Effect::Output(other)),
            }
        }
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
