// SPDX-License-Identifier: MIT OR Apache-2.0

#import "CallsViewController.h"

#import "CallViewController.h"
#import "GroupCallViewController.h"
#import "Hullo.h"
#import "RecordCell.h"
#import "Settings.h"

static NSString *const kCell = @"record";

@interface CallsViewController () <HulloKitDelegate, UITableViewDataSource, UITableViewDelegate>
@end

@implementation CallsViewController {
  UITextField *_whom;
  UITableView *_table;
  /// The newest first.
  NSMutableArray<NIMMessage *> *_messages;
}

- (void)viewDidLoad {
  [super viewDidLoad];
  self.title = @"Hullo";
  self.view.backgroundColor = [UIColor whiteColor];
  _messages = [NSMutableArray array];
  _whom = [[UITextField alloc] init];
  _whom.placeholder = @"bob, or bob carol";
  _table = [[UITableView alloc] init];
  [_table registerClass:[RecordCell class] forCellReuseIdentifier:kCell];
  _table.dataSource = self;
  _table.delegate = self;
  UIButton *voice = [self buttonNamed:@"media.audio" action:@selector(callByVoice)];
  UIButton *video = [self buttonNamed:@"media.video" action:@selector(callByVideo)];
  NSArray *parts = [NSArray arrayWithObjects:_whom, voice, video, _table, nil];
  UIStackView *stack = [[UIStackView alloc] initWithArrangedSubviews:parts];
  stack.axis = UILayoutConstraintAxisVertical;
  stack.spacing = 12;
  stack.frame = self.view.bounds;
  stack.autoresizingMask = UIViewAutoresizingFlexibleWidth | UIViewAutoresizingFlexibleHeight;
  [self.view addSubview:stack];

  [HulloKit.sharedInstance addDelegate:self];
  [HulloKit.sharedInstance login:kUser
                           token:kToken
                      completion:^(NSError *error) {
                        self.title = error ? error.localizedDescription : kUser;
                      }];
}

- (UIButton *)buttonNamed:(NSString *)name action:(SEL)action {
  UIButton *button = [UIButton buttonWithType:UIButtonTypeSystem];
  NSString *text = [HulloKit.sharedInstance textNamed:name];
  [button setTitle:text forState:UIControlStateNormal];
  [button addTarget:self action:action forControlEvents:UIControlEventTouchUpInside];
  return button;
}

- (void)callByVoice {
  [self callWithType:NERtcCallTypeAudio];
}

- (void)callByVideo {
  [self callWithType:NERtcCallTypeVideo];
}

- (void)callWithType:(NERtcCallType)type {
  NSArray<NSString *> *whom = [_whom.text componentsSeparatedByString:@" "];
  if (whom.count > 1) {
    [self present:[[GroupCallViewController alloc] initWithCallees:whom]];
  } else if (whom.firstObject.length > 0) {
    [self present:[[CallViewController alloc] initWithCallee:whom.firstObject type:type]];
  }
}

- (void)present:(UIViewController *)screen {
  screen.modalPresentationStyle = UIModalPresentationFullScreen;
  [self presentViewController:screen animated:YES completion:nil];
}

#pragma mark - HulloKitDelegate

- (void)onInvited:(NSString *)invitor
          userIDs:(NSArray<NSString *> *)userIDs
      isFromGroup:(BOOL)isFromGroup
          groupID:(NSString *)groupID
             type:(NERtcCallType)type
       attachment:(NSString *)attachment {
  UIViewController *screen = isFromGroup
                                 ? [[GroupCallViewController alloc] initWithCaller:invitor]
                                 : [[CallViewController alloc] initWithCaller:invitor type:type];
  // That of a call that has just ended goes first.
  if (self.presentedViewController) [self dismissViewControllerAnimated:NO completion:nil];
  [self present:screen];
}

- (void)onRecvMessages:(NSArray<NIMMessage *> *)messages {
  for (NIMMessage *message in messages) [_messages insertObject:message atIndex:0];
  [_table reloadData];
}

- (void)onDisconnect:(NSError *)reason {
  self.title = reason.localizedDescription;
}

#pragma mark - The records

- (NSInteger)tableView:(UITableView *)table numberOfRowsInSection:(NSInteger)section {
  return (NSInteger)_messages.count;
}

- (UITableViewCell *)tableView:(UITableView *)table cellForRowAtIndexPath:(NSIndexPath *)path {
  RecordCell *cell = (RecordCell *)[table dequeueReusableCellWithIdentifier:kCell forIndexPath:path];
  [cell showMessage:_messages[(NSUInteger)path.row]];
  return cell;
}

- (void)tableView:(UITableView *)table didSelectRowAtIndexPath:(NSIndexPath *)path {
  NIMMessage *message = _messages[(NSUInteger)path.row];
  BOOL isAudio = message.messageObject.callType == NIMRtcCallTypeAudio;
  NERtcCallType type = isAudio ? NERtcCallTypeAudio : NERtcCallTypeVideo;
  [self present:[[CallViewController alloc] initWithCallee:message.session.sessionId type:type]];
}

@end
