//! What apps hold in their hands. The types of the protocol and of the Rust client are declared once more, for their fields to be
//! known in other languages: the compiler compares each with the one that it repeats.

mod call;
mod client;
mod device;
mod error;
mod event;
mod id;
mod options;
mod record;

pub use client::{Account, Dialled, Messages, Recents, Status};
pub use error::HulloError;
