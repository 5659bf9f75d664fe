// What the screens need of a client: a slice of Hullo's surface, so that a test or a gallery can stand in for it.
import type { Hullo } from '@hullo/sdk';

/** Sound that the browser blocks, as far as the client knows of it. */
interface SoundState {
  readonly soundBlocked?: boolean;
  startSound?(): Promise<void>;
}

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
  | 'showVideos'
  | 'switchCallType'
  | 'answerSwitch'
  | 'muteLocalAudio'
  | 'muteLocalVideo'
  | 'enableLocalVideo'
  | 'switchCamera'
  | 'devices'
  | 'useMicrophone'
  | 'useCamera'
  | 'useSpeaker'
  | 'attachLocalView'
  | 'attachRemoteView'
> &
  SoundState;
