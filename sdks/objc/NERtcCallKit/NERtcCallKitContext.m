// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKit+Private.h"

#import "Core/HulloPlatform.h"

static NERtcCallStatus HulloStatus(NSString *word) {
  if ([word isEqualToString:@"calling"]) return NERtcCallStatusCalling;
  if ([word isEqualToString:@"called"]) return NERtcCallStatusCalled;
  if ([word isEqualToString:@"in_call"]) return NERtcCallStatusInCall;
  return NERtcCallStatusIdle;
}

@implementation NERtcCallKitContext

@synthesize currentUserID = _currentUserID;
@synthesize status = _status;
@synthesize connected = _connected;
@synthesize call = _call;
@synthesize askedCallID = _askedCallID;
@synthesize invitor = _invitor;
@synthesize apnsToken = _apnsToken;

+ (NERtcCallKitContext *)sharedInstance {
  return [NERtcCallKit sharedInstance].context;
}

- (void)takeEvent:(NSDictionary<NSString *, id> *)event {
  NSString *name = HulloText(event, @"event");
  if ([name isEqualToString:@"changed"]) {
    _status = HulloStatus(HulloText(event, @"state"));
    _connected = HulloFlag(event, @"connected");
    HULLO_RELEASE(_call);
    _call = [HulloObject(event, @"call") copy];
    if (_call) self.askedCallID = nil;
  } else if ([name isEqualToString:@"invited"]) {
    HULLO_RELEASE(_invitor);
    _invitor = [HulloText(event, @"invitor") copy];
  } else if ([name isEqualToString:@"disconnect"]) {
    self.currentUserID = nil;
  }
}

- (NSString *)callID {
  NSString *callID = HulloText(_call, @"call_id");
  return callID ? callID : _askedCallID;
}

- (BOOL)isGroupCall {
  return [HulloText(_call, @"kind") isEqualToString:@"group"];
}

- (NSString *)groupID {
  return HulloText(HulloObject(_call, @"group"), @"group_id");
}

- (NERtcCallType)callType {
  BOOL isAudio = [HulloText(_call, @"media") isEqualToString:@"audio"];
  return isAudio ? NERtcCallTypeAudio : NERtcCallTypeVideo;
}

- (NSString *)remoteUserID {
  if (self.isGroupCall) return nil;
  for (NSString *accid in HulloTexts(HulloList(_call, @"participants"), @"accid")) {
    if (![self isMe:accid]) return accid;
  }
  return nil;
}

- (NSArray<NSString *> *)members {
  NSMutableArray *members = [NSMutableArray array];
  for (NSDictionary *participant in HulloList(_call, @"participants")) {
    NSString *state = HulloText(participant, @"state");
    BOOL isIn = [state isEqualToString:@"accepted"] || [state isEqualToString:@"joined"];
    NSString *accid = HulloText(participant, @"accid");
    if (isIn && accid) [members addObject:accid];
  }
  return members;
}

- (uint64_t)uidOfUser:(NSString *)userID {
  return HulloNumber([self participant:userID], @"uid");
}

- (BOOL)hasUser:(NSString *)userID {
  return [self participant:userID] != nil;
}

- (NSDictionary *)participant:(NSString *)userID {
  if (!userID) return nil;
  for (NSDictionary *participant in HulloList(_call, @"participants")) {
    NSString *accid = HulloText(participant, @"accid");
    // An accid means the same account in whatever case it is written.
    if (accid && [accid caseInsensitiveCompare:userID] == NSOrderedSame) return participant;
  }
  return nil;
}

- (BOOL)isMe:(NSString *)accid {
  return _currentUserID && [accid caseInsensitiveCompare:_currentUserID] == NSOrderedSame;
}

#if !HULLO_ARC
- (void)dealloc {
  [_currentUserID release];
  [_call release];
  [_askedCallID release];
  [_invitor release];
  [_apnsToken release];
  [super dealloc];
}
#endif

@end
