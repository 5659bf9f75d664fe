// As much of CallKit as the component names: see Foundation.h of the shims.
// SPDX-License-Identifier: MIT OR Apache-2.0

#pragma once

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

typedef NS_ENUM(NSInteger, CXHandleType) { CXHandleTypeGeneric = 1 };
typedef NS_ENUM(NSInteger, CXCallEndedReason) {
  CXCallEndedReasonFailed = 1,
  CXCallEndedReasonRemoteEnded = 2,
  CXCallEndedReasonUnanswered = 3,
  CXCallEndedReasonAnsweredElsewhere = 4,
  CXCallEndedReasonDeclinedElsewhere = 5,
};

@class CXProvider;

@interface CXHandle : NSObject
- (instancetype)initWithType:(CXHandleType)type value:(NSString *)value;
@end

@interface CXCallUpdate : NSObject
@property (nonatomic, copy, nullable) CXHandle *remoteHandle;
@property (nonatomic, copy, nullable) NSString *localizedCallerName;
@property (nonatomic) BOOL hasVideo;
@end

@interface CXAction : NSObject
- (void)fulfill;
- (void)fail;
@end
@interface CXCallAction : CXAction
@property (nonatomic, readonly, copy) NSUUID *callUUID;
@end
@interface CXAnswerCallAction : CXCallAction
@end
@interface CXEndCallAction : CXCallAction
- (instancetype)initWithCallUUID:(NSUUID *)call;
@end
@interface CXSetMutedCallAction : CXCallAction
@property (nonatomic, getter=isMuted) BOOL muted;
@end

@interface CXTransaction : NSObject
- (instancetype)initWithAction:(CXAction *)action;
@end

@interface CXCallController : NSObject
- (void)requestTransaction:(CXTransaction *)transaction
                completion:(void (^)(NSError *_Nullable error))completion;
@end

@protocol CXProviderDelegate <NSObject>
- (void)providerDidReset:(CXProvider *)provider;
@optional
- (void)provider:(CXProvider *)provider performAnswerCallAction:(CXAnswerCallAction *)action;
- (void)provider:(CXProvider *)provider performEndCallAction:(CXEndCallAction *)action;
- (void)provider:(CXProvider *)provider performSetMutedCallAction:(CXSetMutedCallAction *)action;
@end

@interface CXProviderConfiguration : NSObject
- (instancetype)init;
@property (nonatomic) BOOL supportsVideo;
@property (nonatomic) NSUInteger maximumCallGroups;
@end

@interface CXProvider : NSObject
- (instancetype)initWithConfiguration:(CXProviderConfiguration *)configuration;
- (void)setDelegate:(nullable id<CXProviderDelegate>)delegate queue:(nullable dispatch_queue_t)queue;
- (void)reportNewIncomingCallWithUUID:(NSUUID *)call
                               update:(CXCallUpdate *)update
                           completion:(void (^)(NSError *_Nullable error))completion;
- (void)reportCallWithUUID:(NSUUID *)call
               endedAtDate:(nullable NSDate *)date
                    reason:(CXCallEndedReason)reason;
- (void)invalidate;
@end

NS_ASSUME_NONNULL_END
