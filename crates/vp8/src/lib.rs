//! VP8 (RFC 6386) for calls: libvpx behind a safe face, set up for pictures that are shown at once: one pass, no look-ahead,
//! a constant bit rate that can be changed at any time, and key frames on request only.
//!
//! It links the machine's libvpx (1.3 to 1.13, found by pkg-config; `libvpx-dev` in Debian). `VPX_LIB_DIR`, `VPX_VERSION` and
//! `VPX_STATIC=1` link another one, or statically.

#![warn(missing_docs)]
#![allow(
    unsafe_code,
    reason = "libvpx is a C library; each block says why it is sound"
)]

mod decoder;
mod encoder;

use std::ffi::CStr;

pub use decoder::{Decoder, Picture};
pub use encoder::{Encoded, Encoder};

/// Widest and highest picture: VP8 has 14 bits for each (RFC 6386, section 9.1).
pub const SIDE_MAX: usize = 16_383;

/// Three planes of 8 bits a sample, the colours at half the width and height, rounded up (I420).
#[derive(Debug, Clone, Copy)]
pub struct Planes<'a> {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Luma, then both chroma planes.
    pub data: [&'a [u8]; 3],
    /// Bytes from one row to the next, of each plane.
    pub strides: [usize; 3],
}

/// What libvpx says went wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A picture without pixels, larger than VP8 has room for, or with a plane that is too short.
    #[error("the picture has no pixels, is larger than {SIDE_MAX} or a plane is too short")]
    Picture,
    /// The library has refused it.
    #[error("libvpx: {0}")]
    Vpx(String),
}

impl Planes<'_> {
    /// Width and height of a plane.
    fn size(&self, plane: usize) -> (usize, usize) {
        match plane {
            0 => (self.width, self.height),
            _ => (self.width.div_ceil(2), self.height.div_ceil(2)),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let sides = [self.width, self.height];
        let fits = (0..3).all(|plane| {
            let (width, height) = self.size(plane);
            let needed = self.strides[plane]
                .checked_mul(height.saturating_sub(1))
                .and_then(|rows| rows.checked_add(width));
            self.strides[plane] >= width
                && i32::try_from(self.strides[plane]).is_ok()
                && needed.is_some_and(|bytes| self.data[plane].len() >= bytes)
        });
        match fits && sides.iter().all(|side| (1..=SIDE_MAX).contains(side)) {
            true => Ok(()),
            false => Err(Error::Picture),
        }
    }
}

/// What the library answers.
fn check(answer: vpx_sys::vpx_codec_err_t) -> Result<(), Error> {
    if answer == vpx_sys::VPX_CODEC_OK {
        return Ok(());
    }
    // SAFETY: it takes any code, and gives a text that lives as long as the program.
    let text = unsafe { CStr::from_ptr(vpx_sys::vpx_codec_err_to_string(answer)) };
    Err(Error::Vpx(text.to_string_lossy().into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 321;
    const HEIGHT: usize = 181;

    struct Drawn {
        planes: [Vec<u8>; 3],
    }

    /// Stripes that move.
    fn draw(time: usize) -> Drawn {
        let plane = |width: usize, height: usize| {
            let pixel = |at: usize| (((at % width + time) / 16 * 40 + at / width) % 256) as u8;
            (0..width * height).map(pixel).collect()
        };
        let (half_width, half_height) = (WIDTH.div_ceil(2), HEIGHT.div_ceil(2));
        Drawn {
            planes: [
                plane(WIDTH, HEIGHT),
                plane(half_width, half_height),
                plane(half_width, half_height),
            ],
        }
    }

    impl Drawn {
        fn planes(&self) -> Planes<'_> {
            let half = WIDTH.div_ceil(2);
            Planes {
                width: WIDTH,
                height: HEIGHT,
                data: [&self.planes[0], &self.planes[1], &self.planes[2]],
                strides: [WIDTH, half, half],
            }
        }
    }

    /// Peak signal to noise of the luma, in dB.
    fn psnr(drawn: &Drawn, seen: &Picture) -> f64 {
        let rows = drawn.planes[0].chunks(WIDTH);
        let pairs = rows
            .zip(seen.data[0].chunks(seen.strides[0]))
            .flat_map(|(drawn, seen)| drawn.iter().zip(seen));
        let errors: f64 = pairs
            .map(|(drawn, seen)| (f64::from(*drawn) - f64::from(*seen)).powi(2))
            .sum();
        10.0 * (255.0 * 255.0 / (errors / (WIDTH * HEIGHT) as f64)).log10()
    }

    #[test]
    fn what_was_encoded_looks_the_same_when_it_is_decoded() {
        let mut encoder = Encoder::new(WIDTH, HEIGHT, 1_500_000).unwrap();
        let mut decoder = Decoder::new().unwrap();
        for time in 0..30 {
            let drawn = draw(time);
            let encoded = encoder
                .encode(drawn.planes(), time as u64 * 33_333, false)
                .unwrap()
                .unwrap();
            assert_eq!(encoded.key_frame, time == 0);
            let seen = decoder.decode(&encoded.data).unwrap().unwrap();
            assert_eq!((seen.width, seen.height), (WIDTH, HEIGHT));
            assert!(psnr(&drawn, &seen) > 28.0, "{}", psnr(&drawn, &seen));
        }
    }

    #[test]
    fn a_key_frame_comes_when_it_is_asked_for_and_begins_a_new_decoder() {
        let mut encoder = Encoder::new(WIDTH, HEIGHT, 500_000).unwrap();
        encoder.encode(draw(0).planes(), 0, false).unwrap().unwrap();
        let later = encoder
            .encode(draw(1).planes(), 33_333, false)
            .unwrap()
            .unwrap();
        let mut decoder = Decoder::new().unwrap();
        assert!(decoder.decode(&later.data).is_err(), "nothing came before");
        let whole = encoder
            .encode(draw(2).planes(), 66_666, true)
            .unwrap()
            .unwrap();
        assert!(whole.key_frame);
        assert!(decoder.decode(&whole.data).unwrap().is_some());
    }

    #[test]
    fn fewer_bits_are_spent_from_the_moment_that_is_asked_for() {
        let mut encoder = Encoder::new(WIDTH, HEIGHT, 1_500_000).unwrap();
        let spent = |from: usize, encoder: &mut Encoder| -> usize {
            (from..from + 60)
                .filter_map(|time| {
                    let drawn = draw(time * 7);
                    encoder
                        .encode(drawn.planes(), time as u64 * 33_333, false)
                        .unwrap()
                })
                .map(|encoded| encoded.data.len())
                .sum()
        };
        let rich = spent(0, &mut encoder);
        encoder.set_bitrate(100_000).unwrap();
        let poor = spent(60, &mut encoder);
        assert!(poor * 2 < rich, "{rich} bytes, then {poor}");
    }

    #[test]
    fn bad_bytes_and_bad_pictures_are_refused() {
        let mut decoder = Decoder::new().unwrap();
        assert!(decoder.decode(&[0x9d, 1, 2, 3]).is_err());
        assert_eq!(decoder.decode(&[]), Ok(None));
        assert_eq!(Encoder::new(0, 10, 1_000).err(), Some(Error::Picture));
        assert_eq!(Encoder::new(20_000, 10, 1_000).err(), Some(Error::Picture));
        let mut encoder = Encoder::new(WIDTH, HEIGHT, 500_000).unwrap();
        let drawn = draw(0);
        let short = Planes {
            data: [&drawn.planes[0][1..], &drawn.planes[1], &drawn.planes[2]],
            ..drawn.planes()
        };
        assert_eq!(encoder.encode(short, 0, false), Err(Error::Picture));
        let other = Planes {
            width: WIDTH - 1,
            ..drawn.planes()
        };
        assert_eq!(encoder.encode(other, 0, false), Err(Error::Picture));
    }
}
