// What the reference's README leaves to the app: names that its blocks use and do not define.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKit.h"

#import <UIKit/UIKit.h>

NS_ASSUME_NONNULL_BEGIN

static NSString *yourCerName;

/// The app's own way to its backend.
@interface NTESRtcTokenUtils : NSObject
+ (void)requestTokenWithUid:(uint64_t)uid
                     appKey:(NSString *)appKey
                 completion:(void (^)(NSError *_Nullable error, NSString *_Nullable token))completion;
@end

/// The app.
@interface App : NSObject <NERtcCallKitDelegate>
@property (nonatomic, copy) NSString *otherUserID;
@property (nonatomic, copy) NSArray<NSString *> *otherMembers;
@property (nonatomic) NERtcCallType type;
@end

NS_ASSUME_NONNULL_END
