//! Settings: each has one name, in the file (`media_port`), the environment (`HULLO_MEDIA_PORT`) and on the command line
//! (`--media-port`). The command line wins over the environment, and that over the file. `docs/configuration.md` lists them.

mod limits;
mod spelling;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use serde::Deserialize;

use crate::ice::{IceServers, IceSettings};
pub(crate) use limits::{Bound, Limits};

const FILE_DEFAULT: &str = "hullo.toml";
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7880);
const MEDIA_PORT_DEFAULT: u16 = 7881;
const OPS_LISTEN_DEFAULT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7882);

/// What an operator may set.
#[derive(Debug, Default, Clone, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Address of HTTP and WebSocket [default: 127.0.0.1:7880]
    #[arg(long, env = "HULLO_LISTEN", value_name = "ADDRESS", global = true)]
    listen: Option<SocketAddr>,
    /// Address of /healthz, /readyz and /metrics, in plain HTTP [default: 127.0.0.1:7882]
    #[arg(long, env = "HULLO_OPS_LISTEN", value_name = "ADDRESS", global = true)]
    ops_listen: Option<SocketAddr>,
    /// Show /healthz, /readyz and /metrics on the customers' address too [default: false]
    #[arg(
        long,
        env = "HULLO_OPS_PUBLIC",
        num_args = 0..=1,
        default_missing_value = "true",
        value_name = "BOOL",
        global = true
    )]
    ops_public: Option<bool>,
    /// UDP port of all media [default: 7881]
    #[arg(long, env = "HULLO_MEDIA_PORT", value_name = "PORT", global = true)]
    media_port: Option<u16>,
    /// The one local address that media is bound to [default: those of all interfaces]
    #[arg(long, env = "HULLO_MEDIA_BIND", value_name = "IP", global = true)]
    media_bind: Option<IpAddr>,
    /// Address under which clients reach the media port, beside those of this machine; may be given several times
    #[arg(
        long,
        env = "HULLO_PUBLIC_IP",
        value_name = "IP",
        value_delimiter = ',',
        global = true
    )]
    #[serde(default)]
    public_ip: Vec<IpAddr>,
    /// Folder of the database and the master key [default: hullo-data; of the demo: hullo-demo]
    #[arg(long, env = "HULLO_DATA_DIR", value_name = "FOLDER", global = true)]
    data_dir: Option<PathBuf>,
    /// Largest size of the database in pages of 2 KiB [default: unlimited]
    #[arg(long, env = "HULLO_DB_MAX_PAGES", value_name = "PAGES", global = true)]
    db_max_pages: Option<u32>,
    /// Certificate chain, PEM
    #[arg(long, env = "HULLO_TLS_CERT", value_name = "FILE", global = true)]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate, PEM
    #[arg(long, env = "HULLO_TLS_KEY", value_name = "FILE", global = true)]
    tls_key: Option<PathBuf>,
    /// A reverse proxy does TLS: allow plain HTTP on any address and trust its X-Forwarded-For
    #[arg(
        long,
        env = "HULLO_BEHIND_PROXY",
        num_args = 0..=1,
        default_missing_value = "true",
        value_name = "BOOL",
        global = true
    )]
    behind_proxy: Option<bool>,
    /// Seconds from SIGTERM, when /readyz begins to refuse, to the end of the sessions [default: 0]
    #[arg(long, env = "HULLO_DRAIN_S", value_name = "SECONDS", global = true)]
    drain_s: Option<u64>,
    /// One of the limits, as `waiting=1000`; may be given several times, and as a table [limits] of the file
    #[arg(
        long = "limit",
        env = "HULLO_LIMIT",
        value_name = "NAME=VALUE",
        value_delimiter = ',',
        global = true
    )]
    #[serde(skip)]
    limit: Vec<String>,
    #[arg(skip)]
    #[serde(default)]
    limits: toml::Table,
    /// STUN and TURN servers, as [[ice_servers]] of the file.
    #[arg(skip)]
    #[serde(default)]
    ice_servers: Vec<IceSettings>,
    /// How log lines look [default: text]
    #[arg(long, env = "HULLO_LOG_FORMAT", value_enum, global = true)]
    log_format: Option<LogFormat>,
    /// What is logged, e.g. `info,hullo=debug` [default: info]
    #[arg(long, env = "HULLO_LOG", value_name = "FILTER", global = true)]
    log: Option<String>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for machines.
    Json,
}

/// Settings that have been checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    /// Where the operator asks.
    pub(crate) ops_listen: SocketAddr,
    /// Whether he may ask on the customers' address too.
    pub(crate) ops_public: bool,
    /// From the signal to stop until the sessions end.
    pub(crate) drain: Duration,
    pub(crate) limits: Limits,
    pub(crate) media: MediaConfig,
    pub(crate) ice_servers: IceServers,
    pub(crate) data_dir: PathBuf,
    pub(crate) db_max_pages: Option<u32>,
    pub(crate) tls: Option<TlsConfig>,
    pub(crate) behind_proxy: bool,
    pub(crate) log_format: LogFormat,
    pub(crate) log: String,
    /// From `HULLO_MASTER_KEY` only: a secret has no place on a command line.
    pub(crate) master_key: Option<SecretString>,
    /// Variables `HULLO_...` that nothing here reads.
    pub(crate) strangers: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MediaConfig {
    pub(crate) port: u16,
    pub(crate) bind: Option<IpAddr>,
    pub(crate) public_ips: Vec<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsConfig {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

impl Config {
    /// The file of the database.
    pub(crate) fn database(&self) -> PathBuf {
        self.data_dir.join("hullo.db")
    }

    /// Makes the data folder if there is none, for this user alone.
    pub(crate) fn make_data_dir(&self) -> Result<()> {
        let mut folder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder
            .recursive(true)
            .create(&self.data_dir)
            .with_context(|| format!("cannot make the folder {}", self.data_dir.display()))
    }

    /// Reads the file (`hullo.toml` if there is one, when none is named) and checks everything. `data_dir` is the data folder when
    /// nothing else is said.
    pub(crate) fn load(file: Option<&Path>, settings: Settings, data_dir: &str) -> Result<Self> {
        let strangers = spelling::check(std::env::vars_os().map(|(name, _)| name))?;
        let settings = match file {
            Some(file) => settings.over(read(file)?),
            None if Path::new(FILE_DEFAULT).is_file() => {
                settings.over(read(Path::new(FILE_DEFAULT))?)
            }
            None => settings,
        };
        let master_key = std::env::var("HULLO_MASTER_KEY")
            .ok()
            .map(SecretString::from);
        let data_dir_given = settings.data_dir.is_some();
        let mut config = settings.check(master_key)?;
        if !data_dir_given {
            config.data_dir = data_dir.into();
        }
        config.strangers = strangers;
        Ok(config)
    }
}

impl Settings {
    /// These, and where they are silent, `file`'s.
    fn over(self, file: Self) -> Self {
        let public_ip = match self.public_ip.is_empty() {
            true => file.public_ip,
            false => self.public_ip,
        };
        Self {
            listen: self.listen.or(file.listen),
            ops_listen: self.ops_listen.or(file.ops_listen),
            ops_public: self.ops_public.or(file.ops_public),
            drain_s: self.drain_s.or(file.drain_s),
            limit: self.limit,
            limits: file.limits,
            media_port: self.media_port.or(file.media_port),
            media_bind: self.media_bind.or(file.media_bind),
            public_ip,
            data_dir: self.data_dir.or(file.data_dir),
            db_max_pages: self.db_max_pages.or(file.db_max_pages),
            tls_cert: self.tls_cert.or(file.tls_cert),
            tls_key: self.tls_key.or(file.tls_key),
            behind_proxy: self.behind_proxy.or(file.behind_proxy),
            ice_servers: file.ice_servers,
            log_format: self.log_format.or(file.log_format),
            log: self.log.or(file.log),
        }
    }

    fn check(self, master_key: Option<SecretString>) -> Result<Config> {
        let listen = self.listen.unwrap_or(LISTEN_DEFAULT);
        let behind_proxy = self.behind_proxy.unwrap_or(false);
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some(TlsConfig { cert, key }),
            (None, None) => None,
            _ => bail!("TLS needs both files: set tls_cert and tls_key"),
        };
        if tls.is_none() && !behind_proxy && !listen.ip().is_loopback() {
            bail!(
                "plain HTTP on {listen} would show every token to the network: set tls_cert and tls_key, or behind_proxy \
                 when a proxy does TLS"
            );
        }
        Ok(Config {
            listen,
            ops_listen: self.ops_listen.unwrap_or(OPS_LISTEN_DEFAULT),
            ops_public: self.ops_public.unwrap_or(false),
            drain: Duration::from_secs(self.drain_s.unwrap_or(0)),
            limits: Limits::read(self.limits, &self.limit)?,
            media: MediaConfig {
                port: self.media_port.unwrap_or(MEDIA_PORT_DEFAULT),
                bind: self.media_bind,
                public_ips: self.public_ip,
            },
            ice_servers: IceServers::check(self.ice_servers)?,
            data_dir: self.data_dir.unwrap_or_else(|| "hullo-data".into()),
            db_max_pages: self.db_max_pages,
            tls,
            behind_proxy,
            log_format: self.log_format.unwrap_or(LogFormat::Text),
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            master_key,
            strangers: Vec::new(),
        })
    }
}

fn read(file: &Path) -> Result<Settings> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the settings {}", file.display()))?;
    toml::from_str(&text).with_context(|| format!("the settings {} are not valid", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_toml(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn command_line_wins_over_the_file() {
        let file = from_toml("listen = '127.0.0.1:1'\nmedia_port = 2\npublic_ip = ['192.0.2.1']");
        let given = Settings {
            media_port: Some(3),
            ..Settings::default()
        };
        let config = given.over(file).check(None).unwrap();
        assert_eq!(config.listen.port(), 1);
        assert_eq!(config.media.port, 3);
        assert_eq!(
            config.media.public_ips,
            ["192.0.2.1".parse::<IpAddr>().unwrap()]
        );
    }

    #[test]
    fn plain_http_is_for_loopback_and_proxies_only() {
        let open = "listen = '0.0.0.0:7880'\n";
        let refused = from_toml(open).check(None).unwrap_err().to_string();
        assert!(
            refused.contains("0.0.0.0:7880") && refused.contains("tls_cert"),
            "{refused}"
        );
        from_toml(&format!("{open}behind_proxy = true"))
            .check(None)
            .unwrap();
        from_toml(&format!("{open}tls_cert = 'c'\ntls_key = 'k'"))
            .check(None)
            .unwrap();
        from_toml("listen = '[::1]:1'").check(None).unwrap();
    }

    #[test]
    fn half_a_certificate_and_a_misspelt_name_are_refused() {
        assert!(from_toml("tls_cert = 'c'").check(None).is_err());
        assert!(toml::from_str::<Settings>("lisetn = '127.0.0.1:1'").is_err());
        let limits = from_toml("[limits]\nwaitin = 7").check(None).unwrap_err();
        assert!(format!("{limits:#}").contains("waitin"));
    }
}
