// Those who are told what happens.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKit.h"

NS_ASSUME_NONNULL_BEGIN

/// Delegates in the order in which they were added, held weakly. On the main thread alone.
@interface NERtcCallKitDelegateProxy : NSObject {
 @private
  NSMutableArray *_holders;
}

- (void)add:(id<NERtcCallKitDelegate>)delegate;
- (void)remove:(nullable id<NERtcCallKitDelegate>)delegate;
/// Whether one of them implements it.
- (BOOL)anyRespondsTo:(SEL)selector;
/// Calls the block for each who implements it and has not been removed meanwhile.
- (void)each:(SEL)selector do:(void (^)(id<NERtcCallKitDelegate> delegate))block;
/// Calls them with what an event says. `language` is that of the texts of errors.
- (void)deliver:(NSDictionary<NSString *, id> *)event
        context:(NERtcCallKitContext *)context
       language:(NSString *)language;

@end

NS_ASSUME_NONNULL_END
