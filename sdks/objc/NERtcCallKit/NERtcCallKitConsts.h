// What a call carries, where this device is, how well it goes: the numbers are the reference's.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

/// A picture: three planes of 8 bits, chroma at half of both sizes, rows as far apart as the strides say. The bytes are gone when the
/// receiver returns.
typedef struct {
  uint32_t width;
  uint32_t height;
  const uint8_t *_Nonnull y;
  const uint8_t *_Nonnull u;
  const uint8_t *_Nonnull v;
  size_t strideY;
  size_t strideU;
  size_t strideV;
} HulloPicture;

#if __has_include(<UIKit/UIKit.h>)
#import <UIKit/UIKit.h>
/// What shows a picture.
typedef UIView NERtcCallKitView;
#else
/// Shows pictures where there is no UIKit.
@protocol HulloRenderer <NSObject>
/// Comes on a thread of its own, never twice at a time.
- (void)renderPicture:(HulloPicture)picture;
@end

/// What shows a picture.
typedef NSObject<HulloRenderer> NERtcCallKitView;
#endif

/// What a call carries.
typedef NS_ENUM(NSInteger, NERtcCallType) {
  /// Sound and picture.
  NERtcCallTypeVideo = 0,
  /// Sound only.
  NERtcCallTypeAudio = 1,
};

/// Where this device is.
typedef NS_ENUM(NSUInteger, NERtcCallStatus) {
  /// No call.
  NERtcCallStatusIdle = 0,
  /// Dialling; nobody has accepted.
  NERtcCallStatusCalling = 1,
  /// Someone calls.
  NERtcCallStatusCalled = 2,
  /// Accepted.
  NERtcCallStatusInCall = 4,
};

/// How well media goes one way.
typedef NS_ENUM(NSInteger, NERtcNetworkQuality) {
  /// No figures yet.
  kNERtcNetworkQualityUnknown = 0,
  kNERtcNetworkQualityExcellent = 1,
  kNERtcNetworkQualityGood = 2,
  kNERtcNetworkQualityPoor = 3,
  kNERtcNetworkQualityBad = 4,
  kNERtcNetworkQualityVeryBad = 5,
  /// No packets at all.
  kNERtcNetworkQualityDown = 6,
};
