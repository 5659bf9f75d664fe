//! The server from start to stop.

use std::fs::{File, TryLockError};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::middleware;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::auth::FailedLogins;
use crate::clock::Clock;
use crate::config::Config;
use crate::health::Health;
use crate::http;
use crate::metrics::Metrics;
use crate::node::{Media, MediaSockets, Node, Shared};
use crate::state::{HttpState, SessionContext};
use crate::store::{App, Store};
use crate::ws;

/// From the first byte of a request to the end of its headers.
const HEADERS: Duration = Duration::from_secs(10);
/// Sessions and HTTP requests that are under way have so long to finish.
const STOPPING: Duration = Duration::from_secs(5);

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

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn run(config: Config, store: Arc<dyn Store>, demo: Option<App>) -> Result<()> {
    let tls = load_tls(&config).await?;
    let listener = TcpListener::bind(config.listen)
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let sockets = MediaSockets::bind(&config.media)?;
    let announced = sockets.announced();

    let metrics = Arc::new(Metrics::new());
    let shared = Shared {
        store: store.clone(),
        clock: Clock::start(),
        metrics: metrics.clone(),
    };
    let media = Media::start(sockets, metrics).context("cannot start the media thread")?;
    let node = Arc::new(Node::start(shared.clone(), media).await?);
    let (running, mut all_ended) = mpsc::channel(1);
    let is_demo = demo.is_some();
    let router = router(HttpState {
        context: SessionContext {
            node: node.clone(),
            shared,
            failures: Arc::new(FailedLogins::new()),
            running,
        },
        behind_proxy: config.behind_proxy,
        tls: tls.is_some(),
        health: Arc::new(Health::default()),
        demo,
    });

    announce(address, tls.is_some(), &announced, is_demo);
    let handle = Handle::new();
    let stopper = tokio::spawn(stop_on_signal(node.clone(), handle.clone())?);
    accept(listener, router, tls, handle).await?;
    // The connections are done; sessions have left them behind and end by themselves.
    stopper.await?;
    let ended = timeout(STOPPING, all_ended.recv()).await;
    if ended.is_err() {
        tracing::warn!("some sessions did not end in time");
    }
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Every route of the program.
fn router(state: HttpState) -> Router {
    http::routes(state.demo.is_some())
        .merge(ws::routes())
        .layer(middleware::from_fn_with_state(
            state.clone(),
            http::with_security_headers,
        ))
        .with_state(state)
}

/// Says on standard output where to go, in a form that a script can read too.
fn announce(address: SocketAddr, tls: bool, media: &[SocketAddr], is_demo: bool) {
    let scheme = if tls { "https" } else { "http" };
    println!("hullo listens on {scheme}://{address}");
    let media: Vec<String> = media.iter().map(SocketAddr::to_string).collect();
    println!("hullo takes media on {} (UDP)", media.join(", "));
    if is_demo {
        println!("Open {scheme}://{address} in two windows, and call from one to the other.");
    }
    tracing::info!(%address, tls, media = media.join(","), version = env!("CARGO_PKG_VERSION"), "started");
}

async fn load_tls(config: &Config) -> Result<Option<RustlsConfig>> {
    let Some(files) = &config.tls else {
        return Ok(None);
    };
    let loaded = RustlsConfig::from_pem_file(&files.cert, &files.key).await;
    loaded.map(Some).with_context(|| {
        format!(
            "cannot use the certificate {} with the key {}",
            files.cert.display(),
            files.key.display()
        )
    })
}

/// Frames are small and wanted at once: without TCP_NODELAY the second of two waits for the client's delayed
/// acknowledgement of the first, 40 ms and more.
async fn accept(
    listener: TcpListener,
    router: Router,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
) -> Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor::new());
            let mut server = axum_server::from_tcp(listener)?
                .acceptor(acceptor)
                .handle(handle);
            limit_headers(server.http_builder());
            server.serve(service).await?;
        }
        None => {
            let mut server = axum_server::from_tcp(listener)?
                .acceptor(NoDelayAcceptor::new())
                .handle(handle);
            limit_headers(server.http_builder());
            server.serve(service).await?;
        }
    }
    Ok(())
}

/// A connection that never finishes its request must not stay for ever.
fn limit_headers(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS);
}

/// The first signal stops in order: no new connections, every session is ended, then the rest. The second one ends the
/// process by itself, as signals do.
fn stop_on_signal(node: Arc<Node>, handle: Handle<SocketAddr>) -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            std::process::exit(130);
        });
        handle.graceful_shutdown(Some(STOPPING));
        node.stop().await;
    })
}
