// The microphone, loudspeaker and camera of an Apple device: AVAudioEngine, which takes out the echo, and AVCaptureSession.
// SPDX-License-Identifier: MIT OR Apache-2.0

#import <Foundation/Foundation.h>

#if __has_include(<UIKit/UIKit.h>) && __has_include(<AVFoundation/AVFoundation.h>)

#import <AVFoundation/AVFoundation.h>

#import "../Consts/NERtcCallKitErrors.h"
#import "../NERtcCallKit+Private.h"

/// Samples a second, in both directions.
static const double kRate = 48000.0;
/// Samples that are pulled at once at most.
enum { kPulledMax = 4096 };

@interface HulloAppleDevices
    : NSObject <HulloDeviceSource, AVCaptureVideoDataOutputSampleBufferDelegate>
@end

static NSError *HulloDeviceError(NSInteger code, NSString *why) {
  NSDictionary *info = [NSDictionary dictionaryWithObject:why forKey:NSLocalizedDescriptionKey];
  return [NSError errorWithDomain:kNERtcCallKitErrorDomain code:code userInfo:info];
}

/// Asks the person, where that was not done yet, and waits for the answer.
static BOOL HulloMayUse(AVMediaType type) {
  dispatch_semaphore_t answered = dispatch_semaphore_create(0);
  __block BOOL may = NO;
  [AVCaptureDevice requestAccessForMediaType:type
                           completionHandler:^(BOOL granted) {
                             may = granted;
                             dispatch_semaphore_signal(answered);
                           }];
  dispatch_semaphore_wait(answered, DISPATCH_TIME_FOREVER);
  return may;
}

@implementation HulloAppleDevices {
  AVAudioEngine *_engine;
  AVAudioSourceNode *_player;
  BOOL _hears;
  BOOL _plays;
  AVCaptureSession *_session;
  AVCaptureVideoPreviewLayer *_preview;
  AVCaptureDevicePosition _position;
  dispatch_queue_t _cameraQueue;
  HulloMedia *_media;
}

- (instancetype)init {
  if ((self = [super init])) {
    _position = AVCaptureDevicePositionFront;
    _cameraQueue = dispatch_queue_create("com.hullo.camera", NULL);
  }
  return self;
}

- (BOOL)hasDevice:(HulloDeviceKind)device {
  if (device != HulloDeviceKindCamera) return YES;
  return [AVCaptureDevice defaultDeviceWithMediaType:AVMediaTypeVideo] != nil;
}

- (BOOL)openDevice:(HulloDeviceKind)device media:(HulloMedia *)media error:(NSError **)error {
  BOOL isCamera = device == HulloDeviceKindCamera;
  BOOL asks = device != HulloDeviceKindLoudspeaker;
  if (asks && !HulloMayUse(isCamera ? AVMediaTypeVideo : AVMediaTypeAudio)) {
    NSInteger code = isCamera ? NERtcCallKitErrorCameraDenied : NERtcCallKitErrorMicrophoneDenied;
    if (error) *error = HulloDeviceError(code, @"the person has said no");
    return NO;
  }
  @synchronized(self) {
    _media = media;
    if (isCamera) return [self startCamera:error];
    if (device == HulloDeviceKindMicrophone) _hears = YES;
    if (device == HulloDeviceKindLoudspeaker) _plays = YES;
    return [self startSound:error];
  }
}

- (void)closeDevice:(HulloDeviceKind)device {
  @synchronized(self) {
    if (device == HulloDeviceKindCamera) {
      [_session stopRunning];
      _session = nil;
      return;
    }
    if (device == HulloDeviceKindMicrophone) _hears = NO;
    if (device == HulloDeviceKindLoudspeaker) _plays = NO;
    [self stopSound];
    if (_hears || _plays) [self startSound:NULL];
  }
}

#pragma mark - Sound

- (BOOL)startSound:(NSError **)error {
  [self stopSound];
  AVAudioSession *session = [AVAudioSession sharedInstance];
  if (![session setCategory:AVAudioSessionCategoryPlayAndRecord
                       mode:AVAudioSessionModeVoiceChat
                    options:AVAudioSessionCategoryOptionAllowBluetooth
                      error:error] ||
      ![session setActive:YES error:error]) {
    return NO;
  }
  _engine = [[AVAudioEngine alloc] init];
  if (_hears) [self addMicrophone];
  if (_plays) [self addLoudspeaker];
  [_engine prepare];
  return [_engine startAndReturnError:error];
}

- (void)stopSound {
  if (_engine && _hears) [_engine.inputNode removeTapOnBus:0];
  [_engine stop];
  _engine = nil;
  _player = nil;
}

- (void)addMicrophone {
  AVAudioInputNode *input = _engine.inputNode;
  // Takes the echo of the loudspeaker out of what is heard; without it the call goes on, with an echo.
  [input setVoiceProcessingEnabled:YES error:NULL];
  AVAudioFormat *heard = [input outputFormatForBus:0];
  AVAudioFormat *sent = [[AVAudioFormat alloc] initWithCommonFormat:AVAudioPCMFormatInt16
                                                         sampleRate:kRate
                                                           channels:1
                                                        interleaved:YES];
  AVAudioConverter *converter = [[AVAudioConverter alloc] initFromFormat:heard toFormat:sent];
  HulloMedia *media = _media;
  [input installTapOnBus:0
              bufferSize:960
                  format:heard
                   block:^(AVAudioPCMBuffer *buffer, AVAudioTime *when) {
                     (void)when;
                     double scale = kRate / heard.sampleRate;
                     AVAudioFrameCount room = (AVAudioFrameCount)(buffer.frameLength * scale) + 64;
                     AVAudioPCMBuffer *out = [[AVAudioPCMBuffer alloc] initWithPCMFormat:sent
                                                                           frameCapacity:room];
                     __block BOOL isTaken = NO;
                     [converter convertToBuffer:out
                                          error:NULL
                             withInputFromBlock:^AVAudioBuffer *(AVAudioPacketCount count,
                                                                 AVAudioConverterInputStatus *status) {
                               (void)count;
                               *status = isTaken ? AVAudioConverterInputStatus_NoDataNow
                                                 : AVAudioConverterInputStatus_HaveData;
                               if (isTaken) return nil;
                               isTaken = YES;
                               return buffer;
                             }];
                     [media pushSamples:out.int16ChannelData[0] count:out.frameLength];
                   }];
}

- (void)addLoudspeaker {
  AVAudioFormat *played = [[AVAudioFormat alloc] initStandardFormatWithSampleRate:kRate channels:1];
  HulloMedia *media = _media;
  _player = [[AVAudioSourceNode alloc]
      initWithFormat:played
         renderBlock:^OSStatus(BOOL *isSilence, const AudioTimeStamp *when, AVAudioFrameCount count,
                               AudioBufferList *output) {
           (void)when;
           int16_t samples[kPulledMax];
           float *out = (float *)output->mBuffers[0].mData;
           for (AVAudioFrameCount done = 0; done < count;) {
             AVAudioFrameCount piece = MIN((AVAudioFrameCount)kPulledMax, count - done);
             [media pullSamples:samples count:piece];
             for (AVAudioFrameCount at = 0; at < piece; at++) {
               out[done + at] = (float)samples[at] / 32768.0f;
             }
             done += piece;
           }
           *isSilence = NO;
           return 0;
         }];
  [_engine attachNode:_player];
  [_engine connect:_player to:_engine.mainMixerNode format:played];
}

- (BOOL)setLoudspeaker:(BOOL)on error:(NSError **)error {
  AVAudioSessionPortOverride port =
      on ? AVAudioSessionPortOverrideSpeaker : AVAudioSessionPortOverrideNone;
  return [[AVAudioSession sharedInstance] overrideOutputAudioPort:port error:error];
}

#pragma mark - Pictures

- (BOOL)startCamera:(NSError **)error {
  AVCaptureDevice *camera =
      [AVCaptureDevice defaultDeviceWithDeviceType:AVCaptureDeviceTypeBuiltInWideAngleCamera
                                         mediaType:AVMediaTypeVideo
                                          position:_position];
  if (!camera) {
    if (error) *error = HulloDeviceError(NERtcCallKitErrorCameraUnavailable, @"there is no camera");
    return NO;
  }
  AVCaptureDeviceInput *input = [AVCaptureDeviceInput deviceInputWithDevice:camera error:error];
  if (!input) return NO;
  AVCaptureVideoDataOutput *output = [[AVCaptureVideoDataOutput alloc] init];
  NSNumber *format =
      [NSNumber numberWithUnsignedInt:kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange];
  output.videoSettings =
      [NSDictionary dictionaryWithObject:format forKey:(id)kCVPixelBufferPixelFormatTypeKey];
  [output setSampleBufferDelegate:self queue:_cameraQueue];
  AVCaptureSession *session = [[AVCaptureSession alloc] init];
  session.sessionPreset = AVCaptureSessionPreset640x480;
  if (![session canAddInput:input] || ![session canAddOutput:output]) {
    if (error) *error = HulloDeviceError(NERtcCallKitErrorServer, @"the camera is in use");
    return NO;
  }
  [session addInput:input];
  [session addOutput:output];
  AVCaptureConnection *connection = [output connectionWithMediaType:AVMediaTypeVideo];
  connection.videoOrientation = AVCaptureVideoOrientationPortrait;
  connection.videoMirrored = _position == AVCaptureDevicePositionFront;
  [session startRunning];
  _session = session;
  dispatch_async(dispatch_get_main_queue(), ^{
    self->_preview.session = session;
  });
  return YES;
}

- (void)captureOutput:(AVCaptureOutput *)output
    didOutputSampleBuffer:(CMSampleBufferRef)sample
           fromConnection:(AVCaptureConnection *)connection {
  (void)output;
  (void)connection;
  CVPixelBufferRef pixels = CMSampleBufferGetImageBuffer(sample);
  if (!pixels) return;
  CVPixelBufferLockBaseAddress(pixels, kCVPixelBufferLock_ReadOnly);
  [_media pushNV12:CVPixelBufferGetBaseAddressOfPlane(pixels, 0)
         strideOfLuma:CVPixelBufferGetBytesPerRowOfPlane(pixels, 0)
              colours:CVPixelBufferGetBaseAddressOfPlane(pixels, 1)
      strideOfColours:CVPixelBufferGetBytesPerRowOfPlane(pixels, 1)
                width:(uint32_t)CVPixelBufferGetWidth(pixels)
               height:(uint32_t)CVPixelBufferGetHeight(pixels)];
  CVPixelBufferUnlockBaseAddress(pixels, kCVPixelBufferLock_ReadOnly);
}

- (BOOL)switchCamera {
  @synchronized(self) {
    BOOL isFront = _position == AVCaptureDevicePositionFront;
    _position = isFront ? AVCaptureDevicePositionBack : AVCaptureDevicePositionFront;
    if (!_session) return YES;
    [_session stopRunning];
    return [self startCamera:NULL];
  }
}

- (void)showLocalIn:(NERtcCallKitView *)view {
  [_preview removeFromSuperlayer];
  _preview = nil;
  if (!view) return;
  _preview = [[AVCaptureVideoPreviewLayer alloc] init];
  _preview.videoGravity = AVLayerVideoGravityResizeAspectFill;
  _preview.frame = view.layer.bounds;
  @synchronized(self) {
    _preview.session = _session;
  }
  [view.layer addSublayer:_preview];
}

@end

id<HulloDeviceSource> HulloReadyDevices(void) {
  return [[HulloAppleDevices alloc] init];
}

#endif
