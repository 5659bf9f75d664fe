// SPDX-License-Identifier: MIT OR Apache-2.0

#import <UIKit/UIKit.h>

/// Whom to call, and the records of calls that were.
@interface CallsViewController : UIViewController
@end
