//! The words that clients and server exchange: ids, requests, replies, events and error codes.
//!
//! One WebSocket per session carries JSON text frames under the subprotocol [`SUBPROTOCOL`]. A client sends
//! [`Request`]s; the server answers each with one [`Reply`] and pushes [`Event`]s. Unknown fields and unknown events are
//! ignored, an unknown `op` gets an error, and the connection survives both. This crate has no behaviour beyond parsing.

#![warn(missing_docs)]

mod accid;
mod call;
mod error;
mod event;
mod frame;
mod id;
mod limit;
mod message;
pub mod read;
mod reply;
mod request;
mod view;

pub use accid::Accid;
pub use call::{
    CallKind, CallState, DeviceFailure, DeviceState, EndReason, InviteMode, JoinMode, Media,
    OtherCall, ParticipantState, Quality,
};
pub use error::{ErrorBody, ErrorKind};
pub use event::{Event, IceServer, Presence, QualityReport, SessionClosed, Slot, SlotKind};
pub use frame::{Request, ServerFrame};
pub use id::{AppKey, CallId, DeviceId, IdError, MessageId, RequestId, Token, Uid};
pub use limit::*;
pub use message::{
    CallRecord, CallSummary, Message, MessageBody, ParticipantDuration, ParticipantOutcome, Person,
    QualitySummary, RecentCall, RecordStatus,
};
pub use reply::{Reply, Success};
pub use request::{Command, DeviceInfo, InviteMore, Login, Platform, StartCall};
pub use view::{
    CallDelta, CallView, EndView, FoundCall, GroupTerms, InviteView, ParticipantView,
    RefusedInvite, Snapshot, SwitchView,
};

/// The WebSocket subprotocol that names this version of the wire.
pub const SUBPROTOCOL: &str = "hullo.v1";
