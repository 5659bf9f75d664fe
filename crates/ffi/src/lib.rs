//! The Rust client (`hullo_client`) in Python, Kotlin and Swift, over UniFFI. It decides nothing: operations, events and types are those
//! of the Rust client. `cargo xtask bindings` writes what each language gets; on top of that stands a thin layer in `sdks/`.
//!
//! - [`client`](NativeClient): the operations and the events. [`tokens`](TokenProvider): what apps are asked for.
//! - [`media`](Devices): which devices it has. [`device`](SoundInput): those of an app's own.
//! - `types`: what apps hold in their hands.

#![warn(missing_docs)]

mod app;
mod client;
mod device;
mod held;
mod media;
mod operations;
mod texts;
mod tokens;
mod types;

pub use app::AppError;
pub use client::{ClientOptions, EventListener, NativeClient};
pub use device::{
    Picture, PictureInput, PictureOutput, PictureSender, SoundInput, SoundOutput, SoundSender,
    SoundSource,
};
pub use media::{Camera, Devices, Loudspeaker, Microphone};
pub use tokens::{TokenHandler, TokenProvider};
pub use types::{Account, Dialled, HulloError, Messages, Recents, Status};

uniffi::setup_scaffolding!("hullo");
