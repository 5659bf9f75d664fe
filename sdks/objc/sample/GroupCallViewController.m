// SPDX-License-Identifier: MIT OR Apache-2.0

#import "GroupCallViewController.h"

/// Pictures in a row, and points between them.
static const NSUInteger kColumns = 3;
static const CGFloat kGap = 2;

@interface GroupCallViewController () <HulloKitDelegate>
@end

@implementation GroupCallViewController {
  NSString *_caller;
  NSArray<NSString *> *_callees;
  /// By accid; the name stands in it.
  NSMutableDictionary<NSString *, UILabel *> *_cells;
  UIButton *_accept;
  UIButton *_leave;
}

- (instancetype)initWithCallees:(NSArray<NSString *> *)accids {
  if ((self = [super init])) _callees = [accids copy];
  return self;
}

- (instancetype)initWithCaller:(NSString *)accid {
  if ((self = [super init])) _caller = [accid copy];
  return self;
}

- (void)viewDidLoad {
  [super viewDidLoad];
  self.view.backgroundColor = [UIColor blackColor];
  _cells = [NSMutableDictionary dictionary];
  HulloKit *kit = HulloKit.sharedInstance;
  _accept = [self buttonNamed:@"control.accept" action:@selector(accept)];
  _leave = [self buttonNamed:@"control.leave" action:@selector(leave)];
  CGSize size = self.view.bounds.size;
  _accept.frame = CGRectMake(20, size.height - 120, size.width - 40, 40);
  _leave.frame = CGRectMake(20, size.height - 70, size.width - 40, 40);
  [self.view addSubview:_accept];
  [self.view addSubview:_leave];
  [kit addDelegate:self];
  if (_callees) {
    [kit groupCall:_callees
              type:NERtcCallTypeVideo
        completion:^(NSError *error) {
          error ? [self close] : [self arrange];
        }];
  }
  [self arrange];
}

- (UIButton *)buttonNamed:(NSString *)name action:(SEL)action {
  UIButton *button = [UIButton buttonWithType:UIButtonTypeSystem];
  [button setTitle:[HulloKit.sharedInstance textNamed:name] forState:UIControlStateNormal];
  [button addTarget:self action:action forControlEvents:UIControlEventTouchUpInside];
  return button;
}

/// A cell for each participant, the caller first, as the server has them.
- (void)arrange {
  HulloKit *kit = HulloKit.sharedInstance;
  _accept.hidden = kit.callStatus != NERtcCallStatusCalled;
  NSArray *participants = kit.context.call[@"participants"];
  CGFloat width = (self.view.bounds.size.width - kGap * (kColumns - 1)) / kColumns;
  CGFloat height = width * 16 / 9;
  for (NSUInteger place = 0; place < participants.count; place++) {
    NSString *accid = participants[place][@"accid"];
    UILabel *cell = _cells[accid];
    if (!cell) {
      cell = [[UILabel alloc] init];
      cell.textColor = [UIColor whiteColor];
      cell.text = accid;
      _cells[accid] = cell;
      [self.view addSubview:cell];
      BOOL isMe = [accid isEqualToString:kit.context.currentUserID];
      isMe ? [kit setupLocalView:cell] : [kit setupRemoteView:cell forUser:accid];
    }
    cell.frame = CGRectMake((place % kColumns) * (width + kGap), 40 + (place / kColumns) * (height + kGap),
                            width, height);
  }
}

- (void)mark:(NSString *)accid as:(NSString *)name {
  NSString *state = [HulloKit.sharedInstance textNamed:name];
  _cells[accid].text = state ? [NSString stringWithFormat:@"%@\n%@", accid, state] : accid;
}

- (void)close {
  HulloKit *kit = HulloKit.sharedInstance;
  [kit removeDelegate:self];
  [kit setupLocalView:nil];
  for (NSString *accid in _cells) [kit setupRemoteView:nil forUser:accid];
  [self dismissViewControllerAnimated:YES completion:nil];
}

- (void)accept {
  [HulloKit.sharedInstance accept:^(NSError *error, NSArray<NSString *> *joinedMembers) {
    error ? [self close] : [self arrange];
  }];
}

- (void)leave {
  HulloKit *kit = HulloKit.sharedInstance;
  // The others talk on, once there is a call; before, it is taken back or declined.
  kit.callStatus == NERtcCallStatusInCall ? [kit leave:nil] : [kit hangup:nil];
  [self close];
}

#pragma mark - HulloKitDelegate

- (void)onUserEnter:(NSString *)userID {
  [self arrange];
  [self mark:userID as:@"state.in"];
}

- (void)onUserRinging:(NSString *)userID {
  [self arrange];
  [self mark:userID as:@"state.ringing"];
}

- (void)onUserReject:(NSString *)userID {
  [self mark:userID as:@"state.rejected"];
}

- (void)onUserBusy:(NSString *)userID {
  [self mark:userID as:@"state.busy"];
}

- (void)onUserTimeOut:(NSString *)userID {
  [self mark:userID as:@"state.noAnswer"];
}

- (void)onUserLeave:(NSString *)userID {
  [self mark:userID as:@"state.left"];
}

- (void)onUserDisconnect:(NSString *)userID {
  [self mark:userID as:@"state.lost"];
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
