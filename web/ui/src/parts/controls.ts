// <hullo-controls>: the buttons of a running call. In a video call a bar of discs; in a voice call discs with names.
import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { cameraIsOn, Part, type Scene } from '../scene.ts';
import { base } from '../theme.ts';
import { buttonStyles, roundButton } from './button.ts';

@customElement('hullo-controls')
export class HulloControls extends Part {
  /** Whether the device sheet is open. */
  @property({ type: Boolean }) devicesOpen = false;

  static override styles = [
    base,
    buttonStyles,
    css`
      .bar {
        --disc: 52px;
        display: flex;
        gap: 12px;
        padding: 12px;
        border-radius: 40px;
        background: rgb(28 29 36 / 0.72);
        box-shadow: 0 0 0 1px rgb(255 255 255 / 0.08), 0 16px 48px rgb(0 0 0 / 0.35);
        backdrop-filter: blur(24px) saturate(1.5);
      }
      .bar .danger {
        margin-left: 4px;
      }
      .bar .danger .disc {
        width: 68px;
        border-radius: 26px;
      }
      .named {
        --disc: 64px;
        display: grid;
        grid-template-columns: repeat(3, 88px);
        justify-items: center;
        justify-content: center;
        gap: 28px 12px;
      }
      .named .danger {
        grid-column: 2;
      }
      @container (min-width: 720px) {
        .named {
          display: flex;
          gap: 20px;
        }
        .named .round {
          width: 96px;
        }
      }
      @container (max-height: 520px) {
        .named {
          --disc: 52px;
          display: flex;
          gap: 8px;
        }
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    return html`<div class=${video ? 'bar' : 'named'} role="toolbar" aria-label=${this.t('control.bar')}>
      ${this.#microphone(scene, !video)} ${video ? this.#camera(scene) : this.#devices(true)} ${this.#media(scene, video)}
      ${video ? this.#devices(false) : ''} ${this.#hangup(!video)}
    </div>`;
  }

  #microphone({ local }: Scene, labelled: boolean): TemplateResult {
    const off = local.audioMuted || local.audioFailed;
    return roundButton({
      icon: off ? 'microphoneOff' : 'microphone',
      label: this.t(off ? 'control.unmute' : 'control.mute'),
      testId: 'hullo-mute-audio',
      pressed: off,
      disabled: local.audioFailed,
      labelled,
      key: 'M',
      press: () => this.ask({ type: 'muteAudio', muted: !local.audioMuted }),
    });
  }

  #camera({ local }: Scene): TemplateResult {
    const on = cameraIsOn(local);
    return roundButton({
      icon: on ? 'camera' : 'cameraOff',
      label: this.t(on ? 'control.cameraOff' : 'control.cameraOn'),
      testId: 'hullo-mute-video',
      pressed: !on,
      key: 'V',
      press: () => this.ask({ type: 'camera', on: !on }),
    });
  }

  #media({ call, connected }: Scene, video: boolean): TemplateResult {
    return roundButton({
      icon: video ? 'phone' : 'camera',
      label: this.t(video ? 'control.toVoice' : 'control.toVideo'),
      testId: 'hullo-switch-media',
      disabled: !connected || call.switch !== undefined,
      labelled: !video,
      press: () => this.ask({ type: 'switch', media: video ? 'audio' : 'video' }),
    });
  }

  #devices(labelled: boolean): TemplateResult {
    return roundButton({
      icon: labelled ? 'speaker' : 'devices',
      label: this.t(labelled ? 'control.audio' : 'control.devices'),
      testId: 'hullo-devices-open',
      expanded: this.devicesOpen,
      labelled,
      press: () => this.ask({ type: this.devicesOpen ? 'closeDevices' : 'openDevices' }),
    });
  }

  #hangup(labelled: boolean): TemplateResult {
    return roundButton({
      icon: 'hangup',
      label: this.t('control.hangup'),
      testId: 'hullo-hangup',
      tone: 'danger',
      labelled,
      press: () => this.ask({ type: 'hangup' }),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-controls': HulloControls;
  }
}
