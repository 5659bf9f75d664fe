//! The server from start to stop.

mod door;
mod echo;
mod files;
mod tls;

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::middleware;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tracing_appender::non_blocking::ErrorCounter;

use crate::auth::FailedLogins;
use crate::budget::Budgets;
use crate::clock::Clock;
use crate::config::{Config, Limits};
use crate::connections::{ConnectionMetrics, Connections, Places};
use crate::health::Health;
use crate::http::{self, Offer};
use crate::metrics::Metrics;
use crate::metrics::process::Process;
use crate::node::{Media, MediaSockets, Node, Shared};
use crate::state::{HttpState, SessionContext};
use crate::store::{App, Store};
use crate::ws;
use door::Door;
use tls::Certificate;

/// Sessions and HTTP requests that are under way have so long to finish,
const STOPPING: Duration = Duration::from_secs(5);
/// the apps have this to store what is under way,
const STOPPING_NODE: Duration = Duration::from_secs(20);
/// and the database to close.
const STOPPING_STORE: Duration = Duration::from_secs(5);
/// An operator and his monitoring need few connections.
const OPERATOR_CONNECTIONS: usize = 64;

/// Holds the data folder for this process: two servers on one database would each believe to own its calls.
pub(crate) fn lock(config: &Config) -> Result<File> {
    config.make_data_dir()?;
    let path = config.data_dir.join("hullo.lock");
    // A folder that has become read-only still has the lock file of the time before.
    let file = File::options()
        .create(true)
        .append(true)
        .open(&path)
        .or_else(|_| File::open(&path))
        .with_context(|| format!("cannot open {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!(
            "another hullo uses {}; stop it, or name another data_dir",
            config.data_dir.display()
        ),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// What a running server consists of, as far as its connections are concerned.
struct Parts {
    state: HttpState,
    certificate: Option<Arc<Certificate>>,
    connections: Arc<Connections>,
    stop: watch::Receiver<bool>,
    running: mpsc::Sender<()>,
}

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(
    config: Config,
    store: Arc<dyn Store>,
    demo: Option<App>,
    lost_log_lines: ErrorCounter,
) -> Result<()> {
    let files = files::raise_limit();
    let places = files::places(&config.limits, files);
    let certificate = config.tls.as_ref().map(Certificate::load).transpose()?;
    let customers = bind(config.listen, "listen").await?;
    let operator = bind(config.ops_listen, "ops_listen").await?;
    let sockets = MediaSockets::bind(&config.media)?;
    let announced = sockets.announced();

    let process = Process {
        files_max: files,
        lost_log_lines,
    };
    let shared = share(&config, store.clone(), process);
    let metrics = shared.metrics.clone();
    let media = Media::start(sockets, metrics.clone()).context("cannot start the media thread")?;
    let node = Arc::new(Node::start(shared.clone(), media).await?);
    let health = Arc::new(Health::new(shared.clone()));
    let storage_watch = health.watch().await;
    let files_watch = tokio::spawn(files::watch(metrics.clone(), files, places));
    let (running, all_ended) = mpsc::channel(1);
    let (stop, stopped) = watch::channel(false);
    let context = session_context(&config, node.clone(), shared, running.clone());
    let parts = Parts {
        state: HttpState {
            context,
            behind_proxy: config.behind_proxy,
            tls: certificate.is_some(),
            health: health.clone(),
            demo,
        },
        certificate,
        connections: Arc::new(Connections::new(places, metrics.connections.clone())),
        stop: stopped,
        running,
    };
    announce(&parts, &customers, &operator, &announced)?;
    let asked = stop_signal()?;
    // Without TLS there is nothing to read again, but it must not end the server either.
    let hang_up = signal(SignalKind::hangup())?;
    let echo = parts.start_echo(&config, &announced);
    let serving = parts.open(&config, customers, operator, hang_up);
    let running = Running {
        drain: config.drain,
        health,
        stop,
        node,
        all_ended,
        serving,
        watches: [Some(storage_watch), Some(files_watch), echo],
        store,
    };
    asked.await;
    running.stop().await
}

fn session_context(
    config: &Config,
    node: Arc<Node>,
    shared: Shared,
    running: mpsc::Sender<()>,
) -> SessionContext {
    SessionContext {
        node,
        limits: Arc::new(config.limits.clone()),
        failures: Arc::new(FailedLogins::new(&config.limits)),
        shared,
        running,
    }
}

fn share(config: &Config, store: Arc<dyn Store>, process: Process) -> Shared {
    let metrics = Arc::new(Metrics::new(process));
    Shared {
        store,
        clock: Clock::start(),
        budgets: Arc::new(Budgets::new(&config.limits, &metrics.limits_met)),
        metrics,
        ice_servers: Arc::new(config.ice_servers.clone()),
        requests_waiting: config.limits.requests_waiting,
    }
}

/// What has to end when the server stops.
struct Running {
    drain: Duration,
    health: Arc<Health>,
    stop: watch::Sender<bool>,
    node: Arc<Node>,
    all_ended: mpsc::Receiver<()>,
    serving: JoinHandle<()>,
    watches: [Option<JoinHandle<()>>; 3],
    store: Arc<dyn Store>,
}

impl Running {
    /// Lets others look elsewhere, then ends every session and waits for what is under way; all of it has a bound.
    async fn stop(mut self) -> Result<()> {
        tracing::info!(drain_s = self.drain.as_secs(), "stopping");
        self.health.drain();
        sleep(self.drain).await;
        self.node.close();
        // The doors hold the other end until they are done.
        let _ = self.stop.send(true);
        let stopped = timeout(STOPPING_NODE, self.node.stop()).await;
        if stopped.is_err() {
            tracing::error!(
                "some calls' last changes could not be stored in time; the next start goes on from what was"
            );
        }
        let ended = timeout(STOPPING, self.all_ended.recv()).await;
        if ended.is_err() {
            tracing::warn!("some sessions did not end in time");
        }
        self.serving.await?;
        for watch in self.watches.into_iter().flatten() {
            watch.abort();
        }
        if timeout(STOPPING_STORE, self.store.close()).await.is_err() {
            tracing::error!("the database did not close in time");
        }
        tracing::info!("stopped");
        Ok(())
    }
}

impl Parts {
    /// A door to everything that customers are offered.
    fn door(
        &self,
        config: &Config,
        state: &HttpState,
        connections: Arc<Connections>,
        tls: Option<TlsAcceptor>,
    ) -> Door {
        let offer = Offer {
            demo: state.demo.is_some(),
            operations: config.ops_public,
        };
        let routes = http::routes(offer, state).merge(ws::routes());
        Door {
            router: router(routes, state),
            connections,
            tls,
            limits: config.limits.clone(),
            behind_proxy: state.behind_proxy,
            stop: self.stop.clone(),
            running: self.running.clone(),
        }
    }

    /// Beside a demo, one of its accounts answers by itself.
    fn start_echo(&self, config: &Config, media: &[SocketAddr]) -> Option<JoinHandle<()>> {
        let app = self.state.demo.as_ref()?;
        // It comes through no proxy.
        let state = HttpState {
            behind_proxy: false,
            ..self.state.clone()
        };
        let door = self.door(config, &state, few_connections(), None);
        echo::start(&state, app, door, media)
    }

    /// Serves both addresses until the stop.
    fn open(
        self,
        config: &Config,
        customers: TcpListener,
        operator: TcpListener,
        hang_up: Signal,
    ) -> JoinHandle<()> {
        let certificate = self.certificate.clone();
        let tls = certificate.as_ref().map(Certificate::acceptor);
        let connections = self.connections.clone();
        let door = self.door(config, &self.state, connections, tls);
        let operator_door = Door {
            router: router(http::operator_routes(), &self.state),
            connections: few_connections(),
            tls: None,
            limits: Limits::default(),
            behind_proxy: false,
            stop: self.stop,
            running: self.running,
        };
        tokio::spawn(async move {
            let follow = async {
                match certificate {
                    Some(certificate) => certificate.follow(hang_up).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = async { tokio::join!(door.serve(customers), operator_door.serve(operator)) } => {}
                () = follow => {}
            }
        })
    }
}

/// Connections that are counted apart from those of the customers.
fn few_connections() -> Arc<Connections> {
    let places = Places {
        open: OPERATOR_CONNECTIONS,
        open_per_address: OPERATOR_CONNECTIONS,
        waiting: OPERATOR_CONNECTIONS,
        waiting_per_address: OPERATOR_CONNECTIONS,
    };
    Arc::new(Connections::new(places, ConnectionMetrics::default()))
}

async fn bind(address: SocketAddr, setting: &str) -> Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen on {address}; choose another {setting}"))
}

/// What all routes have in common.
fn router(routes: Router<HttpState>, state: &HttpState) -> Router {
    routes
        .layer(middleware::from_fn_with_state(
            state.clone(),
            http::with_time_limit,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            http::with_security_headers,
        ))
        .with_state(state.clone())
}

/// Says on standard output where to go, in a form that a script can read too.
fn announce(
    parts: &Parts,
    customers: &TcpListener,
    operator: &TcpListener,
    media: &[SocketAddr],
) -> Result<()> {
    let tls = parts.state.tls;
    let scheme = if tls { "https" } else { "http" };
    let (address, operator) = (customers.local_addr()?, operator.local_addr()?);
    println!("hullo listens on {scheme}://{address}");
    let media: Vec<String> = media.iter().map(SocketAddr::to_string).collect();
    println!("hullo takes media on {} (UDP)", media.join(", "));
    println!("hullo shows /healthz, /readyz and /metrics on http://{operator}");
    if parts.state.demo.is_some() {
        println!(
            "Open {scheme}://{address} and call Echo, or open it twice and call from one to the other."
        );
    }
    if !operator.ip().is_loopback() {
        tracing::warn!(%operator, "health and figures are shown to that network, in plain HTTP");
    }
    tracing::info!(%address, tls, media = media.join(","), version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}

/// Waits for the first signal to stop. The second one ends the process by itself, as signals do.
fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(130);
        });
    })
}
