//! Something for the media thread.

use hullo_core::hub::RoomCommand;
use hullo_protocol::{AppKey, CallId};
use tokio::sync::mpsc;

use crate::node::fact::Fact;
use crate::node::session_queue::SessionHandle;

pub(super) struct Command {
    pub(super) app: AppKey,
    pub(super) call_id: CallId,
    pub(super) command: RoomCommand,
    /// Who waits for the answer to an offer.
    pub(super) asker: Option<SessionHandle>,
    /// Where facts of this room go.
    pub(super) facts: mpsc::UnboundedSender<Fact>,
}
