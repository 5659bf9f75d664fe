// SPDX-License-Identifier: MIT OR Apache-2.0

#import "HulloPlatform.h"

#if HULLO_ARC

void HulloOnMain(void (^block)(void)) {
  dispatch_async(dispatch_get_main_queue(), block);
}

#else

/// A block that waits for the main thread.
@interface HulloTask : NSObject {
 @private
  void (^_block)(void);
}
- (instancetype)initWithBlock:(void (^)(void))block;
- (void)run;
@end

@implementation HulloTask

- (instancetype)initWithBlock:(void (^)(void))block {
  if ((self = [super init])) _block = [block copy];
  return self;
}

- (void)run {
  _block();
}

- (void)dealloc {
  [_block release];
  [super dealloc];
}

@end

void HulloOnMain(void (^block)(void)) {
  HulloTask *task = [[HulloTask alloc] initWithBlock:block];
  // It is kept until it has run.
  [task performSelectorOnMainThread:@selector(run) withObject:nil waitUntilDone:NO];
  [task release];
}

#endif

static id HulloMember(NSDictionary *json, NSString *key, Class type) {
  id member = [json objectForKey:key];
  return [member isKindOfClass:type] ? member : nil;
}

NSString *HulloText(NSDictionary *json, NSString *key) {
  return HulloMember(json, key, [NSString class]);
}

NSArray *HulloList(NSDictionary *json, NSString *key) {
  return HulloMember(json, key, [NSArray class]);
}

NSDictionary *HulloObject(NSDictionary *json, NSString *key) {
  return HulloMember(json, key, [NSDictionary class]);
}

uint64_t HulloNumber(NSDictionary *json, NSString *key) {
  return [HulloMember(json, key, [NSNumber class]) unsignedLongLongValue];
}

BOOL HulloFlag(NSDictionary *json, NSString *key) {
  return [HulloMember(json, key, [NSNumber class]) boolValue];
}

NSArray<NSString *> *HulloTexts(NSArray *objects, NSString *key) {
  NSMutableArray *texts = [NSMutableArray array];
  for (id object in objects) {
    if (![object isKindOfClass:[NSDictionary class]]) continue;
    NSString *text = HulloText(object, key);
    if (text) [texts addObject:text];
  }
  return texts;
}
