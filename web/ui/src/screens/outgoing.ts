// <hullo-outgoing>: this device calls someone. A video call shows the local camera behind.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import '../parts/banners.ts';
import { buttonStyles, renderButton } from '../parts/button.ts';
import { cameraButton, microphoneButton } from '../parts/device_buttons.ts';
import { LocalView } from '../parts/views.ts';
import { CallElement } from '../scene/call_element.ts';
import { cameraIsOn, type Intent } from '../scene.ts';
import { portraitStyles, renderBackdrop, renderPortrait } from './portrait.ts';

@customElement('hullo-outgoing')
export class HulloOutgoing extends CallElement {
  #view = new LocalView(this);

  static override styles = [
    ...portraitStyles,
    buttonStyles,
    css`
      :host(.filmed) {
        color-scheme: dark;
        background: #0d0e12;
      }
      video {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
      video.mirrored {
        scale: -1 1;
      }
      .scrim {
        position: absolute;
        inset: 0;
        background:
          linear-gradient(rgb(8 9 12 / 0.72), rgb(8 9 12 / 0.08) 48%, rgb(8 9 12 / 0.6)),
          rgb(8 9 12 / 0.1);
      }
      /* The person wants to see themselves: who is called stands small above. */
      :host(.filmed) .screen {
        padding-top: max(32px, 5cqh);
      }
      :host(.filmed) .portrait {
        --size: 72px;
      }
      :host(.filmed) h1 {
        margin-top: 16px;
        font-size: 26px;
      }
      :host(.filmed) .status {
        margin-top: 2px;
        font-size: 16px;
        color: rgb(255 255 255 / 0.86);
      }
      .actions {
        --disc: 68px;
        align-items: flex-start;
      }
      @container (max-width: 359px) {
        .actions {
          --disc: 60px;
        }
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    const filmed = video && cameraIsOn(scene.local);
    this.classList.toggle('filmed', filmed);
    const rings =
      scene.remoteParticipant?.state === 'ringing' || scene.remoteParticipant?.state === 'delivered';
    return html`${filmed ? html`${this.#view.render('hullo-local-video')}<div class="scrim"></div>` : renderBackdrop(scene.remote)}
      <section class="screen" data-testid="hullo-outgoing">
        <div class="who">
          ${renderPortrait(scene.remote, rings)}
          <h1 part="name">${scene.remote.name}</h1>
          <p class="status" part="status" data-testid="hullo-status">${this.t(rings ? 'outgoing.ringing' : 'outgoing.calling')}</p>
          <slot name="details"></slot>
          <hullo-banners .scene=${scene}></hullo-banners>
        </div>
        <div class="actions ${video ? 'three' : ''}" part="actions">
          <slot name="outgoing-actions"></slot>
          ${scene.offers('microphone') ? renderButton({ ...microphoneButton(scene, this.#dispatch), labelled: true }) : nothing}
          ${renderButton({
            icon: 'hangup',
            label: this.t('control.cancel'),
            testId: 'hullo-cancel',
            tone: 'danger',
            labelled: true,
            // Legal in every state, so that a cancel that crosses an accept still ends the call.
            press: () => this.dispatchIntent({ type: 'hangup' }),
          })}
          ${video && scene.offers('camera') ? renderButton({ ...cameraButton(scene, this.#dispatch), labelled: true }) : nothing}
        </div>
      </section>`;
  }

  #dispatch = (intent: Intent): void => this.dispatchIntent(intent);
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-outgoing': HulloOutgoing;
  }
}
