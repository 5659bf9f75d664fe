//! The first request of a connection.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use hullo_core::call::Profile;
use hullo_core::hub::SessionId;
use hullo_protocol::{
    Accid, Command, DeviceId, ErrorBody, ErrorKind, Login, MessageId, Reply, SDK_VERSION_BYTES_MAX,
    SessionClosed,
};
use tokio::time::{sleep_until, timeout};

use super::end::End;
use crate::auth::{self, LoginClaims, LoginError};
use crate::metrics::snake_case;
use crate::node::{AppNode, NewSession, SessionHandle, SessionInput, SessionQueue};
use crate::state::SessionContext;
use crate::store::Account;
use crate::ws::frame::{not_text, read, too_fast};
use crate::ws::rate::{Rate, Verdict};
use crate::ws::socket::{Incoming, Socket};

/// A device is in one call and rings for few; each one named costs a look into the store.
const CALLS_MAX: usize = 16;

/// A client that has proved who it is; its welcome is on the way through the queue.
pub(super) struct SignedIn {
    pub(super) app: Arc<AppNode>,
    pub(super) id: SessionId,
    pub(super) accid: Accid,
    pub(super) device: DeviceId,
    pub(super) profile: Profile,
    /// The token that let it in.
    pub(super) token: LoginClaims,
    pub(super) cursor: Option<MessageId>,
    pub(super) request: u64,
    pub(super) queue: SessionQueue,
}

/// Waits for a login that succeeds; failed ones are answered and may be tried again while there is time.
pub(super) async fn run(
    socket: &mut Socket,
    context: &SessionContext,
    address: Option<IpAddr>,
    rate: &mut Rate,
) -> Result<SignedIn, End> {
    let login = await_login(socket, context, address, rate);
    match timeout(context.limits.login(), login).await {
        Ok(ended) => ended,
        Err(_) => {
            context.shared.metrics.count_limit("login_ms");
            Err(End::Policy("no login in time"))
        }
    }
}

async fn await_login(
    socket: &mut Socket,
    context: &SessionContext,
    address: Option<IpAddr>,
    rate: &mut Rate,
) -> Result<SignedIn, End> {
    loop {
        if let Some(until) = rate.paused_until(Instant::now()) {
            sleep_until(until.into()).await;
        }
        let incoming = socket.receive().await;
        match rate.count(Instant::now()) {
            Verdict::Take => {}
            Verdict::Refuse(pause) => {
                ensure_sent(socket.send(&*too_fast(incoming.text(), pause)).await)?;
                continue;
            }
            Verdict::Close => return Err(End::Flooding),
        }
        let text = match incoming {
            Incoming::Text(text) => text,
            Incoming::Binary => {
                ensure_sent(socket.send(&not_text()).await)?;
                continue;
            }
            Incoming::Alive => continue,
            Incoming::TooLong => return Err(End::TooLong),
            Incoming::Gone => return Err(End::Gone),
        };
        let request = match read(&text) {
            Ok(request) => request,
            Err(refusal) => {
                ensure_sent(socket.send(&*refusal).await)?;
                continue;
            }
        };
        let error = match request.command {
            Command::Login(login) => match authenticate(context, address, request.id, login).await?
            {
                Ok(signed_in) => return Ok(signed_in),
                Err(error) => error,
            },
            _ => ErrorBody::new(ErrorKind::NotLoggedIn, "send session.login first"),
        };
        ensure_sent(socket.send(&Reply::new(request.id, Err(error))).await)?;
    }
}

fn ensure_sent(sent: bool) -> Result<(), End> {
    match sent {
        true => Ok(()),
        false => Err(End::Gone),
    }
}

/// Checks a login. The outer error ends the connection, the inner one answers the request.
async fn authenticate(
    context: &SessionContext,
    address: Option<IpAddr>,
    request: u64,
    login: Login,
) -> Result<Result<SignedIn, ErrorBody>, End> {
    if let Err(error) = check_size(&login) {
        return Ok(Err(error));
    }
    let (app, account, token) = match check(context, &login).await {
        Ok(checked) => checked,
        Err(LoginError::Stopping) => return Err(End::Closed(SessionClosed::ShuttingDown)),
        Err(error) => {
            tracing::info!(app = %login.app_key, accid = %login.accid, ?address, %error, "login refused");
            let metrics = &context.shared.metrics;
            let body = match address.filter(|_| error.is_guess()) {
                Some(address) => after_guess(context, address, &error),
                None => ErrorBody::new(error.kind(), error.to_string()),
            };
            metrics.count_request("session.login", snake_case(&body.kind));
            return Ok(Err(body));
        }
    };
    let budgets = &context.shared.budgets;
    let spent = budgets.login(&login.app_key, &account.accid);
    if let Err(error) = spent {
        return Ok(Err(error));
    }
    let id = context.node.next_session();
    let (handle, queue) = SessionHandle::new();
    let device = &login.device;
    tracing::info!(
        app = %login.app_key, accid = %account.accid, session = id.0, device = %device.id, platform = ?device.platform,
        sdk = device.sdk_version.as_deref().unwrap_or(""), "session began"
    );
    let device_id = login.device.id.clone();
    let new = NewSession {
        session: id,
        handle,
        accid: account.accid.clone(),
        device: login.device,
        request,
        calls: login.calls,
        generation: account.token_generation,
        policies: app.policies(&context.shared).await,
    };
    if !app.send(SessionInput::Connected(Box::new(new))).await {
        return Err(End::Closed(SessionClosed::ShuttingDown));
    }
    Ok(Ok(SignedIn {
        app,
        id,
        profile: account.profile(),
        accid: account.accid,
        device: device_id,
        token,
        cursor: login.cursor,
        request,
        queue,
    }))
}

fn check_size(login: &Login) -> Result<(), ErrorBody> {
    if let Some(version) = &login.device.sdk_version
        && version.len() > SDK_VERSION_BYTES_MAX
    {
        let message = format!(
            "sdk_version has {} bytes; at most {SDK_VERSION_BYTES_MAX} are allowed",
            version.len()
        );
        return Err(ErrorBody::new(ErrorKind::TooLarge, message));
    }
    if login.calls.len() > CALLS_MAX {
        let message = format!(
            "the login names {} calls; at most {CALLS_MAX} are allowed",
            login.calls.len()
        );
        return Err(ErrorBody::new(ErrorKind::TooLarge, message));
    }
    Ok(())
}

/// The answer to a token that may have been guessed. Only such ones have to wait: one of a valid signature is no guess, and
/// is answered by what it is.
fn after_guess(context: &SessionContext, address: IpAddr, error: &LoginError) -> ErrorBody {
    let Some(wait) = context.failures.count(address) else {
        return ErrorBody::new(error.kind(), error.to_string());
    };
    context.shared.metrics.count_limit("failed_logins");
    let message = format!(
        "too many failed logins from this address; wait {} s",
        wait.as_secs() + 1
    );
    ErrorBody::new(ErrorKind::RateLimited, message).after(wait)
}

async fn check(
    context: &SessionContext,
    login: &Login,
) -> Result<(Arc<AppNode>, Account, LoginClaims), LoginError> {
    let app = context
        .node
        .app(&login.app_key)
        .await?
        .ok_or(LoginError::UnknownApp)?;
    let shared = &context.shared;
    let now = shared.clock.wall();
    let token = login.token.expose();
    let (account, claims) =
        auth::check_login(&*shared.store, &app.app, &login.accid, token, now).await?;
    Ok((app, account, claims))
}
