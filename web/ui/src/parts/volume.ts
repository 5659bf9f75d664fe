// <hullo-volume>: how loud somebody is for this person alone: a switch that mutes, and a slider.
import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';

/** Percent by which an arrow key changes it. */
const STEP = 5;

@customElement('hullo-volume')
export class HulloVolume extends CallElement {
  /** Who is heard through it. */
  @property() accid = '';

  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 4px;
        min-width: 0;
        color: var(--_muted);
      }
      button {
        flex: none;
        display: grid;
        place-items: center;
        width: 36px;
        height: 36px;
        padding: 0;
        border: 0;
        border-radius: 50%;
        font-size: 19px;
        background: none;
        cursor: pointer;
      }
      button:hover {
        color: var(--_text);
        background: var(--_hover);
      }
      button[aria-pressed='true'] {
        color: var(--_danger-text);
      }
      input {
        flex: 1;
        min-width: 0;
        height: 28px;
        margin: 0;
        accent-color: var(--_accent);
        cursor: pointer;
      }
      .muted input {
        opacity: 0.45;
      }
      .muted {
        display: contents;
      }
      .loud {
        display: contents;
      }
      output {
        flex: none;
        width: 44px;
        text-align: end;
        font-size: 13px;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  protected override render() {
    const { scene, accid } = this;
    if (!scene) return;
    const { name } = scene.person(accid);
    const muted = scene.mutedForMe.has(accid);
    const percent = Math.round(scene.volumeOf(accid) * 100);
    const level = this.t('volume.level', { percent });
    const label = this.t(muted ? 'members.unmute' : 'members.mute', { name });
    return html`<div class=${muted ? 'muted' : 'loud'}>
      <button type="button" aria-label=${label} title=${label} aria-pressed=${String(muted)} data-testid="mute-for-me-${accid}" @click=${() => this.dispatchIntent({ type: 'muteForMe', accid, muted: !muted })}>
        ${icons[muted ? 'speakerOff' : 'speaker']}
      </button>
      <input type="range" min="0" max="100" step=${STEP} .value=${live(String(percent))} aria-label=${this.t('volume.of', { name })} aria-valuetext=${level} data-testid="volume-${accid}" @input=${this.#change} />
      <output aria-hidden="true">${level}</output>
    </div>`;
  }

  #change = (event: Event): void => {
    const { value } = event.target as HTMLInputElement;
    this.dispatchIntent({ type: 'volume', accid: this.accid, volume: Number(value) / 100 });
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-volume': HulloVolume;
  }
}
