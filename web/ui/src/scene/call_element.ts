// What every part of the call surface is: an element that renders a scene and dispatches intents.
import { property } from 'lit/decorators.js';
import { AnyDocumentElement } from '../any_document.ts';
import type { Intent, Scene } from '../scene.ts';
import { type Fillings, type TextKey, text } from '../texts.ts';

declare global {
  interface HTMLElementEventMap {
    'hullo-intent': CustomEvent<Intent>;
  }
}

/** A part of the call surface: renders a scene and dispatches what the person asks for. */
export abstract class CallElement extends AnyDocumentElement {
  /** What to render; nothing without it. */
  @property({ attribute: false }) scene?: Scene;

  /** Sends `intent` up to `<hullo-call>`, which runs it. */
  protected dispatchIntent(intent: Intent): void {
    this.dispatchEvent(new CustomEvent('hullo-intent', { detail: intent, bubbles: true, composed: true }));
  }

  /** The text `key` in the scene's language; `{name}` is the other person. */
  protected t(key: TextKey, fillings: Fillings = {}): string {
    const { scene } = this;
    return text(scene?.lang ?? 'en', key, { name: scene?.remote.name ?? '', ...fillings });
  }
}
