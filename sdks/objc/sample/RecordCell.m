// SPDX-License-Identifier: MIT OR Apache-2.0

#import "RecordCell.h"

@implementation RecordCell

- (void)showMessage:(NIMMessage *)message {
  NSDictionary *line = [HulloKit.sharedInstance lineOfRecord:message.messageObject];
  BOOL isMissed = [line[@"missed"] boolValue];
  NSString *who = message.session.sessionId;
  self.textLabel.text = [NSString stringWithFormat:@"%@  %@  %@", who, line[@"title"], line[@"text"]];
  self.textLabel.textColor = isMissed ? [UIColor redColor] : [UIColor blackColor];
  self.textLabel.textAlignment = message.isOutgoingMsg ? NSTextAlignmentRight : NSTextAlignmentLeft;
}

@end
