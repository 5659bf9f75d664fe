// Who is signed in, and what is known of the call.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKitConsts.h"

NS_ASSUME_NONNULL_BEGIN

/// As of the last event that a delegate was told of. Read it on the main thread.
@interface NERtcCallKitContext : NSObject {
 @private
  NSString *_currentUserID;
  NERtcCallStatus _status;
  NSDictionary<NSString *, id> *_call;
  NSString *_askedCallID;
  NSString *_invitor;
  NSData *_apnsToken;
  BOOL _connected;
}

/// That of NERtcCallKit.sharedInstance.
+ (NERtcCallKitContext *)sharedInstance;

/// The account; nil while signed out.
@property (nonatomic, copy, readonly, nullable) NSString *currentUserID;
/// Where this device is.
@property (nonatomic, readonly) NERtcCallStatus status;
/// The session with the server is open. It is restored by itself when it is not.
@property (nonatomic, readonly) BOOL connected;
/// The call, or the one that a room token is asked for; nil while idle.
@property (nonatomic, copy, readonly, nullable) NSString *callID;
/// Whether it is a group call.
@property (nonatomic, readonly) BOOL isGroupCall;
/// The app's own name of the group.
@property (nonatomic, copy, readonly, nullable) NSString *groupID;
/// What the call carries; video while idle.
@property (nonatomic, readonly) NERtcCallType callType;
/// Who has called this device last.
@property (nonatomic, copy, readonly, nullable) NSString *invitor;
/// The other one of a call of two.
@property (nonatomic, copy, readonly, nullable) NSString *remoteUserID;
/// Those who are in the call now, this account included.
@property (nonatomic, copy, readonly) NSArray<NSString *> *members;
/// All of the call in the server's own words: docs/reference.md, CallView.
@property (nonatomic, copy, readonly, nullable) NSDictionary<NSString *, id> *call;
/// As -[NERtcCallKit updateApnsToken:] was given it.
@property (nonatomic, copy, readonly, nullable) NSData *apnsToken;

/// This account's or another's number in the call; 0 of who is not in it.
- (uint64_t)uidOfUser:(NSString *)userID;
/// Whether an account has a part in the call.
- (BOOL)hasUser:(NSString *)userID;

@end

NS_ASSUME_NONNULL_END
