// How well media goes from and to a participant.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "../NERtcCallKitConsts.h"

NS_ASSUME_NONNULL_BEGIN

/// One participant, as the server has measured it in the last two seconds.
@interface NERtcNetworkQualityStats : NSObject {
 @private
  uint64_t _userId;
  NERtcNetworkQuality _txQuality;
  NERtcNetworkQuality _rxQuality;
  uint32_t _rttMs;
}

/// Its number in the call.
@property (nonatomic, readonly) uint64_t userId;
/// From it to the server.
@property (nonatomic, readonly) NERtcNetworkQuality txQuality;
/// From the server to it.
@property (nonatomic, readonly) NERtcNetworkQuality rxQuality;
/// Round trip between it and the server in milliseconds; 0 while it is not known.
@property (nonatomic, readonly) uint32_t rttMs;

/// `report` as the server gives it.
- (instancetype)initWithReport:(NSDictionary<NSString *, id> *)report userId:(uint64_t)userId;

@end

NS_ASSUME_NONNULL_END
