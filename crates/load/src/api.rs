//! What the load asks of the HTTP API, as an app's backend does: accounts before, records after.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http_body_util::{BodyExt as _, Full};
use hullo_protocol::{Accid, CallId};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Value, json};

use crate::target::{App, Target};

/// Connections to the API at once.
const CONNECTIONS: usize = 8;

/// One connection to the API, as the backend of one app.
struct Api {
    requests: SendRequest<Full<Bytes>>,
    authority: String,
    authorization: String,
}

impl Api {
    async fn connect(target: &Target, app: &App) -> Result<Self> {
        let stream = target.connect().await?;
        let (requests, connection) = handshake(TokioIo::new(stream)).await?;
        // Its end is seen by the next request.
        tokio::spawn(connection);
        let pair = format!("{}:{}", app.key, app.secret);
        Ok(Self {
            requests,
            authority: target.authority.clone(),
            authorization: format!("Basic {}", BASE64_STANDARD.encode(pair)),
        })
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<(StatusCode, Bytes)> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.authority)
            .header(header::AUTHORIZATION, &self.authorization);
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        self.requests.ready().await?;
        let answer = self
            .requests
            .send_request(request.body(Full::new(body))?)
            .await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok((status, body))
    }

    async fn create_account(&mut self, accid: &Accid) -> Result<()> {
        let body = json!({ "accid": accid });
        let (status, body) = self.ask(Method::POST, "/v1/accounts", Some(body)).await?;
        match status {
            StatusCode::CREATED | StatusCode::CONFLICT => Ok(()),
            status => bail!(
                "cannot create the account {accid}: {status} {}",
                String::from_utf8_lossy(&body)
            ),
        }
    }

    /// What the API knows of a call.
    async fn find(&mut self, call_id: CallId) -> Result<Found> {
        let path = format!("/v1/calls/{call_id}");
        let (status, body) = self.ask(Method::GET, &path, None).await?;
        match status {
            StatusCode::OK => {
                let call: Value = serde_json::from_slice(&body)?;
                Ok(match (&call["record"], call["state"] == "ended") {
                    (Value::Null, false) => Found::Live,
                    (Value::Null, true) => Found::EndedWithout,
                    (_, _) => Found::Recorded,
                })
            }
            StatusCode::NOT_FOUND => Ok(Found::Nothing),
            status => bail!(
                "cannot ask for the call {call_id}: {status} {}",
                String::from_utf8_lossy(&body)
            ),
        }
    }
}

enum Found {
    Recorded,
    Live,
    EndedWithout,
    Nothing,
}

/// How many of the calls that the server has confirmed have their record.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Records {
    pub(crate) calls: u64,
    pub(crate) recorded: u64,
    /// Not over yet.
    pub(crate) live: u64,
    /// Over without a record, or not there at all: there must be none.
    pub(crate) missing: u64,
    /// Some of the missing, to look for.
    pub(crate) examples: Vec<CallId>,
}

/// Creates what is not there yet.
pub(crate) async fn create_accounts(
    target: &Target,
    apps: &[App],
    accounts: Vec<(usize, Accid)>,
) -> Result<()> {
    each(target, apps, accounts, async |api, accid| {
        api.create_account(&accid).await
    })
    .await
    .map(|_| ())
}

/// Asks for the record of each call.
pub(crate) async fn check_records(
    target: &Target,
    apps: &[App],
    calls: Vec<(usize, CallId)>,
) -> Result<Records> {
    let mut records = Records {
        calls: calls.len() as u64,
        ..Records::default()
    };
    let found = each(target, apps, calls, async |api, call_id| {
        Ok((call_id, api.find(call_id).await?))
    })
    .await?;
    for (call_id, found) in found {
        match found {
            Found::Recorded => records.recorded += 1,
            Found::Live => records.live += 1,
            Found::EndedWithout | Found::Nothing => {
                records.missing += 1;
                if records.examples.len() < 10 {
                    records.examples.push(call_id);
                }
            }
        }
    }
    Ok(records)
}

/// Does the same with each of many things, over several connections for each app.
async fn each<T: Clone + 'static, R: 'static>(
    target: &Target,
    apps: &[App],
    things: Vec<(usize, T)>,
    work: impl AsyncFn(&mut Api, T) -> Result<R> + Clone + 'static,
) -> Result<Vec<R>> {
    let mut by_app: BTreeMap<usize, Vec<T>> = BTreeMap::new();
    for (app, thing) in things {
        by_app.entry(app).or_default().push(thing);
    }
    let mut results = Vec::new();
    for (app, things) in by_app {
        let app = apps.get(app).context("there is no such app")?;
        let next = AtomicUsize::new(0);
        let worker = async || -> Result<Vec<R>> {
            let mut api = Api::connect(target, app).await?;
            let mut done = Vec::new();
            while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
                done.push(work(&mut api, thing.clone()).await?);
            }
            Ok(done)
        };
        let workers = (0..CONNECTIONS.min(things.len())).map(|_| worker());
        for done in futures_util::future::try_join_all(workers).await? {
            results.extend(done);
        }
    }
    Ok(results)
}

/// The accounts of a run, spread over the apps.
pub(crate) fn names(prefix: &str, count: usize) -> Result<Vec<Accid>> {
    (0..count)
        .map(|number| Ok(Accid::parse(&format!("{prefix}-{number}"))?))
        .collect()
}

/// Apps by their place, shared with the threads.
pub(crate) type Apps = Arc<[App]>;
