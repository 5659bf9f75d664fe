//! The browser's face of the endpoint: JSON texts in, JSON texts out, nothing of its own.
//!
//! `web/sdk` owns WebSocket, RTCPeerConnection and the devices, and drives this. A text that is not an input makes it
//! throw and changes nothing.

mod input;

use hullo_core::Time;
use hullo_core::endpoint::Endpoint as CoreEndpoint;
use hullo_protocol::ErrorKind;
use hullo_protocol::read::enum_value;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// One device's session and at most one call.
#[wasm_bindgen]
pub struct Endpoint {
    core: CoreEndpoint,
}

#[wasm_bindgen]
impl Endpoint {
    /// A device that is signed out. `seed` is fresh randomness: ids are made from it.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u64) -> Self {
        Self {
            core: CoreEndpoint::new(seed),
        }
    }

    /// Takes one `Input` as JSON at `now_ms` (Unix milliseconds that never step back); returns a JSON array of
    /// `Output`, to be carried out in order. Throws, with no other effect, when the text is not an input.
    pub fn handle(&mut self, input: &str, now_ms: f64) -> Result<String, JsError> {
        let input = input::read(input)?;
        let outputs = self.core.handle(input, Time(now_ms as u64));
        Ok(serde_json::to_string(&outputs)?)
    }

    /// When `handle` is to be called with `timeout` at the latest, in Unix milliseconds; undefined for never.
    #[wasm_bindgen(js_name = pollTimeout)]
    pub fn poll_timeout(&self) -> Option<f64> {
        self.core.poll_timeout().map(|time| time.0 as f64)
    }
}

/// The text to show for an error of `kind`, in Chinese for `zh`, in English otherwise.
#[wasm_bindgen(js_name = errorText)]
pub fn error_text(kind: &str, language: &str) -> String {
    let kind = enum_value(kind).unwrap_or(ErrorKind::Unknown);
    let text = match language {
        "zh" => kind.chinese(),
        _ => kind.text(),
    };
    text.to_owned()
}
