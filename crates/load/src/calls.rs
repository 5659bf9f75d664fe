//! `hullo load calls`: accounts call each other.

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hullo_protocol::Accid;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::LocalSet;
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::api::{self, Apps, Records};
use crate::ids::Ids;
use crate::lane::{Done, Lane, Party, Window};
use crate::media;
use crate::options::CallOptions;
use crate::process::Usage;
use crate::report::CallReport;
use crate::session::{self, Door, Who};
use crate::target::Target;

/// When no session has signed in for so long, the run is given up.
const NO_PROGRESS: Duration = Duration::from_secs(30);
/// From "all are online" to the first call, so that all threads begin at once.
const LEAD: Duration = Duration::from_millis(200);

/// Runs the load and prints its report.
pub(crate) async fn run(options: CallOptions) -> Result<()> {
    options.check()?;
    let target = Target::parse(&options.common.url)?;
    let apps: Apps = options.common.apps.clone().into();
    let people = options.pairs as usize * options.group as usize;
    let names = api::names(&options.common.prefix, people)?;
    let plan = Arc::new(Plan {
        ids: Arc::new(Ids::new()?),
        online: Arc::new(AtomicU64::new(0)),
        names,
        apps,
        target,
        options,
    });
    if !plan.options.common.no_accounts {
        api::create_accounts(&plan.target, &plan.apps, plan.accounts()).await?;
    }

    let (go, waiting) = watch::channel(None);
    let threads: Vec<_> = (0..plan.options.common.threads)
        .map(|thread| {
            let (plan, waiting) = (plan.clone(), waiting.clone());
            std::thread::spawn(move || run_thread(&plan, usize::from(thread), waiting))
        })
        .collect();
    let signed_in = await_all_online(&plan.online, people as u64).await?;
    let from = Instant::now() + LEAD + Duration::from_secs(plan.options.warmup.into());
    let until = from + Duration::from_secs(plan.options.seconds.into());
    let window = Window { from, until };
    go.send_replace(Some(window));
    let pid = plan.options.common.pid;
    let server = measure(pid, window).await?;

    let mut done = Done::default();
    for thread in threads {
        let part = tokio::task::spawn_blocking(move || thread.join()).await?;
        let part = part.map_err(|_| anyhow::anyhow!("a thread of the load has panicked"))??;
        done.stats.merge(&part.stats);
        done.confirmed.extend(part.confirmed);
    }
    let records = match plan.options.no_check {
        true => None,
        false => Some(api::check_records(&plan.target, &plan.apps, done.confirmed).await?),
    };
    let report = CallReport::new(
        &plan.options,
        people,
        signed_in,
        &done.stats,
        server,
        records,
    );
    report.print(plan.options.common.json.as_deref())?;
    match &report.records {
        Some(Records { missing: 1.., .. }) => bail!("calls have no record"),
        _ => Ok(()),
    }
}

/// What all threads know.
struct Plan {
    options: CallOptions,
    target: Target,
    apps: Apps,
    names: Vec<Accid>,
    ids: Arc<Ids>,
    online: Arc<AtomicU64>,
}

impl Plan {
    /// Whose app a party belongs to.
    fn app_of(&self, party: usize) -> usize {
        party % self.apps.len()
    }

    fn accounts(&self) -> Vec<(usize, Accid)> {
        let people = self.options.group as usize;
        let parties = self.names.chunks(people).enumerate();
        parties
            .flat_map(|(party, cast)| {
                let app = self.app_of(party);
                cast.iter().map(move |accid| (app, accid.clone()))
            })
            .collect()
    }
}

fn run_thread(
    plan: &Plan,
    thread: usize,
    waiting: watch::Receiver<Option<Window>>,
) -> Result<Done> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime of a thread")?;
    let local = LocalSet::new();
    local.block_on(&runtime, run_lane(plan, thread, waiting))
}

async fn run_lane(
    plan: &Plan,
    thread: usize,
    mut waiting: watch::Receiver<Option<Window>>,
) -> Result<Done> {
    let threads = usize::from(plan.options.common.threads);
    let people = plan.options.group as usize;
    let logins_at_once = usize::from(plan.options.common.logins_at_once);
    let door = Rc::new(Door {
        target: plan.target.clone(),
        ids: plan.ids.clone(),
        logins: Semaphore::new(logins_at_once.div_ceil(threads)),
    });
    let mut parties = Vec::new();
    let mut sessions = Vec::new();
    let all = plan.names.chunks(people).enumerate();
    for (party, cast) in all.filter(|(party, _)| party % threads == thread) {
        let app = plan.app_of(party);
        let shared = Rc::new(plan.apps[app].clone());
        let mut senders = Vec::new();
        for accid in cast {
            let (sender, receiver) = mpsc::unbounded_channel();
            let who = Who {
                app: shared.clone(),
                accid: accid.clone(),
                place: sessions.len(),
            };
            sessions.push((who, receiver));
            senders.push(sender);
        }
        parties.push(Party::new(app, cast.to_vec(), senders));
    }
    let media_ip = match plan.options.offers {
        true => Some(media::local_ip(&plan.target.authority)?),
        false => None,
    };
    let lane = Lane::new(
        &plan.options,
        media_ip,
        plan.ids.clone(),
        plan.online.clone(),
        parties,
    );
    let tasks: Vec<_> = sessions
        .into_iter()
        .map(|(who, asks)| {
            tokio::task::spawn_local(session::run(door.clone(), who, lane.clone(), asks))
        })
        .collect();

    let window = *waiting.wait_for(Option::is_some).await?;
    let window = window.context("the run was given up")?;
    lane.measure(window);
    play(&lane, &plan.options, window, threads, thread).await;
    let done = lane.take();
    for task in tasks {
        // One that hangs on a server that does not answer its goodbye is cut off with the thread.
        let _ = tokio::time::timeout(Duration::from_millis(100), task).await;
    }
    Ok(done)
}

/// Begins calls until the window is over, and waits for those under way.
async fn play(
    lane: &Rc<Lane>,
    options: &CallOptions,
    window: Window,
    threads: usize,
    thread: usize,
) {
    let began = Instant::now();
    let mut begun = 0;
    if let Some(closed) = options.closed {
        let all = closed as usize;
        for _ in (0..all).filter(|call| call % threads == thread) {
            lane.begin();
        }
    }
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looked_at = began;
    loop {
        let now = ticks.tick().await.into_std();
        if let Some(rate) = options.rate
            && now < window.until
        {
            let due = (now - began).as_secs_f64() * rate / threads as f64;
            while begun < due as u64 {
                begun += 1;
                lane.begin();
            }
        }
        if now >= window.until {
            lane.stop();
            if lane.is_quiet() {
                return;
            }
        }
        if now - looked_at > Duration::from_millis(100) {
            looked_at = now;
            lane.give_up(now);
        }
    }
}

/// Waits until every session is signed in; how long that took.
pub(crate) async fn await_all_online(online: &AtomicU64, wanted: u64) -> Result<Duration> {
    let began = Instant::now();
    let mut best = (0, began);
    let mut ticks = interval(Duration::from_millis(20));
    loop {
        let now = ticks.tick().await.into_std();
        let count = online.load(Ordering::Relaxed);
        if count >= wanted {
            return Ok(now - began);
        }
        if count > best.0 {
            best = (count, now);
        }
        if now - best.1 > NO_PROGRESS {
            bail!("only {count} of {wanted} sessions could sign in; the server's log says why");
        }
    }
}

/// What the server's process uses in the window.
pub(crate) async fn measure(pid: Option<u32>, window: Window) -> Result<Option<(Usage, Usage)>> {
    sleep_until(window.from.into()).await;
    let before = pid.map(Usage::of).transpose()?;
    sleep_until(window.until.into()).await;
    let after = pid.map(Usage::of).transpose()?;
    Ok(before.zip(after))
}
