// <hullo-voice>: a running voice call.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import '../parts/banners.ts';
import '../parts/controls.ts';
import '../parts/held.ts';
import '../parts/quality.ts';
import '../parts/timer.ts';
import { CallElement } from '../scene/call_element.ts';
import { isAbsent } from '../scene.ts';
import { portraitStyles, renderBackdrop, renderPortrait } from './portrait.ts';

@customElement('hullo-voice')
export class HulloVoice extends CallElement {
  static override styles = [
    ...portraitStyles,
    css`
      .silent {
        color: var(--_muted);
      }
      hullo-held {
        margin-top: 8px;
        align-items: center;
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
    const held = scene.connected && scene.remoteParticipant?.held === true;
    const silent = scene.connected && !held && isAbsent(scene.remoteParticipant?.audio);
    return html`${renderBackdrop(scene.remote)}
      <hullo-banners .scene=${scene}></hullo-banners>
      <section class="screen" data-testid="hullo-voice">
        <div class="who">
          ${renderPortrait(scene.remote)}
          <h1>${scene.remote.name}</h1>
          <p class="status" data-testid="hullo-status">
            ${
              scene.connected && scene.startedAt !== undefined
                ? html`<hullo-timer .since=${scene.startedAt}></hullo-timer><hullo-quality .scene=${scene}></hullo-quality>`
                : this.t('incall.connecting')
            }
          </p>
          ${held ? html`<p class="status silent" data-testid="hullo-remote-held">${icons.pause} ${this.t('held.remote')}</p>` : nothing}
          <p class="status silent" data-testid="hullo-remote-muted" ?hidden=${!silent}>
            ${silent ? html`${icons.microphoneOff} ${this.t('microphone.remote')}` : nothing}
          </p>
          <hullo-held .scene=${scene}></hullo-held>
        </div>
        <hullo-controls .scene=${scene}></hullo-controls>
      </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-voice': HulloVoice;
  }
}
