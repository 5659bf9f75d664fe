// SPDX-License-Identifier: MIT OR Apache-2.0

// For RTLD_NEXT.
#define _GNU_SOURCE
#import "HulloBlocks.h"

#import <Block.h>
#import <Foundation/Foundation.h>

#include <dlfcn.h>

// What the first word of each kind of block points at: room for 32 words, which the block's own library leaves empty.
extern void *_NSConcreteGlobalBlock[32];
extern void *_NSConcreteStackBlock[32];
extern void *_NSConcreteMallocBlock[32];

// The block's library of Debian keeps the blocks that a block holds, and not the objects: its two functions are weak, and these
// stand in their place.

typedef void (*Assign)(void *place, const void *held, int what);
typedef void (*Dispose)(const void *held, int what);

/// What is held is an object, and not a block, a variable of several blocks, or what such a variable has in it.
static BOOL IsObject(int what) {
  enum { kKind = 0x07, kObject = 3, kVariable = 0x08, kInVariable = 0x80 };
  return (what & (kVariable | kInVariable)) == 0 && (what & kKind) == kObject;
}

void _Block_object_assign(void *place, const void *held, int what) {
  if (IsObject(what)) {
    *(id *)place = [(id)held retain];
  } else {
    ((Assign)dlsym(RTLD_NEXT, "_Block_object_assign"))(place, held, what);
  }
}

void _Block_object_dispose(const void *held, int what) {
  if (IsObject(what)) {
    [(id)held release];
  } else {
    ((Dispose)dlsym(RTLD_NEXT, "_Block_object_dispose"))(held, what);
  }
}

/// How a block behaves as an object.
@interface HulloBlock : NSObject
@end

@implementation HulloBlock

- (id)copyWithZone:(NSZone *)zone {
  (void)zone;
  return (id)Block_copy((void *)self);
}

- (id)copy {
  return (id)Block_copy((void *)self);
}

- (id)retain {
  return (id)Block_copy((void *)self);
}

- (oneway void)release {
  Block_release((void *)self);
}

- (id)autorelease {
  [NSAutoreleasePool addObject:self];
  return self;
}

@end

/// The words of a class in the runtime of gcc: from its own class to what the collector knows of it.
enum { kClassWords = 13 };

void HulloMakeBlocksObjects(void) {
  // A class is whole once it was sent a message.
  void **whole = (void **)[HulloBlock class];
  for (int word = 0; word < kClassWords; word++) {
    _NSConcreteGlobalBlock[word] = whole[word];
    _NSConcreteStackBlock[word] = whole[word];
    _NSConcreteMallocBlock[word] = whole[word];
  }
}
