//! `hullo load idle`: accounts sign in and rest; what that costs the server in memory and CPU.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use hullo_protocol::Accid;
use serde::Serialize;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::LocalSet;

use crate::api::{self, Apps};
use crate::calls::{await_all_online, measure};
use crate::ids::Ids;
use crate::lane::Window;
use crate::options::IdleOptions;
use crate::process::Usage;
use crate::report::{Errors, Latencies, SignIn, own_cpu_s, write_json};
use crate::session::{self, Door, Ear, Heard, Who};
use crate::stats::{Latency, ServerCost, Span, Stats};
use crate::target::Target;

/// What the memory of the server is given to settle in before it is looked at.
const SETTLE: Duration = Duration::from_secs(1);

/// What `--json` writes.
#[derive(Debug, Serialize)]
struct IdleReport {
    sign_in: SignIn,
    latencies: BTreeMap<&'static str, Latency>,
    errors: BTreeMap<String, u64>,
    /// Still online at the end.
    online: u64,
    seconds: u32,
    client_cpu_s: f64,
    /// With `--pid`.
    server: Option<IdleCost>,
}

#[derive(Debug, Serialize)]
struct IdleCost {
    /// Resident memory of the server before the first session.
    rss_empty_bytes: u64,
    /// What each session has added to it.
    bytes_per_session: f64,
    /// CPU of the server for each login, in microseconds.
    login_us: f64,
    /// While they rest, for each session.
    resting: ServerCost,
}

/// Runs the load and prints its report.
pub(crate) async fn run(options: IdleOptions) -> Result<()> {
    let target = Target::parse(&options.common.url)?;
    let apps: Apps = options.common.apps.clone().into();
    let sessions = options.sessions as usize;
    let names = api::names(&options.common.prefix, sessions)?;
    if !options.common.no_accounts {
        let accounts = names.iter().cloned().enumerate();
        let accounts = accounts.map(|(number, accid)| (number % apps.len(), accid));
        api::create_accounts(&target, &apps, accounts.collect()).await?;
    }
    let usage = || options.common.pid.map(Usage::of).transpose();
    let empty = usage()?;
    let online = Arc::new(AtomicU64::new(0));
    let plan = Arc::new(Plan {
        ids: Arc::new(Ids::new()?),
        online: online.clone(),
        target,
        apps,
        names,
        threads: usize::from(options.common.threads),
        logins_at_once: usize::from(options.common.logins_at_once),
    });
    let (stop, stopped) = watch::channel(false);
    let threads: Vec<_> = (0..plan.threads)
        .map(|thread| {
            let (plan, stopped) = (plan.clone(), stopped.clone());
            std::thread::spawn(move || run_thread(&plan, thread, stopped))
        })
        .collect();
    let signed_in = await_all_online(&online, sessions as u64).await?;
    let full = usage()?;
    let from = Instant::now() + SETTLE;
    let until = from + Duration::from_secs(options.seconds.into());
    let resting = measure(options.common.pid, Window { from, until }).await?;
    let still_online = online.load(Ordering::Relaxed);
    stop.send_replace(true);
    let mut stats = Stats::default();
    for thread in threads {
        let part = tokio::task::spawn_blocking(move || thread.join()).await?;
        stats.merge(&part.map_err(|_| anyhow::anyhow!("a thread of the load has panicked"))??);
    }
    let report = IdleReport {
        sign_in: SignIn {
            sessions,
            seconds: signed_in.as_secs_f64(),
        },
        latencies: stats.latencies(),
        errors: stats.errors,
        online: still_online,
        seconds: options.seconds,
        client_cpu_s: own_cpu_s(),
        server: idle_cost(&options, empty, full, resting),
    };
    report.print();
    write_json(options.common.json.as_deref(), &report)
}

fn idle_cost(
    options: &IdleOptions,
    empty: Option<Usage>,
    full: Option<Usage>,
    resting: Option<(Usage, Usage)>,
) -> Option<IdleCost> {
    let (empty, full, (before, after)) = (empty?, full?, resting?);
    let sessions = f64::from(options.sessions);
    let grown = after.rss_bytes.saturating_sub(empty.rss_bytes);
    let ticks = |usage: &Usage| (usage.user_ticks + usage.system_ticks) as f64;
    let login_s = (ticks(&full) - ticks(&empty)) / Usage::TICKS_PER_S;
    let units = u64::from(options.sessions);
    Some(IdleCost {
        rss_empty_bytes: empty.rss_bytes,
        bytes_per_session: grown as f64 / sessions,
        login_us: login_s * 1e6 / sessions,
        resting: ServerCost::between(&before, &after, options.seconds.into(), units),
    })
}

impl IdleReport {
    fn print(&self) {
        println!("{}", self.sign_in);
        print!("{}{}", Latencies(&self.latencies), Errors(&self.errors));
        println!(
            "{} online after {} s; this program used {:.1} s of CPU",
            self.online, self.seconds, self.client_cpu_s
        );
        if let Some(server) = &self.server {
            println!(
                "server: {:.0} bytes for each session (empty: {} MB), {:.0} us of CPU for each login",
                server.bytes_per_session,
                server.rss_empty_bytes / 1_000_000,
                server.login_us
            );
            println!("while they rest, for each session: {}", server.resting);
        }
    }
}

/// What all threads know.
struct Plan {
    target: Target,
    apps: Apps,
    names: Vec<Accid>,
    ids: Arc<Ids>,
    online: Arc<AtomicU64>,
    threads: usize,
    logins_at_once: usize,
}

fn run_thread(plan: &Plan, thread: usize, stopped: watch::Receiver<bool>) -> Result<Stats> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime of a thread")?;
    LocalSet::new().block_on(&runtime, rest(plan, thread, stopped))
}

async fn rest(plan: &Plan, thread: usize, mut stopped: watch::Receiver<bool>) -> Result<Stats> {
    let door = Rc::new(Door {
        target: plan.target.clone(),
        ids: plan.ids.clone(),
        logins: Semaphore::new(plan.logins_at_once.div_ceil(plan.threads)),
    });
    let resting = Rc::new(Resting {
        online: plan.online.clone(),
        stats: RefCell::default(),
        signed_in: RefCell::new(vec![false; plan.names.len()]),
    });
    let apps: Vec<_> = plan.apps.iter().cloned().map(Rc::new).collect();
    let mut senders = Vec::new();
    let own = plan.names.iter().enumerate().skip(thread);
    for (place, accid) in own.step_by(plan.threads) {
        let (sender, asks) = mpsc::unbounded_channel();
        senders.push(sender);
        let who = Who {
            app: apps[place % apps.len()].clone(),
            accid: accid.clone(),
            place,
        };
        tokio::task::spawn_local(session::run(door.clone(), who, resting.clone(), asks));
    }
    stopped.wait_for(|stopped| *stopped).await?;
    Ok(resting.stats.take())
}

/// Those who rest hear little.
struct Resting {
    online: Arc<AtomicU64>,
    stats: RefCell<Stats>,
    /// By place.
    signed_in: RefCell<Vec<bool>>,
}

impl Resting {
    /// Whether that was news.
    fn set(&self, place: usize, signed_in: bool) -> bool {
        let mut all = self.signed_in.borrow_mut();
        all.get_mut(place)
            .is_some_and(|was| std::mem::replace(was, signed_in) != signed_in)
    }
}

impl Ear for Resting {
    fn hear(self: Rc<Self>, place: usize, heard: Heard) {
        match heard {
            Heard::Online { took, .. } => {
                if self.set(place, true) {
                    self.online.fetch_add(1, Ordering::Relaxed);
                }
                self.stats.borrow_mut().took(Span::Login, took);
            }
            Heard::Offline(why) => {
                if self.set(place, false) {
                    self.online.fetch_sub(1, Ordering::Relaxed);
                }
                self.stats.borrow_mut().error(why);
            }
            Heard::Answer { .. } | Heard::Event(_) => {}
        }
    }

    fn count_in(&self, bytes: usize) {
        let mut stats = self.stats.borrow_mut();
        stats.frames_in += 1;
        stats.bytes_in += bytes as u64;
    }

    fn count_out(&self) {
        self.stats.borrow_mut().frames_out += 1;
    }
}
