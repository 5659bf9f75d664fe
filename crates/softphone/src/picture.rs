//! A picture in a terminal: each cell is two pixels, one above the other.

use hullo_client::engine::Picture;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

/// The upper half of a cell; what is below it is the background.
const UPPER_HALF: &str = "▀";

/// Draws as large as fits, in the middle.
pub(crate) fn draw(picture: &Picture, area: Rect, buffer: &mut Buffer) {
    let Some(place) = fit(picture, area) else {
        return;
    };
    let (wide, high) = (usize::from(place.width), usize::from(place.height) * 2);
    for row in 0..place.height {
        for column in 0..place.width {
            let color = |half: usize| {
                let x = usize::from(column) * picture.width() / wide;
                let y = (usize::from(row) * 2 + half) * picture.height() / high;
                color_at(picture, x, y)
            };
            if let Some(cell) = buffer.cell_mut((place.x + column, place.y + row)) {
                cell.set_symbol(UPPER_HALF)
                    .set_fg(color(0))
                    .set_bg(color(1));
            }
        }
    }
}

/// A cell is about twice as high as it is wide, so that its halves are squares.
fn fit(picture: &Picture, area: Rect) -> Option<Rect> {
    let (width, height) = (picture.width() as u64, picture.height() as u64);
    let (wide, high) = (u64::from(area.width), u64::from(area.height) * 2);
    let (wide, high) = match wide * height > high * width {
        true => (high * width / height, high),
        false => (wide, wide * height / width),
    };
    let (wide, high) = (u16::try_from(wide).ok()?, u16::try_from(high / 2).ok()?);
    (wide > 0 && high > 0).then(|| Rect {
        x: area.x + (area.width - wide) / 2,
        y: area.y + (area.height - high) / 2,
        width: wide,
        height: high,
    })
}

/// BT.601 in the limited range.
fn color_at(picture: &Picture, x: usize, y: usize) -> Color {
    let sample = |plane: usize, step: usize| {
        let at = y / step * picture.stride(plane) + x / step;
        f64::from(picture.plane(plane).get(at).copied().unwrap_or(128))
    };
    let luma = (sample(0, 1) - 16.0) * 1.164;
    let (blue, red) = (sample(1, 2) - 128.0, sample(2, 2) - 128.0);
    let byte = |value: f64| value.clamp(0.0, 255.0) as u8;
    Color::Rgb(
        byte(luma + 1.596 * red),
        byte(luma - 0.392 * blue - 0.813 * red),
        byte(luma + 2.017 * blue),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_wide_picture_is_in_the_middle_and_in_its_colours() {
        // Red, in the limited range.
        let data = [[81; 32 * 16].as_slice(), &[90; 128], &[240; 128]].concat();
        let picture = Picture::new(32, 16, data, Instant::now()).unwrap();
        let area = Rect::new(0, 0, 20, 20);
        let mut buffer = Buffer::empty(area);
        draw(&picture, area, &mut buffer);
        assert_eq!(buffer[(0, 7)].symbol(), UPPER_HALF);
        assert_eq!(buffer[(0, 6)].symbol(), " ");
        let Color::Rgb(red, green, blue) = buffer[(10, 9)].fg else {
            panic!("a colour");
        };
        assert!(red > 240 && green < 15 && blue < 15, "{red} {green} {blue}");
    }
}
