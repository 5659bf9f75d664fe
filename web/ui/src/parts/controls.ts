// <hullo-controls>: the buttons of a running call. In a video or group call a bar of discs; in a voice call of two, discs
// with names.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { attendanceOf } from '../group/roster.ts';
import { CallElement } from '../scene/call_element.ts';
import { cameraIsOn, microphoneIsOn, type Scene, toggleCamera, toggleMicrophone } from '../scene.ts';
import { base } from '../theme.ts';
import { buttonStyles, renderButton } from './button.ts';

@customElement('hullo-controls')
export class HulloControls extends CallElement {
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
        background: light-dark(rgb(255 255 255 / 0.84), rgb(28 29 36 / 0.72));
        box-shadow: 0 0 0 1px var(--_line), 0 16px 48px light-dark(rgb(20 20 50 / 0.16), rgb(0 0 0 / 0.35));
        backdrop-filter: blur(24px) saturate(1.5);
      }
      .bar .danger {
        margin-left: 4px;
      }
      .bar .danger .disc {
        width: 68px;
        border-radius: 26px;
      }
      @container (max-width: 460px) {
        .bar {
          --disc: 48px;
          gap: 8px;
          padding: 10px;
        }
        .bar .danger {
          margin-left: 2px;
        }
        .bar .danger .disc {
          width: 60px;
          border-radius: 24px;
        }
      }
      @container (max-width: 376px) {
        .bar {
          --disc: 44px;
          gap: 6px;
          padding: 8px;
        }
      }
      @container (max-width: 340px) {
        .bar {
          --disc: 40px;
        }
        .bar .danger .disc {
          width: 52px;
        }
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
    if (scene.group) return this.#renderGroupBar(scene, video);
    return html`<div class=${video ? 'bar' : 'named'} role="toolbar" aria-label=${this.t('control.bar')}>
      ${this.#renderMicrophone(scene, !video)} ${video ? this.#renderCamera(scene) : this.#renderDevices(scene, true)} ${this.#renderSwitchMedia(scene, video)}
      ${video ? this.#renderDevices(scene, false) : nothing} ${this.#renderInvite(scene, !video)} ${this.#renderHangup(!video)}
    </div>`;
  }

  #renderGroupBar(scene: Scene, video: boolean): TemplateResult {
    return html`<div class="bar" role="toolbar" aria-label=${this.t('control.bar')}>
      ${this.#renderMicrophone(scene, false)} ${video ? this.#renderCamera(scene) : nothing} ${this.#renderDevices(scene, false)}
      ${scene.inviting.allowed ? this.#renderInvite(scene, false) : nothing} ${this.#renderLeave(scene)}
    </div>`;
  }

  #renderMicrophone({ local }: Scene, labelled: boolean): TemplateResult {
    const off = !microphoneIsOn(local);
    return renderButton({
      icon: off ? 'microphoneOff' : 'microphone',
      label: this.t(off ? 'control.unmute' : 'control.mute'),
      testId: 'hullo-mute-audio',
      pressed: off,
      labelled,
      key: 'M',
      press: () => this.dispatchIntent(toggleMicrophone(local)),
    });
  }

  #renderCamera({ local }: Scene): TemplateResult {
    const on = cameraIsOn(local);
    return renderButton({
      icon: on ? 'camera' : 'cameraOff',
      label: this.t(on ? 'control.cameraOff' : 'control.cameraOn'),
      testId: 'hullo-mute-video',
      pressed: !on,
      key: 'V',
      press: () => this.dispatchIntent(toggleCamera(local)),
    });
  }

  #renderSwitchMedia({ call, connected }: Scene, video: boolean): TemplateResult {
    return renderButton({
      icon: video ? 'phone' : 'camera',
      label: this.t(video ? 'control.toVoice' : 'control.toVideo'),
      testId: 'hullo-switch-media',
      disabled: !connected || call.switch !== undefined,
      labelled: !video,
      press: () => this.dispatchIntent({ type: 'switch', media: video ? 'audio' : 'video' }),
    });
  }

  #renderDevices({ sheet, call }: Scene, labelled: boolean): TemplateResult {
    const open = sheet === 'devices';
    return renderButton({
      icon: call.media === 'video' ? 'devices' : 'speaker',
      label: this.t(call.media === 'video' ? 'control.devices' : 'control.audio'),
      testId: 'hullo-devices-open',
      expanded: open,
      labelled,
      press: () => this.dispatchIntent(open ? { type: 'close' } : { type: 'open', sheet: 'devices' }),
    });
  }

  /** In a call of two it waits until they are connected: then the call can grow. */
  #renderInvite({ group, connected, sheet }: Scene, labelled: boolean): TemplateResult {
    return renderButton({
      icon: 'addPerson',
      label: this.t('control.invite'),
      testId: 'invite-button',
      expanded: sheet === 'invite',
      disabled: !group && !connected,
      labelled,
      press: () => this.dispatchIntent({ type: 'open', sheet: 'invite' }),
    });
  }

  /** Its caller can end a running group call for everyone, and is asked; everyone else leaves. */
  #renderLeave(scene: Scene): TemplateResult {
    const { call, me, state, sheet } = scene;
    const alone = !call.participants.some((one) => one.accid !== me && attendanceOf(one) === 'in');
    const asks = state === 'in_call' && call.caller === me && !alone;
    const cancels = state === 'calling';
    return renderButton({
      icon: 'hangup',
      label: this.t(cancels ? 'control.cancel' : 'control.leave'),
      testId: cancels ? 'hullo-cancel' : asks ? 'leave-open' : 'leave',
      tone: 'danger',
      ...(asks ? { expanded: sheet === 'leave' } : {}),
      press: () =>
        this.dispatchIntent(asks ? { type: 'open', sheet: 'leave' } : { type: cancels ? 'hangup' : 'leave' }),
    });
  }

  #renderHangup(labelled: boolean): TemplateResult {
    return renderButton({
      icon: 'hangup',
      label: this.t('control.hangup'),
      testId: 'hullo-hangup',
      tone: 'danger',
      labelled,
      press: () => this.dispatchIntent({ type: 'hangup' }),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-controls': HulloControls;
  }
}
