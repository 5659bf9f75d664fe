// <hullo-incoming>: someone calls this device.
import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import { buttonStyles, roundButton } from '../parts/button.ts';
import { Part } from '../scene.ts';
import { backdrop, portrait, portraitStyles } from './portrait.ts';

@customElement('hullo-incoming')
export class HulloIncoming extends Part {
  static override styles = [
    ...portraitStyles,
    buttonStyles,
    css`
      .actions {
        --disc: 76px;
      }
      .accept:not([disabled]) .disc {
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
    this.renderRoot.querySelector<HTMLElement>('[data-testid=hullo-accept]')?.focus({ preventScroll: true });
  }

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    return html`${backdrop(scene.peer)}
      <section class="screen" data-testid="hullo-incoming">
        <div class="who">
          ${portrait(scene.peer, !scene.answering)}
          <h1>${scene.peer.name}</h1>
          <p class="status" data-testid="hullo-status">
            ${
              scene.answering
                ? this.t('incall.connecting')
                : html`${icons[video ? 'camera' : 'phone']} ${this.t(video ? 'incoming.video' : 'incoming.audio')}`
            }
          </p>
        </div>
        <div class="actions">
          ${roundButton({
            icon: 'hangup',
            label: this.t('control.reject'),
            testId: 'hullo-reject',
            tone: 'danger',
            labelled: true,
            // After accept was pressed it is too late to reject: then it hangs up.
            press: () => this.ask({ type: scene.answering ? 'hangup' : 'reject' }),
          })}
          ${roundButton({
            icon: video ? 'camera' : 'phone',
            label: this.t('control.accept'),
            testId: 'hullo-accept',
            tone: 'accept',
            labelled: true,
            disabled: scene.answering,
            busy: scene.answering,
            press: () => this.ask({ type: 'accept' }),
          })}
        </div>
      </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-incoming': HulloIncoming;
  }
}
