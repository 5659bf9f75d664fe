//! A fresh server for a figure, on a core of its own, and what it has used.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// The core of the server, and that of the load.
pub(super) const SERVER_CORE: &str = "0";
pub(super) const LOAD_CORE: &str = "1";

/// A server that does not serve by then is given up.
const START: Duration = Duration::from_secs(30);

/// A running server; killed when it goes out of scope.
pub(super) struct Server {
    child: Child,
    pub(super) folder: PathBuf,
    pub(super) address: SocketAddr,
    /// `KEY:SECRET` of each, with commas.
    pub(super) apps: String,
    /// From the start to the answered `/healthz`.
    pub(super) start_ms: f64,
}

impl Server {
    /// A server with a new database and so many apps.
    pub(super) fn fresh(program: &Path, folder: &Path, apps: usize) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let mut pairs = Vec::new();
        for app in 0..apps {
            pairs.push(create_app(program, folder, app)?);
        }
        Self::on(program, folder, pairs.join(","))
    }

    /// The same database, with another process.
    pub(super) fn again(mut self, program: &Path) -> Result<Self> {
        self.stop()?;
        Self::on(program, &self.folder.clone(), self.apps.clone())
    }

    fn on(program: &Path, folder: &Path, apps: String) -> Result<Self> {
        let address = free_address()?;
        let began = Instant::now();
        let child = command(program, folder)
            .arg("serve")
            .env("HULLO_LISTEN", address.to_string())
            .stdout(Stdio::null())
            .stderr(fs::File::create(folder.join("stderr"))?)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Self {
            child,
            folder: folder.to_owned(),
            address,
            apps,
            start_ms: 0.0,
        };
        while !is_healthy(address) {
            if let Some(status) = server.child.try_wait()? {
                let said = fs::read_to_string(folder.join("stderr")).unwrap_or_default();
                bail!("the server ended ({status}): {said}");
            }
            if began.elapsed() > START {
                bail!("the server does not serve");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.start_ms = began.elapsed().as_secs_f64() * 1000.0;
        Ok(server)
    }

    /// The same database with a past, and another process.
    pub(super) fn with_past(mut self, program: &Path, calls: u32, recent: bool) -> Result<Self> {
        self.stop()?;
        let mut fill = command(program, &self.folder);
        fill.args(["app", "fill", "load0", "--calls", &calls.to_string()]);
        if recent {
            fill.arg("--recent");
        }
        let output = fill.output()?;
        if !output.status.success() {
            bail!("no past: {}", String::from_utf8_lossy(&output.stderr));
        }
        Self::on(program, &self.folder.clone(), self.apps.clone())
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its resident memory in bytes.
    pub(super) fn rss_bytes(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) * 1024.0
    }

    /// Stops it as an operator does.
    fn stop(&mut self) -> Result<()> {
        Command::new("kill").arg(self.pid().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// All clients come from one address, and few accounts make all calls.
const LIMITS: &str = "connections_per_address=1000000,waiting_per_address=4096,frames_per_second=1000000,logins_at_once=0,\
    dials_at_once=0,invites_at_once=0,rings_at_once=0,rings_by_one_at_once=0,offers_at_once=0,app_dials_at_once=0,app_kilobytes_at_once=0";

/// The program on the server's core, with everything in `folder`.
fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new("taskset");
    command
        .args(["-c", SERVER_CORE])
        .arg(program)
        .current_dir(folder)
        .env("HULLO_DATA_DIR", folder)
        .env("HULLO_OPS_LISTEN", "127.0.0.1:0")
        .env("HULLO_LIMIT", LIMITS)
        .env("HULLO_MEDIA_PORT", "0")
        .env("HULLO_PUBLIC_IP", "127.0.0.1")
        .stdin(Stdio::null());
    command
}

fn create_app(program: &Path, folder: &Path, number: usize) -> Result<String> {
    let key = format!("load{number}");
    let output = command(program, folder)
        .args(["app", "create", "--name", &key, "--key", &key])
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let secret = text
        .lines()
        .find_map(|line| line.strip_prefix("app_secret = "))
        .with_context(|| format!("no app: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok(format!("{key}:{secret}"))
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn is_healthy(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let asked = stream
        .write_all(b"GET /v1/openapi.json HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n");
    let mut answer = [0; 12];
    asked.is_ok() && stream.read_exact(&mut answer).is_ok() && answer.ends_with(b"200")
}

/// The programs and where they may write.
pub(super) struct Bench {
    pub(super) server: PathBuf,
    pub(super) load: PathBuf,
    pub(super) floor: PathBuf,
    pub(super) folder: PathBuf,
}

/// A program on one core.
pub(super) fn pinned(core: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", core]).arg(program).stdin(Stdio::null());
    command
}
