// SPDX-License-Identifier: MIT OR Apache-2.0

#import "TestDevices.h"

#include <math.h>

/// 10 ms of sound.
enum { kFrame = 480, kWidth = 320, kHeight = 180, kSquare = 48 };
static const double kRate = 48000.0;

@implementation TestDevices

- (instancetype)initWithHertz:(double)hertz luma:(int)luma {
  if ((self = [super init])) {
    _hertz = hertz;
    _luma = luma;
  }
  return self;
}

- (BOOL)hasDevice:(HulloDeviceKind)device {
  (void)device;
  return YES;
}

- (BOOL)openDevice:(HulloDeviceKind)device media:(HulloMedia *)media error:(NSError **)error {
  (void)error;
  @synchronized(self) {
    if (!_media) _media = [media retain];
    _isOpen[device] = YES;
    _isRunning[device] = YES;
  }
  [NSThread detachNewThreadSelector:@selector(run:)
                           toTarget:self
                         withObject:[NSNumber numberWithInteger:device]];
  return YES;
}

- (void)closeDevice:(HulloDeviceKind)device {
  @synchronized(self) {
    _isOpen[device] = NO;
  }
  // What is under way comes to an end.
  while ([self isRunning:device]) [NSThread sleepForTimeInterval:0.001];
}

- (BOOL)isOpen:(NSInteger)device {
  @synchronized(self) {
    return _isOpen[device];
  }
}

- (BOOL)isRunning:(NSInteger)device {
  @synchronized(self) {
    return _isRunning[device];
  }
}

- (NSArray *)open {
  NSMutableArray *open = [NSMutableArray array];
  for (NSInteger device = 0; device < 3; device++) {
    if ([self isOpen:device]) [open addObject:[NSNumber numberWithInteger:device]];
  }
  return open;
}

- (void)run:(NSNumber *)number {
  NSInteger device = [number integerValue];
  NSTimeInterval period = device == HulloDeviceKindCamera ? 1.0 / 15.0 : 0.01;
  NSDate *next = [[NSDate alloc] init];
  while ([self isOpen:device]) {
    NSAutoreleasePool *pool = [[NSAutoreleasePool alloc] init];
    if (device == HulloDeviceKindMicrophone) [self hear];
    if (device == HulloDeviceKindLoudspeaker) [self play];
    if (device == HulloDeviceKindCamera) [self see];
    NSDate *after = [[next dateByAddingTimeInterval:period] retain];
    [next release];
    next = after;
    [NSThread sleepUntilDate:next];
    [pool drain];
  }
  [next release];
  @synchronized(self) {
    _isRunning[device] = NO;
  }
}

- (void)hear {
  int16_t samples[kFrame];
  for (int at = 0; at < kFrame; at++) {
    samples[at] = (int16_t)(8000.0 * sin(2.0 * M_PI * _hertz * (double)_sample / kRate));
    _sample += 1;
  }
  [_media pushSamples:samples count:kFrame];
}

- (void)play {
  int16_t samples[kFrame];
  [_media pullSamples:samples count:kFrame];
  @synchronized(self) {
    for (int at = 0; at < kFrame; at++) {
      _heard[_heardAt] = samples[at];
      _heardAt = (_heardAt + 1) % kHeard;
    }
  }
}

- (void)see {
  static uint8_t luma[kWidth * kHeight];
  static uint8_t colours[kWidth * kHeight / 2];
  memset(luma, _luma, sizeof(luma));
  memset(colours, 128, sizeof(colours));
  int left = (int)(_pictures++ * 8 % (kWidth - kSquare));
  for (int row = 0; row < kSquare; row++) memset(luma + row * kWidth + left, 235, kSquare);
  [_media pushNV12:luma
         strideOfLuma:kWidth
              colours:colours
      strideOfColours:kWidth
                width:kWidth
               height:kHeight];
}

- (double)shareOfHertz:(double)hertz {
  double cosine = 0, sine = 0, power = 0;
  @synchronized(self) {
    for (size_t at = 0; at < kHeard; at++) {
      double sample = _heard[(_heardAt + at) % kHeard];
      double turn = 2.0 * M_PI * hertz * (double)at / kRate;
      cosine += sample * cos(turn);
      sine += sample * sin(turn);
      power += sample * sample;
    }
  }
  BOOL isLoud = power / kHeard > 1000000.0;
  return isLoud ? (cosine * cosine + sine * sine) * 2.0 / (power * kHeard) : 0.0;
}

- (double)loudness {
  double power = 0;
  @synchronized(self) {
    for (size_t at = 0; at < kHeard; at++) power += (double)_heard[at] * (double)_heard[at];
  }
  return sqrt(power / kHeard) / 32768.0;
}

- (void)dealloc {
  [_media release];
  [super dealloc];
}

@end

@implementation TestView

- (void)renderPicture:(HulloPicture)picture {
  uint8_t middle = picture.y[picture.height / 2 * picture.strideY + picture.width / 2];
  @synchronized(self) {
    _pictures += 1;
    [_seen release];
    _seen = [[NSArray alloc] initWithObjects:[NSNumber numberWithLong:_pictures],
                                             [NSNumber numberWithUnsignedInt:picture.width],
                                             [NSNumber numberWithUnsignedInt:picture.height],
                                             [NSNumber numberWithInt:middle], nil];
  }
}

- (NSArray *)seen {
  @synchronized(self) {
    return [[_seen retain] autorelease];
  }
}

- (void)dealloc {
  [_seen release];
  [super dealloc];
}

@end
