// SPDX-License-Identifier: MIT OR Apache-2.0

#import <UIKit/UIKit.h>

#import "Hullo.h"

/// A call that is over, in a conversation: one's own on the right. A press calls again.
@interface RecordCell : UITableViewCell
- (void)showMessage:(NIMMessage *)message;
@end
