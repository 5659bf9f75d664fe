//! The app's own devices: it is told when a call wants them, pushes what they hear and see, and pulls what they play.

use std::ffi::{CString, c_char, c_void};
use std::slice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hullo_client::RemoteSlot;
#[cfg(feature = "processing")]
use hullo_client::engine::VoiceProcessor;
use hullo_client::engine::{
    AudioInput, AudioOutput, AudioSender, AudioSource, DeviceError, Engine, Opened, Picture,
    VideoSender, VideoSource,
};
use hullo_client::protocol::{DeviceFailure, SlotKind};
use tokio::sync::mpsc;

use crate::code::Refusal;

/// The longest side of a picture, in pixels.
const SIDE_MAX: usize = 8_192;

/// What opening a device has come to.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub enum HulloOpening {
    /// It is open.
    Opened = 0,
    /// The person or the system said no.
    Denied = 1,
    /// There is none.
    Missing = 2,
    /// Something else has it, or it is broken.
    Busy = 3,
}

/// A device of the app's.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub enum HulloDevice {
    /// It hears.
    Microphone = 0,
    /// It plays.
    Loudspeaker = 1,
    /// It sees.
    Camera = 2,
}

impl HulloDevice {
    pub(crate) fn of(number: i32) -> Result<Self, Refusal> {
        match number {
            0 => Ok(Self::Microphone),
            1 => Ok(Self::Loudspeaker),
            2 => Ok(Self::Camera),
            _ => Err(Refusal::BadValue(format!("there is no device {number}"))),
        }
    }
}

/// A picture in I420: three planes of 8 bits, chroma at half of both sizes, rounded up; BT.601, limited range.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HulloI420 {
    /// In pixels, at most 8192.
    pub width: u32,
    /// In pixels, at most 8192.
    pub height: u32,
    /// Luma.
    pub y: *const u8,
    /// The first of the chroma planes.
    pub u: *const u8,
    /// The second of the chroma planes.
    pub v: *const u8,
    /// Bytes from one row of luma to the next.
    pub stride_y: usize,
    /// Bytes from one row of the first chroma plane to the next.
    pub stride_u: usize,
    /// Bytes from one row of the second chroma plane to the next.
    pub stride_v: usize,
    /// How many microseconds ago it was taken; 0 of one that is to be shown.
    pub age_us: u64,
}

/// A picture in NV12, as cameras and phones give it: luma, and a plane of both colours in turn.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HulloNv12 {
    /// In pixels, at most 8192.
    pub width: u32,
    /// In pixels, at most 8192.
    pub height: u32,
    /// Luma.
    pub y: *const u8,
    /// Both chroma planes in turn.
    pub uv: *const u8,
    /// Bytes from one row of luma to the next.
    pub stride_y: usize,
    /// Bytes from one row of colours to the next.
    pub stride_uv: usize,
    /// How many microseconds ago it was taken.
    pub age_us: u64,
}

/// The app's devices. Any function may be null: then there is no such device. All sound is 48,000 samples a second, one channel, 16
/// bits. Each device is opened and closed on a thread of its own, one after the other, and may keep that waiting; `picture` comes on a
/// thread of its own. None is called after `closed` of HulloCallbacks.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct HulloDevices {
    /// Handed to each of them. It must stay good until `closed` of HulloCallbacks.
    pub context: *mut c_void,
    /// A call wants the device: open it, and return what came of it, a HulloOpening. From then on, and from inside this function
    /// already, push what a microphone hears (hullo_push_audio) and a camera sees (hullo_push_i420, hullo_push_nv12), and pull what
    /// a loudspeaker plays (hullo_pull_audio), as fast as it plays it.
    pub open: Option<unsafe extern "C" fn(context: *mut c_void, device: HulloDevice) -> i32>,
    /// The call wants it no more: close it. When this returns nothing more may be pushed or pulled.
    pub close: Option<unsafe extern "C" fn(context: *mut c_void, device: HulloDevice)>,
    /// A picture of a participant's camera, or of its screen, to be shown at once. It is gone when this returns.
    pub picture: Option<
        unsafe extern "C" fn(
            context: *mut c_void,
            accid: *const c_char,
            is_screen: bool,
            picture: *const HulloI420,
        ),
    >,
    /// Whether there is a microphone.
    pub has_microphone: bool,
    /// Whether there is a loudspeaker.
    pub has_loudspeaker: bool,
    /// Whether there is a camera.
    pub has_camera: bool,
    /// Whether echo, noise and loudness are to be treated; false where the platform does that itself.
    pub process_voice: bool,
}

// SAFETY: functions may be called from any thread, as the header says, and the context is never looked at here.
unsafe impl Send for HulloDevices {}
// SAFETY: as above.
unsafe impl Sync for HulloDevices {}

/// Where what is pushed goes, and what is pulled comes from, while the devices are open.
#[derive(Default)]
pub(crate) struct Ports {
    microphone: Mutex<Option<AudioSender>>,
    loudspeaker: Mutex<Option<AudioSource>>,
    camera: Mutex<Option<VideoSender>>,
}

fn lock<T>(port: &Mutex<Option<T>>) -> MutexGuard<'_, Option<T>> {
    port.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}

impl Ports {
    pub(crate) fn push_audio(&self, samples: &[i16]) -> Result<(), Refusal> {
        let mut port = lock(&self.microphone);
        port.as_mut().ok_or(Refusal::NotOpen)?.send(samples);
        Ok(())
    }

    pub(crate) fn pull_audio(&self, samples: &mut [i16]) -> Result<(), Refusal> {
        samples.fill(0);
        let mut port = lock(&self.loudspeaker);
        port.as_mut().ok_or(Refusal::NotOpen)?.fill(samples);
        Ok(())
    }

    pub(crate) fn push_picture(&self, picture: Picture) -> Result<(), Refusal> {
        let mut port = lock(&self.camera);
        port.as_mut().ok_or(Refusal::NotOpen)?.send(picture);
        Ok(())
    }

    /// A device has stopped by itself.
    pub(crate) fn stopped(&self, device: HulloDevice, why: String) -> Result<(), Refusal> {
        let error = DeviceError::new(DeviceFailure::Ended, why);
        match device {
            HulloDevice::Microphone => lock(&self.microphone)
                .as_ref()
                .map(|port| port.stopped(error)),
            HulloDevice::Loudspeaker => lock(&self.loudspeaker)
                .as_ref()
                .map(|port| port.stopped(error)),
            HulloDevice::Camera => lock(&self.camera).as_ref().map(|port| port.stopped(error)),
        }
        .ok_or(Refusal::NotOpen)
    }

    fn close(&self, device: HulloDevice) {
        match device {
            HulloDevice::Microphone => drop(lock(&self.microphone).take()),
            HulloDevice::Loudspeaker => drop(lock(&self.loudspeaker).take()),
            HulloDevice::Camera => drop(lock(&self.camera).take()),
        }
    }
}

/// The app's devices and the way to them; kept by whatever may still call them.
#[derive(Clone)]
pub(crate) struct Face {
    functions: HulloDevices,
    ports: Arc<Ports>,
    /// Closed with the last of these: then nothing is called any more.
    _in_use: mpsc::Sender<()>,
}

impl Face {
    /// And what ends when nothing can be called any more.
    pub(crate) fn new(functions: HulloDevices, ports: Arc<Ports>) -> (Self, mpsc::Receiver<()>) {
        let (in_use, given_back) = mpsc::channel(1);
        let face = Self {
            functions,
            ports,
            _in_use: in_use,
        };
        (face, given_back)
    }

    /// An engine with these devices.
    pub(crate) fn engine(&self) -> Engine {
        let mut engine = Engine::builder();
        let has_open = self.functions.open.is_some();
        if has_open && self.functions.has_microphone {
            engine = engine.microphone(self.clone());
        }
        if has_open && self.functions.has_loudspeaker {
            engine = engine.loudspeaker(self.clone());
        }
        if has_open && self.functions.has_camera {
            engine = engine.camera(self.clone());
        }
        if self.functions.picture.is_some() {
            let face = self.clone();
            engine =
                engine.sink(move |from: &RemoteSlot, picture: &Picture| face.show(from, picture));
        }
        #[cfg(feature = "processing")]
        if self.functions.process_voice {
            engine = engine.processor(VoiceProcessor::default());
        }
        engine.build()
    }

    fn open(&self, device: HulloDevice) -> Result<Box<dyn Opened>, DeviceError> {
        let Some(open) = self.functions.open else {
            return Err(DeviceError::new(
                DeviceFailure::Missing,
                "the app has no devices",
            ));
        };
        // SAFETY: the app's function, with the context that it gave for it.
        let failure = match unsafe { open(self.functions.context, device) } {
            0 => {
                let face = self.clone();
                return Ok(Box::new(Open { face, device }));
            }
            1 => DeviceFailure::Denied,
            2 => DeviceFailure::Missing,
            _ => DeviceFailure::Busy,
        };
        self.ports.close(device);
        Err(DeviceError::new(
            failure,
            format!("the app could not open its {device:?}"),
        ))
    }

    fn show(&self, from: &RemoteSlot, picture: &Picture) {
        let (Some(function), Ok(accid)) =
            (self.functions.picture, CString::new(from.accid.as_str()))
        else {
            return;
        };
        let shown = HulloI420 {
            width: picture.width() as u32,
            height: picture.height() as u32,
            y: picture.plane(0).as_ptr(),
            u: picture.plane(1).as_ptr(),
            v: picture.plane(2).as_ptr(),
            stride_y: picture.stride(0),
            stride_u: picture.stride(1),
            stride_v: picture.stride(2),
            age_us: 0,
        };
        let is_screen = from.kind == SlotKind::Screen;
        // SAFETY: the app's function, with the context that it gave for it and a picture that lives until it returns.
        unsafe { function(self.functions.context, accid.as_ptr(), is_screen, &shown) }
    }
}

/// A device that is open, until this is dropped.
struct Open {
    face: Face,
    device: HulloDevice,
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(close) = self.face.functions.close {
            // SAFETY: the app's function, with the context that it gave for it.
            unsafe { close(self.face.functions.context, self.device) }
        }
        self.face.ports.close(self.device);
    }
}

impl AudioInput for Face {
    fn open(&mut self, to: AudioSender) -> Result<Box<dyn Opened>, DeviceError> {
        *lock(&self.ports.microphone) = Some(to);
        Face::open(self, HulloDevice::Microphone)
    }
}

impl AudioOutput for Face {
    fn open(&mut self, from: AudioSource) -> Result<Box<dyn Opened>, DeviceError> {
        *lock(&self.ports.loudspeaker) = Some(from);
        Face::open(self, HulloDevice::Loudspeaker)
    }
}

impl VideoSource for Face {
    fn open(&mut self, to: VideoSender) -> Result<Box<dyn Opened>, DeviceError> {
        *lock(&self.ports.camera) = Some(to);
        Face::open(self, HulloDevice::Camera)
    }
}

/// The bytes of a plane of an app's: all rows, the last one without what fills it up.
///
/// # Safety
/// `start` is null, or as many bytes may be read from it.
unsafe fn plane<'a>(
    start: *const u8,
    (wide, high): (usize, usize),
    stride: usize,
) -> Result<&'a [u8], Refusal> {
    if start.is_null() {
        return Err(Refusal::Null("a plane of the picture"));
    }
    let between = high
        .saturating_sub(1)
        .checked_mul(stride)
        .filter(|_| stride >= wide);
    let bytes = between.and_then(|bytes| bytes.checked_add(wide));
    let bytes = bytes.filter(|bytes| isize::try_from(*bytes).is_ok());
    let bytes = bytes.ok_or_else(|| {
        Refusal::BadValue(format!("a row is {wide} bytes and the stride {stride}"))
    })?;
    // SAFETY: not null, of a possible size, and as this function asks.
    Ok(unsafe { slice::from_raw_parts(start, bytes) })
}

/// Both sizes of luma, and of colour.
fn sizes(width: u32, height: u32) -> Result<[(usize, usize); 2], Refusal> {
    let (width, height) = (width as usize, height as usize);
    if width == 0 || height == 0 || width > SIDE_MAX || height > SIDE_MAX {
        return Err(Refusal::BadValue(format!(
            "a picture of {width} by {height} pixels"
        )));
    }
    Ok([(width, height), (width.div_ceil(2), height.div_ceil(2))])
}

fn taken(age_us: u64) -> Instant {
    let now = Instant::now();
    now.checked_sub(Duration::from_micros(age_us))
        .unwrap_or(now)
}

fn no_picture() -> Refusal {
    Refusal::BadValue("the planes are no picture".to_owned())
}

/// Copies an app's picture.
///
/// # Safety
/// Each plane is null, or as many bytes as height and stride say may be read from it.
pub(crate) unsafe fn i420(picture: &HulloI420) -> Result<Picture, Refusal> {
    let [luma, colour] = sizes(picture.width, picture.height)?;
    // SAFETY: as this function asks.
    let planes = unsafe {
        [
            plane(picture.y, luma, picture.stride_y)?,
            plane(picture.u, colour, picture.stride_u)?,
            plane(picture.v, colour, picture.stride_v)?,
        ]
    };
    let strides = [picture.stride_y, picture.stride_u, picture.stride_v];
    let at = taken(picture.age_us);
    Picture::from_planes(luma.0, luma.1, planes, strides, at).ok_or_else(no_picture)
}

/// Copies an app's picture.
///
/// # Safety
/// As for [`i420`].
pub(crate) unsafe fn nv12(picture: &HulloNv12) -> Result<Picture, Refusal> {
    let [luma, colour] = sizes(picture.width, picture.height)?;
    // SAFETY: as this function asks.
    let planes = unsafe {
        [
            plane(picture.y, luma, picture.stride_y)?,
            plane(picture.uv, (colour.0 * 2, colour.1), picture.stride_uv)?,
        ]
    };
    let strides = [picture.stride_y, picture.stride_uv];
    let at = taken(picture.age_us);
    Picture::from_nv12(luma.0, luma.1, planes, strides, at).ok_or_else(no_picture)
}
