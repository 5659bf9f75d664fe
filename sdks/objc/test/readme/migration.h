// What the snippets of docs/migration.md leave to the app.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "Hullo.h"

#import <UIKit/UIKit.h>

NS_ASSUME_NONNULL_BEGIN

/// The app.
@interface App : NSObject <NERtcCallKitDelegate>
@property (nonatomic, copy) NSString *appKey;
@property (nonatomic, copy) NSString *peer;
@property (nonatomic, copy) NSArray<NSString *> *team;
@end

@interface App (Screens)
- (void)show:(NSString *)text;
- (void)showProblem:(nullable NSError *)error;
- (void)mark:(NSString *)accid as:(NSString *)state;
- (void)ringFrom:(NSString *)accid video:(BOOL)video;
- (void)stopRinging;
- (void)closeCallScreen;
- (void)signInAgain;
- (void)askBackendForRoomToken:(uint64_t)uid
                          call:(nullable NSString *)callID
                          then:(void (^)(NSString *_Nullable token, NSError *_Nullable error))then;
- (void)drawRecord:(HulloCallRecord *)record with:(NSString *)accid;
@end

NS_ASSUME_NONNULL_END
