//! From pictures to VP8.

use std::mem::MaybeUninit;
use std::ptr::null;

use vpx_sys::{
    VPX_ENCODER_ABI_VERSION, vp8e_enc_control_id, vpx_codec_ctx_t, vpx_codec_cx_pkt_kind,
    vpx_codec_enc_cfg_t, vpx_image_t, vpx_img_fmt, vpx_kf_mode, vpx_rc_mode,
};

use crate::{Error, Planes, check};

/// `VPX_DL_REALTIME`: the fastest, for pictures that are shown at once.
const REALTIME: std::os::raw::c_ulong = 1;
/// `VPX_EFLAG_FORCE_KF`.
const FORCE_KEY_FRAME: std::os::raw::c_long = 1;
/// How much speed is preferred to quality: what browsers take on a desktop.
const CPU_USED: std::os::raw::c_int = -8;
/// Largest key frame, in percent of an average frame.
const KEY_FRAME_PERCENT_MAX: std::os::raw::c_uint = 900;
/// From so many pixels on two threads are worth it.
const PIXELS_OF_TWO_THREADS: usize = 1_280 * 720;

/// Encodes pictures of one size.
pub struct Encoder {
    context: Box<vpx_codec_ctx_t>,
    config: vpx_codec_enc_cfg_t,
    width: usize,
    height: usize,
    last_us: Option<u64>,
}

/// One encoded picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// A whole VP8 frame.
    pub data: Vec<u8>,
    /// It stands for itself.
    pub key_frame: bool,
}

// SAFETY: libvpx keeps no thread's state; a context may move between threads as long as one uses it at a time.
unsafe impl Send for Encoder {}

impl Encoder {
    /// For pictures of this size, at so many bits a second. Fails with [`Error::Picture`] for a size that VP8 cannot have.
    pub fn new(width: usize, height: usize, bits_per_second: u32) -> Result<Self, Error> {
        let sides = [width, height];
        if !sides
            .iter()
            .all(|side| (1..=crate::SIDE_MAX).contains(side))
        {
            return Err(Error::Picture);
        }
        // SAFETY: it gives a description that lives as long as the program.
        let interface = unsafe { vpx_sys::vpx_codec_vp8_cx() };
        let mut config = MaybeUninit::<vpx_codec_enc_cfg_t>::zeroed();
        // SAFETY: all zeros is a configuration, which the call fills.
        let mut config = unsafe {
            check(vpx_sys::vpx_codec_enc_config_default(
                interface,
                config.as_mut_ptr(),
                0,
            ))?;
            config.assume_init()
        };
        config.g_w = width as u32;
        config.g_h = height as u32;
        config.g_threads = match width * height >= PIXELS_OF_TWO_THREADS {
            true => 2,
            false => 1,
        };
        config.g_timebase.num = 1;
        config.g_timebase.den = 1_000_000;
        config.g_error_resilient = 0;
        config.g_lag_in_frames = 0;
        config.rc_dropframe_thresh = 30;
        config.rc_resize_allowed = 0;
        config.rc_end_usage = vpx_rc_mode::VPX_CBR;
        config.rc_target_bitrate = kilobits(bits_per_second);
        config.rc_min_quantizer = 2;
        config.rc_max_quantizer = 56;
        config.rc_undershoot_pct = 100;
        config.rc_overshoot_pct = 15;
        config.rc_buf_initial_sz = 500;
        config.rc_buf_optimal_sz = 600;
        config.rc_buf_sz = 1_000;
        config.kf_mode = vpx_kf_mode::VPX_KF_DISABLED;
        let mut context = Box::new(MaybeUninit::<vpx_codec_ctx_t>::zeroed());
        // SAFETY: the context is zeroed as the library wants it, stays where it is (a box), and the configuration is whole.
        let context = unsafe {
            check(vpx_sys::vpx_codec_enc_init_ver(
                context.as_mut_ptr(),
                interface,
                &raw const config,
                0,
                VPX_ENCODER_ABI_VERSION as i32,
            ))?;
            context.assume_init()
        };
        let mut encoder = Self {
            context,
            config,
            width,
            height,
            last_us: None,
        };
        encoder.control(vp8e_enc_control_id::VP8E_SET_CPUUSED, CPU_USED)?;
        encoder.control(vp8e_enc_control_id::VP8E_SET_NOISE_SENSITIVITY, 0)?;
        encoder.control(vp8e_enc_control_id::VP8E_SET_STATIC_THRESHOLD, 1)?;
        encoder.control(
            vp8e_enc_control_id::VP8E_SET_MAX_INTRA_BITRATE_PCT,
            KEY_FRAME_PERCENT_MAX as i32,
        )?;
        Ok(encoder)
    }

    /// Each of these controls takes an `int`.
    fn control(&mut self, id: vp8e_enc_control_id, value: i32) -> Result<(), Error> {
        // SAFETY: the context is open, and the control takes one `int`.
        check(unsafe { vpx_sys::vpx_codec_control_(&raw mut *self.context, id as i32, value) })
    }

    /// Of pictures from now on.
    pub fn set_bitrate(&mut self, bits_per_second: u32) -> Result<(), Error> {
        let wanted = kilobits(bits_per_second);
        if self.config.rc_target_bitrate == wanted {
            return Ok(());
        }
        self.config.rc_target_bitrate = wanted;
        // SAFETY: the context is open, and the configuration is the one that it was opened with, but for the rate.
        check(unsafe {
            vpx_sys::vpx_codec_enc_config_set(&raw mut *self.context, &raw const self.config)
        })
    }

    /// Encodes a picture of the encoder's size, taken at `at_us` microseconds of any clock that goes on; one that is not after the one
    /// before counts as a microsecond after it. Nothing comes out where the bits of a picture are better spent on the next one. Fails with
    /// [`Error::Picture`] for a picture of another size.
    pub fn encode(
        &mut self,
        planes: Planes<'_>,
        at_us: u64,
        key_frame: bool,
    ) -> Result<Option<Encoded>, Error> {
        planes.check()?;
        if (planes.width, planes.height) != (self.width, self.height) {
            return Err(Error::Picture);
        }
        let at_us = self.last_us.map_or(at_us, |last| at_us.max(last + 1));
        let duration = self.last_us.map_or(33_333, |last| at_us - last).max(1);
        self.last_us = Some(at_us);
        let image = image_of(&planes)?;
        let flags = match key_frame {
            true => FORCE_KEY_FRAME,
            false => 0,
        };
        // SAFETY: the context is open; the image names planes that live until the call is over, as long as `check` has found them to be, and
        // the encoder only reads them.
        check(unsafe {
            vpx_sys::vpx_codec_encode(
                &raw mut *self.context,
                &raw const image,
                at_us as i64,
                duration as std::os::raw::c_ulong,
                flags,
                REALTIME,
            )
        })?;
        Ok(self.take())
    }

    /// What the last picture has become.
    fn take(&mut self) -> Option<Encoded> {
        let mut position = null();
        let mut taken: Option<Encoded> = None;
        loop {
            // SAFETY: the context is open, and the position is the library's own, null at first.
            let packet = unsafe {
                vpx_sys::vpx_codec_get_cx_data(&raw mut *self.context, &raw mut position).as_ref()
            };
            let Some(packet) = packet else {
                return taken;
            };
            if packet.kind != vpx_codec_cx_pkt_kind::VPX_CODEC_CX_FRAME_PKT {
                continue;
            }
            // SAFETY: a packet of this kind has this part, and its bytes stay until the next call.
            let (bytes, flags) = unsafe {
                let frame = &packet.data.frame;
                let bytes = std::slice::from_raw_parts(frame.buf.cast::<u8>(), frame.sz as usize);
                (bytes, frame.flags)
            };
            let part = taken.get_or_insert_with(|| Encoded {
                data: Vec::new(),
                key_frame: flags & vpx_sys::VPX_FRAME_IS_KEY != 0,
            });
            part.data.extend_from_slice(bytes);
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: the context was opened and is not used again.
        unsafe { vpx_sys::vpx_codec_destroy(&raw mut *self.context) };
    }
}

/// At least one: none would mean no limit.
fn kilobits(bits_per_second: u32) -> u32 {
    (bits_per_second / 1_000).max(1)
}

/// Names the planes, which have been checked.
fn image_of(planes: &Planes<'_>) -> Result<vpx_image_t, Error> {
    let mut image = MaybeUninit::<vpx_image_t>::zeroed();
    // SAFETY: with no data of its own the call only fills the description; the pointer that it wants is not followed, and is replaced
    // below.
    let mut image = unsafe {
        let wrapped = vpx_sys::vpx_img_wrap(
            image.as_mut_ptr(),
            vpx_img_fmt::VPX_IMG_FMT_I420,
            planes.width as u32,
            planes.height as u32,
            1,
            planes.data[0].as_ptr().cast_mut(),
        );
        if wrapped.is_null() {
            return Err(Error::Picture);
        }
        image.assume_init()
    };
    for (plane, (data, stride)) in planes.data.iter().zip(planes.strides).enumerate() {
        image.planes[plane] = data.as_ptr().cast_mut();
        image.stride[plane] = stride as i32;
    }
    Ok(image)
}
