// What the screens need of a client: a slice of Hullo's surface, so that a test or a gallery can stand in for it.
import type { Hullo } from '@hullo/sdk';

/** A device that a person can turn on and off. */
export type DeviceKind = 'microphone' | 'camera';

/** The part of `Hullo` that the call screens read and call. */
export type CallClient = Pick<
  Hullo,
  | 'state'
  | 'current'
  | 'local'
  | 'held'
  | 'waiting'
  | 'elsewhere'
  | 'accid'
  | 'reconnecting'
  | 'soundBlocked'
  | 'inUse'
  | 'audioMutes'
  | 'volumeOf'
  | 'on'
  | 'call'
  | 'groupCall'
  | 'groupInvite'
  | 'record'
  | 'accept'
  | 'reject'
  | 'hangup'
  | 'leave'
  | 'acceptWaiting'
  | 'rejectWaiting'
  | 'continueHere'
  | 'setAudioMute'
  | 'setVolume'
  | 'showVideos'
  | 'switchCallType'
  | 'answerSwitch'
  | 'muteLocalAudio'
  | 'muteLocalVideo'
  | 'enableLocalVideo'
  | 'retryDevice'
  | 'switchCamera'
  | 'shareScreen'
  | 'startSound'
  | 'devices'
  | 'useMicrophone'
  | 'useCamera'
  | 'useSpeaker'
  | 'attachLocalView'
  | 'attachRemoteView'
  | 'attachScreenView'
  | 'detachView'
>;
