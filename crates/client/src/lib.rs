//! The client of native programs: what a browser does for a page (the connection to the server, the connection of a call, what a
//! device keeps), around the state machine that runs in every client and decides all about calls ([`hullo_core::endpoint`]).
//!
#![doc = include_str!("../README.md")]
//!
//! # How it is made
//!
//! - [`client`](Client): the operations, and [`options`](CallOptions) of theirs. [`builder`](Builder): how one is made.
//! - `driver`: the task that gives the state machine what happens and carries out what it says; `link` is its connection to the
//!   server, by a [`Transport`]; [`status`](Status) is what it knows.
//! - [`media`](Media): the connection of a call. [`Rtc`] is it, over UDP, with an app's [`Devices`].
//! - [`store`](Store): what a device keeps when the program ends.

#![warn(missing_docs)]

mod builder;
mod client;
mod clock;
mod connection;
mod devices;
mod driver;
#[cfg(feature = "engine")]
pub mod engine;
mod error;
mod link;
mod media;
mod options;
mod port;
mod rtc;
mod status;
mod store;
pub mod texts;
mod tokens;
mod transport;
#[cfg(feature = "websocket")]
mod websocket;

pub use builder::Builder;
pub use client::{Client, Dialled, Messages, Recents};
pub use devices::{Devices, Frame, FromDevice, NoDevices, Received, VideoCodec};
pub use error::Error;
pub use hullo_core::endpoint::{
    AppEvent as Event, ConnectionFailure, DevicePresets, LocalDevice, LocalMedia, MediaCommand,
    MediaEvent, Member, Op, RemoteSlot, State, Value,
};
pub use hullo_protocol as protocol;
pub use media::{Media, NoMedia};
pub use options::{CallOptions, GroupCallOptions, InviteOptions};
pub use rtc::Rtc;
pub use status::{Account, Events, Status};
pub use store::{FileStore, MemoryStore, Store};
pub use transport::{Connection, Transport};
#[cfg(feature = "websocket")]
pub use websocket::{WebSocket, upgrade};
