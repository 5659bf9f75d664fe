//! What a function of the C face says when it returns.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What came of a call. hullo_last_error has it in words.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HulloCode {
    /// It is done, or will be: what follows comes by callback.
    Ok = 0,
    /// A pointer is null that must not be.
    Null = 1,
    /// A text is not UTF-8.
    NotUtf8 = 2,
    /// A text is not the JSON that is asked for.
    BadJson = 3,
    /// A value cannot be used: an address that is none, an app key that is none.
    BadValue = 4,
    /// There is no such client, or it was destroyed.
    NoClient = 5,
    /// Nobody asked that, or it was answered already.
    NoQuestion = 6,
    /// The machine gave no thread, no socket or no file.
    NoResource = 7,
    /// The device is not open: what was pushed went nowhere, and what was pulled is silence.
    NotOpen = 9,
    /// A defect of Hullo, please report it. The client may be of no more use.
    Defect = 8,
}

/// Why a call was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0} is null")]
    Null(&'static str),
    #[error("{0} is not UTF-8")]
    NotUtf8(&'static str),
    #[error("{0} is not the JSON that is asked for: {1}")]
    BadJson(&'static str, String),
    #[error("{0}")]
    BadValue(String),
    #[error("there is no such client, or it was destroyed")]
    NoClient,
    #[error("nobody asked that, or it was answered already")]
    NoQuestion,
    #[error("{0}")]
    NoResource(String),
    #[error("no call has the device open")]
    NotOpen,
}

impl Refusal {
    fn code(&self) -> HulloCode {
        match self {
            Self::Null(_) => HulloCode::Null,
            Self::NotUtf8(_) => HulloCode::NotUtf8,
            Self::BadJson(..) => HulloCode::BadJson,
            Self::BadValue(_) => HulloCode::BadValue,
            Self::NoClient => HulloCode::NoClient,
            Self::NoQuestion => HulloCode::NoQuestion,
            Self::NoResource(_) => HulloCode::NoResource,
            Self::NotOpen => HulloCode::NotOpen,
        }
    }
}

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What the last refusal on this thread said.
pub(crate) fn last_error() -> String {
    LAST.with(|last| {
        last.try_borrow()
            .map(|text| text.clone())
            .unwrap_or_default()
    })
}

/// Runs what a function of the C face does: no panic goes further, and why it was refused is kept for [`last_error`].
pub(crate) fn guarded(what: impl FnOnce() -> Result<(), Refusal>) -> HulloCode {
    let (code, text) = match catch_unwind(AssertUnwindSafe(what)) {
        Ok(Ok(())) => return HulloCode::Ok,
        Ok(Err(refusal)) => (refusal.code(), refusal.to_string()),
        Err(_) => (
            HulloCode::Defect,
            "a defect of Hullo: please report it".to_owned(),
        ),
    };
    LAST.with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = text;
        }
    });
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_stays_on_this_side_of_the_border() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let code = guarded(|| panic!("on purpose"));
        std::panic::set_hook(hook);
        assert_eq!(code, HulloCode::Defect);
        assert!(last_error().contains("report"));
    }

    #[test]
    fn refusal_is_kept_in_words() {
        assert_eq!(guarded(|| Err(Refusal::Null("the text"))), HulloCode::Null);
        assert_eq!(last_error(), "the text is null");
    }
}
