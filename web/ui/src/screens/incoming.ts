// <hullo-incoming>: someone calls this device.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { incomingKeyOf } from '../describe.ts';
import { nameAll } from '../group/naming.ts';
import { attendanceOf } from '../group/roster.ts';
import { icons } from '../icons.ts';
import { buttonStyles, renderButton } from '../parts/button.ts';
import '../parts/faces.ts';
import { CallElement } from '../scene/call_element.ts';
import { isCallerAway, type Scene } from '../scene.ts';
import { portraitStyles, renderBackdrop, renderPortrait } from './portrait.ts';

@customElement('hullo-incoming')
export class HulloIncoming extends CallElement {
  static override styles = [
    ...portraitStyles,
    buttonStyles,
    css`
      .actions {
        --disc: 76px;
      }
      .busy {
        margin-top: 18px;
        font-size: 15px;
        line-height: 20px;
      }
      .others {
        --size: 38px;
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 10px;
        margin: 26px 0 0;
        font-size: 16px;
        line-height: 22px;
        color: var(--_muted);
        text-wrap: balance;
      }
      @container (max-height: 520px) {
        .others {
          flex-direction: row;
          margin-top: 10px;
        }
      }
      .mute {
        display: inline-flex;
        align-items: center;
        gap: 9px;
        min-height: 44px;
        padding-block: 0;
        padding-inline: 14px 18px;
        border: 0;
        border-radius: 22px;
        font-size: 15px;
        font-weight: 550;
        background: var(--_control);
        cursor: pointer;
      }
      .mute svg {
        font-size: 20px;
      }
      .mute:hover {
        background: var(--_control-hover);
      }
      .mute[aria-pressed='true'] {
        color: var(--_on-inverse);
        background: var(--_inverse);
      }
      .mute[disabled] {
        opacity: 0.5;
        cursor: default;
      }
      @container (max-width: 359px) {
        .actions {
          --disc: 64px;
        }
      }
      @container (max-height: 520px) {
        .foot {
          flex-direction: row-reverse;
        }
        .actions {
          --disc: 60px;
        }
      }
      .accept:not([disabled], .soft) .disc {
        animation: beckon 1.6s ease-in-out infinite;
      }
      @keyframes beckon {
        0%,
        60%,
        100% {
          translate: 0 0;
          box-shadow: 0 0 0 0 color-mix(in oklab, var(--_accept) 55%, transparent);
        }
        30% {
          translate: 0 -7px;
          box-shadow: 0 0 0 14px transparent;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('.accept:not(.soft)')?.focus({ preventScroll: true });
  }

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    const away = isCallerAway(scene);
    return html`${renderBackdrop(scene.remote)}
      <section class="screen" data-testid="hullo-incoming">
        <div class="who">
          ${renderPortrait(scene.remote, !scene.answering && !away)}
          <h1 part="name">${scene.remote.name}</h1>
          <p class="status" part="status" data-testid="hullo-status">
            ${
              scene.answering
                ? this.t('incall.connecting')
                : html`${icons[video ? 'camera' : 'phone']} ${this.t(incomingKeyOf(scene.group, scene.call.media === 'video'))}`
            }
          </p>
          ${away ? html`<p class="status" role="status" data-testid="hullo-peer-reconnecting"><span class="spinner"></span> ${this.t('reconnecting.remote')}</p>` : nothing}
          ${scene.group ? this.#renderOthers(scene) : nothing}
          <slot name="details"></slot>
          ${scene.busyElsewhere ? html`<p class="status busy" data-testid="incoming-busy">${this.t('incoming.busyElsewhere')}</p>` : nothing}
        </div>
        <div class="foot">
          ${this.#renderMute(scene)}
          <div class="actions ${video ? 'three' : ''}" part="actions">
            <slot name="incoming-actions"></slot>
            ${renderButton({
              icon: 'hangup',
              label: this.t('control.reject'),
              testId: 'hullo-reject',
              tone: 'danger',
              labelled: true,
              // After accept was pressed it is too late to reject: then it hangs up.
              press: () => this.dispatchIntent({ type: scene.answering ? 'hangup' : 'reject' }),
            })}
            ${video ? this.#renderAnswerWithoutCamera(scene) : nothing} ${this.#renderAnswer(scene, video)}
          </div>
        </div>
      </section>`;
  }

  /** Whoever answers is heard at once, and may not want that. */
  #renderMute({ local, answering }: Scene): TemplateResult {
    const { audioMuted } = local;
    return html`<button type="button" class="mute" aria-pressed=${String(audioMuted)} ?disabled=${answering} data-testid="hullo-answer-muted" @click=${() => this.dispatchIntent({ type: 'muteAudio', muted: !audioMuted })}>
      ${icons[audioMuted ? 'microphoneOff' : 'microphone']} ${this.t('control.answerMuted')}
    </button>`;
  }

  #renderAnswerWithoutCamera({ answering }: Scene): TemplateResult {
    return renderButton({
      icon: 'cameraOff',
      label: this.t('control.answerCameraOff'),
      caption: this.t('control.cameraOff'),
      testId: 'hullo-accept-camera-off',
      tone: 'accept',
      soft: true,
      labelled: true,
      disabled: answering,
      press: () => this.dispatchIntent({ type: 'accept', video: false }),
    });
  }

  /** Whoever answers here leaves the call that they are in on another device, and should know it. */
  #renderAnswer({ answering, busyElsewhere }: Scene, video: boolean): TemplateResult {
    return renderButton({
      icon: video ? 'camera' : 'phone',
      label: this.t(busyElsewhere ? 'waiting.end' : 'control.accept'),
      testId: 'hullo-accept',
      tone: 'accept',
      labelled: true,
      disabled: answering,
      busy: answering,
      press: () => this.dispatchIntent({ type: 'accept' }),
    });
  }

  /** Who else is in the call, or else who is called. */
  #renderOthers(scene: Scene): TemplateResult | typeof nothing {
    const others = scene.others.filter(({ accid }) => accid !== scene.remote.accid);
    if (others.length === 0) return nothing;
    const present = others.filter(({ accid }) =>
      scene.call.participants.some((one) => one.accid === accid && attendanceOf(one) === 'in'),
    );
    const named = present.length > 0 ? present : others;
    const key = present.length > 0 ? 'incoming.withIn' : 'incoming.with';
    return html`<div class="others" data-testid="incoming-others">
      <hullo-faces .people=${named} .most=${4}></hullo-faces>
      <span>${this.t(key, { names: nameAll(named, scene.lang) })}</span>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-incoming': HulloIncoming;
  }
}
