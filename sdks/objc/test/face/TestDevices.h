// A microphone that hears a tone, a loudspeaker that knows what it plays, a camera that sees one shade with a square that goes along its top, and a view.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#import "Hullo.h"

/// Half a second of sound.
enum { kHeard = 24000 };

@interface TestDevices : NSObject <HulloDeviceSource> {
  double _hertz;
  int _luma;
  HulloMedia *_media;
  BOOL _isOpen[3];
  BOOL _isRunning[3];
  unsigned long _sample;
  int16_t _heard[kHeard];
  size_t _heardAt;
  unsigned _pictures;
}
- (instancetype)initWithHertz:(double)hertz luma:(int)luma;
/// How much of what was played in the last half second is this tone: 1 is all of it.
- (double)shareOfHertz:(double)hertz;
/// How loud it was: 0 is silence, 1 the loudest.
- (double)loudness;
/// Which devices are open, by number.
- (NSArray *)open;
@end

@interface TestView : NSObject <HulloRenderer> {
  NSArray *_seen;
  long _pictures;
}
/// The newest picture: its number, width, height, and its shade in the middle.
- (NSArray *)seen;
@end
