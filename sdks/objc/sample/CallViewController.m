// SPDX-License-Identifier: MIT OR Apache-2.0

#import "CallViewController.h"

@interface CallViewController () <HulloKitDelegate>
@end

@implementation CallViewController {
  NSString *_peer;
  NERtcCallType _type;
  BOOL _isCaller;
  BOOL _isMuted;
  UIView *_large;
  UIView *_small;
  UILabel *_title;
  UILabel *_line;
  UIButton *_accept;
  UIButton *_mute;
  UIButton *_toVoice;
  UIButton *_end;
}

- (instancetype)initWithCallee:(NSString *)accid type:(NERtcCallType)type {
  if ((self = [super init])) {
    _peer = [accid copy];
    _type = type;
    _isCaller = YES;
  }
  return self;
}

- (instancetype)initWithCaller:(NSString *)accid type:(NERtcCallType)type {
  if ((self = [super init])) {
    _peer = [accid copy];
    _type = type;
  }
  return self;
}

- (NSString *)textNamed:(NSString *)name {
  NSString *text = [HulloKit.sharedInstance textNamed:name];
  return [text stringByReplacingOccurrencesOfString:@"{name}" withString:_peer];
}

- (void)viewDidLoad {
  [super viewDidLoad];
  self.view.backgroundColor = [UIColor blackColor];
  _large = [[UIView alloc] initWithFrame:self.view.bounds];
  CGRect bounds = self.view.bounds;
  _small = [[UIView alloc] initWithFrame:CGRectMake(bounds.size.width - 110, 60, 90, 160)];
  [self.view addSubview:_large];
  [self.view addSubview:_small];
  _title = [self label];
  _line = [self label];
  _accept = [self buttonWithAction:@selector(accept)];
  _mute = [self buttonWithAction:@selector(mute)];
  _toVoice = [self buttonWithAction:@selector(switchToVoice)];
  _end = [self buttonWithAction:@selector(end)];
  NSArray *parts = [NSArray arrayWithObjects:_title, _line, _accept, _mute, _toVoice, _end, nil];
  UIStackView *stack = [[UIStackView alloc] initWithArrangedSubviews:parts];
  stack.axis = UILayoutConstraintAxisVertical;
  stack.spacing = 12;
  stack.frame = CGRectMake(20, bounds.size.height - 320, bounds.size.width - 40, 280);
  [self.view addSubview:stack];
  [_accept setTitle:[self textNamed:@"control.accept"] forState:UIControlStateNormal];
  [_toVoice setTitle:[self textNamed:@"control.toVoice"] forState:UIControlStateNormal];

  [HulloKit.sharedInstance addDelegate:self];
  if (_isCaller) [self dial];
  [self show];
}

- (UILabel *)label {
  UILabel *label = [[UILabel alloc] init];
  label.textColor = [UIColor whiteColor];
  label.textAlignment = NSTextAlignmentCenter;
  return label;
}

- (UIButton *)buttonWithAction:(SEL)action {
  UIButton *button = [UIButton buttonWithType:UIButtonTypeSystem];
  [button addTarget:self action:action forControlEvents:UIControlEventTouchUpInside];
  return button;
}

/// All that is seen follows from where the call is.
- (void)show {
  HulloKit *kit = HulloKit.sharedInstance;
  BOOL isIn = kit.callStatus == NERtcCallStatusInCall;
  BOOL isCalled = kit.callStatus == NERtcCallStatusCalled;
  BOOL isVideo = _type == NERtcCallTypeVideo;
  _accept.hidden = !isCalled;
  _mute.hidden = !isIn;
  _toVoice.hidden = !isIn || !isVideo;
  NSString *mute = [self textNamed:_isMuted ? @"control.unmute" : @"control.mute"];
  [_mute setTitle:mute forState:UIControlStateNormal];
  NSString *end = isIn ? @"control.hangup" : isCalled ? @"control.reject" : @"control.cancel";
  [_end setTitle:[self textNamed:end] forState:UIControlStateNormal];
  _title.text = _peer;
  if (isIn) {
    _line.text = [self textNamed:isVideo ? @"incall.video" : @"incall.audio"];
  } else if (isCalled) {
    _line.text = [self textNamed:isVideo ? @"incoming.video" : @"incoming.audio"];
  } else {
    _line.text = [self textNamed:@"outgoing.calling"];
  }
  [kit setupLocalView:isVideo ? (isIn ? _small : _large) : nil];
  [kit setupRemoteView:isVideo && isIn ? _large : nil forUser:_peer];
}

- (void)close {
  [HulloKit.sharedInstance removeDelegate:self];
  [HulloKit.sharedInstance setupLocalView:nil];
  [HulloKit.sharedInstance setupRemoteView:nil forUser:_peer];
  [self dismissViewControllerAnimated:YES completion:nil];
}

#pragma mark - What the person does

- (void)dial {
  [HulloKit.sharedInstance call:_peer
                           type:_type
                     completion:^(NSError *error) {
                       if (!error) return;
                       self->_line.text = error.localizedDescription;
                       [self->_end setTitle:[self textNamed:@"control.cancel"]
                                   forState:UIControlStateNormal];
                     }];
}

- (void)accept {
  [HulloKit.sharedInstance accept:^(NSError *error, NSArray<NSString *> *joinedMembers) {
    [self show];
    if (error) self->_line.text = error.localizedDescription;
  }];
}

- (void)mute {
  _isMuted = !_isMuted;
  [HulloKit.sharedInstance muteLocalAudio:_isMuted];
  [self show];
}

- (void)switchToVoice {
  [HulloKit.sharedInstance switchCallType:NERtcCallTypeAudio completion:nil];
}

- (void)end {
  // Right in every state, and the screen does not wait for it.
  [HulloKit.sharedInstance hangup:nil];
  [self close];
}

#pragma mark - HulloKitDelegate

- (void)onUserRinging:(NSString *)userID {
  _line.text = [self textNamed:@"outgoing.ringing"];
}

- (void)onUserAccept:(NSString *)userID {
  _line.text = [self textNamed:@"incall.connecting"];
}

- (void)onUserEnter:(NSString *)userID {
  [self show];
}

- (void)onCallTypeChange:(NERtcCallType)callType {
  _type = callType;
  [self show];
}

- (void)onSwitchAsked:(NERtcCallType)callType userID:(NSString *)userID {
  NSString *question = [self textNamed:@"consent.video"];
  UIAlertController *alert = [UIAlertController alertControllerWithTitle:question
                                                                 message:[self textNamed:@"consent.hint"]
                                                          preferredStyle:UIAlertControllerStyleAlert];
  for (NSString *name in @[ @"consent.accept", @"consent.refuse" ]) {
    BOOL agrees = [name isEqualToString:@"consent.accept"];
    UIAlertAction *action =
        [UIAlertAction actionWithTitle:[self textNamed:name]
                                 style:UIAlertActionStyleDefault
                               handler:^(UIAlertAction *pressed) {
                                 [HulloKit.sharedInstance answerSwitch:agrees completion:nil];
                               }];
    [alert addAction:action];
  }
  [self presentViewController:alert animated:YES completion:nil];
}

- (void)onReconnecting {
  _line.text = [self textNamed:@"reconnecting.own"];
}

- (void)onReconnected {
  [self show];
}

- (void)onCallEnd {
  [self close];
}

- (void)onOtherClientAccept {
  [self close];
}

- (void)onOtherClientReject {
  [self close];
}

@end
