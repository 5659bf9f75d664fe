//! What can go wrong.

use hullo_protocol::{ErrorBody, ErrorKind};

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server or the state machine has refused it: [`Error::kind`] says what went wrong, the message what to do.
    #[error("{} ({:?}, {})", .0.message, .0.kind, .0.code)]
    Refused(ErrorBody),
    /// The client was closed before it was done.
    #[error("the client was closed; make another one")]
    Closed,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::Refused(ErrorBody::new(kind, message))
    }

    /// What went wrong; stable across versions. `None` of a closed client.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Refused(body) => Some(body.kind),
            Self::Closed => None,
        }
    }
}
