// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKitJoinChannelEvent.h"

#import "../Core/HulloPlatform.h"

@implementation NERtcCallKitJoinChannelEvent

@synthesize accid = _accid;
@synthesize uid = _uid;
@synthesize cid = _cid;
@synthesize cname = _cname;

- (instancetype)initWithAccid:(NSString *)accid uid:(uint64_t)uid callID:(NSString *)callID {
  if ((self = [super init])) {
    _accid = [accid copy];
    _uid = uid;
    _cid = [callID copy];
    _cname = [callID copy];
  }
  return self;
}

#if !HULLO_ARC
- (void)dealloc {
  [_accid release];
  [_cid release];
  [_cname release];
  [super dealloc];
}
#endif

@end
