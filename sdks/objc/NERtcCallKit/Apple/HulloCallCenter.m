// SPDX-License-Identifier: MIT OR Apache-2.0

#import "HulloCallCenter.h"

#if __has_include(<CallKit/CallKit.h>) && __has_include(<PushKit/PushKit.h>)

#import <CallKit/CallKit.h>
#import <PushKit/PushKit.h>

#import "../Core/HulloPlatform.h"

@interface HulloCallCenter () <NERtcCallKitDelegate, CXProviderDelegate, PKPushRegistryDelegate>
@end

@implementation HulloCallCenter {
  NERtcCallKit *_kit;
  void (^_signIn)(void);
  CXProvider *_provider;
  PKPushRegistry *_registry;
  /// The call on the system's screen.
  NSUUID *_shown;
  /// The person has answered it before the app was signed in.
  BOOL _isAnswered;
}

- (instancetype)initWithKit:(NERtcCallKit *)kit signIn:(void (^)(void))signIn {
  if ((self = [super init])) {
    _kit = kit;
    _signIn = [signIn copy];
    CXProviderConfiguration *configuration = [[CXProviderConfiguration alloc] init];
    configuration.supportsVideo = YES;
    configuration.maximumCallGroups = 1;
    _provider = [[CXProvider alloc] initWithConfiguration:configuration];
    [_provider setDelegate:self queue:dispatch_get_main_queue()];
    [kit addDelegate:self];
  }
  return self;
}

- (void)dealloc {
  [_kit removeDelegate:self];
  [_provider invalidate];
}

- (void)registerForPushes {
  _registry = [[PKPushRegistry alloc] initWithQueue:dispatch_get_main_queue()];
  _registry.delegate = self;
  _registry.desiredPushTypes = [NSSet setWithObject:PKPushTypeVoIP];
}

- (void)showCall:(NSUUID *)call from:(NSString *)invitor name:(NSString *)name video:(BOOL)video {
  if ([_shown isEqual:call]) return;
  _shown = call;
  _isAnswered = NO;
  CXCallUpdate *update = [[CXCallUpdate alloc] init];
  update.remoteHandle = [[CXHandle alloc] initWithType:CXHandleTypeGeneric value:invitor];
  update.localizedCallerName = name;
  update.hasVideo = video;
  NERtcCallKit *kit = _kit;
  [_provider reportNewIncomingCallWithUUID:call
                                    update:update
                                completion:^(NSError *error) {
                                  // The person wants no calls now, or nobody from here.
                                  if (error) [kit reject:nil];
                                }];
}

- (void)endShown:(CXCallEndedReason)reason {
  if (!_shown) return;
  [_provider reportCallWithUUID:_shown endedAtDate:nil reason:reason];
  _shown = nil;
}

#pragma mark - NERtcCallKitDelegate

- (void)onInvited:(NSString *)invitor
          userIDs:(NSArray<NSString *> *)userIDs
      isFromGroup:(BOOL)isFromGroup
          groupID:(NSString *)groupID
             type:(NERtcCallType)type
       attachment:(NSString *)attachment {
  NSString *callID = _kit.context.callID;
  NSUUID *call = callID ? [[NSUUID alloc] initWithUUIDString:callID] : nil;
  if (!call) return;
  BOOL wasAnswered = _isAnswered && [_shown isEqual:call];
  [self showCall:call from:invitor name:invitor video:type == NERtcCallTypeVideo];
  if (wasAnswered) [_kit accept:nil];
}

- (void)onCallEndReason:(NSString *)reason userID:(NSString *)userID duration:(NSTimeInterval)duration {
  BOOL isUnanswered = [reason isEqualToString:@"timed_out"];
  [self endShown:isUnanswered ? CXCallEndedReasonUnanswered : CXCallEndedReasonRemoteEnded];
}

- (void)onOtherClientAccept {
  [self endShown:CXCallEndedReasonAnsweredElsewhere];
}

- (void)onOtherClientReject {
  [self endShown:CXCallEndedReasonDeclinedElsewhere];
}

#pragma mark - CXProviderDelegate

- (void)providerDidReset:(CXProvider *)provider {
  _shown = nil;
  [_kit hangup:nil];
}

- (void)provider:(CXProvider *)provider performAnswerCallAction:(CXAnswerCallAction *)action {
  if (_kit.callStatus != NERtcCallStatusCalled) {
    // A push has shown it before the app was told of the call.
    _isAnswered = YES;
    [action fulfill];
    return;
  }
  [_kit accept:^(NSError *error, NSArray<NSString *> *joinedMembers) {
    error ? [action fail] : [action fulfill];
  }];
}

- (void)provider:(CXProvider *)provider performEndCallAction:(CXEndCallAction *)action {
  _shown = nil;
  [_kit hangup:^(NSError *error) {
    [action fulfill];
  }];
}

- (void)provider:(CXProvider *)provider performSetMutedCallAction:(CXSetMutedCallAction *)action {
  [_kit muteLocalAudio:action.isMuted];
  [action fulfill];
}

#pragma mark - PKPushRegistryDelegate

- (void)pushRegistry:(PKPushRegistry *)registry
    didUpdatePushCredentials:(PKPushCredentials *)credentials
                     forType:(PKPushType)type {
  [_kit updateApnsToken:credentials.token];
}

- (void)pushRegistry:(PKPushRegistry *)registry
    didReceiveIncomingPushWithPayload:(PKPushPayload *)payload
                              forType:(PKPushType)type
                withCompletionHandler:(void (^)(void))completion {
  NSDictionary *said = payload.dictionaryPayload;
  NSString *callID = HulloText(said, @"call_id");
  NSUUID *call = callID ? [[NSUUID alloc] initWithUUIDString:callID] : nil;
  NSString *invitor = HulloText(said, @"invitor");
  NSString *name = HulloText(said, @"name");
  BOOL isVideo = [HulloText(said, @"media") isEqualToString:@"video"];
  // The system ends an app that shows no call for a push.
  [self showCall:call ? call : [NSUUID UUID]
            from:invitor ? invitor : @"?"
            name:name ? name : invitor
           video:isVideo];
  if (!call) [self endShown:CXCallEndedReasonFailed];
  _signIn();
  completion();
}

@end

#endif
