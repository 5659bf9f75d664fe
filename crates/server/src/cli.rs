//! The command line.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use hullo_protocol::{Accid, AppKey};
use secrecy::ExposeSecret as _;

use crate::clock::Clock;
use crate::config::{Config, Settings};
use crate::store::{Account, App, Sqlite, Store, StoreError, Vault, random_hex};
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
    /// Run the server
    Serve,
    /// Run the server with an app and a few accounts to try it out
    Demo {
        /// Calls of the demo need room tokens; settled when the demo app is made
        #[arg(long)]
        secure: bool,
    },
    /// Manage apps
    App {
        #[command(subcommand)]
        command: AppCommand,
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
    },
}

/// The accounts of the demo: accid and name.
const DEMO_ACCOUNTS: [(&str, &str); 4] = [
    ("alice", "Alice"),
    ("bob", "Bob"),
    ("carol", "Carol"),
    ("dave", "Dave"),
];

/// Does what the command line says.
pub(crate) fn run() -> Result<()> {
    let cli = Cli::parse();
    let config = Config::load(cli.config.as_deref(), cli.settings)?;
    log::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve => {
                let _only = serve::lock(&config)?;
                let store = open_store(&config).await?;
                serve::run(config, store, None).await
            }
            Command::Demo { secure } => {
                let _only = serve::lock(&config)?;
                let store = open_store(&config).await?;
                let demo = furnish_demo(&*store, secure).await?;
                serve::run(config, store, Some(demo)).await
            }
            Command::App {
                command: AppCommand::Create { name, key, secure },
            } => create_app(&config, name, key, secure).await,
        }
    })
}

async fn open_store(config: &Config) -> Result<Arc<dyn Store>> {
    config.make_data_dir()?;
    let vault = Vault::open(
        config.master_key.as_ref(),
        &config.data_dir.join("hullo.key"),
    )?;
    let file = config.data_dir.join("hullo.db");
    let store = Sqlite::open(&file, config.db_max_pages, vault).await?;
    Ok(Arc::new(store))
}

async fn create_app(
    config: &Config,
    name: String,
    key: Option<AppKey>,
    secure: bool,
) -> Result<()> {
    let store = open_store(config).await?;
    let key = match key {
        Some(key) => key,
        None => AppKey::parse(&random_hex()?.expose_secret()[..20])?,
    };
    let app = App {
        key,
        name,
        secret: random_hex()?,
        secure,
    };
    store.create_app(&app, Clock::start().now().0).await?;
    store.close().await;
    println!("app_key = {}", app.key);
    println!("app_secret = {}", app.secret.expose_secret());
    Ok(())
}

/// Makes what of the demo is missing.
async fn furnish_demo(store: &dyn Store, secure: bool) -> Result<App> {
    let now_ms = Clock::start().now().0;
    let key = AppKey::parse("demo")?;
    let app = match store.app(&key).await? {
        Some(app) => app,
        None => {
            let app = App {
                key,
                name: "Hullo demo".to_owned(),
                secret: random_hex()?,
                secure,
            };
            store.create_app(&app, now_ms).await?;
            app
        }
    };
    for (accid, name) in DEMO_ACCOUNTS {
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
