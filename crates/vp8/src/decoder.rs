//! From VP8 to pictures.

use std::mem::MaybeUninit;
use std::ptr::null;
use std::ptr::null_mut;

use vpx_sys::{VPX_DECODER_ABI_VERSION, vpx_codec_ctx_t, vpx_image_t, vpx_img_fmt};

use crate::{Error, check};

/// Decodes one stream, which begins with a key frame.
pub struct Decoder {
    context: Box<vpx_codec_ctx_t>,
}

/// A decoded picture, in I420, which is valid until the next one.
#[derive(Debug, PartialEq, Eq)]
pub struct Picture<'a> {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Luma, then both chroma planes: whole rows.
    pub data: [&'a [u8]; 3],
    /// Bytes from one row to the next, of each plane.
    pub strides: [usize; 3],
}

// SAFETY: libvpx keeps no thread's state; a context may move between threads as long as one uses it at a time.
unsafe impl Send for Decoder {}

impl Decoder {
    /// Of one stream.
    pub fn new() -> Result<Self, Error> {
        let mut context = Box::new(MaybeUninit::<vpx_codec_ctx_t>::zeroed());
        // SAFETY: the context is zeroed as the library wants it, and stays where it is (a box); without a configuration it takes its own.
        let context = unsafe {
            check(vpx_sys::vpx_codec_dec_init_ver(
                context.as_mut_ptr(),
                vpx_sys::vpx_codec_vp8_dx(),
                null(),
                0,
                VPX_DECODER_ABI_VERSION as i32,
            ))?;
            context.assume_init()
        };
        Ok(Self { context })
    }

    /// Decodes a whole frame. Nothing comes out of an empty one. Fails for bytes that are no VP8, and where the frames before are missing:
    /// then a key frame helps.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Option<Picture<'_>>, Error> {
        if frame.is_empty() {
            return Ok(None);
        }
        let length = u32::try_from(frame.len()).map_err(|_| Error::Picture)?;
        // SAFETY: the context is open, and the bytes live until the call is over.
        check(unsafe {
            vpx_sys::vpx_codec_decode(
                &raw mut *self.context,
                frame.as_ptr(),
                length,
                null_mut(),
                0,
            )
        })?;
        let mut position = null();
        let mut newest = None;
        loop {
            // SAFETY: the context is open, and the position is the library's own, null at first.
            let image = unsafe {
                vpx_sys::vpx_codec_get_frame(&raw mut *self.context, &raw mut position).as_ref()
            };
            match image {
                Some(image) => newest = Some(image),
                None => break,
            }
        }
        newest.map(picture_of).transpose()
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: the context was opened and is not used again.
        unsafe { vpx_sys::vpx_codec_destroy(&raw mut *self.context) };
    }
}

/// Borrows what the library shows until its next call.
fn picture_of(image: &vpx_image_t) -> Result<Picture<'_>, Error> {
    if image.fmt != vpx_img_fmt::VPX_IMG_FMT_I420 {
        return Err(Error::Picture);
    }
    let (width, height) = (image.d_w as usize, image.d_h as usize);
    let mut data: [&[u8]; 3] = [&[]; 3];
    let mut strides = [0; 3];
    for plane in 0..3 {
        let rows = match plane {
            0 => height,
            _ => height.div_ceil(2),
        };
        let stride = usize::try_from(image.stride[plane]).map_err(|_| Error::Picture)?;
        // SAFETY: each plane has so many rows of so many bytes, and lives until the decoder is called again, which the borrow of it
        // forbids. (libvpx's frames have a border, so that the last row is whole, too.)
        data[plane] = unsafe { std::slice::from_raw_parts(image.planes[plane], stride * rows) };
        strides[plane] = stride;
    }
    Ok(Picture {
        width,
        height,
        data,
        strides,
    })
}
