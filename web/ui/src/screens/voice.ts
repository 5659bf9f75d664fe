// <hullo-voice>: a running voice call.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import '../parts/banners.ts';
import '../parts/controls.ts';
import '../parts/quality.ts';
import '../parts/timer.ts';
import { Part } from '../scene.ts';
import { backdrop, portrait, portraitStyles } from './portrait.ts';

@customElement('hullo-voice')
export class HulloVoice extends Part {
  /** Whether the device sheet is open. */
  @property({ type: Boolean }) devicesOpen = false;

  static override styles = [
    ...portraitStyles,
    css`
      .silent {
        color: var(--_muted);
      }
      hullo-banners {
        position: absolute;
        z-index: 3;
        inset: max(14px, env(safe-area-inset-top)) 16px auto;
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const silent = scene.connected && scene.other?.audio === false;
    return html`${backdrop(scene.peer)}
      <hullo-banners .scene=${scene}></hullo-banners>
      <section class="screen" data-testid="hullo-voice">
        <div class="who">
          ${portrait(scene.peer)}
          <h1>${scene.peer.name}</h1>
          <p class="status" data-testid="hullo-status">
            ${
              scene.connected && scene.startedAt !== undefined
                ? html`<hullo-timer .since=${scene.startedAt}></hullo-timer><hullo-quality .scene=${scene}></hullo-quality>`
                : this.t('incall.connecting')
            }
          </p>
          <p class="status silent" data-testid="hullo-remote-muted" ?hidden=${!silent}>
            ${silent ? html`${icons.microphoneOff} ${this.t('microphone.peer')}` : nothing}
          </p>
        </div>
        <hullo-controls .scene=${scene} .devicesOpen=${this.devicesOpen}></hullo-controls>
      </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-voice': HulloVoice;
  }
}
