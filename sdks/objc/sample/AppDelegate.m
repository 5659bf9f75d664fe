// The sample: signs in as somebody of the demo, calls, rings, and lists what was. Its screens are those of the reference's demo.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <UIKit/UIKit.h>

#import "CallsViewController.h"
#import "Hullo.h"
#import "Settings.h"

@interface AppDelegate : UIResponder <UIApplicationDelegate>
@property (nonatomic, strong) UIWindow *window;
@end

@implementation AppDelegate

- (BOOL)application:(UIApplication *)application
    didFinishLaunchingWithOptions:(NSDictionary *)launchOptions {
  HulloOptions *options = [[HulloOptions alloc] init];
  options.server = kServer;
  [HulloKit.sharedInstance setupAppKey:kAppKey options:options];
  HulloKit.sharedInstance.timeOutSeconds = 30;
  CallsViewController *calls = [[CallsViewController alloc] init];
  self.window = [[UIWindow alloc] initWithFrame:[UIScreen mainScreen].bounds];
  self.window.rootViewController = [[UINavigationController alloc] initWithRootViewController:calls];
  [self.window makeKeyAndVisible];
  return YES;
}

@end

int main(int argc, char *argv[]) {
  @autoreleasepool {
    return UIApplicationMain(argc, argv, nil, @"AppDelegate");
  }
}
