//! What an app's own code throws when it is called back.

/// Why an app's own code could not do what it was asked for. Whatever it throws counts as this.
#[derive(Debug, Clone, thiserror::Error, uniffi::Error)]
pub enum AppError {
    /// For the app's eyes.
    #[error("{why}")]
    Failed {
        /// What kept it from being done.
        why: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for AppError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { why: error.reason }
    }
}
