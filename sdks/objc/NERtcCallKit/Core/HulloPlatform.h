// One source for two ways of counting references (ARC on Apple's systems, by hand under GNUstep) and for two main queues.
// Private to the component.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#if __has_feature(objc_arc)
#define HULLO_ARC 1
#define HULLO_WEAK __weak
#define HULLO_PROPERTY_WEAK weak
#define HULLO_RETAIN(object) (object)
#define HULLO_RELEASE(object) ((void)0)
#define HULLO_AUTORELEASE(object) (object)
/// Hands an object to C, which owns it from then on.
#define HULLO_GIVE(object) ((__bridge_retained void *)(object))
/// Takes it back.
#define HULLO_TAKE(type, pointer) ((__bridge_transfer type)(pointer))
/// Looks at what C owns.
#define HULLO_PEEK(type, pointer) ((__bridge type)(pointer))
#else
#define HULLO_ARC 0
/// There is no zeroing here: who is held weakly says good-bye before it goes.
#define HULLO_WEAK __unsafe_unretained
#define HULLO_PROPERTY_WEAK assign
#define HULLO_RETAIN(object) [(object) retain]
#define HULLO_RELEASE(object) [(object) release]
#define HULLO_AUTORELEASE(object) [(object) autorelease]
#define HULLO_GIVE(object) ((void *)[(object) retain])
#define HULLO_TAKE(type, pointer) ((type)[(id)(pointer) autorelease])
#define HULLO_PEEK(type, pointer) ((type)(pointer))
#endif

NS_ASSUME_NONNULL_BEGIN

/// Runs a block on the main thread, later, after those that came before.
FOUNDATION_EXPORT void HulloOnMain(void (^block)(void));

/// The member of a dictionary that came as JSON, where it is of that type, and nil or 0 otherwise.
FOUNDATION_EXPORT NSString *_Nullable HulloText(NSDictionary *_Nullable json, NSString *key);
FOUNDATION_EXPORT NSArray *_Nullable HulloList(NSDictionary *_Nullable json, NSString *key);
FOUNDATION_EXPORT NSDictionary *_Nullable HulloObject(NSDictionary *_Nullable json, NSString *key);
FOUNDATION_EXPORT uint64_t HulloNumber(NSDictionary *_Nullable json, NSString *key);
FOUNDATION_EXPORT BOOL HulloFlag(NSDictionary *_Nullable json, NSString *key);
/// The texts of a member of all objects of a list.
FOUNDATION_EXPORT NSArray<NSString *> *HulloTexts(NSArray *_Nullable objects, NSString *key);

NS_ASSUME_NONNULL_END
