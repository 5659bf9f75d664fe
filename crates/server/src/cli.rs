//! The command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use hullo_core::hub::{BusyPolicy, DevicePolicy};
use hullo_protocol::{Accid, AppKey};
use secrecy::ExposeSecret as _;

use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::demo;
use crate::fill::{Past, fill};
use crate::store::policy::{busy, devices};
use crate::store::sqlite::{self, Open, Sqlite};
use crate::store::vault::{Vault, random_hex};
use crate::store::{Account, App, Policies, Retention, Store, StoreError};
use crate::{log, serve};

/// The call kit that you host yourself.
#[derive(Debug, Parser)]
#[command(name = "hullo", version)]
struct Cli {
    /// Settings file, TOML [default: hullo.toml, if there is one]
    #[arg(long, env = "HULLO_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Here(Here),
    #[command(flatten)]
    Elsewhere(Elsewhere),
}

/// What is about another server, and needs no settings of this one.
#[derive(Debug, Subcommand)]
enum Elsewhere {
    /// Measure a server under load, with many accounts that call each other or rest
    Load {
        #[command(subcommand)]
        load: hullo_load::Load,
    },
    #[cfg(feature = "softphone")]
    Call(hullo_softphone::Call),
    #[cfg(feature = "softphone")]
    Answer(hullo_softphone::Answer),
}

/// What is about this server.
#[derive(Debug, Subcommand)]
enum Here {
    /// Run the server
    Serve,
    /// Run the server with an app and a few accounts to try it out
    Demo {
        /// Calls of the demo need room tokens; settled when the demo app is made
        #[arg(long)]
        secure: bool,
        #[command(flatten)]
        policies: PolicyArgs,
    },
    /// Manage apps, also while a server runs
    App {
        #[command(subcommand)]
        command: AppCommand,
    },
    /// Copy the database into a new file, also while a server runs; `hullo.key` in the data folder belongs to it
    Backup {
        /// The file to make
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum AppCommand {
    /// Create an app and print its key and its secret; the secret is not shown again
    Create {
        /// For people
        #[arg(long)]
        name: String,
        /// The app key [default: a random one]
        #[arg(long)]
        key: Option<AppKey>,
        /// Calls of this app need room tokens
        #[arg(long)]
        secure: bool,
        #[command(flatten)]
        policies: PolicyArgs,
        #[command(flatten)]
        keep: KeepArgs,
    },
    /// Fill an app with past calls, to measure what a long past costs; not for one that anybody uses
    #[command(hide = true)]
    Fill {
        /// The app
        key: AppKey,
        #[command(flatten)]
        past: Past,
    },
    /// List the apps and their settings
    List,
    /// Change how an app wants its calls and what is kept of them; a running server takes it over at the next login of a
    /// device of the app
    Set {
        /// The app
        key: AppKey,
        #[command(flatten)]
        policies: PolicyArgs,
        #[command(flatten)]
        keep: KeepArgs,
    },
}

/// How an app wants its calls; what is not given stays as it is.
#[derive(Debug, Clone, Copy, clap::Args)]
struct PolicyArgs {
    /// What an invite does to an account in another call: `reject` it as busy, or `ring` all the same (call waiting)
    #[arg(long, value_name = "POLICY", value_parser = busy)]
    busy: Option<BusyPolicy>,
    /// Which devices of an account may be signed in at once: `one`, `desktop_and_mobile` or `all` (at most 10)
    #[arg(long, value_name = "POLICY", value_parser = devices)]
    devices: Option<DevicePolicy>,
}

impl PolicyArgs {
    fn over(self, policies: Policies) -> Policies {
        Policies {
            busy: self.busy.unwrap_or(policies.busy),
            devices: self.devices.unwrap_or(policies.devices),
        }
    }
}

/// What is kept of an app's calls: a number, or `all`. What is not given stays as it is; a new app keeps everything.
#[derive(Debug, Clone, Copy, clap::Args)]
struct KeepArgs {
    /// Keep the records of calls for so many days
    #[arg(long, value_name = "DAYS|all")]
    keep_records_days: Option<Keep>,
    /// Keep so many records of calls, the newest
    #[arg(long, value_name = "COUNT|all")]
    keep_records: Option<Keep>,
    /// Keep messages for so many days; they go with their records at the latest
    #[arg(long, value_name = "DAYS|all")]
    keep_messages_days: Option<Keep>,
    /// Keep so many messages, the newest
    #[arg(long, value_name = "COUNT|all")]
    keep_messages: Option<Keep>,
}

impl KeepArgs {
    fn over(self, keep: Retention) -> Retention {
        let over = |new: Option<Keep>, old| new.map_or(old, |Keep(most)| most);
        Retention {
            records_days: over(self.keep_records_days, keep.records_days),
            records: over(self.keep_records, keep.records),
            messages_days: over(self.keep_messages_days, keep.messages_days),
            messages: over(self.keep_messages, keep.messages),
        }
    }
}

/// How many, or all of them.
#[derive(Debug, Clone, Copy)]
struct Keep(Option<u32>);

impl std::str::FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self(None)),
            _ => match text.parse() {
                Ok(most) if most > 0 => Ok(Self(Some(most))),
                _ => Err(format!("{text:?} is neither a number above 0 nor `all`")),
            },
        }
    }
}

/// Does what the command line says.
pub(crate) fn run() -> Result<ExitCode> {
    let cli = Cli::parse();
    Ok(match cli.command {
        Command::Here(command) => {
            run_here(cli.config.as_deref(), cli.settings, command)?;
            ExitCode::SUCCESS
        }
        Command::Elsewhere(Elsewhere::Load { load }) => {
            hullo_load::run(load)?;
            ExitCode::SUCCESS
        }
        #[cfg(feature = "softphone")]
        Command::Elsewhere(Elsewhere::Call(options)) => hullo_softphone::call(options),
        #[cfg(feature = "softphone")]
        Command::Elsewhere(Elsewhere::Answer(options)) => hullo_softphone::answer(options),
    })
}

fn run_here(file: Option<&Path>, settings: Settings, command: Here) -> Result<()> {
    // The demo's app and accounts have no place among real ones.
    let data_dir = match command {
        Here::Demo { .. } => "hullo-demo",
        _ => "hullo-data",
    };
    let config = Config::load(file, settings, data_dir)?;
    let log = log::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        match command {
            Here::Serve => {
                let _only = serve::lock(&config)?;
                let store = open_store(&config, Open::Alone)?;
                serve::run(config, store, None, log.lost()).await
            }
            Here::Demo { secure, policies } => {
                let _only = serve::lock(&config)?;
                let store = open_store(&config, Open::Alone)?;
                let demo = seed_demo(&*store, secure, policies).await?;
                serve::run(config, store, Some(demo), log.lost()).await
            }
            Here::App { command } => manage_app(&config, command).await,
            Here::Backup { file } => {
                sqlite::copy(&config.database(), &file)?;
                let key = config.data_dir.join("hullo.key");
                println!("{} is made; keep {} with it", file.display(), key.display());
                Ok(())
            }
        }
    })
}

fn open_store(config: &Config, how: Open) -> Result<Arc<dyn Store>> {
    if how == Open::Alone {
        config.make_data_dir()?;
    } else if !config.database().exists() {
        bail!(
            "there is no database in {}; name another data_dir, or create an app first",
            config.data_dir.display()
        );
    }
    let vault = Vault::open(
        config.master_key.as_ref(),
        &config.data_dir.join("hullo.key"),
    )?;
    let store = Sqlite::open(&config.database(), how, config.db_max_pages, vault)?;
    Ok(Arc::new(store))
}

async fn manage_app(config: &Config, command: AppCommand) -> Result<()> {
    let creates = matches!(command, AppCommand::Create { .. });
    // Where a server runs, the tables are its own to change; where none does, only a new app makes anything.
    let alone = match creates || config.database().exists() {
        true => serve::lock(config).ok(),
        false => None,
    };
    let how = match alone.is_some() && creates {
        true => Open::Alone,
        false => Open::Beside,
    };
    let store = open_store(config, how)?;
    match command {
        AppCommand::Create {
            name,
            key,
            secure,
            policies,
            keep,
        } => {
            let app = App {
                key: key.map_or_else(random_key, Ok)?,
                name,
                secret: random_hex()?,
                secure,
                policies: policies.over(Policies::default()),
                retention: keep.over(Retention::default()),
            };
            create_app(&*store, &app).await?;
        }
        AppCommand::List => {
            list_apps(&*store).await?;
            store.close().await;
        }
        AppCommand::Fill { key, past } => {
            fill(&store, &key, &past, Clock::start().now()).await?;
            store.close().await;
        }
        AppCommand::Set {
            key,
            policies,
            keep,
        } => set_app(&*store, &key, policies, keep).await?,
    }
    Ok(())
}

fn random_key() -> Result<AppKey> {
    Ok(AppKey::parse(&random_hex()?.expose_secret()[..20])?)
}

async fn create_app(store: &dyn Store, app: &App) -> Result<()> {
    store.create_app(app, Clock::start().now().0).await?;
    store.close().await;
    println!("app_key = {}", app.key);
    println!("app_secret = {}", app.secret.expose_secret());
    Ok(())
}

async fn list_apps(store: &dyn Store) -> Result<()> {
    for app in store.apps().await? {
        let App {
            key,
            name,
            secure,
            policies,
            retention,
            ..
        } = app;
        println!("{key} {name:?} secure: {secure}, {policies:?}, {retention:?}");
    }
    Ok(())
}

async fn set_app(
    store: &dyn Store,
    key: &AppKey,
    policies: PolicyArgs,
    keep: KeepArgs,
) -> Result<()> {
    let app = store.app(key).await?;
    let app = app.with_context(|| format!("there is no app {key}"))?;
    let policies = policies.over(app.policies);
    let keep = keep.over(app.retention);
    store.set_policies(key, policies).await?;
    store.set_retention(key, keep).await?;
    store.close().await;
    println!("{key}: {policies:?}, {keep:?}; a running server has it from the next login on");
    Ok(())
}

/// Creates whatever the demo still lacks: its app and its accounts.
async fn seed_demo(store: &dyn Store, secure: bool, policies: PolicyArgs) -> Result<App> {
    let now_ms = Clock::start().now().0;
    let key = AppKey::parse("demo")?;
    let app = match store.app(&key).await? {
        Some(app) => {
            let policies = policies.over(app.policies);
            store.set_policies(&app.key, policies).await?;
            App { policies, ..app }
        }
        None => {
            let app = App {
                key,
                name: "Hullo demo".to_owned(),
                secret: random_hex()?,
                secure,
                policies: policies.over(Policies::default()),
                retention: Retention::default(),
            };
            store.create_app(&app, now_ms).await?;
            app
        }
    };
    for (accid, name) in demo::ACCOUNTS {
        let account = Account {
            accid: Accid::parse(accid)?,
            name: Some(name.to_owned()),
            avatar: None,
            disabled: false,
            token_generation: 0,
        };
        match store.create_account(&app.key, &account, now_ms).await {
            Ok(()) | Err(StoreError::Exists(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(app)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
