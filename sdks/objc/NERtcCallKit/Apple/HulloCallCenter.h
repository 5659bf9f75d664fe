// Calls on the system's own call screen, and pushes that wake the app for them: CallKit and PushKit.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#if __has_include(<CallKit/CallKit.h>) && __has_include(<PushKit/PushKit.h>)

#import "../NERtcCallKit.h"

NS_ASSUME_NONNULL_BEGIN

/// Makes one, and keep it: it shows the calls of a kit that ring here, answers, declines, ends and mutes them as the person says on the
/// system's screen, and takes them away when they are over. On the main thread alone.
@interface HulloCallCenter : NSObject

/// The app signs in by itself when a push has woken it: `signIn` is called for that.
- (instancetype)initWithKit:(NERtcCallKit *)kit signIn:(void (^)(void))signIn;

/// Asks for pushes of PushKit. The token goes to -[NERtcCallKit updateApnsToken:]. The server sends none yet: an app's backend that
/// does gives `call_id`, `invitor`, `name` and `media` ("audio" or "video"), as the webhook of the call has them.
- (void)registerForPushes;

@end

NS_ASSUME_NONNULL_END

#endif
