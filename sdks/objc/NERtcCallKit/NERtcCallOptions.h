// How the component is set up.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import "HulloDeviceSource.h"

NS_ASSUME_NONNULL_BEGIN

/// Asked for a fresh login token; call `complete` once, now or later, on any thread.
typedef void (^NERtcCallKitLoginTokenProvider)(
    void (^complete)(NSString *_Nullable token, NSError *_Nullable error));

/// Given to -[NERtcCallKit setupAppKey:options:].
@interface NERtcCallOptions : NSObject {
 @private
  NSString *_APNSCerName;
  NSString *_VoIPCerName;
  NSString *_server;
  NSString *_language;
  NSString *_storePath;
  NSString *_mediaAddress;
  NERtcCallKitLoginTokenProvider _loginTokenProvider;
  id<HulloDeviceSource> _devices;
}

/// The name of the certificate of remote notifications.
@property (nonatomic, copy, nullable) NSString *APNSCerName;
/// The name of the certificate of PushKit.
@property (nonatomic, copy, nullable) NSString *VoIPCerName;

/// The address of the Hullo server: "https://calls.example.com". Where it is nil, the text `HulloServer` of the app's Info.plist.
@property (nonatomic, copy, nullable) NSString *server;
/// The language of the texts for people, "zh" or "en"; that of the device where it is nil.
@property (nonatomic, copy, nullable) NSString *language;
/// A file in which this device keeps who it is, so that a restarted app goes on in its call. Where it is nil, one in the app's
/// Application Support folder.
@property (nonatomic, copy, nullable) NSString *storePath;
/// The address of this machine that leads to the server's media; found out where it is nil.
@property (nonatomic, copy, nullable) NSString *mediaAddress;
/// Who is asked for fresh login tokens before the one of the login runs out. Without, -onTokenExpiring: tells the app.
@property (nonatomic, copy, nullable) NERtcCallKitLoginTokenProvider loginTokenProvider;
/// Microphone, loudspeaker and camera. Where it is nil, on iOS those of the device, and elsewhere none: calls are silent and dark.
@property (nonatomic, strong, nullable) id<HulloDeviceSource> devices;

@end

NS_ASSUME_NONNULL_END
