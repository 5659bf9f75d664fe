//! The client's endpoint, as the application and the person would notice it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audio_mutes;
mod call_waiting;
mod connection;
mod consent;
mod devices;
mod ending;
mod events;
mod group;
mod growth;
mod hold;
mod invite_meets_dial;
mod local_devices;
mod media;
mod operation_table;
mod other_calls;
mod outage;
mod parked;
mod phone;
mod presets;
mod random;
mod reconnection;
mod screen;
mod subscription;
mod token_renewal;
