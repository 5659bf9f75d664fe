//! The operations of a client.

use std::future::Future;

use hullo_core::endpoint::{AppEvent, DevicePresets, Member, Op, Value};
use hullo_protocol::{
    Accid, CallId, CallRecord, CallView, DeviceId, ErrorKind, FoundCall, IdError, Media, Message,
    MessageId, OtherCall, Presence, RecentCall, RefusedInvite, SlotKind, Token,
};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::driver::Request;
use crate::error::Error;
use crate::options::{CallOptions, GroupCallOptions, InviteOptions};
use crate::status::{Account, Events, Status};

/// A client of a Hullo server: one device of one account at a time. It signs in, calls, rings and answers, and reconnects by
/// itself; its task runs until this is dropped.
///
/// Every operation is done exactly once, or fails with an [`Error`]. One whose future is dropped goes on.
///
/// Dropping it gives back the connection and the devices, and hangs up nothing: as after a restart of the program, a call goes on
/// with the next client of this device, or is over when none comes within the grace time. [`Client::logout`] before it ends the call;
/// [`Client::close`] waits until everything is closed.
#[derive(Debug)]
pub struct Client {
    device_id: DeviceId,
    requests: mpsc::UnboundedSender<Request>,
    status: watch::Receiver<Status>,
    task: JoinHandle<()>,
}

/// The call of a dial to several, and those who could not be invited.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Dialled {
    /// As the server has it.
    pub call: CallView,
    /// With why.
    pub refused: Vec<RefusedInvite>,
}

/// A page of past calls, newest first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recents {
    /// Newest first.
    pub calls: Vec<RecentCall>,
    /// Whether there are older ones.
    pub more: bool,
    /// How many of those after `read_to` were missed.
    pub missed: u32,
    /// Up to which place the person has read them.
    pub read_to: u64,
}

/// A page of a conversation, newest first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Messages {
    /// Newest first.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more: bool,
}

/// Awaits an operation and takes what it completes with.
macro_rules! ask {
    ($client:expr, $op:expr, $pattern:pat => $taken:expr) => {
        match $client.ask($op).await? {
            $pattern => Ok($taken),
            other => Err(unexpected(&other)),
        }
    };
}

impl Client {
    pub(crate) fn start<R: Future<Output = ()> + Send + 'static>(
        device_id: DeviceId,
        driver: impl FnOnce(
            mpsc::UnboundedReceiver<Request>,
            mpsc::UnboundedSender<AppEvent>,
            watch::Sender<Status>,
        ) -> R,
    ) -> (Self, Events) {
        let (requests, taken) = mpsc::unbounded_channel();
        let (events, told) = mpsc::unbounded_channel();
        let (status, seen) = watch::channel(Status::default());
        let client = Self {
            device_id,
            requests,
            status: seen,
            task: tokio::spawn(driver(taken, events, status)),
        };
        (client, Events(told))
    }

    /// This device's id: the server takes two clients with one id for the same device.
    pub fn device_id(&self) -> &DeviceId {
        &self.device_id
    }

    /// Where it is now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Follows where it is: every change in turn is told by [`Events`], the newest one here.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Gives back all that it has, and waits until that is done: see [`Client`].
    pub async fn close(self) {
        drop(self.requests);
        // A task that has failed has given back everything, too.
        let _ = self.task.await;
    }

    /// Any operation of the state machine; what it completes with is said there.
    pub async fn ask(&self, op: Op) -> Result<Value, Error> {
        self.begin(op).await
    }

    /// The same for bindings to other languages: it is under way when this returns, and the future, which keeps nothing of this
    /// client, only waits for the answer.
    pub fn begin(&self, op: Op) -> impl Future<Output = Result<Value, Error>> + Send + use<> {
        answer(self.request(|done| Request::Op { op, done }))
    }

    /// As [`Client::begin`], for [`Client::login`], and without a token for [`Client::login_with_provider`]. It completes with
    /// [`Value::LoggedIn`].
    pub fn begin_login(
        &self,
        accid: Accid,
        token: Option<Token>,
    ) -> impl Future<Output = Result<Value, Error>> + Send + use<> {
        answer(self.request(|done| Request::Login { accid, token, done }))
    }

    fn request(
        &self,
        make: impl FnOnce(oneshot::Sender<Result<Value, Error>>) -> Request,
    ) -> oneshot::Receiver<Result<Value, Error>> {
        let (done, answered) = oneshot::channel();
        // Where nobody is there to take it, nobody will answer.
        let _ = self.requests.send(make(done));
        answered
    }

    async fn done(&self, op: Op) -> Result<(), Error> {
        self.ask(op).await.map(drop)
    }

    /// The platform says that the network has come back or is another one: connections are restored at once.
    pub fn network_changed(&self) {
        // A closed client has none.
        let _ = self.requests.send(Request::NetworkChanged);
    }

    /// Connects and signs in with a token from the app's backend. A call that this device was in before goes on. For the account
    /// that is signed in it hands over a fresh token: session and call go on. Fails with `wrong_token`, `token_expired`,
    /// `token_revoked`, `account_not_found`, `account_disabled`, `no_connection` or `timeout`.
    pub async fn login(&self, accid: &str, token: impl Into<Token>) -> Result<Account, Error> {
        self.sign_in(accid, Some(token.into())).await
    }

    /// The same with a token of the [token provider](crate::Builder::token_provider); fails with `token_unavailable` where that has none.
    pub async fn login_with_provider(&self, accid: &str) -> Result<Account, Error> {
        self.sign_in(accid, None).await
    }

    async fn sign_in(&self, accid: &str, token: Option<Token>) -> Result<Account, Error> {
        match self.begin_login(account(accid)?, token).await? {
            Value::LoggedIn {
                accid,
                name,
                avatar,
                secure,
            } => Ok(Account {
                accid,
                name,
                avatar,
                secure,
            }),
            other => Err(unexpected(&other)),
        }
    }

    /// Ends any call, signs out and disconnects.
    pub async fn logout(&self) -> Result<(), Error> {
        self.done(Op::Logout).await
    }

    /// Dials. Done when the server has the call, which may already have ended (busy). When the other side was dialling too, both
    /// are in the one call that results. Fails with `call_while_calling`, `call_while_called`, `call_while_in_call`,
    /// `called_oneself`, `account_not_found`, `not_logged_in` and others.
    ///
    /// ```no_run
    /// # use hullo_client::{CallOptions, Client, Error, protocol::ErrorKind};
    /// # async fn example(client: Client) -> Result<(), Error> {
    /// match client.call("bob", CallOptions::audio()).await {
    ///     Ok(call) => println!("{} rings", call.call_id),
    ///     Err(error) if error.kind() == Some(ErrorKind::AccountNotFound) => println!("who is bob?"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn call(&self, accid: &str, options: CallOptions) -> Result<CallView, Error> {
        let op = Op::Call {
            accid: account(accid)?,
            media: options.media,
            timeout_ms: options.invite.timeout_ms(),
            attachment: options.invite.attachment,
            presets: options.presets,
        };
        ask!(self, op, Value::Call { call, .. } => call)
    }

    /// Dials 1 to 99 accounts at once. Fails when none could be invited, with that one's kind or with `invite_failed`, and
    /// otherwise as [`Client::call`] does.
    pub async fn group_call(
        &self,
        accids: &[&str],
        options: GroupCallOptions,
    ) -> Result<Dialled, Error> {
        let op = Op::GroupCall {
            accids: accounts(accids)?,
            media: options.call.media,
            terms: options.terms,
            timeout_ms: options.call.invite.timeout_ms(),
            attachment: options.call.invite.attachment,
            presets: options.call.presets,
        };
        ask!(self, op, Value::Call { call, refused } => Dialled { call, refused })
    }

    /// Invites more accounts into the call; a one-to-one call becomes a group call by it. Fails like [`Client::group_call`], and
    /// with `forbidden` where only the caller may invite.
    pub async fn invite(&self, accids: &[&str], options: InviteOptions) -> Result<Dialled, Error> {
        let op = Op::GroupInvite {
            accids: accounts(accids)?,
            timeout_ms: options.timeout_ms(),
            attachment: options.attachment,
        };
        ask!(self, op, Value::Call { call, refused } => Dialled { call, refused })
    }

    /// Looks for a running call by its name; nothing where the account is not in it and may not join.
    pub async fn find_call(&self, call_id: CallId) -> Result<Vec<FoundCall>, Error> {
        let op = Op::QueryCall {
            call_id: Some(call_id),
            group_id: None,
        };
        ask!(self, op, Value::Found { calls } => calls)
    }

    /// Looks for the running calls of a group.
    pub async fn find_calls(&self, group_id: &str) -> Result<Vec<FoundCall>, Error> {
        let op = Op::QueryCall {
            call_id: None,
            group_id: Some(group_id.to_owned()),
        };
        ask!(self, op, Value::Found { calls } => calls)
    }

    /// Goes into a running group call that does not ring here. Its members, oneself included.
    pub async fn join(
        &self,
        call_id: CallId,
        presets: DevicePresets,
    ) -> Result<Vec<Member>, Error> {
        ask!(self, Op::Join { call_id, presets }, Value::Accepted { members, .. } => members)
    }

    /// Takes over a call that the account has on another device ([`Status::elsewhere`]).
    pub async fn continue_here(
        &self,
        call_id: CallId,
        presets: DevicePresets,
    ) -> Result<Vec<Member>, Error> {
        ask!(self, Op::ContinueHere { call_id, presets }, Value::Accepted { members, .. } => members)
    }

    /// Answers the call that rings. Its members, oneself included.
    ///
    /// ```no_run
    /// # use hullo_client::{Client, DevicePresets, Error, Event};
    /// # async fn example(client: Client, event: Event) -> Result<(), Error> {
    /// if let Event::Invited { invitor, .. } = event {
    ///     println!("{invitor} calls: answered with the camera closed");
    ///     client.accept(DevicePresets { video: Some(false), ..DevicePresets::NONE }).await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn accept(&self, presets: DevicePresets) -> Result<Vec<Member>, Error> {
        ask!(self, Op::Accept { presets }, Value::Accepted { members, .. } => members)
    }

    /// Answers the invite that waits beside the current call, which is left or held until the new one is over.
    pub async fn accept_waiting(
        &self,
        call_id: CallId,
        other: OtherCall,
        presets: DevicePresets,
    ) -> Result<Vec<Member>, Error> {
        let op = Op::AcceptWaiting {
            call_id,
            other,
            presets,
        };
        ask!(self, op, Value::Accepted { members, .. } => members)
    }

    /// Declines the invite that waits beside the current call.
    pub async fn reject_waiting(&self, call_id: CallId) -> Result<(), Error> {
        self.done(Op::RejectWaiting { call_id }).await
    }

    /// Declines the call that rings.
    pub async fn reject(&self) -> Result<(), Error> {
        self.done(Op::Reject).await
    }

    /// Takes back a dial of this device. Where the other side was faster, the call that has begun is hung up.
    pub async fn cancel(&self) -> Result<(), Error> {
        self.done(Op::Cancel).await
    }

    /// Ends the call in whatever state, here at once. A group call ends for all when its caller hangs up, and goes on for the
    /// others when somebody else does.
    pub async fn hangup(&self) -> Result<(), Error> {
        self.done(Op::Hangup).await
    }

    /// Leaves the call, as fast; a group call goes on for the others, whoever leaves.
    pub async fn leave(&self) -> Result<(), Error> {
        self.done(Op::Leave).await
    }

    /// To audio at once, to video with the other side's consent: whether it agreed.
    pub async fn switch_call_type(&self, media: Media) -> Result<bool, Error> {
        ask!(self, Op::SwitchCallType { media }, Value::Switched { agreed } => agreed)
    }

    /// Answers [`Event::SwitchAsked`](crate::Event::SwitchAsked).
    pub async fn answer_switch(&self, agree: bool) -> Result<(), Error> {
        self.done(Op::AnswerSwitch { agree }).await
    }

    /// Mutes the microphone, for the answer while it rings. It stays open.
    pub async fn mute_local_audio(&self, muted: bool) -> Result<(), Error> {
        self.done(Op::MuteLocalAudio { muted }).await
    }

    /// Pauses this device's picture and closes the camera, or opens it again.
    pub async fn mute_local_video(&self, muted: bool) -> Result<(), Error> {
        self.done(Op::MuteLocalVideo { muted }).await
    }

    /// Opens or closes the camera, for the answer while it rings.
    pub async fn enable_local_video(&self, enabled: bool) -> Result<(), Error> {
        self.done(Op::EnableLocalVideo { enabled }).await
    }

    /// Tries a microphone or camera again that has failed. Nothing if it has not.
    pub async fn retry_device(&self, kind: SlotKind) -> Result<(), Error> {
        self.done(Op::RetryDevice { kind }).await
    }

    /// Mutes a participant for this device alone, for the call.
    pub async fn set_audio_mute(&self, accid: &str, muted: bool) -> Result<(), Error> {
        let accid = account(accid)?;
        self.done(Op::SetAudioMute { accid, muted }).await
    }

    /// Whose pictures are received, the most important first. Kept for the call.
    pub async fn show_videos(&self, accids: &[&str]) -> Result<(), Error> {
        let accids = accounts(accids)?;
        self.done(Op::ShowVideos { accids }).await
    }

    /// The conversation with an account, newest first.
    pub async fn messages(
        &self,
        with: &str,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Messages, Error> {
        let op = Op::ListMessages {
            with: account(with)?,
            before,
            limit,
        };
        ask!(self, op, Value::Messages { messages, more } => Messages { messages, more })
    }

    /// The past calls of the account with everybody, newest first, and how many were missed since they were read.
    pub async fn recents(&self, before: Option<u64>, limit: u32) -> Result<Recents, Error> {
        let op = Op::ListCalls { before, limit };
        ask!(self, op, Value::Calls { calls, more, missed, read_to } => Recents { calls, more, missed, read_to })
    }

    /// The person has read the past calls up to this place: those missed after it count, on all devices of the account.
    pub async fn mark_recents_read(&self, up_to: u64) -> Result<(), Error> {
        self.done(Op::MarkCallsRead { up_to }).await
    }

    /// The record of a call that is over and that the account has dialled or was called in. Fails with `call_not_found`.
    pub async fn record(&self, call_id: CallId) -> Result<CallRecord, Error> {
        ask!(self, Op::CallRecord { call_id }, Value::Record { record } => *record)
    }

    /// Follows the presence of these accounts, in place of those followed before.
    pub async fn watch_presence(&self, accids: &[&str]) -> Result<Vec<Presence>, Error> {
        let accids = accounts(accids)?;
        ask!(self, Op::WatchPresence { accids }, Value::Presence { accounts } => accounts)
    }
}

async fn answer(answered: oneshot::Receiver<Result<Value, Error>>) -> Result<Value, Error> {
    answered.await.map_err(|_| Error::Closed)?
}

fn account(accid: &str) -> Result<Accid, Error> {
    let refused = |error: IdError| Error::new(ErrorKind::BadRequest, error.to_string());
    Accid::parse(accid).map_err(refused)
}

fn accounts(accids: &[&str]) -> Result<Vec<Accid>, Error> {
    accids.iter().map(|accid| account(accid)).collect()
}

fn unexpected(value: &Value) -> Error {
    Error::new(
        ErrorKind::Unknown,
        format!("completed with something else: {value:?}"),
    )
}
