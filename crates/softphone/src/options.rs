//! What `hullo call` and `hullo answer` are asked to do.

use std::path::PathBuf;

use clap::Args;

/// Calls somebody, and ends with the call: with status 0 when they talked, 2 when nobody answered, 1 when something went wrong
#[derive(Debug, Clone, Args)]
pub struct Call {
    /// Whom to call; several are a group call
    #[arg(required = true, value_name = "ACCID")]
    pub(crate) accids: Vec<String>,
    /// Text for the callee's app
    #[arg(long, value_name = "TEXT")]
    pub(crate) attachment: Option<String>,
    #[command(flatten)]
    pub(crate) line: Line,
}

/// Waits for calls, and rings
#[derive(Debug, Clone, Args)]
pub struct Answer {
    /// Answer by itself, without being asked
    #[arg(long)]
    pub(crate) auto: bool,
    /// End with the first call, as `hullo call` does
    #[arg(long)]
    pub(crate) once: bool,
    #[command(flatten)]
    pub(crate) line: Line,
}

/// Who one is, where the server is, and what microphone, loudspeaker and camera are.
#[derive(Debug, Clone, Args)]
pub(crate) struct Line {
    /// Who one is
    #[arg(long = "as", value_name = "ACCID")]
    pub(crate) me: String,
    /// The server
    #[arg(
        long,
        env = "HULLO_SERVER",
        default_value = "http://127.0.0.1:7880",
        value_name = "URL"
    )]
    pub(crate) server: String,
    /// The app; the demo's own when not said
    #[arg(long, env = "HULLO_APP_KEY", value_name = "KEY", requires = "token")]
    pub(crate) app_key: Option<String>,
    /// A login token; `hullo demo` gives one to whoever asks
    #[arg(
        long,
        env = "HULLO_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
    /// Pictures, too: `test`, or a YUV4MPEG2 file (8 bits, 4:2:0)
    #[arg(long, value_name = "SOURCE")]
    pub(crate) video: Option<String>,
    /// In place of the microphone: `tone`, `silence`, or a WAV file (48 kHz, 16 bits)
    #[arg(long, value_name = "SOURCE")]
    pub(crate) play: Option<String>,
    /// In place of the loudspeaker: `nothing`, or a WAV file that is written
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<String>,
    /// Keeps this device's identity from one start to the next
    #[arg(long, value_name = "FILE")]
    pub(crate) store: Option<PathBuf>,
    /// For scripts: events as JSON lines on standard output, and commands by lines on standard input (accept, reject, mute, unmute,
    /// camera-on, camera-off, hangup, quit)
    #[arg(long)]
    pub(crate) json: bool,
}
