//! The program `hullo`: signalling, media, storage and the web demo in one.
//!
//! `serve/` takes connections, `http/` and `ws/` are the doors, `state` is what both can reach, `auth/` checks who comes in, `node/` runs the hubs of the
//! pure core and the media thread, `store/` keeps what must survive. Nothing is sent before it is stored (see [`node`]).
//!
//! `main.rs` calls [`run`]; that all of it is a library has one reason: the fuzzer reaches the decoders through `fuzz`.

mod api_error;
mod auth;
mod budget;
mod cli;
mod clock;
mod config;
mod connections;
mod demo;
mod fatal;
mod fill;
#[doc(hidden)]
pub mod fuzz;
mod health;
mod http;
mod ice;
mod log;
mod metrics;
mod network;
mod node;
mod peer;
mod serve;
mod state;
mod status;
mod store;
mod ws;

use std::process::ExitCode;

/// The program, from its arguments to its end.
pub fn run() -> ExitCode {
    // Before anything makes a TLS configuration: the one provider of the tree.
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        eprintln!("error: another TLS provider is installed already");
        return ExitCode::FAILURE;
    }
    match cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
