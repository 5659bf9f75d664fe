//! The call logic of Hullo, pure: no IO, no clock and no randomness of its own.
//!
//! [`hub`] is the server's side: it owns every call of one app. [`endpoint`] is the client's side: it turns what the
//! application asks and what the server says into the four public states of the reference and its events. Both have the
//! same shape: one `handle(input, now)` that returns outputs in the order in which they must be carried out, and one
//! `poll_timeout()` that says when to call `handle` with `Input::Timeout` next. [`call`] holds what both ends share.

pub mod call;
pub mod endpoint;
pub mod hub;
mod time;

pub use time::Time;
