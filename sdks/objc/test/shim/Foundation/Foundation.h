// As much of Foundation as the component and its examples name, declared and not defined: so that clang can check them on Linux
// as it would for iOS (-fsyntax-only -fobjc-arc). Written for this check; what Apple's headers say stands above it (docs/ios.md).
// SPDX-License-Identifier: MIT OR Apache-2.0

#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define TARGET_OS_IPHONE 1
#define NS_ASSUME_NONNULL_BEGIN _Pragma("clang assume_nonnull begin")
#define NS_ASSUME_NONNULL_END _Pragma("clang assume_nonnull end")
#define FOUNDATION_EXPORT extern
#define NS_ENUM(type_, name_) enum name_ : type_ name_; enum name_ : type_
#define NS_OPTIONS(type_, name_) enum name_ : type_ name_; enum name_ : type_
#define NS_REQUIRES_NIL_TERMINATION __attribute__((sentinel))
#define NS_FORMAT_FUNCTION(f_, a_)
#define MAX(a_, b_) ((a_) > (b_) ? (a_) : (b_))
#define MIN(a_, b_) ((a_) < (b_) ? (a_) : (b_))
#define YES ((BOOL)1)
#define NO ((BOOL)0)
#define nil ((id)0)
#define Nil ((Class)0)

typedef bool BOOL;
typedef long NSInteger;
typedef unsigned long NSUInteger;
typedef double NSTimeInterval;
typedef double CGFloat;
typedef struct _NSZone NSZone;
typedef struct { NSUInteger location, length; } NSRange;
typedef struct { CGFloat x, y; } CGPoint;
typedef struct { CGFloat width, height; } CGSize;
typedef struct { CGPoint origin; CGSize size; } CGRect;

static const NSInteger NSIntegerMax = 0x7fffffffffffffffL;
static const NSUInteger NSNotFound = 0x7fffffffffffffffUL;

NS_ASSUME_NONNULL_BEGIN

@class NSString, NSArray<ObjectType>, NSDictionary<KeyType, ObjectType>, NSError, NSData, NSThread, NSDate;
@class NSMethodSignature;

@protocol NSObject
- (BOOL)isEqual:(nullable id)object;
- (BOOL)isKindOfClass:(Class)type;
- (BOOL)respondsToSelector:(SEL)selector;
- (BOOL)conformsToProtocol:(Protocol *)protocol;
@property (readonly) NSUInteger hash;
@property (readonly, copy) NSString *description;
@end

@protocol NSCopying
@end

@protocol NSMutableCopying
@end

typedef struct {
  unsigned long state;
  id __unsafe_unretained _Nullable *_Nullable itemsPtr;
  unsigned long *_Nullable mutationsPtr;
  unsigned long extra[5];
} NSFastEnumerationState;

@protocol NSFastEnumeration
- (NSUInteger)countByEnumeratingWithState:(NSFastEnumerationState *)state
                                  objects:(id __unsafe_unretained _Nullable[_Nonnull])buffer
                                    count:(NSUInteger)length;
@end

__attribute__((objc_root_class))
@interface NSObject <NSObject>
+ (instancetype)alloc;
+ (instancetype)new;
+ (Class)class;
- (instancetype)init;
- (Class)class;
- (id)copy;
- (id)mutableCopy;
- (void)dealloc;
- (void)performSelectorOnMainThread:(SEL)selector
                         withObject:(nullable id)object
                      waitUntilDone:(BOOL)wait;
@end

@interface NSString : NSObject <NSCopying, NSMutableCopying>
@property (readonly) NSUInteger length;
@property (readonly, copy) NSString *lowercaseString;
@property (nullable, readonly) const char *UTF8String;
+ (instancetype)string;
+ (nullable instancetype)stringWithUTF8String:(const char *)text;
+ (instancetype)stringWithFormat:(NSString *)format, ...;
- (instancetype)initWithFormat:(NSString *)format, ...;
- (nullable instancetype)initWithData:(NSData *)data encoding:(NSUInteger)encoding;
- (BOOL)isEqualToString:(NSString *)other;
- (NSInteger)caseInsensitiveCompare:(NSString *)other;
- (NSString *)stringByAppendingString:(NSString *)other;
- (NSString *)stringByAppendingPathComponent:(NSString *)name;
- (NSString *)stringByReplacingOccurrencesOfString:(NSString *)part withString:(NSString *)other;
- (nullable NSData *)dataUsingEncoding:(NSUInteger)encoding;
- (NSArray<NSString *> *)componentsSeparatedByString:(NSString *)separator;
@end

enum { NSUTF8StringEncoding = 4 };
enum { NSOrderedAscending = -1, NSOrderedSame = 0, NSOrderedDescending = 1 };

@interface NSConstantString : NSString
@end

@interface NSNumber : NSObject <NSCopying>
@property (readonly) BOOL boolValue;
@property (readonly) NSInteger integerValue;
@property (readonly) unsigned long long unsignedLongLongValue;
@property (readonly) double doubleValue;
+ (NSNumber *)numberWithBool:(BOOL)value;
+ (NSNumber *)numberWithInt:(int)value;
+ (NSNumber *)numberWithInteger:(NSInteger)value;
+ (NSNumber *)numberWithUnsignedInt:(unsigned int)value;
+ (NSNumber *)numberWithDouble:(double)value;
+ (NSNumber *)numberWithUnsignedLongLong:(unsigned long long)value;
@end

@interface NSArray<__covariant ObjectType> : NSObject <NSCopying, NSMutableCopying, NSFastEnumeration>
@property (readonly) NSUInteger count;
@property (nullable, readonly) ObjectType firstObject;
@property (nullable, readonly) ObjectType lastObject;
+ (instancetype)array;
+ (instancetype)arrayWithObject:(ObjectType)object;
+ (instancetype)arrayWithArray:(NSArray<ObjectType> *)array;
+ (instancetype)arrayWithObjects:(ObjectType)first, ... NS_REQUIRES_NIL_TERMINATION;
+ (instancetype)arrayWithObjects:(const ObjectType _Nonnull[_Nullable])objects count:(NSUInteger)count;
- (ObjectType)objectAtIndex:(NSUInteger)index;
- (ObjectType)objectAtIndexedSubscript:(NSUInteger)index;
- (NSUInteger)indexOfObject:(ObjectType)object;
- (BOOL)containsObject:(ObjectType)object;
- (NSString *)componentsJoinedByString:(NSString *)separator;
@end

@interface NSMutableArray<ObjectType> : NSArray<ObjectType>
- (void)addObject:(ObjectType)object;
- (void)removeObject:(ObjectType)object;
- (void)removeAllObjects;
- (void)insertObject:(ObjectType)object atIndex:(NSUInteger)index;
- (void)setArray:(NSArray<ObjectType> *)array;
@end

@interface NSDictionary<__covariant KeyType, __covariant ObjectType> : NSObject <NSCopying, NSMutableCopying, NSFastEnumeration>
@property (readonly) NSUInteger count;
@property (readonly, copy) NSArray<KeyType> *allKeys;
@property (readonly, copy) NSArray<ObjectType> *allValues;
+ (instancetype)dictionary;
+ (instancetype)dictionaryWithObject:(ObjectType)object forKey:(KeyType<NSCopying>)key;
+ (instancetype)dictionaryWithObjects:(const ObjectType _Nonnull[_Nullable])objects
                              forKeys:(const KeyType<NSCopying> _Nonnull[_Nullable])keys
                                count:(NSUInteger)count;
- (nullable ObjectType)objectForKey:(KeyType)key;
- (nullable ObjectType)objectForKeyedSubscript:(KeyType)key;
- (BOOL)isEqualToDictionary:(NSDictionary<KeyType, ObjectType> *)other;
@end

@interface NSMutableDictionary<KeyType, ObjectType> : NSDictionary<KeyType, ObjectType>
- (void)setObject:(ObjectType)object forKey:(KeyType<NSCopying>)key;
- (void)setObject:(nullable ObjectType)object forKeyedSubscript:(KeyType<NSCopying>)key;
- (void)removeObjectForKey:(KeyType)key;
@end

@interface NSData : NSObject <NSCopying>
@property (readonly) NSUInteger length;
@property (readonly) const void *bytes;
+ (instancetype)dataWithBytes:(nullable const void *)bytes length:(NSUInteger)length;
@end

@interface NSError : NSObject <NSCopying>
@property (readonly) NSInteger code;
@property (readonly, copy) NSString *domain;
@property (readonly, copy) NSDictionary<NSString *, id> *userInfo;
@property (readonly, copy) NSString *localizedDescription;
+ (instancetype)errorWithDomain:(NSString *)domain
                           code:(NSInteger)code
                       userInfo:(nullable NSDictionary<NSString *, id> *)userInfo;
@end

FOUNDATION_EXPORT NSString *const NSLocalizedDescriptionKey;

@interface NSThread : NSObject
@property (class, readonly) BOOL isMainThread;
@property (class, readonly, strong) NSThread *currentThread;
@end

@interface NSDate : NSObject <NSCopying>
+ (instancetype)date;
@end

@interface NSBundle : NSObject
@property (class, readonly, strong) NSBundle *mainBundle;
- (nullable id)objectForInfoDictionaryKey:(NSString *)key;
@end

@interface NSLocale : NSObject
@property (class, readonly, copy) NSArray<NSString *> *preferredLanguages;
@end

@interface NSFileManager : NSObject
@property (class, readonly, strong) NSFileManager *defaultManager;
- (BOOL)createDirectoryAtPath:(NSString *)path
    withIntermediateDirectories:(BOOL)between
                     attributes:(nullable NSDictionary<NSString *, id> *)attributes
                          error:(NSError *_Nullable *_Nullable)error;
@end

enum { NSApplicationSupportDirectory = 14, NSUserDomainMask = 1 };
FOUNDATION_EXPORT NSArray<NSString *> *NSSearchPathForDirectoriesInDomains(NSUInteger directory,
                                                                          NSUInteger domain,
                                                                          BOOL expand);

@interface NSJSONSerialization : NSObject
+ (BOOL)isValidJSONObject:(id)object;
+ (nullable id)JSONObjectWithData:(NSData *)data
                          options:(NSUInteger)options
                            error:(NSError *_Nullable *_Nullable)error;
+ (nullable NSData *)dataWithJSONObject:(id)object
                                options:(NSUInteger)options
                                  error:(NSError *_Nullable *_Nullable)error;
@end

@interface NSUUID : NSObject
+ (instancetype)UUID;
- (nullable instancetype)initWithUUIDString:(NSString *)text;
@property (readonly, copy) NSString *UUIDString;
@end

@interface NSSet<__covariant ObjectType> : NSObject <NSCopying>
+ (instancetype)setWithObject:(ObjectType)object;
@end

@interface NSURL : NSObject
+ (nullable instancetype)URLWithString:(NSString *)text;
@end

FOUNDATION_EXPORT void NSLog(NSString *format, ...);

// Grand Central Dispatch.
@protocol OS_dispatch_queue <NSObject>
@end
typedef NSObject<OS_dispatch_queue> *dispatch_queue_t;
typedef void (^dispatch_block_t)(void);
typedef long dispatch_once_t;
FOUNDATION_EXPORT dispatch_queue_t dispatch_get_main_queue(void);
FOUNDATION_EXPORT dispatch_queue_t dispatch_queue_create(const char *_Nullable label, id _Nullable attributes);
FOUNDATION_EXPORT void dispatch_async(dispatch_queue_t queue, dispatch_block_t block);
FOUNDATION_EXPORT void dispatch_sync(dispatch_queue_t queue, dispatch_block_t block);
@protocol OS_dispatch_semaphore <NSObject>
@end
typedef NSObject<OS_dispatch_semaphore> *dispatch_semaphore_t;
#define DISPATCH_TIME_FOREVER (~0ull)
FOUNDATION_EXPORT dispatch_semaphore_t dispatch_semaphore_create(long value);
FOUNDATION_EXPORT long dispatch_semaphore_wait(dispatch_semaphore_t semaphore, uint64_t until);
FOUNDATION_EXPORT long dispatch_semaphore_signal(dispatch_semaphore_t semaphore);
FOUNDATION_EXPORT void dispatch_once(dispatch_once_t *once, dispatch_block_t block);

NS_ASSUME_NONNULL_END
