// As much of AVFoundation, Core Media and Core Video as the component names: see Foundation.h of the shims.
// SPDX-License-Identifier: MIT OR Apache-2.0

#pragma once

#import <Foundation/Foundation.h>
#import <UIKit/UIKit.h>

NS_ASSUME_NONNULL_BEGIN

// Core Foundation.
typedef const void *CFTypeRef;
typedef const struct __CFArray *CFArrayRef;
typedef const struct __CFDictionary *CFDictionaryRef;
typedef struct __CFDictionary *CFMutableDictionaryRef;
typedef const struct __CFString *CFStringRef;
typedef const struct __CFBoolean *CFBooleanRef;
typedef int32_t OSStatus;
FOUNDATION_EXPORT const CFBooleanRef kCFBooleanTrue;
FOUNDATION_EXPORT void CFRelease(CFTypeRef object);
FOUNDATION_EXPORT const void *CFArrayGetValueAtIndex(CFArrayRef array, long index);
FOUNDATION_EXPORT void CFDictionarySetValue(CFMutableDictionaryRef dictionary, const void *key,
                                            const void *value);

// Core Video and Core Media.
typedef struct __CVBuffer *CVPixelBufferRef;
typedef int32_t CVReturn;
typedef struct opaqueCMSampleBuffer *CMSampleBufferRef;
typedef const struct opaqueCMFormatDescription *CMVideoFormatDescriptionRef;
typedef struct { int64_t value; int32_t timescale; uint32_t flags; int64_t epoch; } CMTime;
typedef struct { CMTime duration, presentationTimeStamp, decodeTimeStamp; } CMSampleTimingInfo;
enum { kCVReturnSuccess = 0, kCVPixelBufferLock_ReadOnly = 1 };
enum { kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange = 0x34323076 };
FOUNDATION_EXPORT const CFStringRef kCVPixelBufferPixelFormatTypeKey;
FOUNDATION_EXPORT const CFStringRef kCVPixelBufferIOSurfacePropertiesKey;
FOUNDATION_EXPORT const CFStringRef kCMSampleAttachmentKey_DisplayImmediately;
FOUNDATION_EXPORT const CMTime kCMTimeInvalid;
FOUNDATION_EXPORT CVReturn CVPixelBufferCreate(const void *_Nullable allocator, size_t width, size_t height,
                                               uint32_t format, CFDictionaryRef _Nullable attributes,
                                               CVPixelBufferRef _Nullable *_Nonnull made);
FOUNDATION_EXPORT void CVPixelBufferRelease(CVPixelBufferRef _Nullable pixels);
FOUNDATION_EXPORT CVReturn CVPixelBufferLockBaseAddress(CVPixelBufferRef pixels, uint64_t flags);
FOUNDATION_EXPORT CVReturn CVPixelBufferUnlockBaseAddress(CVPixelBufferRef pixels, uint64_t flags);
FOUNDATION_EXPORT void *_Nullable CVPixelBufferGetBaseAddressOfPlane(CVPixelBufferRef pixels, size_t plane);
FOUNDATION_EXPORT size_t CVPixelBufferGetBytesPerRowOfPlane(CVPixelBufferRef pixels, size_t plane);
FOUNDATION_EXPORT size_t CVPixelBufferGetWidth(CVPixelBufferRef pixels);
FOUNDATION_EXPORT size_t CVPixelBufferGetHeight(CVPixelBufferRef pixels);
FOUNDATION_EXPORT CVPixelBufferRef _Nullable CMSampleBufferGetImageBuffer(CMSampleBufferRef sample);
FOUNDATION_EXPORT OSStatus CMVideoFormatDescriptionCreateForImageBuffer(
    const void *_Nullable allocator, CVPixelBufferRef pixels,
    CMVideoFormatDescriptionRef _Nullable *_Nonnull made);
FOUNDATION_EXPORT OSStatus CMSampleBufferCreateReadyWithImageBuffer(
    const void *_Nullable allocator, CVPixelBufferRef pixels, CMVideoFormatDescriptionRef format,
    const CMSampleTimingInfo *timing, CMSampleBufferRef _Nullable *_Nonnull made);
FOUNDATION_EXPORT CFArrayRef _Nullable CMSampleBufferGetSampleAttachmentsArray(CMSampleBufferRef sample,
                                                                              bool create);

// Layers.
@class AVCaptureSession;
typedef NSString *AVLayerVideoGravity;
FOUNDATION_EXPORT AVLayerVideoGravity const AVLayerVideoGravityResizeAspectFill;
@interface AVCaptureVideoPreviewLayer : CALayer
@property (nullable, strong) AVCaptureSession *session;
@property (copy) AVLayerVideoGravity videoGravity;
@end
@interface AVSampleBufferDisplayLayer : CALayer
@property (copy) AVLayerVideoGravity videoGravity;
- (void)enqueueSampleBuffer:(CMSampleBufferRef)sample;
@end

// Cameras.
typedef NSString *AVMediaType;
typedef NSString *AVCaptureDeviceType;
typedef NSString *AVCaptureSessionPreset;
FOUNDATION_EXPORT AVMediaType const AVMediaTypeVideo;
FOUNDATION_EXPORT AVMediaType const AVMediaTypeAudio;
FOUNDATION_EXPORT AVCaptureDeviceType const AVCaptureDeviceTypeBuiltInWideAngleCamera;
FOUNDATION_EXPORT AVCaptureSessionPreset const AVCaptureSessionPreset640x480;
typedef NS_ENUM(NSInteger, AVCaptureDevicePosition) {
  AVCaptureDevicePositionBack = 1,
  AVCaptureDevicePositionFront = 2,
};
typedef NS_ENUM(NSInteger, AVCaptureVideoOrientation) { AVCaptureVideoOrientationPortrait = 1 };
@interface AVCaptureDevice : NSObject
+ (nullable AVCaptureDevice *)defaultDeviceWithMediaType:(AVMediaType)type;
+ (nullable AVCaptureDevice *)defaultDeviceWithDeviceType:(AVCaptureDeviceType)kind
                                                mediaType:(nullable AVMediaType)type
                                                 position:(AVCaptureDevicePosition)position;
+ (void)requestAccessForMediaType:(AVMediaType)type completionHandler:(void (^)(BOOL granted))handler;
@end
@interface AVCaptureInput : NSObject
@end
@interface AVCaptureDeviceInput : AVCaptureInput
+ (nullable instancetype)deviceInputWithDevice:(AVCaptureDevice *)device
                                         error:(NSError *_Nullable *_Nullable)error;
@end
@interface AVCaptureConnection : NSObject
@property AVCaptureVideoOrientation videoOrientation;
@property BOOL videoMirrored;
@end
@interface AVCaptureOutput : NSObject
- (nullable AVCaptureConnection *)connectionWithMediaType:(AVMediaType)type;
@end
@protocol AVCaptureVideoDataOutputSampleBufferDelegate <NSObject>
@optional
- (void)captureOutput:(AVCaptureOutput *)output
    didOutputSampleBuffer:(CMSampleBufferRef)sample
           fromConnection:(AVCaptureConnection *)connection;
@end
@interface AVCaptureVideoDataOutput : AVCaptureOutput
@property (copy, null_resettable) NSDictionary<NSString *, id> *videoSettings;
- (void)setSampleBufferDelegate:(nullable id<AVCaptureVideoDataOutputSampleBufferDelegate>)delegate
                          queue:(nullable dispatch_queue_t)queue;
@end
@interface AVCaptureSession : NSObject
@property (copy) AVCaptureSessionPreset sessionPreset;
- (BOOL)canAddInput:(AVCaptureInput *)input;
- (BOOL)canAddOutput:(AVCaptureOutput *)output;
- (void)addInput:(AVCaptureInput *)input;
- (void)addOutput:(AVCaptureOutput *)output;
- (void)startRunning;
- (void)stopRunning;
@end

// Sound.
typedef uint32_t AVAudioFrameCount;
typedef uint32_t AVAudioPacketCount;
typedef uint32_t AVAudioChannelCount;
typedef struct { uint32_t mNumberChannels, mDataByteSize; void *_Nullable mData; } AudioBuffer;
typedef struct { uint32_t mNumberBuffers; AudioBuffer mBuffers[1]; } AudioBufferList;
typedef struct AudioTimeStamp AudioTimeStamp;
typedef NS_ENUM(NSUInteger, AVAudioCommonFormat) { AVAudioPCMFormatInt16 = 3 };
typedef NS_ENUM(NSInteger, AVAudioConverterInputStatus) {
  AVAudioConverterInputStatus_HaveData = 0,
  AVAudioConverterInputStatus_NoDataNow = 1,
};
@interface AVAudioTime : NSObject
@end
@interface AVAudioFormat : NSObject
@property (readonly) double sampleRate;
- (nullable instancetype)initStandardFormatWithSampleRate:(double)rate channels:(AVAudioChannelCount)channels;
- (nullable instancetype)initWithCommonFormat:(AVAudioCommonFormat)format
                                   sampleRate:(double)rate
                                     channels:(AVAudioChannelCount)channels
                                  interleaved:(BOOL)interleaved;
@end
@interface AVAudioBuffer : NSObject
@end
@interface AVAudioPCMBuffer : AVAudioBuffer
@property AVAudioFrameCount frameLength;
@property (readonly) int16_t *_Nonnull const *_Nullable int16ChannelData;
- (nullable instancetype)initWithPCMFormat:(AVAudioFormat *)format frameCapacity:(AVAudioFrameCount)capacity;
@end
typedef AVAudioBuffer *_Nullable (^AVAudioConverterInputBlock)(AVAudioPacketCount count,
                                                              AVAudioConverterInputStatus *status);
@interface AVAudioConverter : NSObject
- (nullable instancetype)initFromFormat:(AVAudioFormat *)from toFormat:(AVAudioFormat *)to;
- (NSInteger)convertToBuffer:(AVAudioBuffer *)buffer
                       error:(NSError *_Nullable *_Nullable)error
          withInputFromBlock:(AVAudioConverterInputBlock)block;
@end
typedef OSStatus (^AVAudioSourceNodeRenderBlock)(BOOL *isSilence, const AudioTimeStamp *when,
                                                 AVAudioFrameCount count, AudioBufferList *output);
@interface AVAudioNode : NSObject
- (AVAudioFormat *)outputFormatForBus:(NSUInteger)bus;
- (void)installTapOnBus:(NSUInteger)bus
             bufferSize:(AVAudioFrameCount)size
                 format:(nullable AVAudioFormat *)format
                  block:(void (^)(AVAudioPCMBuffer *buffer, AVAudioTime *when))block;
- (void)removeTapOnBus:(NSUInteger)bus;
@end
@interface AVAudioInputNode : AVAudioNode
- (BOOL)setVoiceProcessingEnabled:(BOOL)enabled error:(NSError *_Nullable *_Nullable)error;
@end
@interface AVAudioMixerNode : AVAudioNode
@end
@interface AVAudioSourceNode : AVAudioNode
- (instancetype)initWithFormat:(AVAudioFormat *)format renderBlock:(AVAudioSourceNodeRenderBlock)block;
@end
@interface AVAudioEngine : NSObject
@property (readonly) AVAudioInputNode *inputNode;
@property (readonly) AVAudioMixerNode *mainMixerNode;
- (void)attachNode:(AVAudioNode *)node;
- (void)connect:(AVAudioNode *)from to:(AVAudioNode *)to format:(nullable AVAudioFormat *)format;
- (void)prepare;
- (BOOL)startAndReturnError:(NSError *_Nullable *_Nullable)error;
- (void)stop;
@end
typedef NSString *AVAudioSessionCategory;
typedef NSString *AVAudioSessionMode;
FOUNDATION_EXPORT AVAudioSessionCategory const AVAudioSessionCategoryPlayAndRecord;
FOUNDATION_EXPORT AVAudioSessionMode const AVAudioSessionModeVoiceChat;
typedef NS_OPTIONS(NSUInteger, AVAudioSessionCategoryOptions) {
  AVAudioSessionCategoryOptionAllowBluetooth = 4,
};
typedef NS_ENUM(NSUInteger, AVAudioSessionPortOverride) {
  AVAudioSessionPortOverrideNone = 0,
  AVAudioSessionPortOverrideSpeaker = 0x73706b72,
};
@interface AVAudioSession : NSObject
+ (AVAudioSession *)sharedInstance;
- (BOOL)setCategory:(AVAudioSessionCategory)category
               mode:(AVAudioSessionMode)mode
            options:(AVAudioSessionCategoryOptions)options
              error:(NSError *_Nullable *_Nullable)error;
- (BOOL)setActive:(BOOL)active error:(NSError *_Nullable *_Nullable)error;
- (BOOL)overrideOutputAudioPort:(AVAudioSessionPortOverride)port error:(NSError *_Nullable *_Nullable)error;
@end

NS_ASSUME_NONNULL_END
