// As much of PushKit as the component names: see Foundation.h of the shims.
// SPDX-License-Identifier: MIT OR Apache-2.0

#pragma once

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

typedef NSString *PKPushType;
FOUNDATION_EXPORT PKPushType const PKPushTypeVoIP;

@class PKPushRegistry;

@interface PKPushCredentials : NSObject
@property (readonly, copy) NSData *token;
@end

@interface PKPushPayload : NSObject
@property (readonly, copy) NSDictionary *dictionaryPayload;
@end

@protocol PKPushRegistryDelegate <NSObject>
- (void)pushRegistry:(PKPushRegistry *)registry
    didUpdatePushCredentials:(PKPushCredentials *)credentials
                     forType:(PKPushType)type;
@optional
- (void)pushRegistry:(PKPushRegistry *)registry
    didReceiveIncomingPushWithPayload:(PKPushPayload *)payload
                              forType:(PKPushType)type
                withCompletionHandler:(void (^)(void))completion;
@end

@interface PKPushRegistry : NSObject
- (instancetype)initWithQueue:(nullable dispatch_queue_t)queue;
@property (nullable, weak) id<PKPushRegistryDelegate> delegate;
@property (nullable, copy) NSSet<PKPushType> *desiredPushTypes;
@end

NS_ASSUME_NONNULL_END
