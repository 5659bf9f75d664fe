//! One session: a WebSocket that signs in, carries what its person asks, and comes back when it is cut off.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use hullo_protocol::{
    Accid, CallId, Command, DeviceId, DeviceInfo, ErrorBody, Event, Login, Platform, Request,
    SUBPROTOCOL, ServerFrame, Success,
};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant as TokioInstant, sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::ids::Ids;
use crate::stats::kind_name;
use crate::target::{App, Stream, Target};

/// After silence for so long a client asks for a sign of life, as Hullo's own endpoint does.
const QUIET: Duration = Duration::from_secs(10);
/// From a cut to the next attempt.
const AGAIN: Duration = Duration::from_secs(1);
/// A login that is not answered by then has failed.
const LOGIN: Duration = Duration::from_secs(20);
/// Many sessions share one process; few of their frames are larger.
const BUFFER_BYTES: usize = 2048;

/// Who signs in.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub(crate) app: Rc<App>,
    pub(crate) accid: Accid,
    /// Its place in the list of those who listen.
    pub(crate) place: usize,
}

/// What a session tells.
#[derive(Debug)]
pub(crate) enum Heard {
    /// It is signed in; the calls that the account was in or rings for.
    Online {
        took: Duration,
        calls: Vec<CallId>,
    },
    /// It is not any more, or could not sign in.
    Offline(String),
    /// The answer to a command about a call.
    Answer {
        call_id: CallId,
        op: &'static str,
        answer: Result<Success, ErrorBody>,
    },
    Event(Event),
}

/// Who is told what the sessions of a thread hear.
pub(crate) trait Ear {
    fn hear(self: Rc<Self>, place: usize, heard: Heard);
    /// A frame has come, of so many bytes.
    fn count_in(&self, bytes: usize);
    fn count_out(&self);
}

/// What all sessions of a thread share.
pub(crate) struct Door {
    pub(crate) target: Target,
    pub(crate) ids: Arc<Ids>,
    pub(crate) logins: Semaphore,
}

type Socket = WebSocketStream<Box<dyn Stream>>;

/// Runs until nobody can ask anything any more.
pub(crate) async fn run(
    door: Rc<Door>,
    who: Who,
    ear: Rc<dyn Ear>,
    mut asks: UnboundedReceiver<Command>,
) {
    loop {
        match sign_in(&door, &who, &ear).await {
            Ok(socket) => {
                let mut session = Session {
                    socket,
                    door: &door,
                    ear: &ear,
                    place: who.place,
                    next_id: 1,
                    unanswered: VecDeque::new(),
                };
                match session.run(&mut asks).await {
                    Ok(()) => return,
                    Err(error) => offline(&ear, &who, &error),
                }
            }
            Err(error) => offline(&ear, &who, &error),
        }
        if asks.is_closed() {
            return;
        }
        sleep(AGAIN).await;
        // What was asked of a session that was not there is lost.
        while asks.try_recv().is_ok() {}
    }
}

fn offline(ear: &Rc<dyn Ear>, who: &Who, error: &anyhow::Error) {
    ear.clone()
        .hear(who.place, Heard::Offline(format!("{error:#}")));
}

/// Connects and logs in; the ear learns of it.
async fn sign_in(door: &Door, who: &Who, ear: &Rc<dyn Ear>) -> Result<Socket> {
    // Invariant: the semaphore is never closed.
    let _turn = door.logins.acquire().await?;
    let began = Instant::now();
    let (socket, calls) = timeout(LOGIN, open(door, who))
        .await
        .context("login: no answer")??;
    let took = began.elapsed();
    ear.clone().hear(who.place, Heard::Online { took, calls });
    Ok(socket)
}

async fn open(door: &Door, who: &Who) -> Result<(Socket, Vec<CallId>)> {
    let mut request = door.target.socket_url().into_client_request()?;
    let protocol = SUBPROTOCOL.parse()?;
    request
        .headers_mut()
        .insert("sec-websocket-protocol", protocol);
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(0);
    let stream = door.target.connect().await?;
    let (mut socket, _) =
        tokio_tungstenite::client_async_with_config(request, stream, Some(config))
            .await
            .context("no WebSocket")?;
    let login = Request {
        id: 0,
        request_id: None,
        command: Command::Login(Login {
            app_key: who.app.key.clone(),
            accid: who.accid.clone(),
            token: who.app.token(who.accid.as_str())?,
            device: DeviceInfo {
                id: DeviceId::parse("load")?,
                platform: Platform::Server,
                sdk_version: None,
            },
            cursor: None,
            calls: Vec::new(),
        }),
    };
    socket
        .send(Message::text(serde_json::to_string(&login)?))
        .await?;
    loop {
        let Some(message) = socket.next().await else {
            bail!("login: closed");
        };
        let Message::Text(text) = message? else {
            continue;
        };
        if let ServerFrame::Reply(reply) = read(&text)? {
            return match reply.into_result() {
                Ok(Success::LoggedIn { snapshot, .. }) => {
                    let rings = snapshot.invites.into_iter().map(|invite| invite.call);
                    let calls = snapshot.calls.into_iter().chain(rings);
                    Ok((socket, calls.map(|call| call.call_id).collect()))
                }
                Ok(_) => bail!("login: another answer"),
                Err(error) => bail!("login: {}", kind_name(&error.kind)),
            };
        }
    }
}

fn read(text: &str) -> Result<ServerFrame> {
    ServerFrame::read(text)
        .map_err(|error| anyhow::anyhow!("a frame that is not of the wire: {error:?}"))
}

/// A request that has no answer yet.
struct Unanswered {
    id: u64,
    op: &'static str,
    call_id: Option<CallId>,
}

struct Session<'a> {
    socket: Socket,
    door: &'a Door,
    ear: &'a Rc<dyn Ear>,
    place: usize,
    next_id: u64,
    unanswered: VecDeque<Unanswered>,
}

impl Session<'_> {
    /// Ends well when nobody can ask any more.
    async fn run(&mut self, asks: &mut UnboundedReceiver<Command>) -> Result<()> {
        let mut quiet = std::pin::pin!(sleep(QUIET));
        loop {
            tokio::select! {
                message = self.socket.next() => {
                    quiet.as_mut().reset(TokioInstant::now() + QUIET);
                    match message {
                        Some(Ok(Message::Text(text))) => self.hear(&text)?,
                        Some(Ok(Message::Close(frame))) => {
                            let code = frame.map_or(1005, |frame| u16::from(frame.code));
                            bail!("session: closed with {code}");
                        }
                        Some(Ok(_)) => {}
                        Some(Err(error)) => bail!("session: {error}"),
                        None => bail!("session: gone"),
                    }
                }
                command = asks.recv() => match command {
                    Some(command) => self.ask(command).await?,
                    None => {
                        // Gone all the same if the server does not answer.
                        let _ = self.socket.close(None).await;
                        return Ok(());
                    }
                },
                () = sleep_until(quiet.deadline()) => {
                    quiet.as_mut().reset(TokioInstant::now() + QUIET);
                    self.ask(Command::Ping).await?;
                }
            }
        }
    }

    async fn ask(&mut self, command: Command) -> Result<()> {
        let id = self.next_id;
        self.next_id += 1;
        self.unanswered.push_back(Unanswered {
            id,
            op: command.op(),
            call_id: command.call_id(),
        });
        let request = Request {
            id,
            request_id: command.changes_call().then(|| self.door.ids.request()),
            command,
        };
        self.ear.count_out();
        let text = serde_json::to_string(&request)?;
        self.socket.send(Message::text(text)).await?;
        Ok(())
    }

    fn hear(&mut self, text: &str) -> Result<()> {
        self.ear.count_in(text.len());
        let heard = match read(text)? {
            ServerFrame::Reply(reply) => {
                let asked = self.unanswered.iter().position(|one| one.id == reply.re);
                let Some(asked) = asked.and_then(|at| self.unanswered.remove(at)) else {
                    bail!("session: an answer to nothing");
                };
                let Some(call_id) = asked.call_id else {
                    return Ok(());
                };
                Heard::Answer {
                    call_id,
                    op: asked.op,
                    answer: reply.into_result(),
                }
            }
            ServerFrame::Event(Event::SessionClosed { reason }) => {
                bail!("session: {}", kind_name(&reason))
            }
            ServerFrame::Event(Event::SessionError { error }) => {
                bail!("session error: {}", kind_name(&error.kind))
            }
            ServerFrame::Event(event) => Heard::Event(event),
        };
        self.ear.clone().hear(self.place, heard);
        Ok(())
    }
}
