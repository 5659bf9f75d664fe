// Which screen a moment has.
import { html, nothing, type TemplateResult } from 'lit';
import { PARTS } from '../css_parts.ts';
import type { Notice } from '../ending.ts';
import type { ScreenName } from '../layout.ts';
import type { Scene } from '../scene.ts';
import '../screens/ended.ts';
import '../screens/group.ts';
import '../screens/incoming.ts';
import '../screens/outgoing.ts';
import '../screens/video.ts';
import '../screens/voice.ts';
import type { Language } from '../texts.ts';

/** The screen of a scene; without one, of a notice that fills the surface; undefined when there is nothing to show. */
export function screenOf(scene: Scene | undefined, notice: Notice | undefined): ScreenName | undefined {
  if (!scene) return notice?.shape === 'card' ? 'ended' : undefined;
  if (scene.state === 'called') return 'incoming';
  // A shared screen is large in a call of two, too, and those in it are beside it.
  if (scene.group || scene.sharers.length > 0) return 'group';
  if (scene.state === 'calling') return 'outgoing';
  return scene.call.media === 'video' ? 'video' : 'voice';
}

export interface ScreenContent {
  readonly scene: Scene | undefined;
  readonly notice: Notice | undefined;
  readonly lang: Language;
  /** The group call has grown from the video call of two that was on the screen. */
  readonly grown: boolean;
}

/** The screen `name`. What the app has for its slots is passed on to it. */
export function renderScreen(
  name: ScreenName | undefined,
  { scene, notice, lang, grown }: ScreenContent,
): TemplateResult | typeof nothing {
  switch (name) {
    case 'outgoing':
      return html`<hullo-outgoing part="screen" exportparts=${PARTS} .scene=${scene}>${details} ${pass('outgoing-actions')}</hullo-outgoing>`;
    case 'incoming':
      return html`<hullo-incoming part="screen" exportparts=${PARTS} .scene=${scene}>${details} ${pass('incoming-actions')}</hullo-incoming>`;
    case 'voice':
      return html`<hullo-voice part="screen" exportparts=${PARTS} .scene=${scene}>${details} ${pass('controls')}</hullo-voice>`;
    case 'video':
      return html`<hullo-video part="screen" exportparts=${PARTS} .scene=${scene}>${details} ${pass('controls')}</hullo-video>`;
    case 'group':
      return html`<hullo-group part="screen" exportparts=${PARTS} .scene=${scene} .grown=${grown}>${details} ${pass('controls')}</hullo-group>`;
    case 'ended':
      return html`<hullo-ended part="screen" exportparts=${PARTS} .notice=${notice} .locale=${lang}>${details}</hullo-ended>`;
    case undefined:
      return nothing;
  }
}

/** Hands a slot of the surface on to the screen, which has one of the same name. */
function pass(name: string): TemplateResult {
  return html`<slot name=${name} slot=${name}></slot>`;
}

const details = pass('details');
