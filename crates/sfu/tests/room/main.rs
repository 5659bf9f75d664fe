//! Rooms of the media plane with real str0m clients in them, over a simulated network in virtual time.
#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps nothing fails, as it should"
)]

mod client;
mod world;

mod bad_offers;
mod bandwidth;
mod closing;
mod flood;
mod forwarding;
mod garbage;
mod groups;
mod growing;
mod holding;
mod hostile;
mod ice_restart;
mod key_frames;
mod loss;
mod loudest;
mod quality;
mod random;
mod reconnect;
mod ringing;
mod roaming;
mod screens;
mod silence;
mod speakers;
mod spoofing;
mod subscribing;
