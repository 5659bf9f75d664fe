// The component under its own names: the same classes.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallKit.h"

@compatibility_alias HulloKit NERtcCallKit;
@compatibility_alias HulloOptions NERtcCallOptions;
@compatibility_alias HulloContext NERtcCallKitContext;
@compatibility_alias HulloQualityStats NERtcNetworkQualityStats;
@compatibility_alias HulloJoinEvent NERtcCallKitJoinChannelEvent;
#define HulloKitDelegate NERtcCallKitDelegate
typedef NERtcCallType HulloCallType;
typedef NERtcCallStatus HulloCallStatus;
typedef NERtcCallKitView HulloView;
