// Which banners a scene has: derived from what is, so that none stays longer than what it says.
import type { DeviceFailure } from '@hullo/sdk';
import type { DeviceKind } from '../client.ts';
import type { IconName } from '../icons.ts';
import { cameraIsWanted, type Intent, type Scene } from '../scene.ts';
import { type TextKey, text } from '../texts.ts';

/** A banner: what is, why, and what can be done. */
export interface Banner {
  readonly testId: string;
  readonly tone: 'ask' | 'busy' | 'warn' | 'sound' | 'share';
  readonly icon?: IconName;
  readonly title: string;
  readonly hint?: string;
  readonly action?: { readonly label: string; readonly testId: string; readonly intent: Intent };
}

/** What to say in a scene, the most pressing first. */
export function bannersOf(scene: Scene): Banner[] {
  return [
    promptBanner(scene),
    connectionBanner(scene),
    soundBanner(scene),
    shareBanner(scene),
    ...problemBanners(scene),
    consentBanner(scene),
  ].filter((banner) => banner !== undefined);
}

/** What must be said even where there is room for one line only: what keeps this person from being heard, or from hearing. */
export function warningOf(scene: Scene): Banner | undefined {
  const reconnecting = scene.reconnecting ? connectionBanner(scene) : undefined;
  return promptBanner(scene) ?? reconnecting ?? soundBanner(scene) ?? problemBanners(scene)[0];
}

/** The browser asks for a device, and nothing goes on until the person has answered it. */
function promptBanner({ prompted, lang }: Scene): Banner | undefined {
  const [first, second] = prompted;
  if (!first) return;
  const key: TextKey = second ? 'asking.both' : `asking.${first}`;
  // On a phone the question lies over the page.
  const above = matchMedia('(hover: hover)').matches;
  return {
    testId: 'hullo-asking',
    tone: 'ask',
    icon: 'above',
    title: text(lang, key),
    hint: text(lang, above ? 'asking.hintAbove' : 'asking.hint'),
  };
}

/** A weak network is not named while a connection is being restored. */
function connectionBanner(scene: Scene): Banner | undefined {
  const { reconnecting, remoteParticipant, network, group } = scene;
  const busy = (testId: string, key: TextKey): Banner => ({
    testId,
    tone: 'busy',
    title: sentence(scene, key),
  });
  const weak = (key: TextKey): Banner => ({
    testId: 'hullo-network',
    tone: 'warn',
    icon: 'warning',
    title: sentence(scene, key),
  });
  if (reconnecting) return busy('hullo-reconnecting', 'reconnecting.own');
  if (remoteParticipant?.reconnecting) return busy('hullo-peer-reconnecting', 'reconnecting.remote');
  if (network.own === 'bad' || network.own === 'down') return weak('network.own');
  if (!group && network.remote === 'down') return weak('network.remoteDown');
  if (!group && network.remote === 'bad') return weak('network.remotePoor');
  return;
}

function soundBanner({ soundBlocked, lang }: Scene): Banner | undefined {
  if (!soundBlocked) return;
  return {
    testId: 'hullo-sound-blocked',
    tone: 'sound',
    icon: 'speakerOff',
    title: text(lang, 'sound.remoteBlocked'),
    action: {
      label: text(lang, 'control.tapToHear'),
      testId: 'hullo-start-sound',
      intent: { type: 'startSound' },
    },
  };
}

function shareBanner({ local, lang }: Scene): Banner | undefined {
  if (local.screen.state !== 'on') return;
  return {
    testId: 'hullo-sharing',
    tone: 'share',
    icon: 'screen',
    title: text(lang, 'share.own'),
    action: {
      label: text(lang, 'control.stopShare'),
      testId: 'hullo-share-stop',
      intent: { type: 'share', on: false },
    },
  };
}

/** The devices that cannot be used; two that fail for one reason are one problem. */
function problemBanners(scene: Scene): Banner[] {
  const { microphone, camera } = scene.local;
  const silent = microphone.state === 'failed';
  const unseen = camera.state === 'failed' && cameraIsWanted(scene.local) && scene.call.media === 'video';
  const [why, whyUnseen] = [microphone.failure ?? 'busy', camera.failure ?? 'busy'];
  if (silent && unseen && why === whyUnseen) return [problemBanner(scene, ['microphone', 'camera'], why)];
  return [
    ...(silent ? [problemBanner(scene, ['microphone'], why)] : []),
    ...(unseen ? [problemBanner(scene, ['camera'], whyUnseen)] : []),
  ];
}

function problemBanner(scene: Scene, kinds: readonly DeviceKind[], why: DeviceFailure): Banner {
  const { lang, group } = scene;
  const [first] = kinds;
  const both = kinds.length > 1;
  const camera = !both && first === 'camera';
  const effect = both ? 'problem.unheardUnseen' : camera ? 'problem.unseen' : 'problem.unheard';
  const action = {
    label: text(lang, 'control.retry'),
    testId: 'hullo-retry',
    intent: { type: 'retry', kinds } as const,
  };
  return {
    testId: 'hullo-device-problem',
    tone: 'warn',
    icon: camera ? 'cameraOff' : 'microphoneOff',
    title: text(lang, `problem.${both ? 'both' : camera ? 'camera' : 'microphone'}.${why}`),
    hint: `${sentence(scene, group ? `${effect}Group` : effect)} ${text(lang, `problem.hint.${why}`)}`,
    // No other try makes a page secure.
    ...(why === 'insecure' ? {} : { action }),
  };
}

function consentBanner(scene: Scene): Banner | undefined {
  const { call, me } = scene;
  if (!call.switch || call.switch.by !== me) return;
  return { testId: 'hullo-consent-waiting', tone: 'busy', title: sentence(scene, 'consent.waiting') };
}

/** The text `key`, with the other side's name. */
function sentence({ lang, remote }: Scene, key: TextKey): string {
  return text(lang, key, { name: remote.name });
}
