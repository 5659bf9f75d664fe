// SPDX-License-Identifier: MIT OR Apache-2.0

#import "HulloNativeClient.h"

#import "../Consts/NERtcCallKitErrors.h"
#import "HulloPlatform.h"
#import "hullo.h"

/// What the client's callbacks are given: they own it until the last of them, and it knows the listener as long as that listens.
@interface HulloNativeBridge : NSObject {
 @private
  HULLO_WEAK id<HulloNativeListener> _listener;
}
/// Looked at on the main thread alone.
@property (nonatomic, HULLO_PROPERTY_WEAK) id<HulloNativeListener> listener;
@end

@implementation HulloNativeBridge
@synthesize listener = _listener;
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

static NSString *HulloWrite(NSDictionary *json) {
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
                                      listener:(id<HulloNativeListener>)listener
                                         error:(NSError **)error {
  if (!(self = [super init])) return nil;
  _language = [language copy];
  _bridge = [[HulloNativeBridge alloc] init];
  _bridge.listener = listener;
  HulloCallbacks callbacks = {0};
  callbacks.context = HULLO_GIVE(_bridge);
  callbacks.event = HulloEvent;
  callbacks.ask_room_token = HulloAskRoomToken;
  callbacks.ask_login_token = asksLoginTokens ? HulloAskLoginToken : NULL;
  callbacks.closed = HulloClosed;
  HulloCode code = hullo_create([HulloWrite(configuration) UTF8String], &callbacks, &_number);
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
