// The C face (hullo.h) in Objective-C: dictionaries in place of JSON, the main thread in place of the client's own. Private.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "../HulloDeviceSource.h"

NS_ASSUME_NONNULL_BEGIN

/// What a client says. All of it comes on the main thread and in order.
@protocol HulloNativeListener <NSObject>
- (void)nativeEvent:(NSDictionary<NSString *, id> *)event;
- (void)nativeAsksRoomToken:(uint64_t)question call:(NSString *)callID uid:(uint64_t)uid;
- (void)nativeAsksLoginToken:(uint64_t)question;
@end

/// What came of an operation: one of the two.
typedef void (^HulloAnswer)(NSDictionary<NSString *, id> *_Nullable value, NSError *_Nullable error);

@class HulloNativeBridge;
@class HulloViews;

@interface HulloNativeClient : NSObject {
 @private
  uint64_t _number;
  HulloNativeBridge *_bridge;
  NSString *_language;
}

/// Nil where it cannot be made; `error` says why. The listener is held weakly.
- (nullable instancetype)initWithConfiguration:(NSDictionary<NSString *, id> *)configuration
                                      language:(NSString *)language
                               asksLoginTokens:(BOOL)asksLoginTokens
                                       devices:(nullable id<HulloDeviceSource>)devices
                                         views:(HulloViews *)views
                                      listener:(id<HulloNativeListener>)listener
                                         error:(NSError *_Nullable *_Nullable)error;
/// `answer` is called once, on the main thread, after this has returned.
- (void)login:(NSString *)accid token:(nullable NSString *)token answer:(nullable HulloAnswer)answer;
/// The same.
- (void)operate:(NSDictionary<NSString *, id> *)operation answer:(nullable HulloAnswer)answer;
- (void)answer:(uint64_t)question token:(nullable NSString *)token why:(nullable NSString *)why;
- (void)networkChanged;
/// Nothing is said to the listener any more; what is under way is answered.
- (void)close;

@end

/// An error of this kind in the person's language.
FOUNDATION_EXPORT NSError *HulloErrorOf(NSInteger code, NSString *kind, NSString *_Nullable message,
                                        NSString *language);
/// The same, with the code that belongs to the kind.
FOUNDATION_EXPORT NSError *HulloErrorOfKind(NSString *kind, NSString *language);
/// A text of call screens.
FOUNDATION_EXPORT NSString *_Nullable HulloScreenText(NSString *name, NSString *language);
/// How a call that is over reads to one of its readers: `direction`, `missed`, `title`, `text`.
FOUNDATION_EXPORT NSDictionary<NSString *, id> *_Nullable HulloRecordLine(NSDictionary *summary,
                                                                          NSString *reader,
                                                                          NSString *language);

NS_ASSUME_NONNULL_END
