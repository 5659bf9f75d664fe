//! The client's session, as the application and the person would notice it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod consent;
mod crowd;
mod devices;
mod ending;
mod events;
mod foreign;
mod group;
mod growth;
mod hold;
mod media;
mod outage;
mod parked;
mod phone;
mod random;
mod reconnection;
mod second;
mod shown;
mod table;
mod waiting;
