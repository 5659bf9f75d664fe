//! Devices that are ready: test signals, files, and nothing at all; and the machine's own with the feature `sound-card`.

#[cfg(feature = "files")]
mod files;
mod functions;
mod pace;
#[cfg(feature = "sound-card")]
mod sound_card;
mod test_picture;
mod tone;

#[cfg(feature = "files")]
pub use files::{WavInput, WavOutput, Y4mSource};
pub use functions::{FnInput, FnOutput, NullInput, NullOutput};
#[cfg(feature = "sound-card")]
pub use sound_card::{CardInput, CardOutput};
pub use test_picture::TestPicture;
pub use tone::Tone;
