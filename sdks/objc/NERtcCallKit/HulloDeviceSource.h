// An app's or a platform's microphone, loudspeaker and camera. On iOS there are ready ones.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKitConsts.h"

NS_ASSUME_NONNULL_BEGIN

/// A device.
typedef NS_ENUM(NSInteger, HulloDeviceKind) {
  HulloDeviceKindMicrophone = 0,
  HulloDeviceKindLoudspeaker = 1,
  HulloDeviceKindCamera = 2,
};

/// The way of sound and pictures to calls and from them, for any thread. What comes while the device is not open goes nowhere. All
/// sound is 48,000 samples a second, one channel, 16 bits.
@interface HulloMedia : NSObject {
 @private
  uint64_t _client;
}

/// What the microphone has heard since the last time.
- (void)pushSamples:(const int16_t *)samples count:(size_t)count;
/// Fills `samples` with what the loudspeaker plays next, as fast as it plays.
- (void)pullSamples:(int16_t *)samples count:(size_t)count;
/// What the camera sees. It is copied.
- (void)pushPicture:(HulloPicture)picture;
/// The same as cameras of phones give it: luma, and both colours in turn.
- (void)pushNV12:(const uint8_t *)luma
    strideOfLuma:(size_t)strideOfLuma
         colours:(const uint8_t *)colours
 strideOfColours:(size_t)strideOfColours
           width:(uint32_t)width
          height:(uint32_t)height;
/// A device has stopped by itself. The call shows it.
- (void)device:(HulloDeviceKind)device stopped:(NSString *)why;

@end

/// The devices themselves.
@protocol HulloDeviceSource <NSObject>

/// Whether there is such a device at all. Asked once, at set-up.
- (BOOL)hasDevice:(HulloDeviceKind)device;
/// A call wants it. Push and pull from then on. An error with the code NERtcCallKitErrorMicrophoneDenied or
/// NERtcCallKitErrorCameraDenied says that the person said no. On a thread of the device's own, which may wait.
- (BOOL)openDevice:(HulloDeviceKind)device
             media:(HulloMedia *)media
             error:(NSError *_Nullable *_Nullable)error;
/// The call wants it no more: when this returns nothing more is pushed and pulled. On the same thread.
- (void)closeDevice:(HulloDeviceKind)device;

@optional
/// Takes the other camera; NO where there is none. On the main thread.
- (BOOL)switchCamera;
/// Plays through the loudspeaker or at the ear. On the main thread.
- (BOOL)setLoudspeaker:(BOOL)on error:(NSError *_Nullable *_Nullable)error;
/// Shows what the camera sees, or nothing any more. On the main thread.
- (void)showLocalIn:(nullable NERtcCallKitView *)view;

@end

NS_ASSUME_NONNULL_END
