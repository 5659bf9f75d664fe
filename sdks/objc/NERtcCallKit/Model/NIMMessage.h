// The record of a call, as the message in a conversation that the reference's app receives.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

/// The kinds of messages. Hullo has this one.
typedef NS_ENUM(NSInteger, HulloMessageType) {
  HulloMessageTypeCallRecord = 12,
};

/// What the call carried. Not the numbers of NERtcCallType.
typedef NS_ENUM(NSInteger, HulloRecordCallType) {
  HulloRecordCallTypeAudio = 1,
  HulloRecordCallTypeVideo = 2,
};

/// What became of the call.
typedef NS_ENUM(NSInteger, HulloRecordStatus) {
  /// They have talked.
  HulloRecordStatusComplete = 1,
  /// The caller took it back.
  HulloRecordStatusCanceled = 2,
  /// The callee declined.
  HulloRecordStatusRejected = 3,
  /// Nobody answered.
  HulloRecordStatusTimeout = 4,
  /// The callee was in another call.
  HulloRecordStatusBusy = 5,
};

/// What a message carries.
@interface HulloCallRecord : NSObject {
 @private
  HulloRecordCallType _callType;
  HulloRecordStatus _callStatus;
  NSString *_channelID;
  NSDictionary<NSString *, NSNumber *> *_durations;
  NSDictionary<NSString *, id> *_summary;
}

@property (nonatomic, readonly) HulloRecordCallType callType;
@property (nonatomic, readonly) HulloRecordStatus callStatus;
/// The call.
@property (nonatomic, copy, readonly) NSString *channelID;
/// Connected time of its two readers in whole seconds, by accid; empty where nobody has answered.
@property (nonatomic, copy, readonly) NSDictionary<NSString *, NSNumber *> *durations;
/// All that the server says of it: docs/reference.md, CallSummary.
@property (nonatomic, copy, readonly) NSDictionary<NSString *, id> *summary;

@end

/// The other one of a conversation.
@interface HulloConversation : NSObject {
 @private
  NSString *_sessionId;
}
/// Its accid.
@property (nonatomic, copy, readonly) NSString *sessionId;
@end

/// An entry in a conversation.
@interface HulloMessage : NSObject {
 @private
  NSString *_messageId;
  NSString *_from;
  NSTimeInterval _timestamp;
  BOOL _isOutgoingMsg;
  HulloConversation *_session;
  HulloCallRecord *_messageObject;
}

@property (nonatomic, readonly) HulloMessageType messageType;
@property (nonatomic, copy, readonly) NSString *messageId;
/// Who it is from: the caller.
@property (nonatomic, copy, readonly) NSString *from;
/// Seconds since 1970.
@property (nonatomic, readonly) NSTimeInterval timestamp;
/// Whether it is from the account that is signed in here.
@property (nonatomic, readonly) BOOL isOutgoingMsg;
@property (nonatomic, strong, readonly) HulloConversation *session;
@property (nonatomic, strong, readonly) HulloCallRecord *messageObject;

/// Nil of a message that this version cannot read. `reader` is the account that is signed in.
- (nullable instancetype)initWithMessage:(NSDictionary<NSString *, id> *)message
                                  reader:(NSString *)reader;

@end

// The reference's names, unless the app has the SDK that they come from.
#if !__has_include(<NIMSDK/NIMSDK.h>)
@compatibility_alias NIMMessage HulloMessage;
@compatibility_alias NIMSession HulloConversation;
@compatibility_alias NIMRtcCallRecordObject HulloCallRecord;
typedef HulloMessageType NIMMessageType;
typedef HulloRecordCallType NIMRtcCallType;
typedef HulloRecordStatus NIMRtcCallStatus;
#define NIMMessageTypeRtcCallRecord HulloMessageTypeCallRecord
#define NIMRtcCallTypeAudio HulloRecordCallTypeAudio
#define NIMRtcCallTypeVideo HulloRecordCallTypeVideo
#define NIMRtcCallStatusComplete HulloRecordStatusComplete
#define NIMRtcCallStatusCanceled HulloRecordStatusCanceled
#define NIMRtcCallStatusRejected HulloRecordStatusRejected
#define NIMRtcCallStatusTimeout HulloRecordStatusTimeout
#define NIMRtcCallStatusBusy HulloRecordStatusBusy
#endif

NS_ASSUME_NONNULL_END
