// SPDX-License-Identifier: MIT OR Apache-2.0

#import <UIKit/UIKit.h>

#import "Hullo.h"

/// The screen of a call of two: calling, called, and in the call.
@interface CallViewController : UIViewController
/// Dials.
- (instancetype)initWithCallee:(NSString *)accid type:(NERtcCallType)type;
/// Rings.
- (instancetype)initWithCaller:(NSString *)accid type:(NERtcCallType)type;
@end
