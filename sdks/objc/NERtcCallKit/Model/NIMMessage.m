// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NIMMessage.h"

#import "../Core/HulloPlatform.h"

@interface HulloCallRecord ()
- (instancetype)initWithSummary:(NSDictionary<NSString *, id> *)summary;
@end

@implementation HulloCallRecord

@synthesize callType = _callType;
@synthesize callStatus = _callStatus;
@synthesize channelID = _channelID;
@synthesize durations = _durations;
@synthesize summary = _summary;

/// Nil of a status that this version does not know.
- (instancetype)initWithSummary:(NSDictionary<NSString *, id> *)summary {
  if (!(self = [super init])) return nil;
  NSArray *statuses = [NSArray
      arrayWithObjects:@"complete", @"cancelled", @"rejected", @"timed_out", @"busy", nil];
  NSString *status = HulloText(summary, @"status");
  NSUInteger place = status ? [statuses indexOfObject:status] : NSNotFound;
  NSString *caller = HulloText(summary, @"caller");
  NSString *callee = HulloText(summary, @"callee");
  if (place == NSNotFound || !caller || !callee) {
    HULLO_RELEASE(self);
    return nil;
  }
  BOOL isAudio = [HulloText(summary, @"media") isEqualToString:@"audio"];
  NSMutableDictionary *durations = [NSMutableDictionary dictionary];
  if ([summary objectForKey:@"accepted_at_ms"]) {
    [durations setObject:[self secondsOf:@"caller_ms" in:summary] forKey:caller];
    [durations setObject:[self secondsOf:@"callee_ms" in:summary] forKey:callee];
  }
  _callType = isAudio ? HulloRecordCallTypeAudio : HulloRecordCallTypeVideo;
  _callStatus = (HulloRecordStatus)(place + 1);
  _channelID = [HulloText(summary, @"call_id") copy];
  _durations = [durations copy];
  _summary = [summary copy];
  return self;
}

- (NSNumber *)secondsOf:(NSString *)key in:(NSDictionary *)summary {
  return [NSNumber numberWithUnsignedLongLong:HulloNumber(summary, key) / 1000];
}

#if !HULLO_ARC
- (void)dealloc {
  [_channelID release];
  [_durations release];
  [_summary release];
  [super dealloc];
}
#endif

@end

@interface HulloConversation ()
- (instancetype)initWithAccid:(NSString *)accid;
@end

@implementation HulloConversation

@synthesize sessionId = _sessionId;

- (instancetype)initWithAccid:(NSString *)accid {
  if ((self = [super init])) _sessionId = [accid copy];
  return self;
}

#if !HULLO_ARC
- (void)dealloc {
  [_sessionId release];
  [super dealloc];
}
#endif

@end

@implementation HulloMessage

@synthesize messageId = _messageId;
@synthesize from = _from;
@synthesize timestamp = _timestamp;
@synthesize isOutgoingMsg = _isOutgoingMsg;
@synthesize session = _session;
@synthesize messageObject = _messageObject;

- (nullable instancetype)initWithMessage:(NSDictionary<NSString *, id> *)message
                                  reader:(NSString *)reader {
  if (!(self = [super init])) return nil;
  NSDictionary *body = HulloObject(message, @"body");
  NSString *from = HulloText(message, @"from");
  NSString *to = HulloText(message, @"to");
  if ([HulloText(body, @"type") isEqualToString:@"call"] && from && to) {
    _messageObject = [[HulloCallRecord alloc] initWithSummary:body];
  }
  if (!_messageObject) {
    HULLO_RELEASE(self);
    return nil;
  }
  _messageId = [[NSString alloc] initWithFormat:@"%llu", (unsigned long long)HulloNumber(message, @"id")];
  _from = [from copy];
  _timestamp = (NSTimeInterval)HulloNumber(message, @"sent_at_ms") / 1000.0;
  // An accid means the same account in whatever case it is written.
  _isOutgoingMsg = [from caseInsensitiveCompare:reader] == NSOrderedSame;
  _session = [[HulloConversation alloc] initWithAccid:_isOutgoingMsg ? to : from];
  return self;
}

- (HulloMessageType)messageType {
  return HulloMessageTypeCallRecord;
}

#if !HULLO_ARC
- (void)dealloc {
  [_messageId release];
  [_from release];
  [_session release];
  [_messageObject release];
  [super dealloc];
}
#endif

@end
