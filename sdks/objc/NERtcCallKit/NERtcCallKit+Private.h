// What the component's own files know of each other.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "Core/HulloNativeClient.h"
#import "NERtcCallKit.h"

NS_ASSUME_NONNULL_BEGIN

/// The platform's own devices; nil where there are none.
FOUNDATION_EXPORT id<HulloDeviceSource> _Nullable HulloReadyDevices(void);

@interface NERtcCallKitContext ()
@property (nonatomic, copy, readwrite, nullable) NSString *currentUserID;
@property (nonatomic, copy, readwrite, nullable) NSData *apnsToken;
/// The call of which a room token is asked for.
@property (nonatomic, copy, nullable) NSString *askedCallID;
/// Takes what an event says of where this device is.
- (void)takeEvent:(NSDictionary<NSString *, id> *)event;
@end

NS_ASSUME_NONNULL_END
