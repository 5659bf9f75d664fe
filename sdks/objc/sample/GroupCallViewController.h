// SPDX-License-Identifier: MIT OR Apache-2.0

#import <UIKit/UIKit.h>

#import "Hullo.h"

/// The screen of a call of several: a grid of those who are in it, three in a row.
@interface GroupCallViewController : UIViewController
/// Dials.
- (instancetype)initWithCallees:(NSArray<NSString *> *)accids;
/// Rings.
- (instancetype)initWithCaller:(NSString *)accid;
@end
