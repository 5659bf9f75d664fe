// One person with the component: commands come as lines of JSON, and whatever the component calls goes out as lines of JSON.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#import "Hullo.h"
#import "HulloBlocks.h"
#import "TestDevices.h"

#include <stdio.h>

static NSDictionary *Failure(NSError *error) {
  NSDictionary *info = [error userInfo];
  NSMutableDictionary *failure = [NSMutableDictionary dictionary];
  [failure setObject:[NSNumber numberWithInteger:[error code]] forKey:@"code"];
  [failure setObject:[error domain] forKey:@"domain"];
  [failure setObject:[error localizedDescription] forKey:@"text"];
  id kind = [info objectForKey:NERtcCallKitErrorKindKey];
  if (kind) [failure setObject:kind forKey:@"kind"];
  id message = [info objectForKey:NERtcCallKitErrorMessageKey];
  if (message) [failure setObject:message forKey:@"message"];
  return failure;
}

/// Writes a line, with the thread and with where the component says that this device is.
static void Say(NSDictionary *what) {
  NSMutableDictionary *line = [NSMutableDictionary dictionaryWithDictionary:what];
  NERtcCallStatus status = NERtcCallKit.sharedInstance.callStatus;
  [line setObject:[NSNumber numberWithBool:[NSThread isMainThread]] forKey:@"main"];
  [line setObject:[NSNumber numberWithUnsignedInteger:status] forKey:@"status"];
  NSData *json = [NSJSONSerialization dataWithJSONObject:line options:0 error:NULL];
  fwrite([json bytes], 1, [json length], stdout);
  fputc('\n', stdout);
  fflush(stdout);
}

/// A callback and its arguments.
static void Called(NSString *name, NSArray *arguments) {
  Say([NSDictionary dictionaryWithObjectsAndKeys:name, @"callback", arguments, @"arguments", nil]);
}

static NSArray *List(id one) {
  return [NSArray arrayWithObject:one ? one : [NSNull null]];
}

static NSArray *Pair(id one, id other) {
  return [NSArray arrayWithObjects:one ? one : [NSNull null], other ? other : [NSNull null], nil];
}

static NSNumber *Number(NSInteger number) {
  return [NSNumber numberWithInteger:number];
}

/// One who knows the shorter invitation alone, and has heard enough with the first.
@interface OldListener : NSObject <NERtcCallKitDelegate>
@end

@implementation OldListener

- (void)onInvited:(NSString *)invitor
          userIDs:(NSArray<NSString *> *)userIDs
      isFromGroup:(BOOL)isFromGroup
          groupID:(NSString *)groupID
             type:(NERtcCallType)type {
  (void)isFromGroup;
  (void)groupID;
  (void)type;
  Called(@"oldInvited", Pair(invitor, userIDs));
  [[NERtcCallKit sharedInstance] removeDelegate:self];
}

- (void)onCallEnd {
  Called(@"oldCallEnd", [NSArray array]);
}

@end

@interface Person : NSObject <HulloKitDelegate> {
  NSMutableArray *_questions;
  TestDevices *_devices;
  TestView *_view;
  OldListener *_old;
}
- (void)obey:(NSString *)line;
@end

@implementation Person

- (instancetype)init {
  if ((self = [super init])) _questions = [[NSMutableArray alloc] init];
  return self;
}

- (void)dealloc {
  [[NERtcCallKit sharedInstance] removeDelegate:self];
  [_questions release];
  [_devices release];
  [_view release];
  [_old release];
  [super dealloc];
}

#pragma mark - What it is told

- (void)onInvited:(NSString *)invitor
          userIDs:(NSArray<NSString *> *)userIDs
      isFromGroup:(BOOL)isFromGroup
          groupID:(NSString *)groupID
             type:(NERtcCallType)type
       attachment:(NSString *)attachment {
  id none = [NSNull null];
  Called(@"onInvited", [NSArray arrayWithObjects:invitor, userIDs, [NSNumber numberWithBool:isFromGroup],
                                                 groupID ? groupID : none, Number(type),
                                                 attachment ? attachment : none, nil]);
}

- (void)onUserEnter:(NSString *)userID {
  Called(@"onUserEnter", List(userID));
}
- (void)onUserReject:(NSString *)userID {
  Called(@"onUserReject", List(userID));
}
- (void)onUserCancel:(NSString *)userID {
  Called(@"onUserCancel", List(userID));
}
- (void)onUserLeave:(NSString *)userID {
  Called(@"onUserLeave", List(userID));
}
- (void)onUserDisconnect:(NSString *)userID {
  Called(@"onUserDisconnect", List(userID));
}
- (void)onUserAccept:(NSString *)userID {
  Called(@"onUserAccept", List(userID));
}
- (void)onUserBusy:(NSString *)userID {
  Called(@"onUserBusy", List(userID));
}
- (void)onUserRinging:(NSString *)userID {
  Called(@"onUserRinging", List(userID));
}
- (void)onUserTimeOut:(NSString *)userID {
  Called(@"onUserTimeOut", List(userID));
}
- (void)onUser:(NSString *)userID notInvited:(NSError *)error {
  Called(@"onUserNotInvited", Pair(userID, Failure(error)));
}
- (void)onCallEnd {
  Called(@"onCallEnd", [NSArray array]);
}
- (void)onCallEndReason:(NSString *)reason userID:(NSString *)userID duration:(NSTimeInterval)duration {
  (void)duration;
  Called(@"onCallEndReason", Pair(reason, userID));
}
- (void)onCallingTimeOut {
  Called(@"onCallingTimeOut", [NSArray array]);
}
- (void)onDisconnect:(NSError *)reason {
  Called(@"onDisconnect", List(Failure(reason)));
}
- (void)onError:(NSError *)error {
  Called(@"onError", List(Failure(error)));
}
- (void)onCameraAvailable:(BOOL)available userID:(NSString *)userID {
  Called(@"onCameraAvailable", Pair([NSNumber numberWithBool:available], userID));
}
- (void)onAudioAvailable:(BOOL)available userID:(NSString *)userID {
  Called(@"onAudioAvailable", Pair([NSNumber numberWithBool:available], userID));
}
- (void)onUserNetworkQuality:(NSDictionary<NSString *, NERtcNetworkQualityStats *> *)stats {
  NSMutableDictionary *uids = [NSMutableDictionary dictionary];
  for (NSString *accid in stats) {
    NERtcNetworkQualityStats *one = [stats objectForKey:accid];
    [uids setObject:Number((NSInteger)one.userId) forKey:accid];
  }
  Called(@"onUserNetworkQuality", List(uids));
}
- (void)onOtherClientAccept {
  Called(@"onOtherClientAccept", [NSArray array]);
}
- (void)onOtherClientReject {
  Called(@"onOtherClientReject", [NSArray array]);
}
- (void)onCallTypeChange:(NERtcCallType)callType {
  Called(@"onCallTypeChange", List(Number(callType)));
}
- (void)onSwitchAsked:(NERtcCallType)callType userID:(NSString *)userID {
  Called(@"onSwitchAsked", Pair(Number(callType), userID));
}
- (void)onAudioMuted:(BOOL)muted userID:(NSString *)userID {
  Called(@"onAudioMuted", Pair([NSNumber numberWithBool:muted], userID));
}
- (void)onVideoMuted:(BOOL)muted userID:(NSString *)userID {
  Called(@"onVideoMuted", Pair([NSNumber numberWithBool:muted], userID));
}
- (void)onJoinChannel:(NERtcCallKitJoinChannelEvent *)event {
  Called(@"onJoinChannel", Pair(event.accid, Number((NSInteger)event.uid)));
}
- (void)onFirstVideoFrameDecoded:(NSString *)userID width:(uint32_t)width height:(uint32_t)height {
  Called(@"onFirstVideoFrameDecoded",
         [NSArray arrayWithObjects:userID, Number(width), Number(height), nil]);
}
- (void)onRecvMessages:(NSArray<NIMMessage *> *)messages {
  for (NIMMessage *message in messages) {
    NIMRtcCallRecordObject *record = message.messageObject;
    NSMutableDictionary *said = [NSMutableDictionary dictionary];
    [said setObject:Number(message.messageType) forKey:@"messageType"];
    [said setObject:Number(record.callType) forKey:@"callType"];
    [said setObject:Number(record.callStatus) forKey:@"callStatus"];
    [said setObject:record.channelID forKey:@"channelID"];
    [said setObject:[[record.durations allKeys] sortedArrayUsingSelector:@selector(compare:)]
             forKey:@"durations"];
    [said setObject:message.from forKey:@"from"];
    [said setObject:message.session.sessionId forKey:@"session"];
    [said setObject:[NSNumber numberWithBool:message.isOutgoingMsg] forKey:@"outgoing"];
    [said setObject:[[NERtcCallKit sharedInstance] lineOfRecord:record] forKey:@"line"];
    Called(@"onRecvMessages", List(said));
  }
}

#pragma mark - What it is asked to do

- (void)answer:(NSNumber *)number error:(NSError *)error value:(id)value {
  NSMutableDictionary *answer = [NSMutableDictionary dictionaryWithObject:number forKey:@"answer"];
  if (error) [answer setObject:Failure(error) forKey:@"error"];
  if (value) [answer setObject:value forKey:@"value"];
  Say(answer);
}

- (void)setUp:(NSDictionary *)command {
  HulloOptions *options = [[[HulloOptions alloc] init] autorelease];
  options.server = [command objectForKey:@"server"];
  options.storePath = [command objectForKey:@"store"];
  options.mediaAddress = [command objectForKey:@"media"];
  options.language = @"zh-Hans";
  NSNumber *hertz = [command objectForKey:@"hertz"];
  if (hertz) {
    _devices = [[TestDevices alloc] initWithHertz:[hertz doubleValue]
                                             luma:[[command objectForKey:@"luma"] intValue]];
    options.devices = _devices;
  }
  [[HulloKit sharedInstance] setupAppKey:[command objectForKey:@"app_key"] options:options];
}

/// Secure mode, as the README of the reference has it.
- (void)giveTokens {
  NSMutableArray *questions = _questions;
  NERtcCallKit.sharedInstance.tokenHandler = ^(uint64_t uid, void (^complete)(NSString *, NSError *)) {
    [questions addObject:[[complete copy] autorelease]];
    Called(@"tokenHandler", Pair(Number((NSInteger)uid), NERtcCallKit.sharedInstance.context.callID));
  };
}

/// Answers the oldest question for a token, as an app might: from another thread, and twice.
- (void)giveToken:(NSString *)token {
  void (^complete)(NSString *, NSError *) = [[[_questions objectAtIndex:0] retain] autorelease];
  [_questions removeObjectAtIndex:0];
  complete(token, nil);
  complete(@"twice", nil);
}

- (BOOL)operate:(NSString *)name
             on:(NSDictionary *)command
           done:(void (^)(NSError *error))done {
  NERtcCallKit *kit = [NERtcCallKit sharedInstance];
  NSString *user = [command objectForKey:@"user"];
  NSArray *users = [command objectForKey:@"users"];
  NERtcCallType type = (NERtcCallType)[[command objectForKey:@"type"] integerValue];
  NSString *attachment = [command objectForKey:@"attachment"];
  NSString *group = [command objectForKey:@"group"];
  if ([name isEqualToString:@"login"]) {
    [kit login:user token:[command objectForKey:@"token"] completion:done];
  } else if ([name isEqualToString:@"logout"]) {
    [kit logout:done];
  } else if ([name isEqualToString:@"call"]) {
    [kit call:user type:type attachment:attachment completion:done];
  } else if ([name isEqualToString:@"groupCall"]) {
    [kit groupCall:users groupID:group type:type attachment:attachment completion:done];
  } else if ([name isEqualToString:@"groupInvite"]) {
    [kit groupInvite:users groupID:group completion:done];
  } else if ([name isEqualToString:@"reject"]) {
    [kit reject:done];
  } else if ([name isEqualToString:@"cancel"]) {
    [kit cancel:done];
  } else if ([name isEqualToString:@"hangup"]) {
    [kit hangup:done];
  } else if ([name isEqualToString:@"leave"]) {
    [kit leave:done];
  } else if ([name isEqualToString:@"switch"]) {
    [kit switchCallType:type completion:done];
  } else if ([name isEqualToString:@"answerSwitch"]) {
    [kit answerSwitch:YES completion:done];
  } else {
    return NO;
  }
  return YES;
}

- (void)obey:(NSString *)line {
  NSData *data = [line dataUsingEncoding:NSUTF8StringEncoding];
  NSDictionary *command = [NSJSONSerialization JSONObjectWithData:data options:0 error:NULL];
  NSString *name = [command objectForKey:@"do"];
  NSNumber *number = [command objectForKey:@"number"];
  NERtcCallKit *kit = [NERtcCallKit sharedInstance];
  if ([self operate:name
                 on:command
               done:^(NSError *error) {
                 [self answer:number error:error value:nil];
               }]) {
    return;
  }
  id value = nil;
  NSError *error = nil;
  if ([name isEqualToString:@"setup"]) {
    [self setUp:command];
  } else if ([name isEqualToString:@"tokenHandler"]) {
    [self giveTokens];
  } else if ([name isEqualToString:@"accept"]) {
    [kit accept:^(NSError *failed, NSArray<NSString *> *joinedMembers) {
      [self answer:number error:failed value:joinedMembers];
    }];
    return;
  } else if ([name isEqualToString:@"operate"]) {
    [kit operate:[command objectForKey:@"operation"]
        completion:^(NSError *failed, NSDictionary *what) {
          [self answer:number error:failed value:what];
        }];
    return;
  } else if ([name isEqualToString:@"token"]) {
    [self giveToken:[command objectForKey:@"token"]];
  } else if ([name isEqualToString:@"timeout"]) {
    kit.timeOutSeconds = [[command objectForKey:@"seconds"] integerValue];
    value = Number(kit.timeOutSeconds);
  } else if ([name isEqualToString:@"muteAudio"]) {
    value = Number([kit muteLocalAudio:[[command objectForKey:@"muted"] boolValue]]);
  } else if ([name isEqualToString:@"muteUser"]) {
    BOOL muted = [kit setAudioMute:YES forUser:[command objectForKey:@"user"] error:&error];
    value = [NSNumber numberWithBool:muted];
  } else if ([name isEqualToString:@"nonsense"]) {
    // What the headers forbid, and what is no JSON.
    NSString *nothing = nil;
    NSArray *nobody = nil;
    [kit call:nothing type:NERtcCallTypeAudio completion:nil];
    [kit groupCall:nobody type:NERtcCallTypeAudio completion:nil];
    [kit login:nothing token:nil completion:nil];
    [kit setAudioMute:YES forUser:nothing error:NULL];
    [kit setLoudSpeakerMode:YES error:NULL];
    [kit setupRemoteView:nil forUser:@"nobody"];
    [kit setupRemoteView:nil forUser:nothing];
    [kit hangup:nil];
    [kit accept:nil];
    NSDictionary *noJson = [NSDictionary dictionaryWithObject:[NSDate date] forKey:@"op"];
    [kit operate:noJson
        completion:^(NSError *failed, NSDictionary *what) {
          [self answer:number error:failed value:what];
        }];
    return;
  } else if ([name isEqualToString:@"oldListener"]) {
    _old = [[OldListener alloc] init];
    [kit addDelegate:_old];
  } else if ([name isEqualToString:@"stopListening"]) {
    [kit removeDelegate:self];
  } else if ([name isEqualToString:@"look"]) {
    if (!_view) _view = [[TestView alloc] init];
    [kit setupRemoteView:_view forUser:[command objectForKey:@"user"]];
  } else if ([name isEqualToString:@"senses"]) {
    NSMutableDictionary *senses = [NSMutableDictionary dictionary];
    double tone = [_devices shareOfHertz:[[command objectForKey:@"hertz"] doubleValue]];
    [senses setObject:[NSNumber numberWithDouble:tone] forKey:@"tone"];
    [senses setObject:[_view seen] ? [_view seen] : [NSArray array] forKey:@"seen"];
    [senses setObject:[_devices open] forKey:@"open"];
    [senses setObject:[NSNumber numberWithDouble:[_devices loudness]] forKey:@"loudness"];
    value = senses;
  } else if ([name isEqualToString:@"members"]) {
    value = kit.context.members;
  }
  [self answer:number error:error value:value];
}

@end

/// Reads commands on a thread of its own and has them obeyed on the main one.
@interface Reader : NSObject
- (void)readFor:(Person *)person;
@end

@implementation Reader

- (void)readFor:(Person *)person {
  char *line = NULL;
  size_t size = 0;
  while (getline(&line, &size, stdin) > 0) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    NSString *text = [NSString stringWithUTF8String:line];
    [person performSelectorOnMainThread:@selector(obey:) withObject:text waitUntilDone:NO];
    [pool drain];
  }
  free(line);
  exit(0);
}

@end

int main(void) {
  HulloMakeBlocksObjects();
  NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
  Person *person = [[Person alloc] init];
  [[NERtcCallKit sharedInstance] addDelegate:person];
  [[NERtcCallKit sharedInstance] addDelegate:person];
  Reader *reader = [[Reader alloc] init];
  [NSThread detachNewThreadSelector:@selector(readFor:) toTarget:reader withObject:person];
  while (YES) {
    NSAutoreleasePool *turn = [[NSAutoreleasePool alloc] init];
    [[NSRunLoop currentRunLoop] runMode:NSDefaultRunLoopMode beforeDate:[NSDate distantFuture]];
    [turn drain];
  }
  [pool drain];
  return 0;
}
