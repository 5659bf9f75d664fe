// What a screen draws: the client's state, the call and the people, put together once for all parts.
import type { Call, LocalMedia, Participant, State } from '@hullo/sdk';
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { CallClient } from './client.ts';
import type { NetworkView } from './network.ts';
import type { Person } from './people.ts';
import { type Fillings, type Language, type TextKey, text } from './texts.ts';

/** Everything about the call of this moment. A new one is made for each change. */
export interface Scene {
  readonly client: CallClient;
  readonly lang: Language;
  readonly state: Exclude<State, 'idle'>;
  readonly call: Call;
  readonly local: LocalMedia;
  readonly me: string | undefined;
  readonly self: Person;
  readonly peer: Person;
  /** The other participant. */
  readonly other: Participant | undefined;
  /** When the call became active, by `performance.now()`. */
  readonly startedAt: number | undefined;
  /** Both sides' media is connected. */
  readonly connected: boolean;
  /** Accept was pressed and is under way. */
  readonly answering: boolean;
  /** The own connection is being restored. */
  readonly reconnecting: boolean;
  readonly network: NetworkView;
}

/** What a person asks for by pressing something; carried out by `<hullo-call>`. */
export type Intent =
  | { readonly type: 'accept' }
  | { readonly type: 'reject' }
  | { readonly type: 'hangup' }
  | { readonly type: 'muteAudio'; readonly muted: boolean }
  | { readonly type: 'camera'; readonly on: boolean }
  | { readonly type: 'switch'; readonly media: 'audio' | 'video' }
  | { readonly type: 'answerSwitch'; readonly agree: boolean }
  | { readonly type: 'switchCamera' }
  | { readonly type: 'device'; readonly kind: 'microphone' | 'camera' | 'speaker'; readonly id: string }
  | { readonly type: 'openDevices' }
  | { readonly type: 'closeDevices' }
  | { readonly type: 'dismiss' };

declare global {
  interface HTMLElementEventMap {
    'hullo-intent': CustomEvent<Intent>;
  }
}

/** A part of the call surface: draws a scene and says what the person asks for. */
export abstract class Part extends LitElement {
  /** What to draw. */
  @property({ attribute: false }) scene?: Scene;

  /** Tells `<hullo-call>` what the person asks for. */
  protected ask(intent: Intent): void {
    this.dispatchEvent(new CustomEvent('hullo-intent', { detail: intent, bubbles: true, composed: true }));
  }

  /** The text `key` in the scene's language; `{name}` is the other person. */
  protected t(key: TextKey, fillings: Fillings = {}): string {
    const { scene } = this;
    return text(scene?.lang ?? 'en', key, { name: scene?.peer.name ?? '', ...fillings });
  }
}

/** Whether the camera's picture goes out. */
export function cameraIsOn(local: LocalMedia): boolean {
  return local.videoEnabled && !local.videoMuted && !local.videoFailed;
}
