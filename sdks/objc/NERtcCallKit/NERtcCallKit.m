// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKit+Private.h"

#import "Core/HulloPlatform.h"
#import "Core/HulloViews.h"
#import "NERtcCallKitDelegateProxy.h"

NSString *const kNERtcCallKitErrorDomain = @"com.netease.nmc.rtc.error";
NSString *const NERtcCallKitErrorKindKey = @"NERtcCallKitErrorKind";
NSString *const NERtcCallKitErrorMessageKey = @"NERtcCallKitErrorMessage";

/// The shortest and the longest time that a call rings, in seconds.
static const NSInteger kRingMin = 5;
static const NSInteger kRingMax = 120;

@interface NERtcCallKit () <HulloNativeListener>
@end

static NSString *HulloMediaWord(NERtcCallType type) {
  return type == NERtcCallTypeAudio ? @"audio" : @"video";
}

/// This operation, and more members of it.
static NSMutableDictionary *HulloOperation(NSString *name) {
  return [NSMutableDictionary dictionaryWithObject:name forKey:@"op"];
}

/// Where the device keeps who it is, unless the app says; nil where there is no such folder.
static NSString *HulloStorePath(void) {
  NSArray *folders =
      NSSearchPathForDirectoriesInDomains(NSApplicationSupportDirectory, NSUserDomainMask, YES);
  if ([folders count] == 0) return nil;
  NSString *folder = [[folders objectAtIndex:0] stringByAppendingPathComponent:@"Hullo"];
  BOOL made = [[NSFileManager defaultManager] createDirectoryAtPath:folder
                                        withIntermediateDirectories:YES
                                                         attributes:nil
                                                              error:NULL];
  return made ? [folder stringByAppendingPathComponent:@"device.json"] : nil;
}

static NSString *HulloLanguage(NERtcCallOptions *options) {
  if (options.language) return options.language;
  NSArray *preferred = [NSLocale preferredLanguages];
  return [preferred count] > 0 ? [preferred objectAtIndex:0] : @"en";
}

#if !__has_include(<UIKit/UIKit.h>) || !__has_include(<AVFoundation/AVFoundation.h>)
id<HulloDeviceSource> HulloReadyDevices(void) {
  return nil;
}
#endif

static NSDictionary *HulloConfiguration(NSString *appKey, NERtcCallOptions *options) {
  NSMutableDictionary *configuration = [NSMutableDictionary dictionary];
  NSString *server = options.server;
  if (!server) server = [[NSBundle mainBundle] objectForInfoDictionaryKey:@"HulloServer"];
  NSString *store = options.storePath;
  if (!store) store = HulloStorePath();
  if (appKey) [configuration setObject:appKey forKey:@"app_key"];
  if (server) [configuration setObject:server forKey:@"server"];
  if (store) [configuration setObject:store forKey:@"store"];
  if (options.mediaAddress) [configuration setObject:options.mediaAddress forKey:@"media_address"];
#if TARGET_OS_IPHONE
  [configuration setObject:@"ios" forKey:@"platform"];
#else
  [configuration setObject:@"desktop" forKey:@"platform"];
#endif
  return configuration;
}

@implementation NERtcCallKit

@synthesize tokenHandler = _tokenHandler;
@synthesize roomTokenHandler = _roomTokenHandler;
@synthesize timeOutSeconds = _timeOutSeconds;
@synthesize context = _context;

+ (instancetype)sharedInstance {
  static NERtcCallKit *shared = nil;
  @synchronized([NERtcCallKit class]) {
    if (!shared) shared = [[NERtcCallKit alloc] init];
  }
  return shared;
}

+ (NSString *)versionCode {
  return @"1.3.0";
}

- (instancetype)init {
  if ((self = [super init])) {
    _delegates = [[NERtcCallKitDelegateProxy alloc] init];
    _context = [[NERtcCallKitContext alloc] init];
    _views = [[HulloViews alloc] init];
    _language = [HulloLanguage(nil) copy];
  }
  return self;
}

- (void)dealloc {
  [_client close];
#if !HULLO_ARC
  [_client release];
  [_devices release];
  [_views release];
  [_delegates release];
  [_context release];
  [_options release];
  [_configuration release];
  [_language release];
  [_setupError release];
  [_tokenHandler release];
  [_roomTokenHandler release];
  [super dealloc];
#endif
}

#pragma mark - Set-up and account

- (void)setupAppKey:(NSString *)appKey options:(NERtcCallOptions *)options {
  NSDictionary *configuration = HulloConfiguration(appKey, options);
  BOOL isSame = _client && [configuration isEqualToDictionary:_configuration] &&
                (!options.devices || options.devices == _devices);
  NERtcCallOptions *kept = HULLO_RETAIN(options);
  HULLO_RELEASE(_options);
  _options = kept;
  HULLO_RELEASE(_language);
  _language = [HulloLanguage(options) copy];
  if (isSame) return;
  HULLO_RELEASE(_configuration);
  _configuration = HULLO_RETAIN(configuration);
  [_client close];
  HULLO_RELEASE(_client);
  // Of the one before nothing comes any more.
  [_context takeEvent:[NSDictionary dictionaryWithObject:@"changed" forKey:@"event"]];
  _context.currentUserID = nil;
  HULLO_RELEASE(_devices);
  _devices = HULLO_RETAIN(options.devices ? options.devices : HulloReadyDevices());
  NSError *error = nil;
  _client = [[HulloNativeClient alloc] initWithConfiguration:configuration
                                                    language:_language
                                             asksLoginTokens:options.loginTokenProvider != nil
                                                     devices:_devices
                                                       views:_views
                                                    listener:self
                                                       error:&error];
  HULLO_RELEASE(_setupError);
  _setupError = _client ? nil : HULLO_RETAIN(error);
  if (_setupError) NSLog(@"Hullo: not set up: %@", [error userInfo]);
}

- (void)login:(NSString *)userID
        token:(NSString *)token
   completion:(NERtcCallKitCompletion)completion {
  if ([self failUnlessSetUp:completion]) return;
  NERtcCallKitContext *context = _context;
  NERtcCallKitCompletion done = HULLO_AUTORELEASE([completion copy]);
  [_client login:userID
           token:token
          answer:^(NSDictionary *value, NSError *error) {
            NSString *accid = HulloText(value, @"accid");
            if (accid) context.currentUserID = accid;
            if (done) done(error);
          }];
}

- (void)logout:(NERtcCallKitCompletion)completion {
  NERtcCallKitContext *context = _context;
  NERtcCallKitCompletion done = HULLO_AUTORELEASE([completion copy]);
  [self perform:HulloOperation(@"logout")
         answer:^(NSDictionary *value, NSError *error) {
           (void)value;
           if (!error) context.currentUserID = nil;
           if (done) done(error);
         }];
}

- (void)updateApnsToken:(NSData *)deviceToken {
  _context.apnsToken = deviceToken;
}

- (void)addDelegate:(id<NERtcCallKitDelegate>)delegate {
  [_delegates add:delegate];
}

- (void)removeDelegate:(id<NERtcCallKitDelegate>)delegate {
  [_delegates remove:delegate];
}

- (NERtcCallStatus)callStatus {
  return _context.status;
}

- (void)setTimeOutSeconds:(NSInteger)seconds {
  _timeOutSeconds = seconds == 0 ? 0 : MAX(kRingMin, MIN(kRingMax, seconds));
}

#pragma mark - Calls

- (void)call:(NSString *)userID
          type:(NERtcCallType)type
    completion:(NERtcCallKitCompletion)completion {
  [self call:userID type:type attachment:nil completion:completion];
}

- (void)call:(NSString *)userID
          type:(NERtcCallType)type
    attachment:(NSString *)attachment
    completion:(NERtcCallKitCompletion)completion {
  NSMutableDictionary *operation = [self dial:@"call" type:type attachment:attachment];
  if (userID) [operation setObject:userID forKey:@"accid"];
  [self perform:operation completion:completion];
}

- (void)groupCall:(NSArray<NSString *> *)userIDs
             type:(NERtcCallType)type
       completion:(NERtcCallKitCompletion)completion {
  [self groupCall:userIDs groupID:nil type:type attachment:nil completion:completion];
}

- (void)groupCall:(NSArray<NSString *> *)userIDs
          groupID:(NSString *)groupID
             type:(NERtcCallType)type
       completion:(NERtcCallKitCompletion)completion {
  [self groupCall:userIDs groupID:groupID type:type attachment:nil completion:completion];
}

- (void)groupCall:(NSArray<NSString *> *)userIDs
          groupID:(NSString *)groupID
             type:(NERtcCallType)type
       attachment:(NSString *)attachment
       completion:(NERtcCallKitCompletion)completion {
  NSMutableDictionary *operation = [self dial:@"group_call" type:type attachment:attachment];
  if (userIDs) [operation setObject:userIDs forKey:@"accids"];
  if (groupID) [operation setObject:groupID forKey:@"group_id"];
  [self performDialToSeveral:operation completion:completion];
}

- (void)groupInvite:(NSArray<NSString *> *)userIDs
            groupID:(NSString *)groupID
         completion:(NERtcCallKitCompletion)completion {
  [self groupInvite:userIDs groupID:groupID attachment:nil completion:completion];
}

- (void)groupInvite:(NSArray<NSString *> *)userIDs
            groupID:(NSString *)groupID
         attachment:(NSString *)attachment
         completion:(NERtcCallKitCompletion)completion {
  // The call has its group's name already.
  (void)groupID;
  NSMutableDictionary *operation = [self dial:@"group_invite"
                                         type:NERtcCallTypeVideo
                                   attachment:attachment];
  [operation removeObjectForKey:@"media"];
  if (userIDs) [operation setObject:userIDs forKey:@"accids"];
  [self performDialToSeveral:operation completion:completion];
}

- (void)accept:(void (^)(NSError *error, NSArray<NSString *> *joinedMembers))completion {
  void (^done)(NSError *, NSArray *) = HULLO_AUTORELEASE([completion copy]);
  [self perform:HulloOperation(@"accept")
         answer:^(NSDictionary *value, NSError *error) {
           NSArray *members = error ? nil : HulloTexts(HulloList(value, @"members"), @"accid");
           if (done) done(error, members);
         }];
}

- (void)reject:(NERtcCallKitCompletion)completion {
  [self perform:HulloOperation(@"reject") completion:completion];
}

- (void)cancel:(NERtcCallKitCompletion)completion {
  [self perform:HulloOperation(@"cancel") completion:completion];
}

- (void)hangup:(NERtcCallKitCompletion)completion {
  [self perform:HulloOperation(@"hangup") completion:completion];
}

- (void)leave:(NERtcCallKitCompletion)completion {
  [self perform:HulloOperation(@"leave") completion:completion];
}

- (void)switchCallType:(NERtcCallType)type completion:(NERtcCallKitCompletion)completion {
  NSMutableDictionary *operation = HulloOperation(@"switch_call_type");
  [operation setObject:HulloMediaWord(type) forKey:@"media"];
  NSString *language = _language;
  NERtcCallKitCompletion done = HULLO_AUTORELEASE([completion copy]);
  [self perform:operation
         answer:^(NSDictionary *value, NSError *error) {
           if (!done) return;
           BOOL isRefused = !error && !HulloFlag(value, @"agreed");
           done(isRefused ? [NERtcCallKit refusedSwitchIn:language] : error);
         }];
}

+ (NSError *)refusedSwitchIn:(NSString *)language {
  NSMutableDictionary *info = [NSMutableDictionary dictionary];
  NSString *text = HulloScreenText(@"consent.refused", language);
  [info setObject:@"switch_refused" forKey:NERtcCallKitErrorKindKey];
  if (text) [info setObject:text forKey:NSLocalizedDescriptionKey];
  return [NSError errorWithDomain:kNERtcCallKitErrorDomain
                             code:NERtcCallKitErrorSwitchRefused
                         userInfo:info];
}

- (void)answerSwitch:(BOOL)agree completion:(NERtcCallKitCompletion)completion {
  NSMutableDictionary *operation = HulloOperation(@"answer_switch");
  [operation setObject:[NSNumber numberWithBool:agree] forKey:@"agree"];
  [self perform:operation completion:completion];
}

#pragma mark - Devices and views

- (void)setupLocalView:(NERtcCallKitView *)view {
  _views.local = view;
  if ([_devices respondsToSelector:@selector(showLocalIn:)]) [_devices showLocalIn:view];
}

- (void)setupRemoteView:(NERtcCallKitView *)view forUser:(NSString *)userID {
  [_views setView:view forUser:userID];
  if (_context.status == NERtcCallStatusIdle) return;
  [self showVideos];
}

- (void)showVideos {
  NSMutableDictionary *operation = HulloOperation(@"show_videos");
  [operation setObject:[_views shown] forKey:@"accids"];
  [_client operate:operation answer:nil];
}

- (int)enableLocalVideo:(BOOL)enable {
  return [self set:@"enabled" to:enable by:@"enable_local_video"];
}

- (int)muteLocalVideo:(BOOL)muted {
  return [self set:@"muted" to:muted by:@"mute_local_video"];
}

- (int)muteLocalAudio:(BOOL)muted {
  return [self set:@"muted" to:muted by:@"mute_local_audio"];
}

- (int)set:(NSString *)key to:(BOOL)flag by:(NSString *)name {
  if (!_client) return NERtcCallKitErrorWrongState;
  NSMutableDictionary *operation = HulloOperation(name);
  [operation setObject:[NSNumber numberWithBool:flag] forKey:key];
  [_client operate:operation answer:nil];
  return 0;
}

- (int)switchCamera {
  BOOL can = [_devices respondsToSelector:@selector(switchCamera)];
  return can && [_devices switchCamera] ? 0 : NERtcCallKitErrorNotSupported;
}

- (BOOL)setLoudSpeakerMode:(BOOL)speaker error:(NSError **)error {
  if ([_devices respondsToSelector:@selector(setLoudspeaker:error:)]) {
    return [_devices setLoudspeaker:speaker error:error];
  }
  if (error) {
    *error = HulloErrorOf(NERtcCallKitErrorNotSupported, @"not_supported",
                          @"this device has no choice between loudspeaker and ear", _language);
  }
  return NO;
}

- (BOOL)setAudioMute:(BOOL)mute forUser:(NSString *)userID error:(NSError **)error {
  if (![_context hasUser:userID]) {
    if (error) {
      *error = HulloErrorOf(NERtcCallKitErrorParticipantNotFound, @"participant_not_found", userID,
                            _language);
    }
    return NO;
  }
  NSMutableDictionary *operation = HulloOperation(@"set_audio_mute");
  [operation setObject:userID forKey:@"accid"];
  [operation setObject:[NSNumber numberWithBool:mute] forKey:@"muted"];
  [_client operate:operation answer:nil];
  return YES;
}

#pragma mark - The rest

- (void)networkChanged {
  [_client networkChanged];
}

- (void)operate:(NSDictionary<NSString *, id> *)operation
     completion:(void (^)(NSError *error, NSDictionary<NSString *, id> *value))completion {
  void (^done)(NSError *, NSDictionary *) = HULLO_AUTORELEASE([completion copy]);
  [self perform:operation
         answer:^(NSDictionary *value, NSError *error) {
           if (done) done(error, value);
         }];
}

- (NSString *)textNamed:(NSString *)name {
  return HulloScreenText(name, _language);
}

- (NSDictionary<NSString *, id> *)lineOfRecord:(HulloCallRecord *)record {
  NSString *reader = _context.currentUserID;
  NSDictionary *line = reader ? HulloRecordLine(record.summary, reader, _language) : nil;
  return line ? line : [NSDictionary dictionary];
}

#pragma mark - How operations are asked

- (NSMutableDictionary *)dial:(NSString *)name
                         type:(NERtcCallType)type
                   attachment:(NSString *)attachment {
  NSMutableDictionary *operation = HulloOperation(name);
  [operation setObject:HulloMediaWord(type) forKey:@"media"];
  if (attachment) [operation setObject:attachment forKey:@"attachment"];
  if (_timeOutSeconds > 0) {
    [operation setObject:[NSNumber numberWithInteger:_timeOutSeconds * 1000] forKey:@"timeout_ms"];
  }
  return operation;
}

- (void)performDialToSeveral:(NSDictionary *)operation
                  completion:(NERtcCallKitCompletion)completion {
  NERtcCallKitDelegateProxy *delegates = _delegates;
  NSString *language = _language;
  NERtcCallKitCompletion done = HULLO_AUTORELEASE([completion copy]);
  [self perform:operation
         answer:^(NSDictionary *value, NSError *error) {
           if (done) done(error);
           for (NSDictionary *refused in HulloList(value, @"refused")) {
             NSString *accid = HulloText(refused, @"accid");
             NSString *kind = HulloText(refused, @"kind");
             if (!accid || !kind) continue;
             NSError *why = HulloErrorOfKind(kind, language);
             [delegates each:@selector(onUser:notInvited:)
                          do:^(id<NERtcCallKitDelegate> delegate) {
                            [delegate onUser:accid notInvited:why];
                          }];
           }
         }];
}

- (void)perform:(NSDictionary *)operation completion:(NERtcCallKitCompletion)completion {
  NERtcCallKitCompletion done = HULLO_AUTORELEASE([completion copy]);
  [self perform:operation
         answer:^(NSDictionary *value, NSError *error) {
           (void)value;
           if (done) done(error);
         }];
}

- (void)perform:(NSDictionary *)operation answer:(HulloAnswer)answer {
  HulloAnswer copied = HULLO_AUTORELEASE([answer copy]);
  BOOL isRefused = [self failUnlessSetUp:^(NSError *error) {
    copied(nil, error);
  }];
  if (!isRefused) [_client operate:operation answer:copied];
}

/// Whether there is nobody to ask, which the completion then says.
- (BOOL)failUnlessSetUp:(NERtcCallKitCompletion)completion {
  if (_client) return NO;
  NSError *error = _setupError;
  if (!error) {
    error = HulloErrorOf(NERtcCallKitErrorNotLoggedIn, @"not_logged_in",
                         @"call setupAppKey:options: first", _language);
  }
  NERtcCallKitCompletion done = HULLO_AUTORELEASE([completion copy]);
  HulloOnMain(^{
    if (done) done(error);
  });
  return YES;
}

#pragma mark - HulloNativeListener

- (void)nativeEvent:(NSDictionary<NSString *, id> *)event {
  NERtcCallStatus before = _context.status;
  [_context takeEvent:event];
  BOOL hasBegun = before == NERtcCallStatusIdle && _context.status != NERtcCallStatusIdle;
  if (hasBegun && [[_views shown] count] > 0) [self showVideos];
  BOOL asksForVideo = [HulloText(event, @"event") isEqualToString:@"switch_asked"];
  if (asksForVideo && ![_delegates anyRespondsTo:@selector(onSwitchAsked:userID:)]) {
    // Nobody's camera is opened without being asked.
    [self answerSwitch:NO completion:nil];
  }
  [_delegates deliver:event context:_context language:_language];
}

- (void)nativeAsksRoomToken:(uint64_t)question call:(NSString *)callID uid:(uint64_t)uid {
  HulloNativeClient *client = _client;
  void (^complete)(NSString *, NSError *) = ^(NSString *token, NSError *error) {
    [client answer:question token:token why:[error localizedDescription]];
  };
  _context.askedCallID = callID;
  if (_roomTokenHandler) {
    _roomTokenHandler(callID, uid, HULLO_AUTORELEASE([complete copy]));
  } else if (_tokenHandler) {
    _tokenHandler(uid, HULLO_AUTORELEASE([complete copy]));
  } else {
    [client answer:question token:nil why:@"the app has set no tokenHandler"];
  }
}

- (void)nativeAsksLoginToken:(uint64_t)question {
  HulloNativeClient *client = _client;
  void (^complete)(NSString *, NSError *) = ^(NSString *token, NSError *error) {
    [client answer:question token:token why:[error localizedDescription]];
  };
  if (_options.loginTokenProvider) {
    _options.loginTokenProvider(HULLO_AUTORELEASE([complete copy]));
  } else {
    complete(nil, nil);
  }
}

@end
