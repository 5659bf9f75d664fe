// <hullo-small>: a call beside the app: the picture or the face of the one who matters, and the buttons that one needs
// without going back. It is dragged as a whole, snaps to a corner, and goes from corner to corner by the arrow keys.
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { nameAll } from '../group/naming.ts';
import { attendanceOf } from '../group/roster.ts';
import { type IconName, icons } from '../icons.ts';
import { inlineStyle } from '../inline_style.ts';
import '../parts/avatar.ts';
import type { Corner } from '../layout.ts';
import { warningOf } from '../parts/banner_list.ts';
import { microphoneButton } from '../parts/device_buttons.ts';
import { cornerOfKey, dragToCorner, glideFrom } from '../parts/drag.ts';
import '../parts/faces.ts';
import '../parts/timer.ts';
import { RemoteView, ScreenView } from '../parts/views.ts';
import { coloursOf, type Person } from '../people.ts';
import { CallElement } from '../scene/call_element.ts';
import { endingIntent, type Intent, type Scene, toggleMicrophone } from '../scene.ts';
import { smallStyles } from './small.styles.ts';

interface Action {
  readonly icon: IconName;
  readonly label: string;
  readonly testId: string;
  readonly intent: Intent;
  readonly tone?: 'end' | 'on' | undefined;
  readonly pressed?: boolean;
}

/** Whose picture stands for the call: the other side's; in a group the pinned one's, or of whoever spoke last. */
export function focusOf({ group, remote, pinned, speakers, tiles, me }: Scene): string | undefined {
  if (!group) return remote.accid;
  const present = tiles.filter((tile) => tile.accid !== me && attendanceOf(tile) === 'in');
  const wanted = [pinned, ...speakers].find((accid) => present.some((tile) => tile.accid === accid));
  return wanted ?? present[0]?.accid;
}

@customElement('hullo-small')
export class HulloSmall extends CallElement {
  /** Where it lies on the page. */
  @property({ attribute: false }) corner: Corner = 'bottom-end';
  /** It is alone in a window of its own, which the person moves by other means. */
  @property({ type: Boolean, reflect: true }) alone = false;
  #remote = new RemoteView(this, () => (this.#filmed(this.scene) && !this.#sharer ? this.#shown : undefined));
  #screen = new ScreenView(this, () => this.#sharer);
  /** Who was shown last, so that a silence changes nothing. */
  #shown: string | undefined;
  /** The call, and whose picture was last requested. */
  #requested: string | undefined;

  static override styles = smallStyles;

  /** The picture of the other side, while there is one. */
  get video(): HTMLVideoElement | undefined {
    return (this.#sharer ? this.#screen : this.#remote).element.value;
  }

  /** Whose screen is shown: one that is shared is what the call is about. */
  get #sharer(): string | undefined {
    return this.scene?.sharers[0]?.accid;
  }

  #filmed(scene: Scene | undefined): boolean {
    return scene?.state === 'in_call' && (scene.call.media === 'video' || scene.sharers.length > 0);
  }

  protected override willUpdate(): void {
    const { scene } = this;
    if (!scene) return;
    const still = scene.tiles.find((tile) => tile.accid === this.#shown);
    const silent = scene.speakers.every((accid) => accid === scene.me) && !scene.pinned;
    const keep = scene.group && silent && still && attendanceOf(still) === 'in';
    if (!keep) this.#shown = focusOf(scene);
    this.classList.toggle('filmed', this.#filmed(scene));
  }

  protected override updated(): void {
    this.#requestPicture();
  }

  /** In a group, only the picture that is shown need be received. */
  #requestPicture(): void {
    const { scene } = this;
    if (!scene?.group || scene.call.media !== 'video' || !this.#filmed(scene) || !this.#shown) return;
    const requested = `${scene.call.callId} ${this.#shown}`;
    if (requested === this.#requested) return;
    this.#requested = requested;
    scene.client.showVideos([this.#shown]).catch(() => {
      // The connection is down or the call is ending: requested again with the next update.
      this.#requested = undefined;
    });
  }

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const filmed = this.#filmed(scene);
    return html`<section class="tile ${filmed ? 'filmed' : ''}" part="small" data-testid="hullo-small" data-corner=${this.corner}>
      ${filmed ? this.#renderPicture(scene) : this.#renderFaces(scene)}
      ${this.#renderCover()}
      <div class="words">
        <strong part="name" dir="auto">${this.#nameOf(scene)}</strong>
        <span class="status" part="status" data-testid="hullo-status">${this.#renderStatus(scene)}</span>
      </div>
      <div class="actions" part="controls" role="toolbar" aria-label=${this.t('control.bar')}>
        ${this.#actionsOf(scene).map((action) => this.#renderAction(action))}
      </div>
    </section>`;
  }

  #nameOf(scene: Scene): string {
    if (scene.group) return nameAll(scene.others, scene.lang) || scene.self.name;
    return scene.remote.name;
  }

  #renderStatus(scene: Scene): TemplateResult | string {
    if (scene.state === 'calling') return this.t('outgoing.calling');
    const warning = warningOf(scene);
    if (warning) return html`<span class="warn" data-testid=${warning.testId}>${warning.title}</span>`;
    if (!scene.connected || scene.startedAt === undefined) return this.t('incall.connecting');
    return html`<hullo-timer .since=${scene.startedAt}></hullo-timer>`;
  }

  #renderFaces(scene: Scene): TemplateResult {
    return scene.group && scene.others.length > 1
      ? html`<hullo-faces .people=${scene.others} .most=${2}></hullo-faces>`
      : html`<hullo-avatar .person=${scene.remote}></hullo-avatar>`;
  }

  #renderPicture(scene: Scene): TemplateResult {
    const sharer = this.#sharer;
    if (sharer !== undefined)
      return html`${this.#screen.render('hullo-small-screen')}
        ${this.#screen.hasPicture ? nothing : this.#renderPlaceholder(scene.person(sharer))}`;
    const accid = this.#shown;
    const participant = scene.call.participants.find((one) => one.accid === accid);
    const person = accid === undefined ? scene.remote : scene.person(accid);
    const off = scene.connected && (participant?.video !== 'on' || participant.held);
    return html`${this.#remote.render('hullo-small-video')}
      ${off || !this.#remote.hasPicture ? this.#renderPlaceholder(person) : nothing}`;
  }

  #renderPlaceholder(person: Person): TemplateResult {
    const [one, two] = coloursOf(person.accid);
    return html`<div class="placeholder" ${inlineStyle({ '--one': one, '--two': two })}>
      <div class="ambient"></div>
      <div class="face"><hullo-avatar .person=${person}></hullo-avatar></div>
    </div>`;
  }

  #renderCover(): TemplateResult {
    return html`<button
      type="button"
      class="cover"
      aria-label=${this.t('small.back')}
      title=${this.t('small.back')}
      aria-description=${this.alone ? nothing : this.t('small.move')}
      data-testid="hullo-small-cover"
      @click=${() => this.dispatchIntent({ type: 'layout', layout: 'full' })}
      @keydown=${this.#onKey}
      @pointerdown=${this.#onPress}
    ></button>`;
  }

  #onPress = (press: PointerEvent): void => {
    const view = this.closest('dialog');
    if (this.alone || !view) return;
    const bounds = (): DOMRectReadOnly => boundsOf(view);
    dragToCorner(press, (corner) => this.#moveTo(corner), { view, bounds });
  };

  #onKey = (event: KeyboardEvent): void => {
    if (this.alone || event.ctrlKey || event.metaKey || event.altKey) return;
    const corner = cornerOfKey(event.key, this.corner, getComputedStyle(this).direction === 'rtl');
    if (!corner) return;
    event.preventDefault();
    const view = this.closest('dialog');
    const before = view?.getBoundingClientRect();
    this.#moveTo(corner);
    if (view && before) glideFrom(view, before);
  };

  #moveTo(corner: Corner): void {
    this.dispatchIntent({ type: 'corner', corner });
  }

  #actionsOf(scene: Scene): Action[] {
    const microphone = microphoneButton(scene, (intent) => this.dispatchIntent(intent));
    const running = scene.state === 'in_call';
    const actions: Action[] = [];
    if (running && scene.offers('microphone'))
      actions.push({
        ...microphone,
        intent: toggleMicrophone(scene.local),
        tone: microphone.icon === 'microphoneOff' ? 'on' : undefined,
      });
    actions.push({
      icon: 'hangup',
      label: this.t(scene.group && running ? 'control.leave' : running ? 'control.hangup' : 'control.cancel'),
      testId: scene.group && running ? 'leave' : 'hullo-hangup',
      intent: endingIntent(scene),
      tone: 'end',
    });
    // A bar with a face has no room for it; the full screen offers it, too.
    if (!this.alone && this.#filmed(scene) && scene.canPictureInPicture && scene.offers('pictureInPicture'))
      actions.push({
        icon: 'pictureInPicture',
        label: this.t('small.pictureInPicture'),
        testId: 'hullo-picture-in-picture',
        intent: { type: 'pictureInPicture', open: true },
      });
    actions.push({
      icon: this.alone ? 'intoPage' : 'enlarge',
      label: this.t('small.back'),
      testId: 'hullo-enlarge',
      intent: { type: 'layout', layout: 'full' },
    });
    return actions;
  }

  #renderAction({ icon, label, testId, intent, tone, pressed }: Action): TemplateResult {
    return html`<button
      type="button"
      class="act ${tone ?? ''}"
      part="button"
      aria-label=${label}
      title=${label}
      aria-pressed=${pressed === undefined ? nothing : String(pressed)}
      data-testid=${testId}
      @click=${() => this.dispatchIntent(intent)}
    >
      ${icons[icon]}
    </button>`;
  }
}

/** Where the tile may be: the window, or the container of a contained surface; without the rim that it keeps free. */
function boundsOf(view: HTMLElement): DOMRectReadOnly {
  const rim = Number.parseFloat(getComputedStyle(view).getPropertyValue('--_rim')) || 0;
  const inner =
    view.offsetParent instanceof HTMLElement && getComputedStyle(view).position === 'absolute'
      ? view.offsetParent.getBoundingClientRect()
      : new DOMRect(0, 0, document.documentElement.clientWidth, window.innerHeight);
  return new DOMRect(inner.x + rim, inner.y + rim, inner.width - 2 * rim, inner.height - 2 * rim);
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-small': HulloSmall;
  }
}
