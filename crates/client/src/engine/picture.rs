//! Pictures as they are before they are encoded and after.

use std::sync::Arc;
use std::time::Instant;

/// A picture in I420: three planes of 8 bits a sample, the colours at half the width and height, rounded up (BT.601, limited range). Cheap to
/// clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    width: usize,
    height: usize,
    /// Luma, then both chroma planes, without gaps.
    data: Arc<[u8]>,
    at: Instant,
}

impl Picture {
    /// From the three planes one after the other, without gaps between rows: `width * height` bytes of luma, and twice
    /// `ceil(width / 2) * ceil(height / 2)` of colour. `None` where the bytes are not exactly as many.
    pub fn new(
        width: usize,
        height: usize,
        data: impl Into<Arc<[u8]>>,
        at: Instant,
    ) -> Option<Self> {
        let data = data.into();
        let is_right = data.len() == bytes_of(width, height)? && width > 0 && height > 0;
        is_right.then_some(Self {
            width,
            height,
            data,
            at,
        })
    }

    /// From planes with gaps between their rows: `strides` bytes from one row to the next. `None` where a plane is too short.
    pub fn from_planes(
        width: usize,
        height: usize,
        planes: [&[u8]; 3],
        strides: [usize; 3],
        at: Instant,
    ) -> Option<Self> {
        let mut data = Vec::with_capacity(bytes_of(width, height)?);
        for (index, (plane, stride)) in planes.into_iter().zip(strides).enumerate() {
            let (wide, high) = size_of_plane(width, height, index);
            for row in 0..high {
                let start = row.checked_mul(stride)?;
                data.extend_from_slice(plane.get(start..start.checked_add(wide)?)?);
            }
        }
        Self::new(width, height, data, at)
    }

    /// From luma and a plane of both colours in turn (NV12), as cameras and phones give it. `None` where a plane is too short.
    pub fn from_nv12(
        width: usize,
        height: usize,
        planes: [&[u8]; 2],
        strides: [usize; 2],
        at: Instant,
    ) -> Option<Self> {
        let [luma, colours] = planes;
        let (wide, high) = size_of_plane(width, height, 1);
        let mut split = [Vec::new(), Vec::new()];
        for row in 0..high {
            let start = row.checked_mul(strides[1])?;
            let pairs = colours.get(start..start.checked_add(wide * 2)?)?;
            for (offset, plane) in split.iter_mut().enumerate() {
                plane.extend(pairs.iter().skip(offset).step_by(2));
            }
        }
        let planes = [luma, &split[0], &split[1]];
        Self::from_planes(width, height, planes, [strides[0], wide, wide], at)
    }

    /// In pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// In pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// When it was taken, or is to be seen.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The same, to be seen then.
    pub(super) fn due_at(self, at: Instant) -> Self {
        Self { at, ..self }
    }

    /// All three planes, as [`Picture::new`] takes them.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// Luma (0) or one of the chroma planes (1 and 2), without gaps between its rows.
    pub fn plane(&self, index: usize) -> &[u8] {
        let bytes = |plane| {
            let (wide, high) = size_of_plane(self.width, self.height, plane);
            wide * high
        };
        let start: usize = (0..index).map(bytes).sum();
        &self.data[start..start + bytes(index)]
    }

    /// Bytes of a row of that plane.
    pub fn stride(&self, index: usize) -> usize {
        size_of_plane(self.width, self.height, index).0
    }
}

fn size_of_plane(width: usize, height: usize, plane: usize) -> (usize, usize) {
    match plane {
        0 => (width, height),
        _ => (width.div_ceil(2), height.div_ceil(2)),
    }
}

fn bytes_of(width: usize, height: usize) -> Option<usize> {
    let luma = width.checked_mul(height)?;
    let chroma = width.div_ceil(2).checked_mul(height.div_ceil(2))?;
    luma.checked_add(chroma.checked_mul(2)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_with_gaps_and_colours_in_turn_are_the_same_picture() {
        let at = Instant::now();
        let whole = Picture::new(3, 3, (0..17).collect::<Vec<u8>>(), at).unwrap();
        let luma = [0, 1, 2, 99, 3, 4, 5, 99, 6, 7, 8];
        let gaps = Picture::from_planes(
            3,
            3,
            [&luma, &[9, 10, 11, 12], &[13, 14, 15, 16]],
            [4, 2, 2],
            at,
        );
        assert_eq!(gaps.as_ref(), Some(&whole));
        let colours = [9, 13, 10, 14, 99, 99, 11, 15, 12, 16];
        let nv12 = Picture::from_nv12(3, 3, [&luma, &colours], [4, 6], at);
        assert_eq!(nv12.as_ref(), Some(&whole));
        assert_eq!(whole.plane(2), [13, 14, 15, 16]);
    }

    #[test]
    fn bytes_that_are_not_a_picture_are_refused() {
        let at = Instant::now();
        assert_eq!(Picture::new(2, 2, vec![0; 5], at), None);
        assert_eq!(Picture::new(0, 0, vec![], at), None);
        assert_eq!(Picture::new(usize::MAX, 2, vec![0; 5], at), None);
        assert_eq!(
            Picture::from_planes(2, 2, [&[0; 3], &[0], &[0]], [2, 1, 1], at),
            None
        );
        assert_eq!(Picture::from_nv12(2, 2, [&[0; 4], &[0]], [2, 2], at), None);
    }
}
