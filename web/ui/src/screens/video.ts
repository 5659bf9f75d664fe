// <hullo-video>: a running video call. The big and the small view swap on a press; the small one can be dragged to any
// corner. A camera that is off shows its person's face instead.
import type { Participant } from '@hullo/sdk';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import { inlineStyle } from '../inline_style.ts';
import '../parts/avatar.ts';
import '../parts/banners.ts';
import '../parts/controls.ts';
import type { Corner } from '../layout.ts';
import { dragToCorner } from '../parts/drag.ts';
import '../parts/held.ts';
import '../parts/quality.ts';
import '../parts/timer.ts';
import { PARTS } from '../css_parts.ts';
import { LocalView, RemoteView } from '../parts/views.ts';
import { coloursOf, type Person } from '../people.ts';
import { CallElement } from '../scene/call_element.ts';
import { deviceMarkOf, wordsForPicture, wordsOfMark } from '../scene/device_marks.ts';
import { cameraIsOn, type Scene } from '../scene.ts';
import { videoStyles } from './video.styles.ts';

@customElement('hullo-video')
export class HulloVideo extends CallElement {
  /** The call in which the local view is the big one. */
  @state() private swappedId: string | undefined;
  @state() private corner: Corner | undefined;
  #local = new LocalView(this);
  #remote = new RemoteView(this);

  static override styles = videoStyles;

  get #swapped(): boolean {
    return this.swappedId !== undefined && this.swappedId === this.scene?.call.callId;
  }

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    return html`<div class="stage" data-testid="hullo-video">
        ${this.#renderRemoteTile(scene)} ${this.#renderLocalTile(scene)}
      </div>
      <div class="scrim top"></div>
      <div class="scrim bottom"></div>
      ${this.#renderHeader(scene)}
      <hullo-banners .scene=${scene}></hullo-banners>
      <div class="foot"><hullo-controls exportparts=${PARTS} .scene=${scene}><slot name="controls" slot="controls"></slot></hullo-controls></div>`;
  }

  #renderHeader(scene: Scene): TemplateResult {
    return html`<div class="head">
      <div class="name">
        <h1 part="name">${scene.remote.name}</h1>
        ${scene.connected && scene.remoteParticipant ? this.#renderMicrophone(scene, scene.remoteParticipant) : nothing}
      </div>
      <p part="status" data-testid="hullo-status">
        ${
          scene.connected && scene.startedAt !== undefined
            ? html`<hullo-timer .since=${scene.startedAt}></hullo-timer><hullo-quality .scene=${scene}></hullo-quality>`
            : this.t('incall.connecting')
        }
      </p>
      <hullo-held .scene=${scene}></hullo-held>
      <slot name="details"></slot>
    </div>`;
  }

  #renderMicrophone(scene: Scene, participant: Participant): TemplateResult | typeof nothing {
    const mark = deviceMarkOf(scene, participant, 'microphone');
    if (!mark) return nothing;
    const said = wordsOfMark(scene, participant.accid, 'microphone', mark);
    const sign =
      mark === 'asking' ? html`<span class="spinner"></span>${icons.microphone}` : icons.microphoneOff;
    return html`<span class="muted" role="img" aria-label=${said} title=${said} data-testid="hullo-remote-muted" data-mark=${mark}>${sign}</span>`;
  }

  #renderRemoteTile(scene: Scene): TemplateResult {
    const held = scene.connected && scene.remoteParticipant?.held === true;
    const mark =
      scene.connected && scene.remoteParticipant
        ? deviceMarkOf(scene, scene.remoteParticipant, 'camera')
        : undefined;
    const off = mark === 'off' || mark === 'failed';
    const waiting = !held && !off && !this.#remote.hasPicture;
    return html`<div class="tile ${this.#swapped ? 'small' : 'big'}" data-corner=${this.corner ?? nothing}>
      ${this.#remote.render('hullo-remote-video')}
      ${held ? this.#renderPlaceholder(scene.remote, 'hullo-remote-held', [this.t('held.remote')]) : nothing}
      ${!held && off ? this.#renderPlaceholder(scene.remote, 'hullo-remote-camera-off', this.#wordsOf(scene)) : nothing}
      ${waiting ? this.#renderPlaceholder(scene.remote, 'hullo-remote-waiting', this.#wordsOf(scene)) : nothing} ${this.#swapped ? this.#renderCover() : nothing}
    </div>`;
  }

  #wordsOf(scene: Scene): string[] {
    return scene.connected && scene.remoteParticipant ? wordsForPicture(scene, scene.remoteParticipant) : [];
  }

  #renderLocalTile(scene: Scene): TemplateResult {
    const on = cameraIsOn(scene.local);
    const flip = on && (scene.devices?.cameras.length ?? 0) > 1;
    const participant = scene.call.participants.find(({ accid }) => accid === scene.me);
    return html`<div class="tile ${this.#swapped ? 'big' : 'small'}" data-corner=${this.corner ?? nothing}>
      ${this.#local.render('hullo-local-video')}
      ${on ? nothing : this.#renderPlaceholder(scene.self, 'hullo-local-camera-off', participant ? wordsForPicture(scene, participant) : [])}
      ${this.#swapped ? nothing : this.#renderCover()}
      ${
        flip
          ? html`<button type="button" class="flip" aria-label=${this.t('control.flip')} title=${this.t('control.flip')} data-testid="hullo-switch-camera" @click=${() => this.dispatchIntent({ type: 'switchCamera' })}>
            ${icons.flip}
          </button>`
          : nothing
      }
    </div>`;
  }

  /** Over the small view: a press swaps, a drag moves. */
  #renderCover(): TemplateResult {
    return html`<button
      type="button"
      class="cover"
      aria-label=${this.t('control.swap')}
      data-testid="hullo-swap"
      @click=${() => {
        const { callId } = this.scene?.call ?? {};
        this.swappedId = this.#swapped ? undefined : callId;
      }}
      @pointerdown=${(press: PointerEvent) => dragToCorner(press, (corner) => (this.corner = corner))}
    ></button>`;
  }

  #renderPlaceholder(person: Person, testId: string, words: readonly string[]): TemplateResult {
    const [one, two] = coloursOf(person.accid);
    return html`<div class="placeholder" data-testid=${testId} ${inlineStyle({ '--one': one, '--two': two })}>
      <div class="ambient"></div>
      <div class="face"><hullo-avatar .person=${person}></hullo-avatar>${words.map((sentence) => html`<p>${sentence}</p>`)}</div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-video': HulloVideo;
  }
}
