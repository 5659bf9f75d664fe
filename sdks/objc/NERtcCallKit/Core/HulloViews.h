// Who is shown where. Private to the component.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "../NERtcCallKitConsts.h"

NS_ASSUME_NONNULL_BEGIN

/// The views that the app has given, which are held until it takes them back. Any thread may ask.
@interface HulloViews : NSObject {
 @private
  NERtcCallKitView *_local;
  NSMutableArray<NSString *> *_order;
  NSMutableDictionary<NSString *, NERtcCallKitView *> *_remote;
}

@property (atomic, strong, nullable) NERtcCallKitView *local;

/// Nil takes the view back.
- (void)setView:(nullable NERtcCallKitView *)view forUser:(NSString *)userID;
/// That of an account, in whatever case it is written.
- (nullable NERtcCallKitView *)viewOfUser:(NSString *)userID;
/// Those who have a view, the first one first.
- (NSArray<NSString *> *)shown;

@end

/// Shows a picture in a view. From any thread, one picture at a time for each view.
FOUNDATION_EXPORT void HulloShow(NERtcCallKitView *_Nullable view, HulloPicture picture);

NS_ASSUME_NONNULL_END
