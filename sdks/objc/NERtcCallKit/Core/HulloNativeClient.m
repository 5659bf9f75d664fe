// SPDX-License-Identifier: MIT OR Apache-2.0

#import "HulloNativeClient.h"

#import "../Consts/NERtcCallKitErrors.h"
#import "HulloPlatform.h"
#import "HulloViews.h"
#import "hullo.h"

/// What the client's callbacks are given: they own it until the last of them, and it knows the listener as long as that listens.
@interface HulloNativeBridge : NSObject {
 @private
  HULLO_WEAK id<HulloNativeListener> _listener;
  id<HulloDeviceSource> _devices;
  HulloViews *_views;
  HulloMedia *_media;
}
/// Looked at on the main thread alone.
@property (nonatomic, HULLO_PROPERTY_WEAK) id<HulloNativeListener> listener;
@property (nonatomic, strong) id<HulloDeviceSource> devices;
@property (nonatomic, strong) HulloViews *views;
@property (nonatomic, strong) HulloMedia *media;
@end

@implementation HulloNativeBridge

@synthesize listener = _listener;
@synthesize devices = _devices;
@synthesize views = _views;
@synthesize media = _media;

#if !HULLO_ARC
- (void)dealloc {
  [_devices release];
  [_views release];
  [_media release];
  [super dealloc];
}
#endif

@end

@interface HulloMedia ()
@property (atomic) uint64_t client;
@end

@implementation HulloMedia

@synthesize client = _client;

- (void)pushSamples:(const int16_t *)samples count:(size_t)count {
  // A device that no call has open is not an error: it is being closed.
  (void)hullo_push_audio(self.client, samples, count);
}

- (void)pullSamples:(int16_t *)samples count:(size_t)count {
  (void)hullo_pull_audio(self.client, samples, count);
}

- (void)pushPicture:(HulloPicture)picture {
  HulloI420 pushed = {
      .width = picture.width,
      .height = picture.height,
      .y = picture.y,
      .u = picture.u,
      .v = picture.v,
      .stride_y = picture.strideY,
      .stride_u = picture.strideU,
      .stride_v = picture.strideV,
      .age_us = 0,
  };
  (void)hullo_push_i420(self.client, &pushed);
}

- (void)pushNV12:(const uint8_t *)luma
    strideOfLuma:(size_t)strideOfLuma
         colours:(const uint8_t *)colours
 strideOfColours:(size_t)strideOfColours
           width:(uint32_t)width
          height:(uint32_t)height {
  HulloNv12 pushed = {
      .width = width,
      .height = height,
      .y = luma,
      .uv = colours,
      .stride_y = strideOfLuma,
      .stride_uv = strideOfColours,
      .age_us = 0,
  };
  (void)hullo_push_nv12(self.client, &pushed);
}

- (void)device:(HulloDeviceKind)device stopped:(NSString *)why {
  (void)hullo_device_stopped(self.client, (int32_t)device, [why UTF8String]);
}

@end

/// An operation that waits for its answer.
@interface HulloPending : NSObject {
 @private
  HulloAnswer _answer;
  NSString *_language;
}
- (instancetype)initWithAnswer:(HulloAnswer)answer language:(NSString *)language;
- (void)answerWithJson:(NSDictionary *)json;
- (void)failWithCode:(NSInteger)code kind:(NSString *)kind message:(NSString *)message;
@end

@implementation HulloPending

- (instancetype)initWithAnswer:(HulloAnswer)answer language:(NSString *)language {
  if ((self = [super init])) {
    _answer = [answer copy];
    _language = [language copy];
  }
  return self;
}

- (void)answerWithJson:(NSDictionary *)json {
  NSDictionary *error = HulloObject(json, @"error");
  if (error) {
    NSInteger code = (NSInteger)HulloNumber(error, @"code");
    NSString *kind = HulloText(error, @"kind");
    [self failWithCode:code kind:kind ? kind : @"unknown" message:HulloText(error, @"message")];
    return;
  }
  NSDictionary *value = HulloObject(json, @"value");
  HulloAnswer answer = _answer;
  HulloOnMain(^{
    if (answer) answer(value ? value : [NSDictionary dictionary], nil);
  });
}

- (void)failWithCode:(NSInteger)code kind:(NSString *)kind message:(NSString *)message {
  NSError *error = HulloErrorOf(code, kind, message, _language);
  HulloAnswer answer = _answer;
  HulloOnMain(^{
    if (answer) answer(nil, error);
  });
}

#if !HULLO_ARC
- (void)dealloc {
  [_answer release];
  [_language release];
  [super dealloc];
}
#endif

@end

static NSDictionary *HulloRead(const char *json) {
  NSData *data = [NSData dataWithBytes:json length:strlen(json)];
  id read = [NSJSONSerialization JSONObjectWithData:data options:0 error:NULL];
  return [read isKindOfClass:[NSDictionary class]] ? read : nil;
}

/// Nil of what is no JSON, which the C face refuses.
static NSString *HulloWrite(NSDictionary *json) {
  if (![NSJSONSerialization isValidJSONObject:json]) return nil;
  NSData *data = [NSJSONSerialization dataWithJSONObject:json options:0 error:NULL];
  if (!data) return nil;
  return HULLO_AUTORELEASE([[NSString alloc] initWithData:data encoding:NSUTF8StringEncoding]);
}

/// A text that the C face has given out.
static NSString *HulloTaken(HulloCode code, char *text) {
  if (code != HULLO_CODE_OK) return nil;
  NSString *taken = [NSString stringWithUTF8String:text];
  hullo_free(text);
  return taken;
}

static NSString *HulloLastError(void) {
  char *text = NULL;
  return HulloTaken(hullo_last_error(&text), text);
}

NSString *HulloScreenText(NSString *name, NSString *language) {
  char *text = NULL;
  return HulloTaken(hullo_screen_text([name UTF8String], [language UTF8String], &text), text);
}

NSDictionary *HulloRecordLine(NSDictionary *summary, NSString *reader, NSString *language) {
  char *text = NULL;
  const char *json = [HulloWrite(summary) UTF8String];
  NSString *line = HulloTaken(
      hullo_record_line(json, [reader UTF8String], [language UTF8String], &text), text);
  return line ? HulloRead([line UTF8String]) : nil;
}

NSError *HulloErrorOf(NSInteger code, NSString *kind, NSString *message, NSString *language) {
  char *text = NULL;
  NSString *said = HulloTaken(hullo_error_text([kind UTF8String], [language UTF8String], &text), text);
  NSMutableDictionary *info = [NSMutableDictionary dictionary];
  [info setObject:kind forKey:NERtcCallKitErrorKindKey];
  if (said) [info setObject:said forKey:NSLocalizedDescriptionKey];
  if (message) [info setObject:message forKey:NERtcCallKitErrorMessageKey];
  return [NSError errorWithDomain:kNERtcCallKitErrorDomain code:code userInfo:info];
}

NSError *HulloErrorOfKind(NSString *kind, NSString *language) {
  uint32_t code = 0;
  (void)hullo_error_code([kind UTF8String], &code);
  return HulloErrorOf((NSInteger)code, kind, nil, language);
}

/// Under GNUstep a thread that it has not made is made known by asking for it.
static void HulloKnowThread(void) {
  (void)[NSThread currentThread];
}

static void HulloEvent(void *context, const char *text) {
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_PEEK(HulloNativeBridge *, context);
    NSDictionary *event = HulloRead(text);
    if (!event) return;
    HulloOnMain(^{
      [bridge.listener nativeEvent:event];
    });
  }
}

static void HulloAskRoomToken(void *context, uint64_t question, const char *call, uint64_t uid) {
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_PEEK(HulloNativeBridge *, context);
    NSString *callID = [NSString stringWithUTF8String:call];
    HulloOnMain(^{
      [bridge.listener nativeAsksRoomToken:question call:callID uid:uid];
    });
  }
}

static void HulloAskLoginToken(void *context, uint64_t question) {
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_PEEK(HulloNativeBridge *, context);
    HulloOnMain(^{
      [bridge.listener nativeAsksLoginToken:question];
    });
  }
}

static void HulloClosed(void *context) {
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_TAKE(HulloNativeBridge *, context);
    // What came before it on the main thread still needs it.
    HulloOnMain(^{
      bridge.listener = nil;
    });
  }
}

static int32_t HulloOpen(void *context, HulloDevice device) {
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_PEEK(HulloNativeBridge *, context);
    NSError *error = nil;
    if ([bridge.devices openDevice:(HulloDeviceKind)device media:bridge.media error:&error]) {
      return HULLO_OPENING_OPENED;
    }
    switch ([error code]) {
      case NERtcCallKitErrorMicrophoneDenied:
      case NERtcCallKitErrorCameraDenied:
        return HULLO_OPENING_DENIED;
      case NERtcCallKitErrorMicrophoneUnavailable:
      case NERtcCallKitErrorCameraUnavailable:
        return HULLO_OPENING_MISSING;
      default:
        return HULLO_OPENING_BUSY;
    }
  }
}

static void HulloClose(void *context, HulloDevice device) {
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_PEEK(HulloNativeBridge *, context);
    [bridge.devices closeDevice:(HulloDeviceKind)device];
  }
}

static void HulloPictureCame(void *context, const char *accid, bool isScreen,
                             const HulloI420 *picture) {
  // Screens have no view of their own.
  if (isScreen) return;
  HulloKnowThread();
  @autoreleasepool {
    HulloNativeBridge *bridge = HULLO_PEEK(HulloNativeBridge *, context);
    NSString *userID = [NSString stringWithUTF8String:accid];
    HulloPicture shown = {
        .width = picture->width,
        .height = picture->height,
        .y = picture->y,
        .u = picture->u,
        .v = picture->v,
        .strideY = picture->stride_y,
        .strideU = picture->stride_u,
        .strideV = picture->stride_v,
    };
    HulloShow([bridge.views viewOfUser:userID], shown);
  }
}

static void HulloAnswered(void *context, const char *text) {
  HulloKnowThread();
  @autoreleasepool {
    HulloPending *pending = HULLO_TAKE(HulloPending *, context);
    [pending answerWithJson:HulloRead(text)];
  }
}

@implementation HulloNativeClient

- (nullable instancetype)initWithConfiguration:(NSDictionary<NSString *, id> *)configuration
                                      language:(NSString *)language
                               asksLoginTokens:(BOOL)asksLoginTokens
                                       devices:(id<HulloDeviceSource>)devices
                                         views:(HulloViews *)views
                                      listener:(id<HulloNativeListener>)listener
                                         error:(NSError **)error {
  if (!(self = [super init])) return nil;
  _language = [language copy];
  _bridge = [[HulloNativeBridge alloc] init];
  _bridge.listener = listener;
  _bridge.devices = devices;
  _bridge.views = views;
  HulloMedia *media = [[HulloMedia alloc] init];
  _bridge.media = media;
  HulloCallbacks callbacks = {0};
  callbacks.context = HULLO_GIVE(_bridge);
  callbacks.event = HulloEvent;
  callbacks.ask_room_token = HulloAskRoomToken;
  callbacks.ask_login_token = asksLoginTokens ? HulloAskLoginToken : NULL;
  callbacks.closed = HulloClosed;
  HulloDevices faces = {0};
  faces.context = callbacks.context;
  faces.open = HulloOpen;
  faces.close = HulloClose;
  faces.picture = HulloPictureCame;
  faces.has_microphone = [devices hasDevice:HulloDeviceKindMicrophone];
  faces.has_loudspeaker = [devices hasDevice:HulloDeviceKindLoudspeaker];
  faces.has_camera = [devices hasDevice:HulloDeviceKindCamera];
  HulloCode code = hullo_create([HulloWrite(configuration) UTF8String], &callbacks,
                                devices ? &faces : NULL, &_number);
  media.client = _number;
  HULLO_RELEASE(media);
  if (code == HULLO_CODE_OK) return self;
  (void)HULLO_TAKE(HulloNativeBridge *, callbacks.context);
  if (error) *error = HulloErrorOf(NERtcCallKitErrorBadRequest, @"bad_request", HulloLastError(), language);
  HULLO_RELEASE(self);
  return nil;
}

- (void)login:(NSString *)accid token:(NSString *)token answer:(HulloAnswer)answer {
  void *context = [self pendingWith:answer];
  HulloCode code =
      hullo_login(_number, [accid UTF8String], [token UTF8String], HulloAnswered, context);
  [self fail:context ifRefused:code];
}

- (void)operate:(NSDictionary<NSString *, id> *)operation answer:(HulloAnswer)answer {
  void *context = [self pendingWith:answer];
  HulloCode code =
      hullo_operate(_number, [HulloWrite(operation) UTF8String], HulloAnswered, context);
  [self fail:context ifRefused:code];
}

- (void *)pendingWith:(HulloAnswer)answer {
  HulloPending *pending = [[HulloPending alloc] initWithAnswer:answer language:_language];
  void *context = HULLO_GIVE(pending);
  HULLO_RELEASE(pending);
  return context;
}

/// A refused operation has no callback.
- (void)fail:(void *)context ifRefused:(HulloCode)code {
  if (code == HULLO_CODE_OK) return;
  HulloPending *pending = HULLO_TAKE(HulloPending *, context);
  BOOL isGone = code == HULLO_CODE_NO_CLIENT || code == HULLO_CODE_DEFECT;
  [pending failWithCode:isGone ? NERtcCallKitErrorUnknown : NERtcCallKitErrorBadRequest
                   kind:isGone ? @"closed" : @"bad_request"
                message:HulloLastError()];
}

- (void)answer:(uint64_t)question token:(NSString *)token why:(NSString *)why {
  // A question that nobody waits for any more needs no answer.
  (void)hullo_answer(_number, question, [token UTF8String], [why UTF8String]);
}

- (void)networkChanged {
  (void)hullo_network_changed(_number);
}

- (void)close {
  _bridge.listener = nil;
  if (_number != 0) (void)hullo_destroy(_number);
  _number = 0;
}

- (void)dealloc {
  if (_number != 0) (void)hullo_destroy(_number);
#if !HULLO_ARC
  _bridge.listener = nil;
  [_bridge release];
  [_language release];
  [super dealloc];
#endif
}

@end
