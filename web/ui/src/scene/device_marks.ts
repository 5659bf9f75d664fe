// What is to be said of somebody's microphone and camera, and how.
import type { Participant } from '@hullo/sdk';
import type { DeviceKind } from '../client.ts';
import { attendanceOf } from '../group/roster.ts';
import { cameraIsWanted, type Scene } from '../scene.ts';
import { type TextKey, text } from '../texts.ts';

/** `off`: by the person. `asking`: the others wait for it. `failed`: there is none that may be used. */
export type DeviceMark = 'off' | 'asking' | 'failed';

/** The mark of a participant's device; undefined while it is on, or about to be, or while nothing is known of it. */
export function deviceMarkOf(
  scene: Scene,
  participant: Participant,
  kind: DeviceKind,
): DeviceMark | undefined {
  const { accid, state, held } = participant;
  if (attendanceOf(participant) !== 'in' || held) return;
  const device =
    accid === scene.me ? ownState(scene, kind) : participant[kind === 'microphone' ? 'audio' : 'video'];
  switch (device) {
    case 'asking':
      return scene.isAwaited(accid, kind) ? 'asking' : undefined;
    case 'failed':
      return 'failed';
    case 'off':
      // Before it is connected, a device has not yet said what it will do.
      return state === 'joined' || accid === scene.me ? 'off' : undefined;
    default:
      return;
  }
}

/** This device's own: `off` only if the person has it off. */
function ownState({ local }: Scene, kind: DeviceKind): Participant['audio'] {
  if (kind === 'microphone')
    return local.audioMuted ? 'off' : local.microphone.state === 'off' ? 'on' : local.microphone.state;
  return cameraIsWanted(local) && local.camera.state !== 'off' ? local.camera.state : 'off';
}

const words: Record<DeviceKind, Record<'own' | 'remote', Record<DeviceMark, TextKey>>> = {
  microphone: {
    own: { off: 'microphone.own', asking: 'microphone.ownAwaited', failed: 'microphone.ownFailed' },
    remote: { off: 'microphone.remote', asking: 'microphone.awaited', failed: 'microphone.none' },
  },
  camera: {
    own: { off: 'camera.own', asking: 'camera.ownAwaited', failed: 'camera.ownFailed' },
    remote: { off: 'camera.remote', asking: 'camera.awaited', failed: 'camera.none' },
  },
};

/** The mark in words: "Bob is muted", "Waiting for Bob’s camera". */
export function wordsOfMark(scene: Scene, accid: string, kind: DeviceKind, mark: DeviceMark): string {
  const key = words[kind][accid === scene.me ? 'own' : 'remote'][mark];
  return text(scene.lang, key, { name: scene.person(accid).name });
}

/** What stands where the picture of the other side would be: of its camera, and of its microphone where that does not work. */
export function wordsForPicture(scene: Scene, participant: Participant): string[] {
  const { accid } = participant;
  const camera = deviceMarkOf(scene, participant, 'camera');
  const microphone = deviceMarkOf(scene, participant, 'microphone');
  const name = scene.person(accid).name;
  if (accid !== scene.me && camera === microphone) {
    if (camera === 'asking') return [text(scene.lang, 'devices.awaited', { name })];
    if (camera === 'failed') return [text(scene.lang, 'devices.noneOf', { name })];
  }
  const said = camera ? [wordsOfMark(scene, accid, 'camera', camera)] : [];
  // A mute has its own sign.
  if (accid !== scene.me && microphone && microphone !== 'off')
    said.push(wordsOfMark(scene, accid, 'microphone', microphone));
  return said;
}
