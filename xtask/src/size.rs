//! Sizes of what a browser downloads: raw bytes and gzipped bytes.

use std::fmt;
use std::fs;
use std::io::Write;
use std::iter::Sum;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};

/// The bytes of one or several files.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    pub(crate) raw: usize,
    pub(crate) gzipped: usize,
}

impl Size {
    /// Reads a file and compresses it as a web server would at its best level.
    pub(crate) fn of_file(path: &Path) -> Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::of(&bytes)
    }

    fn of(bytes: &[u8]) -> Result<Self> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes)?;
        Ok(Self {
            raw: bytes.len(),
            gzipped: encoder.finish()?.len(),
        })
    }
}

impl Sum for Size {
    fn sum<I: Iterator<Item = Self>>(sizes: I) -> Self {
        sizes.fold(Self { raw: 0, gzipped: 0 }, |a, b| Self {
            raw: a.raw + b.raw,
            gzipped: a.gzipped + b.gzipped,
        })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:>6.1} KB, {:>5.1} KB gzipped",
            self.raw as f64 / 1e3,
            self.gzipped as f64 / 1e3
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_count_raw_and_compressed_bytes_and_add_up() {
        let repetitive = Size::of(&[b'a'; 10_000]).unwrap();
        assert_eq!(repetitive.raw, 10_000);
        assert!(repetitive.gzipped < 100, "{repetitive:?}");

        let both: Size = [repetitive, repetitive].into_iter().sum();
        assert_eq!(both.gzipped, repetitive.gzipped * 2);
        assert_eq!(
            format!(
                "{}",
                Size {
                    raw: 123_456,
                    gzipped: 45_678
                }
            ),
            " 123.5 KB,  45.7 KB gzipped"
        );
    }
}
