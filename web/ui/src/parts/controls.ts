// <hullo-controls>: the buttons of a running call. In a video or group call a bar of discs; in a voice call of two, discs
// with names.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { ControlName } from '../controls.ts';
import { attendanceOf } from '../group/roster.ts';
import { CallElement } from '../scene/call_element.ts';
import type { Intent, Scene } from '../scene.ts';
import { base } from '../theme.ts';
import { buttonStyles, renderButton } from './button.ts';
import { cameraButton, microphoneButton, shareButton } from './device_buttons.ts';

@customElement('hullo-controls')
export class HulloControls extends CallElement {
  static override styles = [
    base,
    buttonStyles,
    css`
      .bar {
        --disc: 52px;
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 12px;
        max-width: calc(100cqw - 8px);
        padding: 12px;
        border-radius: 40px;
        background: light-dark(rgb(255 255 255 / 0.84), rgb(28 29 36 / 0.72));
        box-shadow: 0 0 0 1px var(--_line), 0 16px 48px light-dark(rgb(20 20 50 / 0.16), rgb(0 0 0 / 0.35));
        backdrop-filter: blur(24px) saturate(1.5);
      }
      .bar .danger {
        margin-inline-start: 4px;
      }
      /* The app's own buttons look like ours. */
      ::slotted(button) {
        --_disc: var(--disc, 52px);
        display: grid;
        place-items: center;
        width: var(--_disc);
        height: var(--_disc);
        padding: 0;
        border: 0;
        border-radius: 50%;
        font: inherit;
        font-size: calc(var(--_disc) * 0.44);
        color: var(--_text);
        background: var(--_control);
        cursor: pointer;
      }
      ::slotted(button:hover) {
        background: var(--_control-hover);
      }
      ::slotted(button[aria-pressed='true']) {
        color: var(--_on-inverse);
        background: var(--_inverse);
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
          margin-inline-start: 2px;
        }
        .bar .danger .disc {
          width: 60px;
          border-radius: 24px;
        }
      }
      @container (max-width: 420px) {
        .bar.full {
          --disc: 43px;
          gap: 6px;
          padding: 8px;
        }
        .bar.full .danger .disc {
          width: 54px;
        }
      }
      @container (max-width: 376px) {
        .bar {
          --disc: 44px;
          gap: 6px;
          padding: 8px;
        }
        .bar.full {
          --disc: 39px;
          gap: 5px;
        }
      }
      @container (max-width: 460px) {
        .crowded {
          --disc: 42px;
          gap: 4px;
          padding: 8px;
        }
        .crowded .danger .disc {
          width: 52px;
        }
      }
      @container (max-width: 340px) {
        .bar {
          --disc: 40px;
        }
        .bar .danger .disc {
          width: 52px;
        }
        .bar.full {
          --disc: 36px;
          gap: 4px;
          padding: 7px;
        }
        .bar.full .danger .disc {
          width: 44px;
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
        .named .danger {
          order: 1;
        }
      }
      @container (max-height: 520px) {
        .named {
          --disc: 52px;
          display: flex;
          gap: 8px;
        }
        .named .danger {
          order: 1;
        }
      }
    `,
  ];

  /** The app has buttons of its own in the bar. */
  @state() private crowd: '' | 'crowded' = '';

  #onSlot = ({ target }: Event): void => {
    const own = target instanceof HTMLSlotElement ? target.assignedElements({ flatten: true }) : [];
    this.crowd = own.length > 0 ? 'crowded' : '';
  };

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    if (scene.group) return this.#renderGroupBar(scene, video);
    // Beside a shared screen there is no room for names.
    const named = !video && scene.sharers.length === 0;
    const hangup = this.#renderHangup(named);
    const share = this.#offered('share', () => this.#renderShare(scene, named));
    return html`<div class="${named ? 'named' : 'bar'} ${!named && scene.canShare ? 'full' : ''} ${this.crowd}" part="controls" role="toolbar" aria-label=${this.t('control.bar')}>
      ${this.#offered('microphone', () => this.#renderMicrophone(scene, named))}
      ${video ? this.#offered('camera', () => this.#renderCamera(scene, named)) : this.#offered('devices', () => this.#renderDevices(scene, named))}
      ${this.#offered('switch', () => this.#renderSwitchMedia(scene, named))}
      ${video ? this.#offered('devices', () => this.#renderDevices(scene, named)) : nothing}
      ${scene.inviting.allowed ? this.#offered('invite', () => this.#renderInvite(scene, named)) : nothing}
      ${named ? [hangup, share] : share}
      <slot name="controls" @slotchange=${this.#onSlot}></slot>
      ${named ? nothing : hangup}
    </div>`;
  }

  #renderGroupBar(scene: Scene, video: boolean): TemplateResult {
    return html`<div class="bar ${this.crowd}" part="controls" role="toolbar" aria-label=${this.t('control.bar')}>
      ${this.#offered('microphone', () => this.#renderMicrophone(scene, false))}
      ${video ? this.#offered('camera', () => this.#renderCamera(scene, false)) : nothing}
      ${this.#offered('devices', () => this.#renderDevices(scene, false))}
      ${this.#offered('share', () => this.#renderShare(scene, false))}
      ${scene.inviting.allowed ? this.#offered('invite', () => this.#renderInvite(scene, false)) : nothing}
      <slot name="controls" @slotchange=${this.#onSlot}></slot>
      ${this.#renderLeave(scene)}
    </div>`;
  }

  /** What the app has left out is not there. */
  #offered(
    control: ControlName,
    render: () => TemplateResult | typeof nothing,
  ): TemplateResult | typeof nothing {
    return this.scene?.offers(control) ? render() : nothing;
  }

  #dispatch = (intent: Intent): void => this.dispatchIntent(intent);

  #renderMicrophone(scene: Scene, labelled: boolean): TemplateResult {
    return renderButton({ ...microphoneButton(scene, this.#dispatch), labelled });
  }

  #renderCamera(scene: Scene, labelled: boolean): TemplateResult {
    return renderButton({ ...cameraButton(scene, this.#dispatch), labelled });
  }

  #renderShare(scene: Scene, labelled: boolean): TemplateResult | typeof nothing {
    return scene.canShare ? renderButton({ ...shareButton(scene, this.#dispatch), labelled }) : nothing;
  }

  #renderSwitchMedia({ call, connected }: Scene, labelled: boolean): TemplateResult {
    const video = call.media === 'video';
    return renderButton({
      icon: video ? 'phone' : 'camera',
      label: this.t(video ? 'control.toVoice' : 'control.toVideo'),
      testId: 'hullo-switch-media',
      disabled: !connected || call.switch !== undefined,
      labelled,
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
