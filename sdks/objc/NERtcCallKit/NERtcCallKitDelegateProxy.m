// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKitDelegateProxy.h"

#import "Core/HulloNativeClient.h"
#import "Core/HulloPlatform.h"

/// Calls a method of every delegate that implements it: the selector, and the call.
#define SAY(name_, call_)                                                 \
  [self each:@selector(name_)                                             \
          do:^(id<NERtcCallKitDelegate> delegate) {                       \
            [delegate call_];                                             \
          }]

/// Who holds a delegate weakly.
@interface HulloHolder : NSObject {
 @private
  HULLO_WEAK id<NERtcCallKitDelegate> _delegate;
}
@property (nonatomic, HULLO_PROPERTY_WEAK) id<NERtcCallKitDelegate> delegate;
@end

@implementation HulloHolder
@synthesize delegate = _delegate;
@end

static NERtcCallType HulloType(NSDictionary *event) {
  BOOL isAudio = [HulloText(event, @"media") isEqualToString:@"audio"];
  return isAudio ? NERtcCallTypeAudio : NERtcCallTypeVideo;
}

@implementation NERtcCallKitDelegateProxy

- (instancetype)init {
  if ((self = [super init])) _holders = [[NSMutableArray alloc] init];
  return self;
}

- (void)add:(id<NERtcCallKitDelegate>)delegate {
  [self remove:nil];
  for (HulloHolder *holder in _holders) {
    if (holder.delegate == delegate) return;
  }
  HulloHolder *holder = [[HulloHolder alloc] init];
  holder.delegate = delegate;
  [_holders addObject:holder];
  HULLO_RELEASE(holder);
}

/// With nil it removes those who are gone.
- (void)remove:(id<NERtcCallKitDelegate>)delegate {
  NSMutableArray *others = [NSMutableArray array];
  for (HulloHolder *holder in _holders) {
    if (holder.delegate != delegate) {
      [others addObject:holder];
    } else {
      // Who is being told at this moment goes on without it.
      holder.delegate = nil;
    }
  }
  [_holders setArray:others];
}

- (BOOL)anyRespondsTo:(SEL)selector {
  for (HulloHolder *holder in _holders) {
    if ([holder.delegate respondsToSelector:selector]) return YES;
  }
  return NO;
}

- (void)each:(SEL)selector do:(void (^)(id<NERtcCallKitDelegate> delegate))block {
  for (HulloHolder *holder in [NSArray arrayWithArray:_holders]) {
    id<NERtcCallKitDelegate> delegate = holder.delegate;
    if ([delegate respondsToSelector:selector]) block(delegate);
  }
}

- (void)deliver:(NSDictionary<NSString *, id> *)event
        context:(NERtcCallKitContext *)context
       language:(NSString *)language {
  NSString *name = HulloText(event, @"event");
  NSString *accid = HulloText(event, @"accid");
  if ([name isEqualToString:@"invited"]) {
    [self deliverInvite:event];
  } else if ([name isEqualToString:@"user_network_quality"]) {
    [self deliverQuality:event context:context];
  } else if ([name isEqualToString:@"message_added"]) {
    [self deliverMessage:event context:context];
  } else if (accid) {
    [self deliver:event named:name user:accid];
  } else {
    [self deliverCall:event named:name language:language];
  }
  SAY(onEvent:, onEvent:event);
}

- (void)deliverInvite:(NSDictionary *)event {
  NSString *invitor = HulloText(event, @"invitor");
  NSMutableArray *userIDs = [NSMutableArray array];
  for (id accid in HulloList(event, @"accids")) {
    if ([accid isKindOfClass:[NSString class]]) [userIDs addObject:accid];
  }
  BOOL isFromGroup = HulloFlag(event, @"group");
  NSString *groupID = HulloText(event, @"group_id");
  NSString *attachment = HulloText(event, @"attachment");
  NERtcCallType type = HulloType(event);
  SEL whole = @selector(onInvited:userIDs:isFromGroup:groupID:type:attachment:);
  SEL short_ = @selector(onInvited:userIDs:isFromGroup:groupID:type:);
  for (HulloHolder *holder in [NSArray arrayWithArray:_holders]) {
    id<NERtcCallKitDelegate> delegate = holder.delegate;
    if ([delegate respondsToSelector:whole]) {
      [delegate onInvited:invitor
                  userIDs:userIDs
              isFromGroup:isFromGroup
                  groupID:groupID
                     type:type
               attachment:attachment];
    } else if ([delegate respondsToSelector:short_]) {
      [delegate onInvited:invitor
                  userIDs:userIDs
              isFromGroup:isFromGroup
                  groupID:groupID
                     type:type];
    }
  }
}

- (void)deliverQuality:(NSDictionary *)event context:(NERtcCallKitContext *)context {
  NSMutableDictionary *stats = [NSMutableDictionary dictionary];
  for (NSDictionary *report in HulloList(event, @"reports")) {
    NSString *accid = HulloText(report, @"accid");
    if (!accid) continue;
    NERtcNetworkQualityStats *one =
        [[NERtcNetworkQualityStats alloc] initWithReport:report userId:[context uidOfUser:accid]];
    [stats setObject:one forKey:accid];
    HULLO_RELEASE(one);
  }
  SAY(onUserNetworkQuality:, onUserNetworkQuality:stats);
}

- (void)deliverMessage:(NSDictionary *)event context:(NERtcCallKitContext *)context {
  NSString *reader = context.currentUserID;
  HulloMessage *message =
      [[HulloMessage alloc] initWithMessage:HulloObject(event, @"message") reader:reader ? reader : @""];
  if (!message) return;
  NSArray *messages = [NSArray arrayWithObject:message];
  HULLO_RELEASE(message);
  SAY(onRecvMessages:, onRecvMessages:messages);
}

/// What somebody in the call has done.
- (void)deliver:(NSDictionary *)event named:(NSString *)name user:(NSString *)accid {
  BOOL available = HulloFlag(event, @"available");
  BOOL muted = HulloFlag(event, @"muted");
  if ([name isEqualToString:@"user_enter"]) SAY(onUserEnter:, onUserEnter:accid);
  if ([name isEqualToString:@"user_reject"]) SAY(onUserReject:, onUserReject:accid);
  if ([name isEqualToString:@"user_cancel"]) SAY(onUserCancel:, onUserCancel:accid);
  if ([name isEqualToString:@"user_leave"]) SAY(onUserLeave:, onUserLeave:accid);
  if ([name isEqualToString:@"user_disconnect"]) SAY(onUserDisconnect:, onUserDisconnect:accid);
  if ([name isEqualToString:@"user_accept"]) SAY(onUserAccept:, onUserAccept:accid);
  if ([name isEqualToString:@"user_busy"]) SAY(onUserBusy:, onUserBusy:accid);
  if ([name isEqualToString:@"user_ringing"]) SAY(onUserRinging:, onUserRinging:accid);
  if ([name isEqualToString:@"user_time_out"]) SAY(onUserTimeOut:, onUserTimeOut:accid);
  if ([name isEqualToString:@"camera_available"]) {
    SAY(onCameraAvailable:userID:, onCameraAvailable:available userID:accid);
  }
  if ([name isEqualToString:@"audio_available"]) {
    SAY(onAudioAvailable:userID:, onAudioAvailable:available userID:accid);
  }
  if ([name isEqualToString:@"video_muted"]) {
    SAY(onVideoMuted:userID:, onVideoMuted:muted userID:accid);
  }
  if ([name isEqualToString:@"audio_muted"]) {
    SAY(onAudioMuted:userID:, onAudioMuted:muted userID:accid);
  }
  if ([name isEqualToString:@"first_video_frame"]) {
    uint32_t width = (uint32_t)HulloNumber(event, @"width");
    uint32_t height = (uint32_t)HulloNumber(event, @"height");
    SAY(onFirstVideoFrameDecoded:width:height:,
        onFirstVideoFrameDecoded:accid width:width height:height);
  }
  if ([name isEqualToString:@"switch_asked"]) {
    NERtcCallType type = HulloType(event);
    SAY(onSwitchAsked:userID:, onSwitchAsked:type userID:accid);
  }
  if ([name isEqualToString:@"join_channel"]) {
    NSString *callID = HulloText(event, @"call_id");
    NERtcCallKitJoinChannelEvent *joined =
        [[NERtcCallKitJoinChannelEvent alloc] initWithAccid:accid
                                                        uid:HulloNumber(event, @"uid")
                                                     callID:callID ? callID : @""];
    SAY(onJoinChannel:, onJoinChannel:joined);
    HULLO_RELEASE(joined);
  }
}

/// What has become of the call or of the session.
- (void)deliverCall:(NSDictionary *)event named:(NSString *)name language:(NSString *)language {
  if ([name isEqualToString:@"call_end"]) {
    NSString *reason = HulloText(event, @"reason");
    NSString *by = HulloText(event, @"by");
    NSTimeInterval duration = (NSTimeInterval)HulloNumber(event, @"duration_ms") / 1000.0;
    NSString *known = reason ? reason : @"server";
    SAY(onCallEndReason:userID:duration:, onCallEndReason:known userID:by duration:duration);
    SAY(onCallEnd, onCallEnd);
  }
  if ([name isEqualToString:@"calling_time_out"]) SAY(onCallingTimeOut, onCallingTimeOut);
  if ([name isEqualToString:@"other_client_accept"]) SAY(onOtherClientAccept, onOtherClientAccept);
  if ([name isEqualToString:@"other_client_reject"]) SAY(onOtherClientReject, onOtherClientReject);
  if ([name isEqualToString:@"reconnecting"]) SAY(onReconnecting, onReconnecting);
  if ([name isEqualToString:@"reconnected"]) SAY(onReconnected, onReconnected);
  if ([name isEqualToString:@"call_type_change"]) {
    NERtcCallType type = HulloType(event);
    SAY(onCallTypeChange:, onCallTypeChange:type);
  }
  if ([name isEqualToString:@"token_expiring"]) {
    NSTimeInterval seconds = (NSTimeInterval)HulloNumber(event, @"expires_in_ms") / 1000.0;
    SAY(onTokenExpiring:, onTokenExpiring:seconds);
  }
  if ([name isEqualToString:@"token_expired"]) SAY(onTokenExpiring:, onTokenExpiring:0);
  if ([name isEqualToString:@"disconnect"]) {
    NSError *error = HulloErrorOf(NERtcCallKitErrorSignedOut, @"signed_out",
                                  HulloText(event, @"reason"), language);
    SAY(onDisconnect:, onDisconnect:error);
  }
  if ([name isEqualToString:@"error"]) {
    NSDictionary *body = HulloObject(event, @"error");
    NSString *kind = HulloText(body, @"kind");
    NSError *error = HulloErrorOf((NSInteger)HulloNumber(body, @"code"), kind ? kind : @"unknown",
                                  HulloText(body, @"message"), language);
    SAY(onError:, onError:error);
  }
}

#if !HULLO_ARC
- (void)dealloc {
  [_holders release];
  [super dealloc];
}
#endif

@end
