// As much of UIKit as the component names: see Foundation.h beside it.
// SPDX-License-Identifier: MIT OR Apache-2.0

#pragma once

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

@interface CALayer : NSObject
@property CGRect bounds;
@property CGRect frame;
@property (nullable, copy) NSArray<CALayer *> *sublayers;
- (void)addSublayer:(CALayer *)layer;
- (void)removeFromSuperlayer;
@end

@interface UIResponder : NSObject
@end

@interface UIView : UIResponder
@property (nonatomic, readonly, strong) CALayer *layer;
@end

@class UIApplication;

@protocol UIApplicationDelegate <NSObject>
@optional
- (BOOL)application:(UIApplication *)application
    didFinishLaunchingWithOptions:(nullable NSDictionary *)options;
@end

NS_ASSUME_NONNULL_END
