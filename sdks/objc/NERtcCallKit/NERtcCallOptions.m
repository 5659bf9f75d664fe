// SPDX-License-Identifier: MIT OR Apache-2.0

#import "NERtcCallOptions.h"

#import "Core/HulloPlatform.h"

@implementation NERtcCallOptions

@synthesize APNSCerName = _APNSCerName;
@synthesize VoIPCerName = _VoIPCerName;
@synthesize server = _server;
@synthesize language = _language;
@synthesize storePath = _storePath;
@synthesize mediaAddress = _mediaAddress;
@synthesize loginTokenProvider = _loginTokenProvider;
@synthesize devices = _devices;

#if !HULLO_ARC
- (void)dealloc {
  [_APNSCerName release];
  [_VoIPCerName release];
  [_server release];
  [_language release];
  [_storePath release];
  [_mediaAddress release];
  [_loginTokenProvider release];
  [_devices release];
  [super dealloc];
}
#endif

@end
