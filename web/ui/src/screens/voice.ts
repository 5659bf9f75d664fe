// <hullo-voice>: a running voice call.
import type { Participant } from '@hullo/sdk';
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import '../parts/banners.ts';
import '../parts/controls.ts';
import '../parts/held.ts';
import '../parts/quality.ts';
import '../parts/timer.ts';
import { PARTS } from '../css_parts.ts';
import { CallElement } from '../scene/call_element.ts';
import { type DeviceMark, deviceMarkOf, wordsOfMark } from '../scene/device_marks.ts';
import type { Scene } from '../scene.ts';
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
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const held = scene.connected && scene.remoteParticipant?.held === true;
    const words =
      scene.connected && scene.remoteParticipant
        ? microphoneWords(scene, scene.remoteParticipant)
        : undefined;
    return html`${renderBackdrop(scene.remote)}
      <section class="screen" data-testid="hullo-voice">
        <div class="who">
          ${renderPortrait(scene.remote)}
          <h1 part="name">${scene.remote.name}</h1>
          <p class="status" part="status" data-testid="hullo-status">
            ${
              scene.connected && scene.startedAt !== undefined
                ? html`<hullo-timer .since=${scene.startedAt}></hullo-timer><hullo-quality .scene=${scene}></hullo-quality>`
                : this.t('incall.connecting')
            }
          </p>
          ${held ? html`<p class="status silent" data-testid="hullo-remote-held">${icons.pause} ${this.t('held.remote')}</p>` : nothing}
          <p class="status silent" data-testid="hullo-remote-muted" data-mark=${words?.mark ?? nothing} ?hidden=${!words}>
            ${words ? html`${words.mark === 'asking' ? html`<span class="spinner"></span>` : icons.microphoneOff} ${words.said}` : nothing}
          </p>
          <hullo-held .scene=${scene}></hullo-held>
          <slot name="details"></slot>
          <hullo-banners .scene=${scene}></hullo-banners>
        </div>
        <hullo-controls exportparts=${PARTS} .scene=${scene}><slot name="controls" slot="controls"></slot></hullo-controls>
      </section>`;
  }
}

/** What there is to say of the other side's microphone. */
function microphoneWords(
  scene: Scene,
  participant: Participant,
): { mark: DeviceMark; said: string } | undefined {
  const mark = deviceMarkOf(scene, participant, 'microphone');
  return mark && { mark, said: wordsOfMark(scene, participant.accid, 'microphone', mark) };
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-voice': HulloVoice;
  }
}
