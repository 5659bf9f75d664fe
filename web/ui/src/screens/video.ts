// <hullo-video>: a running video call. The big and the small view swap on a press; the small one can be dragged to any
// corner. A camera that is off shows its person's face instead.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import { inlineStyle } from '../inline_style.ts';
import '../parts/avatar.ts';
import '../parts/banners.ts';
import '../parts/controls.ts';
import { type Corner, dragToCorner } from '../parts/drag.ts';
import '../parts/held.ts';
import '../parts/quality.ts';
import '../parts/timer.ts';
import { LocalView, RemoteView } from '../parts/views.ts';
import { coloursOf, type Person } from '../people.ts';
import { CallElement } from '../scene/call_element.ts';
import { cameraIsOn, isAbsent, type Scene } from '../scene.ts';
import { videoStyles } from './video.styles.ts';

@customElement('hullo-video')
export class HulloVideo extends CallElement {
  /** The local view is the big one. */
  @state() private swapped = false;
  @state() private corner: Corner | undefined;
  @state() private cameras = 0;
  #local = new LocalView(this);
  #remote = new RemoteView(this);

  static override styles = videoStyles;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.updateComplete.then(() => this.#countCameras());
  }

  /** A button that switches cameras is of use only with two. */
  async #countCameras(): Promise<void> {
    try {
      this.cameras = (await this.scene?.client.devices())?.cameras.length ?? 0;
    } catch {
      this.cameras = 0;
    }
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
      <footer><hullo-controls .scene=${scene}></hullo-controls></footer>`;
  }

  #renderHeader(scene: Scene): TemplateResult {
    return html`<header>
      <div class="name">
        <h1>${scene.remote.name}</h1>
        ${
          scene.connected && isAbsent(scene.remoteParticipant?.audio)
            ? html`<span class="muted" role="img" aria-label=${this.t('microphone.remote')} title=${this.t('microphone.remote')} data-testid="hullo-remote-muted">${icons.microphoneOff}</span>`
            : nothing
        }
      </div>
      <p data-testid="hullo-status">
        ${
          scene.connected && scene.startedAt !== undefined
            ? html`<hullo-timer .since=${scene.startedAt}></hullo-timer><hullo-quality .scene=${scene}></hullo-quality>`
            : this.t('incall.connecting')
        }
      </p>
      <hullo-held .scene=${scene}></hullo-held>
    </header>`;
  }

  #renderRemoteTile(scene: Scene): TemplateResult {
    const held = scene.connected && scene.remoteParticipant?.held === true;
    const off = held || (scene.connected && isAbsent(scene.remoteParticipant?.video));
    const waiting = !off && !this.#remote.hasPicture;
    return html`<div class="tile ${this.swapped ? 'small' : 'big'}" data-corner=${this.corner ?? nothing}>
      ${this.#remote.render('hullo-remote-video')}
      ${off ? this.#renderPlaceholder(scene.remote, held ? 'hullo-remote-held' : 'hullo-remote-camera-off', this.t(held ? 'held.remote' : 'camera.remote')) : nothing}
      ${waiting ? this.#renderPlaceholder(scene.remote, 'hullo-remote-waiting') : nothing} ${this.swapped ? this.#renderCover() : nothing}
    </div>`;
  }

  #renderLocalTile(scene: Scene): TemplateResult {
    const on = cameraIsOn(scene.local);
    const flip = on && this.cameras > 1;
    return html`<div class="tile ${this.swapped ? 'big' : 'small'}" data-corner=${this.corner ?? nothing}>
      ${this.#local.render('hullo-local-video')}
      ${on ? nothing : this.#renderPlaceholder(scene.self, 'hullo-local-camera-off', this.t('camera.own'))}
      ${this.swapped ? nothing : this.#renderCover()}
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
        this.swapped = !this.swapped;
      }}
      @pointerdown=${(press: PointerEvent) => dragToCorner(press, (corner) => (this.corner = corner))}
    ></button>`;
  }

  #renderPlaceholder(person: Person, testId: string, words?: string): TemplateResult {
    const [one, two] = coloursOf(person.accid);
    return html`<div class="placeholder" data-testid=${testId} ${inlineStyle({ '--one': one, '--two': two })}>
      <div class="ambient"></div>
      <div class="face"><hullo-avatar .person=${person}></hullo-avatar>${words ? html`<p>${words}</p>` : nothing}</div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-video': HulloVideo;
  }
}
