//! What always holds. Each invariant sees the observations of a world and says when one of them breaks it.
//!
//! They are the list of ARCHITECTURE.md ("Invariants"), cut into pieces that can be named when they fail. Each has a test
//! that feeds it a history in which it must fail: an invariant that cannot fail proves nothing.

pub(crate) mod agreement;
pub(crate) mod endings;
pub(crate) mod frames;
pub(crate) mod media;
pub(crate) mod places;
pub(crate) mod records;
pub(crate) mod ringing;
pub(crate) mod screens;
pub(crate) mod tickets;
pub(crate) mod timers;
pub(crate) mod tokens;
pub(crate) mod versions;
