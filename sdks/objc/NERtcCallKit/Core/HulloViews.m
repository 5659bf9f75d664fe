// SPDX-License-Identifier: MIT OR Apache-2.0

#import "HulloViews.h"

#import "HulloPlatform.h"

@implementation HulloViews

@synthesize local = _local;

- (instancetype)init {
  if ((self = [super init])) {
    _order = [[NSMutableArray alloc] init];
    _remote = [[NSMutableDictionary alloc] init];
  }
  return self;
}

- (void)setView:(NERtcCallKitView *)view forUser:(NSString *)userID {
  NSString *known = [userID lowercaseString];
  if (!known) return;
  @synchronized(self) {
    if (!view) {
      [_order removeObject:known];
      [_remote removeObjectForKey:known];
      return;
    }
    if (![_remote objectForKey:known]) [_order addObject:known];
    [_remote setObject:view forKey:known];
  }
}

- (NERtcCallKitView *)viewOfUser:(NSString *)userID {
  if (!userID) return nil;
  @synchronized(self) {
    NERtcCallKitView *view = [_remote objectForKey:[userID lowercaseString]];
    return HULLO_AUTORELEASE(HULLO_RETAIN(view));
  }
}

- (NSArray<NSString *> *)shown {
  @synchronized(self) {
    return [NSArray arrayWithArray:_order];
  }
}

#if !HULLO_ARC
- (void)dealloc {
  [_local release];
  [_order release];
  [_remote release];
  [super dealloc];
}
#endif

@end

#if !__has_include(<UIKit/UIKit.h>)
void HulloShow(NERtcCallKitView *view, HulloPicture picture) {
  [view renderPicture:picture];
}
#endif
