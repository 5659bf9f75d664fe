// <hullo-devices>: the sheet that chooses microphone, camera and speaker; from the bottom on a phone, above the bar on a
// desktop.
import type { Devices } from '@hullo/sdk';
import { css, html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { type IconName, icons } from '../icons.ts';
import { SheetElement, sheetStyles } from './sheet.ts';

export type DeviceKind = 'microphone' | 'camera' | 'speaker';

const shelves: readonly { kind: DeviceKind; list: keyof Devices; icon: IconName }[] = [
  { kind: 'microphone', list: 'microphones', icon: 'microphone' },
  { kind: 'camera', list: 'cameras', icon: 'camera' },
  { kind: 'speaker', list: 'speakers', icon: 'speaker' },
];

/** The client does not say which device is open, so the page remembers what was chosen in it. */
const chosen = new Map<DeviceKind, string>();

@customElement('hullo-devices')
export class HulloDevices extends SheetElement {
  @state() private devices: Devices | undefined;

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
      .none {
        margin: 0;
        padding: 6px 12px 10px;
        font-size: 14px;
        color: var(--_muted);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    navigator.mediaDevices?.addEventListener?.('devicechange', this.#load);
    void this.updateComplete.then(this.#load);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    navigator.mediaDevices?.removeEventListener?.('devicechange', this.#load);
  }

  #load = async (): Promise<void> => {
    try {
      this.devices = await this.scene?.client.devices();
    } catch {
      this.devices = { microphones: [], cameras: [], speakers: [] };
    }
  };

  protected override render() {
    return this.renderSheet({
      title: this.t('devices.title'),
      testId: 'hullo-devices',
      body: this.devices ? this.#renderShelves(this.devices) : [],
    });
  }

  #renderShelves(devices: Devices): TemplateResult[] {
    const video = this.scene?.call.media === 'video';
    return shelves
      .filter(({ kind, list }) =>
        kind === 'camera' ? video : kind === 'microphone' || devices[list].length > 0,
      )
      .map(({ kind, list, icon }) => {
        const options = devices[list];
        const current = options.find((option) => option.deviceId === chosen.get(kind)) ?? options[0];
        return html`<fieldset>
          <legend>${icons[icon]} ${this.t(`devices.${kind}`)}</legend>
          ${options.length === 0 ? html`<p class="none">${this.t('devices.none')}</p>` : ''}
          ${options.map(
            (option, index) => html`<label>
              <input type="radio" name=${kind} .checked=${option === current} data-testid="hullo-device-${kind}" @change=${() => this.#choose(kind, option.deviceId)} />
              <span>${this.#nameOf(option, index)}</span>
              <span class="mark">${icons.check}</span>
            </label>`,
          )}
        </fieldset>`;
      });
  }

  #nameOf(device: MediaDeviceInfo, index: number): string {
    if (device.label) return device.label;
    return device.deviceId === 'default'
      ? this.t('devices.default')
      : this.t('devices.unnamed', { number: index + 1 });
  }

  #choose(kind: DeviceKind, id: string): void {
    chosen.set(kind, id);
    this.dispatchIntent({ type: 'device', kind, id });
    this.requestUpdate();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-devices': HulloDevices;
  }
}
