// What is asked of devices, codecs and the encoder.
import type { CaptureKind } from '../wire.ts';

/** Which device: the one chosen, or the camera of one side of a phone. */
export interface DeviceChoice {
  /** Of a `MediaDeviceInfo`. */
  deviceId?: string;
  /** Which way the camera looks; only without `deviceId`. */
  facing?: 'user' | 'environment';
  /** Whether another device is as good as none. */
  exact?: boolean;
}

/** Most bits a second for the sound that is sent: speech by Opus is transparent well below. */
const AUDIO_BITRATE_MAX = 48_000;

/**
 * What the sent picture may take, by how many pictures each receives: the more there are, the smaller each is shown, and
 * the less a receiver can afford for each. `scale` divides the camera's 960x540.
 */
const VIDEO_SHARES = [
  { pictures: 1, bitrate: 1_500_000, scale: 1 },
  { pictures: 2, bitrate: 1_000_000, scale: 1 },
  { pictures: 4, bitrate: 600_000, scale: 1.5 },
  { pictures: 8, bitrate: 350_000, scale: 2 },
] as const;
const VIDEO_SHARE_LEAST = { bitrate: 200_000, scale: 3 } as const;

/** How a kind is encoded in a call in which each receives so many pictures. There is one encoding: no layers yet. */
export function encodingFor(kind: CaptureKind, pictures: number): RTCRtpEncodingParameters {
  if (kind === 'audio') return { maxBitrate: AUDIO_BITRATE_MAX };
  const share = VIDEO_SHARES.find((step) => pictures <= step.pictures) ?? VIDEO_SHARE_LEAST;
  return { maxBitrate: share.bitrate, scaleResolutionDownBy: share.scale, maxFramerate: 30 };
}

/**
 * How a screen is encoded: it is the last to yield when the connection is narrow, and what yields then is how often it is
 * renewed, not how sharp it is.
 */
export const SCREEN_ENCODING: RTCRtpEncodingParameters = {
  maxBitrate: 2_500_000,
  maxFramerate: 15,
  priority: 'high',
};

/** What `getUserMedia` is asked for. */
export function constraintsFor(kind: CaptureKind, choice: DeviceChoice): MediaStreamConstraints {
  const deviceId: ConstrainDOMString | undefined =
    choice.deviceId === undefined ? undefined : { [choice.exact ? 'exact' : 'ideal']: choice.deviceId };
  if (kind === 'audio') {
    const processing = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return { audio: { ...processing, ...(deviceId && { deviceId }) } };
  }
  const picture = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 30 } };
  const which = deviceId ? { deviceId } : { facingMode: choice.facing ?? 'user' };
  return { video: { ...picture, ...which } };
}

const CODECS: Record<CaptureKind, RegExp> = {
  audio: /^audio\/opus$/i,
  video: /^video\/(VP8|H264|rtx)$/i,
};

/** Constrained baseline (RFC 6184 section 8.1), the one profile of H.264 that every browser has. */
const H264_COMMON = /profile-level-id=42e01f/i;

/**
 * The codecs to offer on a line that only receives: few, because each line repeats them. With these, the offer of a
 * large group call (8 lines of sound, 15 of pictures) has 30 KB in Chromium, of the 48 KB that the server takes.
 */
export function codecsToReceive(kind: CaptureKind): RTCRtpCodec[] {
  return codecsFor(kind).filter(
    ({ mimeType, sdpFmtpLine = '' }) => !/H264/i.test(mimeType) || H264_COMMON.test(sdpFmtpLine),
  );
}

/**
 * The codecs to offer: what both a browser and the server can use, and nothing that only makes the offer long. Of
 * H.264 only packetization mode 1 (RFC 6184), which every browser has and which allows pictures larger than a packet.
 */
export function codecsFor(kind: CaptureKind): RTCRtpCodec[] {
  const known = globalThis.RTCRtpReceiver?.getCapabilities?.(kind)?.codecs ?? [];
  return known.filter(({ mimeType, sdpFmtpLine = '' }) => {
    const isSingleNal = /H264/i.test(mimeType) && !/packetization-mode=1/.test(sdpFmtpLine);
    return CODECS[kind].test(mimeType) && !isSingleNal;
  });
}
