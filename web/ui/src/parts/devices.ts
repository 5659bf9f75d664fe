// <hullo-devices>: the sheet that chooses microphone, camera and speaker, and in a call of two how loud the other side is;
// from the bottom on a phone, above the bar on a desktop.
import type { Devices } from '@hullo/sdk';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import type { DeviceKind } from '../client.ts';
import { type IconName, icons } from '../icons.ts';
import type { Scene } from '../scene.ts';
import { SheetElement, sheetStyles } from './sheet.ts';
import './volume.ts';

type Choice = DeviceKind | 'speaker';

const shelves: readonly { kind: Choice; list: keyof Devices; icon: IconName }[] = [
  { kind: 'microphone', list: 'microphones', icon: 'microphone' },
  { kind: 'camera', list: 'cameras', icon: 'camera' },
  { kind: 'speaker', list: 'speakers', icon: 'speaker' },
];

@customElement('hullo-devices')
export class HulloDevices extends SheetElement {
  static override styles = [
    ...sheetStyles,
    css`
      fieldset {
        margin: 8px 0 0;
        padding: 0;
        border: 0;
      }
      legend {
        display: flex;
        gap: 8px;
        align-items: center;
        padding: 6px 8px;
        font-size: 13px;
        font-weight: 600;
        color: var(--_muted);
      }
      legend svg {
        font-size: 16px;
      }
      label {
        display: flex;
        align-items: center;
        gap: 12px;
        min-height: 46px;
        padding: 8px 12px;
        border-radius: 14px;
        font-size: 15px;
        line-height: 20px;
        cursor: pointer;
      }
      label:hover {
        background: var(--_hover);
      }
      label:has(:checked) {
        font-weight: 600;
        background: color-mix(in oklab, var(--_accent) 13%, transparent);
      }
      label:has(:focus-visible) {
        outline: 3px solid var(--_accent);
      }
      input {
        position: absolute;
        opacity: 0;
      }
      .mark {
        margin-inline-start: auto;
        font-size: 20px;
        color: var(--_accent);
        visibility: hidden;
      }
      :checked ~ .mark {
        visibility: visible;
      }
      hullo-volume {
        padding-inline: 2px 12px;
      }
      .none {
        margin: 0;
        padding: 6px 12px 10px;
        font-size: 14px;
        color: var(--_muted);
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    return this.renderSheet({
      title: this.t('devices.title'),
      testId: 'hullo-devices',
      body: html`${scene.devices ? this.#renderShelves(scene, scene.devices) : nothing} ${scene.remoteParticipant ? this.#renderVolume(scene) : nothing}`,
    });
  }

  #renderShelves(scene: Scene, devices: Devices): TemplateResult[] {
    const video = scene.call.media === 'video';
    return shelves
      .filter(({ kind, list }) =>
        kind === 'camera' ? video : kind === 'microphone' || devices[list].length > 0,
      )
      .map(({ kind, list, icon }) => {
        const options = devices[list];
        return html`<fieldset>
          <legend>${icons[icon]} ${this.t(`devices.${kind}`)}</legend>
          ${options.length === 0 ? html`<p class="none">${this.t('devices.none')}</p>` : nothing}
          ${options.map(
            (option, index) => html`<label>
              <input type="radio" name=${kind} .checked=${live(option.deviceId === scene.inUse[kind])} data-testid="hullo-device-${kind}" @change=${() => this.dispatchIntent({ type: 'device', kind, id: option.deviceId })} />
              <span>${this.#nameOf(option, index)}</span>
              <span class="mark">${icons.check}</span>
            </label>`,
          )}
        </fieldset>`;
      });
  }

  #renderVolume({ remote, remoteParticipant }: Scene): TemplateResult {
    return html`<fieldset>
      <legend>${this.t('volume.of', { name: remote.name })}</legend>
      <hullo-volume .scene=${this.scene} .accid=${remoteParticipant?.accid ?? ''}></hullo-volume>
    </fieldset>`;
  }

  #nameOf(device: MediaDeviceInfo, index: number): string {
    if (device.label) return device.label;
    return device.deviceId === 'default'
      ? this.t('devices.default')
      : this.t('devices.unnamed', { number: index + 1 });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-devices': HulloDevices;
  }
}
