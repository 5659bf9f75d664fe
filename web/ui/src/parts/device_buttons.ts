// The buttons of microphone, camera and screen: what each says and does, whatever has become of its device.
import type { Intent, Scene } from '../scene.ts';
import { cameraIsWanted, toggleCamera, toggleMicrophone } from '../scene.ts';
import { text } from '../texts.ts';
import type { RoundButton } from './button.ts';

type Dispatch = (intent: Intent) => void;

/** Mutes and unmutes; tries again where the microphone failed. */
export function microphoneButton({ local, lang }: Scene, dispatch: Dispatch): RoundButton {
  const { audioMuted, microphone } = local;
  const failed = microphone.state === 'failed';
  const retries = failed && !audioMuted;
  return {
    icon: audioMuted || failed ? 'microphoneOff' : 'microphone',
    label: text(lang, retries ? 'control.retryMicrophone' : audioMuted ? 'control.unmute' : 'control.mute'),
    ...(retries ? { caption: text(lang, 'control.retry') } : { pressed: audioMuted }),
    testId: 'hullo-mute-audio',
    busy: microphone.state === 'asking' && !audioMuted,
    failed,
    key: 'M',
    press: () => dispatch(toggleMicrophone(local)),
  };
}

/** Turns the camera off and on; tries again where it failed. */
export function cameraButton({ local, lang }: Scene, dispatch: Dispatch): RoundButton {
  const wanted = cameraIsWanted(local);
  const { state } = local.camera;
  const failed = state === 'failed';
  const retries = failed && wanted;
  return {
    icon: wanted && !failed ? 'camera' : 'cameraOff',
    label: text(lang, retries ? 'control.retryCamera' : wanted ? 'control.cameraOff' : 'control.cameraOn'),
    ...(retries ? { caption: text(lang, 'control.retry') } : { pressed: !wanted }),
    testId: 'hullo-mute-video',
    busy: state === 'asking' && wanted,
    failed,
    key: 'V',
    press: () => dispatch(toggleCamera(local)),
  };
}

/** Shares a screen, and stops it. */
export function shareButton({ local, lang, connected }: Scene, dispatch: Dispatch): RoundButton {
  const { state } = local.screen;
  const on = state === 'on';
  return {
    icon: on ? 'screenOff' : 'screen',
    label: text(lang, on ? 'control.stopShare' : 'control.share'),
    testId: 'hullo-share',
    pressed: on,
    busy: state === 'asking',
    disabled: !connected && !on,
    press: () => dispatch({ type: 'share', on: !on }),
  };
}
