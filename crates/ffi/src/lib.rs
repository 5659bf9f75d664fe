//! The Rust client (`hullo_client`) in Python, Kotlin and Swift, over UniFFI. It decides nothing: operations, events and types are those
//! of the Rust client. `cargo xtask bindings` writes what each language gets; on top of that stands a thin layer in `sdks/`.
//!
//! - [`client`](NativeClient): the operations and the events. [`tokens`](TokenProvider): what apps are asked for.
//! - `types`: what apps hold in their hands.

#![warn(missing_docs)]

mod client;
mod operations;
mod tokens;
mod types;

pub use client::{ClientOptions, EventListener, NativeClient};
pub use tokens::{TokenError, TokenHandler, TokenProvider};
pub use types::{Account, Dialled, HulloError, Messages, Recents, Status};

uniffi::setup_scaffolding!("hullo");
