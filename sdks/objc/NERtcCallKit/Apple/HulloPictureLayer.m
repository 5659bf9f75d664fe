// Pictures of others in a UIView: a layer of AVFoundation in it, which is there from the first picture on.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#if __has_include(<UIKit/UIKit.h>)

#import "../Core/HulloViews.h"

#if __has_include(<AVFoundation/AVFoundation.h>)

#import <AVFoundation/AVFoundation.h>

/// A copy of a picture as the system shows it: NV12. The caller releases it; NULL where there is no memory.
static CVPixelBufferRef HulloPixels(HulloPicture picture) {
  NSDictionary *attributes =
      [NSDictionary dictionaryWithObject:[NSDictionary dictionary]
                                  forKey:(__bridge id)kCVPixelBufferIOSurfacePropertiesKey];
  CVPixelBufferRef pixels = NULL;
  CVReturn made = CVPixelBufferCreate(NULL, picture.width, picture.height,
                                      kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange,
                                      (__bridge CFDictionaryRef)attributes, &pixels);
  if (made != kCVReturnSuccess) return NULL;
  CVPixelBufferLockBaseAddress(pixels, 0);
  uint8_t *luma = CVPixelBufferGetBaseAddressOfPlane(pixels, 0);
  size_t lumaStride = CVPixelBufferGetBytesPerRowOfPlane(pixels, 0);
  for (uint32_t row = 0; row < picture.height; row++) {
    memcpy(luma + row * lumaStride, picture.y + row * picture.strideY, picture.width);
  }
  uint8_t *colours = CVPixelBufferGetBaseAddressOfPlane(pixels, 1);
  size_t colourStride = CVPixelBufferGetBytesPerRowOfPlane(pixels, 1);
  for (uint32_t row = 0; row < (picture.height + 1) / 2; row++) {
    for (uint32_t column = 0; column < (picture.width + 1) / 2; column++) {
      uint8_t *pair = colours + row * colourStride + 2 * column;
      pair[0] = picture.u[row * picture.strideU + column];
      pair[1] = picture.v[row * picture.strideV + column];
    }
  }
  CVPixelBufferUnlockBaseAddress(pixels, 0);
  return pixels;
}

/// To be shown at once. The caller releases it.
static CMSampleBufferRef HulloSample(CVPixelBufferRef pixels) {
  CMVideoFormatDescriptionRef format = NULL;
  if (CMVideoFormatDescriptionCreateForImageBuffer(NULL, pixels, &format) != 0) return NULL;
  CMSampleTimingInfo timing = {kCMTimeInvalid, kCMTimeInvalid, kCMTimeInvalid};
  CMSampleBufferRef sample = NULL;
  CMSampleBufferCreateReadyWithImageBuffer(NULL, pixels, format, &timing, &sample);
  CFRelease(format);
  if (!sample) return NULL;
  CFArrayRef all = CMSampleBufferGetSampleAttachmentsArray(sample, true);
  CFMutableDictionaryRef first = (CFMutableDictionaryRef)CFArrayGetValueAtIndex(all, 0);
  CFDictionarySetValue(first, kCMSampleAttachmentKey_DisplayImmediately, kCFBooleanTrue);
  return sample;
}

/// The layer of a view in which pictures are shown.
static AVSampleBufferDisplayLayer *HulloLayer(UIView *view) {
  for (CALayer *layer in view.layer.sublayers) {
    if ([layer isKindOfClass:[AVSampleBufferDisplayLayer class]]) {
      return (AVSampleBufferDisplayLayer *)layer;
    }
  }
  AVSampleBufferDisplayLayer *made = [[AVSampleBufferDisplayLayer alloc] init];
  made.videoGravity = AVLayerVideoGravityResizeAspectFill;
  [view.layer addSublayer:made];
  return made;
}

void HulloShow(NERtcCallKitView *view, HulloPicture picture) {
  if (!view) return;
  CVPixelBufferRef pixels = HulloPixels(picture);
  if (!pixels) return;
  CMSampleBufferRef sample = HulloSample(pixels);
  CVPixelBufferRelease(pixels);
  if (!sample) return;
  dispatch_async(dispatch_get_main_queue(), ^{
    AVSampleBufferDisplayLayer *layer = HulloLayer(view);
    layer.frame = view.layer.bounds;
    [layer enqueueSampleBuffer:sample];
    CFRelease(sample);
  });
}

#else

void HulloShow(NERtcCallKitView *view, HulloPicture picture) {
  // Without AVFoundation there is nothing that shows pictures.
  (void)view;
  (void)picture;
}

#endif
#endif
