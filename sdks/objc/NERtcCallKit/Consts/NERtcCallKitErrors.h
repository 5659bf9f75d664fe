// What goes wrong, by number. A test compares it with crates/protocol/src/error.rs.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

NS_ASSUME_NONNULL_BEGIN

/// The domain of every error of this component.
FOUNDATION_EXPORT NSString *const kNERtcCallKitErrorDomain;
/// In an error's userInfo: its kind as a word that stays the same in later versions, "account_not_found".
FOUNDATION_EXPORT NSString *const NERtcCallKitErrorKindKey;
/// In an error's userInfo: what was wrong and what to do, in English, for the developer. The localizedDescription is for people.
FOUNDATION_EXPORT NSString *const NERtcCallKitErrorMessageKey;

/// The code of an error. The reference's number where it has one.
typedef NS_ENUM(NSInteger, NERtcCallKitError) {
  /// A kind that this version does not know, or an operation of a client that was taken down.
  NERtcCallKitErrorUnknown = 0,
  /// The login token is malformed, not signed by the app, or for another account: message says which claim is wrong.
  NERtcCallKitErrorWrongToken = 302,
  /// The login token was good and has run out: come back with a new one. Calls that run are not ended by it.
  NERtcCallKitErrorTokenExpired = 30201,
  /// The account's login tokens were revoked.
  NERtcCallKitErrorTokenRevoked = 30202,
  /// Not signed in, or not allowed to do this.
  NERtcCallKitErrorForbidden = 403,
  /// A secure call needs a room token signed for this call and participant.
  NERtcCallKitErrorRoomTokenRefused = 40301,
  /// No such account in this app.
  NERtcCallKitErrorAccountNotFound = 404,
  /// No answer in time.
  NERtcCallKitErrorTimeout = 408,
  /// The request is malformed or a value is out of range.
  NERtcCallKitErrorBadRequest = 414,
  /// There is no such operation in this version.
  NERtcCallKitErrorUnknownOp = 41401,
  /// A frame, attachment, SDP or list is larger than its limit.
  NERtcCallKitErrorTooLarge = 41402,
  /// The session description cannot be used.
  NERtcCallKitErrorBadSdp = 41403,
  /// No connection to the server.
  NERtcCallKitErrorNoConnection = 415,
  /// Too many requests.
  NERtcCallKitErrorRateLimited = 416,
  /// The thing to create exists already.
  NERtcCallKitErrorExists = 417,
  /// The account is disabled.
  NERtcCallKitErrorAccountDisabled = 422,
  /// The server failed; the log has more.
  NERtcCallKitErrorServer = 500,
  /// The server cannot store anything at the moment; nothing has changed.
  NERtcCallKitErrorStorageUnavailable = 503,
  /// Too many media connections are being made at this moment; the same offer may be sent again in a second.
  NERtcCallKitErrorMediaBusy = 50301,
  /// The server has more to do than it can and takes no new calls at this moment: dial again in a second. Nothing has changed, and calls that run are not concerned.
  NERtcCallKitErrorServerBusy = 50302,
  /// No such call, or it is over and forgotten.
  NERtcCallKitErrorCallNotFound = 10404,
  /// A call with this id exists.
  NERtcCallKitErrorCallExists = 10405,
  /// This account or device is not in the call.
  NERtcCallKitErrorNotInCall = 10406,
  /// The account is in a call already.
  NERtcCallKitErrorAlreadyInCall = 10407,
  /// The invite has run out.
  NERtcCallKitErrorInviteExpired = 10408,
  /// The invite was rejected already.
  NERtcCallKitErrorAlreadyRejected = 10409,
  /// The invite was accepted already: too late to cancel, or another device was first.
  NERtcCallKitErrorAlreadyAccepted = 10410,
  /// The invite was taken back.
  NERtcCallKitErrorInviteCancelled = 10411,
  /// Too many participants.
  NERtcCallKitErrorParticipantLimit = 10419,
  /// The account is in the call on another of its devices.
  NERtcCallKitErrorInCallOnOtherDevice = 10420,
  /// None of the accounts could be invited.
  NERtcCallKitErrorInviteFailed = 20001,
  /// call while calling.
  NERtcCallKitErrorCallWhileCalling = 20002,
  /// call while called.
  NERtcCallKitErrorCallWhileCalled = 20003,
  /// call while in a call.
  NERtcCallKitErrorCallWhileInCall = 20004,
  /// leave while idle.
  NERtcCallKitErrorLeaveWhileIdle = 20009,
  /// leave while calling.
  NERtcCallKitErrorLeaveWhileCalling = 20010,
  /// leave while called.
  NERtcCallKitErrorLeaveWhileCalled = 20011,
  /// cancel while idle.
  NERtcCallKitErrorCancelWhileIdle = 20013,
  /// cancel while called.
  NERtcCallKitErrorCancelWhileCalled = 20015,
  /// cancel while in a call.
  NERtcCallKitErrorCancelWhileInCall = 20016,
  /// accept while idle.
  NERtcCallKitErrorAcceptWhileIdle = 20017,
  /// accept while calling.
  NERtcCallKitErrorAcceptWhileCalling = 20018,
  /// accept while in a call.
  NERtcCallKitErrorAcceptWhileInCall = 20020,
  /// reject while idle.
  NERtcCallKitErrorRejectWhileIdle = 20021,
  /// reject while calling.
  NERtcCallKitErrorRejectWhileCalling = 20022,
  /// reject while in a call.
  NERtcCallKitErrorRejectWhileInCall = 20024,
  /// switchCallType while idle.
  NERtcCallKitErrorSwitchWhileIdle = 20025,
  /// switchCallType while calling.
  NERtcCallKitErrorSwitchWhileCalling = 20026,
  /// switchCallType while called.
  NERtcCallKitErrorSwitchWhileCalled = 20027,
  /// groupInvite while idle.
  NERtcCallKitErrorInviteWhileIdle = 20029,
  /// groupInvite while calling, before anyone has answered a one-to-one call.
  NERtcCallKitErrorInviteWhileCalling = 20030,
  /// groupInvite while called.
  NERtcCallKitErrorInviteWhileCalled = 20031,
  /// Only for group calls.
  NERtcCallKitErrorGroupOnly = 20032,
  /// The account is not in the call.
  NERtcCallKitErrorParticipantNotFound = 20100,
  /// The call ended before this was done.
  NERtcCallKitErrorCallOver = 20101,
  /// Only for calls of two.
  NERtcCallKitErrorOneToOneOnly = 20102,
  /// Calling oneself.
  NERtcCallKitErrorCalledOneself = 20110,
  /// Not signed in.
  NERtcCallKitErrorNotLoggedIn = 20111,
  /// The same device has signed in elsewhere, or the account was signed out.
  NERtcCallKitErrorSignedOut = 20112,
  /// The app's token handler gave no token.
  NERtcCallKitErrorTokenUnavailable = 20113,
  /// The system or the person denied the microphone.
  NERtcCallKitErrorMicrophoneDenied = 40000,
  /// No microphone, or it cannot be opened.
  NERtcCallKitErrorMicrophoneUnavailable = 40001,
  /// The system or the person denied the camera.
  NERtcCallKitErrorCameraDenied = 50000,
  /// No camera, or it cannot be opened.
  NERtcCallKitErrorCameraUnavailable = 50001,
  /// The person or the system did not let the screen be shared.
  NERtcCallKitErrorScreenDenied = 60000,
  /// The screen cannot be captured here.
  NERtcCallKitErrorScreenUnavailable = 60001,
  /// The other side stays with voice.
  NERtcCallKitErrorSwitchRefused = 20103,
  /// The engine cannot do this here.
  NERtcCallKitErrorNotSupported = 30004,
  /// The engine cannot do this now.
  NERtcCallKitErrorWrongState = 30005,
};

NS_ASSUME_NONNULL_END
