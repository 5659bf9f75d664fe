//! Reads what an app hands in.

use std::ffi::{CStr, CString, c_char};

use serde::de::DeserializeOwned;

use crate::code::Refusal;

/// Copies a text that must be there.
///
/// # Safety
/// `text` is null, or points to bytes that end with a zero and that nobody changes meanwhile.
pub(crate) unsafe fn text(text: *const c_char, name: &'static str) -> Result<String, Refusal> {
    // SAFETY: as this function asks.
    unsafe { optional_text(text, name) }?.ok_or(Refusal::Null(name))
}

/// Copies a text that may be absent.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn optional_text(
    text: *const c_char,
    name: &'static str,
) -> Result<Option<String>, Refusal> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: not null, and as this function asks.
    let text = unsafe { CStr::from_ptr(text) };
    let text = text.to_str().map_err(|_| Refusal::NotUtf8(name))?;
    Ok(Some(text.to_owned()))
}

pub(crate) fn json<T: DeserializeOwned>(text: &str, name: &'static str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal::BadJson(name, error.to_string()))
}

/// Gives a text out, which `hullo_free` takes back.
///
/// # Safety
/// `to` is null or may be written.
pub(crate) unsafe fn give_text(text: &str, to: *mut *mut c_char) -> Result<(), Refusal> {
    if to.is_null() {
        return Err(Refusal::Null("the place for the text"));
    }
    // A zero byte would end it.
    let given = CString::new(text.replace('\0', "")).map_err(|_| Refusal::NotUtf8("the text"))?;
    // SAFETY: not null, and as this function asks.
    unsafe { to.write(given.into_raw()) };
    Ok(())
}
