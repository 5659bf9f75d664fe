// Calls that ring, under the names of the component that Hullo takes the place of.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#import "Consts/NERtcCallKitErrors.h"
#import "HulloDeviceSource.h"
#import "Model/NERtcCallKitJoinChannelEvent.h"
#import "Model/NERtcNetworkQualityStats.h"
#import "Model/NIMMessage.h"
#import "NERtcCallKitConsts.h"
#import "NERtcCallKitContext.h"
#import "NERtcCallOptions.h"

NS_ASSUME_NONNULL_BEGIN

/// Asked for a room token (secure mode) for this number in the call: call `complete` once, now or later, on any thread, within 10
/// seconds. The call is -[NERtcCallKit context].callID.
typedef void (^NERtcCallKitTokenHandler)(
    uint64_t uid, void (^complete)(NSString *_Nullable token, NSError *_Nullable error));

/// The same, with the call that the token must be signed for.
typedef void (^NERtcCallKitRoomTokenHandler)(
    NSString *callID, uint64_t uid,
    void (^complete)(NSString *_Nullable token, NSError *_Nullable error));

/// What is called when an operation is done: once, on the main thread, after the operation's method has returned.
typedef void (^NERtcCallKitCompletion)(NSError *_Nullable error);

/// What happens. All of it comes on the main thread and in order; -callStatus and -context are then those after it.
@protocol NERtcCallKitDelegate <NSObject>
@optional

/// Somebody calls.
/// @param invitor who calls
/// @param userIDs all who are called, the receiver included
/// @param isFromGroup whether it is a group call
/// @param groupID the app's own name of the group
/// @param type what the call carries
/// @param attachment the app's own text from -call:type:attachment:completion:
- (void)onInvited:(NSString *)invitor
          userIDs:(NSArray<NSString *> *)userIDs
      isFromGroup:(BOOL)isFromGroup
          groupID:(nullable NSString *)groupID
             type:(NERtcCallType)type
       attachment:(nullable NSString *)attachment;
/// The same, for those who do not implement the one above.
- (void)onInvited:(NSString *)invitor
          userIDs:(NSArray<NSString *> *)userIDs
      isFromGroup:(BOOL)isFromGroup
          groupID:(nullable NSString *)groupID
             type:(NERtcCallType)type;

/// Somebody is in the call: media is connected.
- (void)onUserEnter:(NSString *)userID;
/// Somebody has declined.
- (void)onUserReject:(NSString *)userID;
/// The caller has taken the call back.
- (void)onUserCancel:(NSString *)userID;
/// Somebody has left.
- (void)onUserLeave:(NSString *)userID;
/// Somebody was lost.
- (void)onUserDisconnect:(NSString *)userID;
/// Somebody has answered.
- (void)onUserAccept:(NSString *)userID;
/// Somebody is in another call.
- (void)onUserBusy:(NSString *)userID;
/// A call is over: once for each call that was announced, whoever ended it. Close the screen here.
- (void)onCallEnd;
/// Nobody has answered in time. -onCallEnd follows.
- (void)onCallingTimeOut;
/// The account is signed out on this device and does not come back by itself.
- (void)onDisconnect:(NSError *)reason;
/// Something failed that belongs to no operation.
- (void)onError:(NSError *)error;
/// Somebody's camera is on or off.
- (void)onCameraAvailable:(BOOL)available userID:(NSString *)userID;
/// Somebody's microphone is on or off.
- (void)onAudioAvailable:(BOOL)available userID:(NSString *)userID;
/// How well media goes, by accid, every two seconds.
- (void)onUserNetworkQuality:(NSDictionary<NSString *, NERtcNetworkQualityStats *> *)stats;
/// Another device of this account has answered. No -onCallEnd follows.
- (void)onOtherClientAccept;
/// Another device of this account has declined. No -onCallEnd follows.
- (void)onOtherClientReject;

// What the reference has in its code and not in its README.

/// The call carries something else now.
- (void)onCallTypeChange:(NERtcCallType)callType;
/// Somebody has paused its picture.
- (void)onVideoMuted:(BOOL)muted userID:(NSString *)userID;
/// Somebody has muted its microphone.
- (void)onAudioMuted:(BOOL)muted userID:(NSString *)userID;
/// This device's media is connected in the call.
- (void)onJoinChannel:(NERtcCallKitJoinChannelEvent *)event;
/// Somebody's first picture is there.
- (void)onFirstVideoFrameDecoded:(NSString *)userID width:(uint32_t)width height:(uint32_t)height;
/// New entries in conversations: the records of calls.
- (void)onRecvMessages:(NSArray<HulloMessage *> *)messages;

// More than the reference has.

/// Comes before -onCallEnd: why ("hung_up", "cancelled", "rejected", "busy", "timed_out", "lost" and others), by whom, and how long
/// this device was connected, in seconds.
- (void)onCallEndReason:(NSString *)reason
                 userID:(nullable NSString *)userID
               duration:(NSTimeInterval)duration;
/// Somebody's device rings.
- (void)onUserRinging:(NSString *)userID;
/// Somebody's invite to a group call has run out.
- (void)onUserTimeOut:(NSString *)userID;
/// Somebody could not be invited to a group call, which goes on without.
- (void)onUser:(NSString *)userID notInvited:(NSError *)error;
/// The other side asks for video: answer with -answerSwitch:completion:. Where nobody implements this, the answer is no.
- (void)onSwitchAsked:(NERtcCallType)callType userID:(NSString *)userID;
/// The call's connection is being restored.
- (void)onReconnecting;
/// It is restored.
- (void)onReconnected;
/// The login token will have run out after so many seconds: log in with a fresh one, the session and its call go on.
- (void)onTokenExpiring:(NSTimeInterval)seconds;
/// Every event as the server's own words have it (docs/reference.md), after the typed one.
- (void)onEvent:(NSDictionary<NSString *, id> *)event;

@end

@class HulloNativeClient;
@class HulloViews;
@class NERtcCallKitDelegateProxy;

/// One device of one account. Use it on the main thread.
@interface NERtcCallKit : NSObject {
 @private
  HulloNativeClient *_client;
  id<HulloDeviceSource> _devices;
  HulloViews *_views;
  NERtcCallKitDelegateProxy *_delegates;
  NERtcCallKitContext *_context;
  NERtcCallOptions *_options;
  NSDictionary<NSString *, id> *_configuration;
  NSString *_language;
  NSError *_setupError;
  NERtcCallKitTokenHandler _tokenHandler;
  NERtcCallKitRoomTokenHandler _roomTokenHandler;
  NSInteger _timeOutSeconds;
}

/// The one that an app needs.
@property (class, nonatomic, readonly) NERtcCallKit *sharedInstance;
+ (instancetype)sharedInstance;

/// The version of the reference whose API this is.
+ (NSString *)versionCode;

/// Who gives room tokens, where the app's calls need them (secure mode).
@property (nonatomic, copy, nullable) NERtcCallKitTokenHandler tokenHandler;
/// The same; asked in place of tokenHandler where it is there.
@property (nonatomic, copy, nullable) NERtcCallKitRoomTokenHandler roomTokenHandler;
/// How long calls ring, in seconds, 5 to 120. 0, as it is in the beginning: as the server's app has it, 30 s unless changed.
@property (nonatomic) NSInteger timeOutSeconds;
/// Where this device is.
@property (nonatomic, readonly) NERtcCallStatus callStatus;
/// Who is signed in, and what is known of the call.
@property (nonatomic, readonly) NERtcCallKitContext *context;

/// Sets it up, opening nothing. Again with the same values it changes nothing; with others it takes down what was before, of which
/// nothing is told any more: log out first.
- (void)setupAppKey:(NSString *)appKey options:(nullable NERtcCallOptions *)options;

/// Signs in with a token of the app's backend, or with one of NERtcCallOptions.loginTokenProvider where it is nil. A call that
/// this device was in goes on. For the account that is signed in it hands over a fresh token.
- (void)login:(NSString *)userID
        token:(nullable NSString *)token
   completion:(nullable NERtcCallKitCompletion)completion;
/// Ends any call, and signs out.
- (void)logout:(nullable NERtcCallKitCompletion)completion;
/// Keeps the device token of remote notifications in -context. The server has no push yet and is not told.
- (void)updateApnsToken:(nullable NSData *)deviceToken;

/// Held weakly. Adding one again changes nothing.
- (void)addDelegate:(id<NERtcCallKitDelegate>)delegate;
/// It is not called any more, not even with what happens at this moment.
- (void)removeDelegate:(id<NERtcCallKitDelegate>)delegate;

/// Calls somebody. Done when the server has the call, which may already be over (busy).
- (void)call:(NSString *)userID
          type:(NERtcCallType)type
    completion:(nullable NERtcCallKitCompletion)completion;
/// The same with a text of the app's own for the other side, of 4096 bytes at most.
- (void)call:(NSString *)userID
          type:(NERtcCallType)type
    attachment:(nullable NSString *)attachment
    completion:(nullable NERtcCallKitCompletion)completion;

/// Calls several. Fails when nobody can be invited; of some, -onUser:notInvited: tells.
- (void)groupCall:(NSArray<NSString *> *)userIDs
             type:(NERtcCallType)type
       completion:(nullable NERtcCallKitCompletion)completion;
/// The same with the app's own name of the group.
- (void)groupCall:(NSArray<NSString *> *)userIDs
          groupID:(nullable NSString *)groupID
             type:(NERtcCallType)type
       completion:(nullable NERtcCallKitCompletion)completion;
/// The same with a text of the app's own.
- (void)groupCall:(NSArray<NSString *> *)userIDs
          groupID:(nullable NSString *)groupID
             type:(NERtcCallType)type
       attachment:(nullable NSString *)attachment
       completion:(nullable NERtcCallKitCompletion)completion;

/// Calls more into the call; one of two becomes a group call by it.
- (void)groupInvite:(NSArray<NSString *> *)userIDs
            groupID:(nullable NSString *)groupID
         completion:(nullable NERtcCallKitCompletion)completion;
/// The same with a text of the app's own.
- (void)groupInvite:(NSArray<NSString *> *)userIDs
            groupID:(nullable NSString *)groupID
         attachment:(nullable NSString *)attachment
         completion:(nullable NERtcCallKitCompletion)completion;

/// Answers. The members are those who have joined, this account included.
- (void)accept:(nullable void (^)(NSError *_Nullable error,
                                  NSArray<NSString *> *_Nullable joinedMembers))completion;
/// Declines.
- (void)reject:(nullable NERtcCallKitCompletion)completion;
/// Takes a call back.
- (void)cancel:(nullable NERtcCallKitCompletion)completion;
/// Ends the call in whatever state: cancels while calling, declines while called, does nothing while idle. It never fails. A group
/// call ends for all when its caller hangs up.
- (void)hangup:(nullable NERtcCallKitCompletion)completion;
/// Leaves a call; a group call goes on for the others.
- (void)leave:(nullable NERtcCallKitCompletion)completion;

/// To audio at once, to video when the other side agrees; where it does not, the error is NERtcCallKitErrorSwitchRefused.
- (void)switchCallType:(NERtcCallType)type completion:(nullable NERtcCallKitCompletion)completion;
/// Answers -onSwitchAsked:userID:.
- (void)answerSwitch:(BOOL)agree completion:(nullable NERtcCallKitCompletion)completion;

/// Shows this device's own camera, or nothing any more. The view is held until then.
- (void)setupLocalView:(nullable NERtcCallKitView *)view;
/// Shows somebody's camera, or nothing any more. Of a group, the pictures of those who have a view are received, the first of them
/// first.
- (void)setupRemoteView:(nullable NERtcCallKitView *)view forUser:(NSString *)userID;

/// Opens or closes the camera. 0, or why not.
- (int)enableLocalVideo:(BOOL)enable;
/// Pauses this device's picture. 0, or why not.
- (int)muteLocalVideo:(BOOL)muted;
/// Mutes the microphone. 0, or why not.
- (int)muteLocalAudio:(BOOL)muted;
/// Takes the other camera. 0, or why not: NERtcCallKitErrorNotSupported where there is one camera at most.
- (int)switchCamera;
/// Plays through the loudspeaker or at the ear. NO where the device has no such choice.
- (BOOL)setLoudSpeakerMode:(BOOL)speaker error:(NSError *_Nullable *_Nullable)error;
/// Mutes somebody for this device alone, for the call. NO with NERtcCallKitErrorParticipantNotFound for who is not in it.
- (BOOL)setAudioMute:(BOOL)mute
             forUser:(NSString *)userID
               error:(NSError *_Nullable *_Nullable)error;

/// The platform says that the network has come back or is another one.
- (void)networkChanged;
/// Anything that every Hullo client can be asked, in the server's own words (docs/reference.md): {"op": "join", "call_id": ...}.
- (void)operate:(NSDictionary<NSString *, id> *)operation
     completion:(nullable void (^)(NSError *_Nullable error,
                                   NSDictionary<NSString *, id> *_Nullable value))completion;

/// A text of call screens in the person's language, the same on every platform: "incoming.video", "end.hungUp".
- (nullable NSString *)textNamed:(NSString *)name;
/// How a record reads in a conversation: "Video call" and "02:13".
- (NSDictionary<NSString *, id> *)lineOfRecord:(HulloCallRecord *)record;

@end

NS_ASSUME_NONNULL_END
