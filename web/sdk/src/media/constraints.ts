// What is asked of devices, codecs and the encoder.
import type { SlotKind } from '../wire.ts';

/** Which device: the one chosen, or the camera of one side of a phone. */
export interface DeviceChoice {
  /** A `MediaDeviceInfo.deviceId`. */
  deviceId?: string;
  /** Which way the camera looks; only without `deviceId`. */
  facing?: 'user' | 'environment';
  /** Whether another device is as good as none. */
  exact?: boolean;
}

/** Most bits a second for the own picture: enough for 960x540 at 30 pictures a second. */
const VIDEO_BITRATE_MAX = 1_500_000;
/** Most bits a second for the own sound: speech by Opus is transparent well below. */
const AUDIO_BITRATE_MAX = 48_000;

/** One encoding for each kind: a call of two needs no layers. */
export const ENCODINGS: Record<SlotKind, RTCRtpEncodingParameters> = {
  audio: { maxBitrate: AUDIO_BITRATE_MAX },
  video: { maxBitrate: VIDEO_BITRATE_MAX, maxFramerate: 30 },
};

/** What `getUserMedia` is asked for. */
export function constraintsFor(kind: SlotKind, choice: DeviceChoice): MediaStreamConstraints {
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

const CODECS: Record<SlotKind, RegExp> = {
  audio: /^audio\/opus$/i,
  video: /^video\/(VP8|H264|rtx)$/i,
};

/** Constrained baseline (RFC 6184 section 8.1), the one profile of H.264 that every browser has. */
const H264_COMMON = /profile-level-id=42e01f/i;

/**
 * The codecs to offer on a line that only receives: few, because each line repeats them. With these, the offer of a
 * large group call (8 lines of sound, 15 of pictures) has 30 KB in Chromium, of the 48 KB that the server takes.
 */
export function codecsToReceive(kind: SlotKind): RTCRtpCodec[] {
  return codecsFor(kind).filter(
    ({ mimeType, sdpFmtpLine = '' }) => !/H264/i.test(mimeType) || H264_COMMON.test(sdpFmtpLine),
  );
}

/**
 * The codecs to offer: what both a browser and the server can use, and nothing that only makes the offer long. Of
 * H.264 only packetization mode 1 (RFC 6184), which every browser has and which allows pictures larger than a packet.
 */
export function codecsFor(kind: SlotKind): RTCRtpCodec[] {
  const known = globalThis.RTCRtpReceiver?.getCapabilities?.(kind)?.codecs ?? [];
  return known.filter(({ mimeType, sdpFmtpLine = '' }) => {
    const isSingleNal = /H264/i.test(mimeType) && !/packetization-mode=1/.test(sdpFmtpLine);
    return CODECS[kind].test(mimeType) && !isSingleNal;
  });
}
