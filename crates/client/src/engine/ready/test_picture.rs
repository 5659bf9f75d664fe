//! A test picture: bars of colour, and a square that goes round, so that one sees that it moves.

use std::time::{Duration, Instant};

use crate::engine::device::VideoSource;
use crate::engine::filming::VideoSender;
use crate::engine::keeper::{DeviceError, Opened};
use crate::engine::picture::Picture;
use crate::engine::ready::pace;

/// Bars at three quarters of full strength, as (Y, U, V) of BT.601 in the limited range.
const BARS: [(u8, u8, u8); 7] = [
    (180, 128, 128),
    (162, 44, 142),
    (131, 156, 44),
    (112, 72, 58),
    (84, 184, 198),
    (65, 100, 212),
    (35, 212, 114),
];
/// Seconds of one round of the square.
const ROUND: f64 = 4.0;

/// A camera that sees a test picture.
#[derive(Debug, Clone, Copy)]
pub struct TestPicture {
    /// In pixels; even.
    pub width: usize,
    /// In pixels; even.
    pub height: usize,
    /// Pictures a second.
    pub rate: u32,
}

impl Default for TestPicture {
    /// 640 by 360 pixels, 30 times a second.
    fn default() -> Self {
        Self {
            width: 640,
            height: 360,
            rate: 30,
        }
    }
}

impl TestPicture {
    /// What it sees so many seconds after it was opened.
    pub fn draw(&self, seconds: f64, at: Instant) -> Option<Picture> {
        let (width, height) = (self.width, self.height);
        let side = height / 4;
        let turn = (seconds / ROUND).fract() * std::f64::consts::TAU;
        let place = |size: usize, swing: f64| {
            let room = size.saturating_sub(side) as f64;
            ((room / 2.0 * (1.0 + swing)) as usize) & !1
        };
        let (left, top) = (place(width, turn.cos()), place(height, turn.sin()));
        let is_in =
            |x: usize, y: usize| (left..left + side).contains(&x) && (top..top + side).contains(&y);
        let bar = |x: usize| BARS[(x * BARS.len() / width).min(BARS.len() - 1)];
        let plane = |step: usize, of: fn((u8, u8, u8)) -> u8, square: u8| {
            let (wide, high) = (width.div_ceil(step), height.div_ceil(step));
            (0..wide * high).map(move |index| {
                let (x, y) = (index % wide * step, index / wide * step);
                match is_in(x, y) {
                    true => square,
                    false => of(bar(x)),
                }
            })
        };
        let data: Vec<u8> = plane(1, |(y, _, _)| y, 235)
            .chain(plane(2, |(_, u, _)| u, 128))
            .chain(plane(2, |(_, _, v)| v, 128))
            .collect();
        Picture::new(width, height, data, at)
    }
}

impl VideoSource for TestPicture {
    fn open(&mut self, mut to: VideoSender) -> Result<Box<dyn Opened>, DeviceError> {
        let picture = *self;
        let began = Instant::now();
        let period = Duration::from_secs(1) / self.rate.max(1);
        pace::every(period, move || {
            let now = Instant::now();
            let seconds = now.duration_since(began).as_secs_f64();
            match picture.draw(seconds, now) {
                Some(picture) => to.send(picture),
                None => return false,
            }
            true
        })
    }
}
