// This device is in a call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

@interface NERtcCallKitJoinChannelEvent : NSObject {
 @private
  NSString *_accid;
  uint64_t _uid;
  NSString *_cid;
  NSString *_cname;
}

/// This device's account.
@property (nonatomic, copy, readonly) NSString *accid;
/// Its number in the call.
@property (nonatomic, readonly) uint64_t uid;
/// The call. The reference has a number here; a call of Hullo has a UUID.
@property (nonatomic, copy, readonly) NSString *cid;
/// The room, which is the call.
@property (nonatomic, copy, readonly) NSString *cname;

- (instancetype)initWithAccid:(NSString *)accid uid:(uint64_t)uid callID:(NSString *)callID;

@end

NS_ASSUME_NONNULL_END
