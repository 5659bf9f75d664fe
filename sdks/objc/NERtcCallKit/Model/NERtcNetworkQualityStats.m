// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcNetworkQualityStats.h"

#import "../Core/HulloPlatform.h"

static NERtcNetworkQuality HulloQuality(NSString *word) {
  NSArray *words = [NSArray arrayWithObjects:@"unknown", @"excellent", @"good", @"poor", @"bad",
                                             @"very_bad", @"down", nil];
  NSUInteger place = word ? [words indexOfObject:word] : NSNotFound;
  return place == NSNotFound ? kNERtcNetworkQualityUnknown : (NERtcNetworkQuality)place;
}

@implementation NERtcNetworkQualityStats

@synthesize userId = _userId;
@synthesize txQuality = _txQuality;
@synthesize rxQuality = _rxQuality;
@synthesize rttMs = _rttMs;

- (instancetype)initWithReport:(NSDictionary<NSString *, id> *)report userId:(uint64_t)userId {
  if ((self = [super init])) {
    _userId = userId;
    _txQuality = HulloQuality(HulloText(report, @"up"));
    _rxQuality = HulloQuality(HulloText(report, @"down"));
    _rttMs = (uint32_t)HulloNumber(report, @"rtt_ms");
  }
  return self;
}

@end
