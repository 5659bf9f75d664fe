// <hullo-group>: a group call from the dial to the end: a grid of tiles, pages beyond what fits, one tile large when it
// is pinned. Only the tiles of the page are in the document, so that only their pictures are received.
import type { Participant } from '@hullo/sdk';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Area, type Layout, layOut, type Rect } from '../group/grid.ts';
import { nameAll } from '../group/naming.ts';
import { attendanceOf, screenTileOf, sharerOf } from '../group/roster.ts';
import { icons } from '../icons.ts';
import { inlineStyle } from '../inline_style.ts';
import '../parts/banners.ts';
import '../parts/controls.ts';
import '../parts/held.ts';
import '../parts/quality.ts';
import '../parts/screen_tile.ts';
import { followSwipe } from '../parts/swipe.ts';
import '../parts/tile.ts';
import { noteOf } from '../parts/tile.ts';
import '../parts/timer.ts';
import { PARTS } from '../css_parts.ts';
import { CallElement } from '../scene/call_element.ts';
import type { Scene } from '../scene.ts';
import { groupStyles } from './group.styles.ts';
import { renderBackdrop } from './portrait.ts';

/** The size of the stage until it has been measured. */
const AREA_UNKNOWN: Area = { width: 1280, height: 620 };

@customElement('hullo-group')
export class HulloGroup extends CallElement {
  /** It follows the screen of a one-to-one video call: the tiles start from where they were in it. */
  @property({ type: Boolean }) grown = false;
  @state() private area: Area = AREA_UNKNOWN;
  @state() private page = 0;
  @state() private opening = false;
  #observer: ResizeObserver | undefined;
  /** Whose views were on the screen of the one-to-one call. */
  #settled: ReadonlySet<string> = new Set();
  #layout: Layout | undefined;
  /** The call whose pages are turned. */
  #callId: string | undefined;
  /** The call, and whose pictures were last requested. */
  #requested: string | undefined;

  static override styles = groupStyles;

  override connectedCallback(): void {
    super.connectedCallback();
    // Not again where it is only moved.
    this.opening = this.grown && !this.hasUpdated;
    this.classList.toggle('grown', this.grown);
    void this.updateComplete.then(() => this.#observeStage());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#observer?.disconnect();
  }

  #observeStage(): void {
    const stage = this.renderRoot.querySelector('.stage');
    if (!stage || !this.isConnected) return;
    this.#observer?.disconnect();
    this.#observer = new ResizeObserver(() => this.#measure(stage));
    this.#observer.observe(stage);
    this.#measure(stage);
    // Where it was before, somebody else may have asked for other pictures.
    this.#requested = undefined;
    this.requestUpdate();
  }

  /** The pages go from right to left. */
  get #rtl(): boolean {
    return getComputedStyle(this).direction === 'rtl';
  }

  #measure(stage: Element): void {
    const { clientWidth: width, clientHeight: height } = stage;
    const [here, whole] = [stage.getBoundingClientRect(), this.getBoundingClientRect()];
    const start = this.#rtl ? whole.right - here.right : here.x - whole.x;
    this.style.setProperty('--_stage-x', `${start}px`);
    this.style.setProperty('--_stage-y', `${here.y - whole.y}px`);
    if (width > 0 && height > 0 && (width !== this.area.width || height !== this.area.height))
      this.area = { width, height };
  }

  protected override willUpdate(): void {
    const callId = this.scene?.call.callId;
    if (callId !== this.#callId) this.page = 0;
    this.#callId = callId;
    if (this.hasUpdated || !this.grown || !this.scene) return;
    const there = this.scene.tiles.filter((tile) => attendanceOf(tile) === 'in');
    this.#settled = new Set(there.map(({ accid }) => accid));
  }

  /** The first tiles are where they were on that screen; from there they move to where they belong. */
  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (this.opening) requestAnimationFrame(() => requestAnimationFrame(() => (this.opening = false)));
    this.#requestPictures();
  }

  /** Those of the page, the large one first: when bandwidth is short, it should be the last to suffer. */
  #requestPictures(): void {
    const { scene } = this;
    if (!this.isConnected || scene?.state !== 'in_call' || !scene.group || scene.call.media !== 'video')
      return;
    const present = new Set(
      scene.tiles.filter((tile) => attendanceOf(tile) === 'in').map(({ accid }) => accid),
    );
    const accids = (this.#layout?.tiles ?? [])
      .map(({ id }) => id)
      .filter((id) => id !== scene.me && present.has(id));
    const requested = [scene.call.callId, ...accids].join(' ');
    if (requested === this.#requested) return;
    this.#requested = requested;
    scene.client.showVideos(accids).catch(() => {
      // The connection is down or the call is ending: requested again with the next update.
      this.#requested = undefined;
    });
  }

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    const filmed = video || scene.sharers.length > 0;
    this.classList.toggle('filmed', filmed);
    const screens = scene.sharers.map(({ accid }) => screenTileOf(accid));
    const ids = [...screens, ...scene.tiles.map(({ accid }) => accid)];
    const layout = layOut(ids, scene.pinned ?? screens[0], this.page, this.area);
    this.#layout = layout;
    return html`${filmed ? nothing : renderBackdrop(scene.person(scene.call.caller))}
      <section class="screen" data-testid="hullo-group" @keydown=${(event: KeyboardEvent) => this.#onKey(event, layout)}>
        ${this.#renderHeader(scene)}
        <div class="stage-frame">
          <div
            class="stage"
            role="group"
            aria-label=${this.t('members.title')}
            data-testid="group-grid"
            data-page=${layout.page}
            data-pages=${layout.pages}
            @pointerdown=${(press: PointerEvent) => followSwipe(press, (step) => this.#turn(layout, this.#rtl ? -step : step))}
          >
            ${repeat(
              // In their order whatever is pinned: a <video> that is moved in the document stops.
              [...layout.tiles].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id)),
              ({ id }) => id,
              ({ id, rect, big }) => this.#renderTileOrScreen(scene, id, rect, big),
            )}
          </div>
          ${layout.pages > 1 ? this.#renderArrows(layout) : nothing}
        </div>
        ${layout.pages > 1 ? this.#renderDots(scene, layout) : nothing}
        <div class="foot"><hullo-controls exportparts=${PARTS} .scene=${scene}><slot name="controls" slot="controls"></slot></hullo-controls></div>
      </section>
      <hullo-banners .scene=${scene}></hullo-banners>`;
  }

  #renderHeader(scene: Scene): TemplateResult {
    const running = scene.state === 'in_call' && scene.startedAt !== undefined;
    return html`<div class="head">
      <div class="title">
        <h1 part="name">${nameAll(scene.others, scene.lang) || scene.self.name}</h1>
        <p part="status" data-testid="hullo-status">${running ? this.#renderStatus(scene) : this.t('outgoing.groupStatus')}</p>
        <hullo-held .scene=${scene}></hullo-held>
        <slot name="details"></slot>
      </div>
      ${scene.group ? this.#renderMembersButton(scene) : nothing}
    </div>`;
  }

  #renderMembersButton(scene: Scene): TemplateResult {
    const inCall = scene.call.participants.filter((one) => attendanceOf(one) === 'in').length;
    const label = this.t('control.members', { count: inCall });
    return html`<button type="button" class="members" aria-label=${label} title=${label} aria-expanded=${String(scene.sheet === 'members')} data-testid="members-button" @click=${() => this.dispatchIntent({ type: 'open', sheet: 'members' })}>
      ${icons.people} <span>${inCall}</span>
    </button>`;
  }

  #renderStatus(scene: Scene): TemplateResult | string {
    if (!scene.connected) return this.t('incall.connecting');
    return html`<hullo-timer .since=${scene.startedAt ?? 0}></hullo-timer><hullo-quality .scene=${scene}></hullo-quality>`;
  }

  #renderTileOrScreen(scene: Scene, id: string, rect: Rect, big: boolean): TemplateResult {
    const sharer = sharerOf(id);
    return sharer === undefined
      ? this.#renderTile(scene, id, rect, big)
      : this.#renderScreen(scene, sharer, rect, big);
  }

  #renderScreen(scene: Scene, accid: string, rect: Rect, big: boolean): TemplateResult {
    return html`<hullo-screen-tile
      ${inlineStyle(boxOf(rect))}
      role="group"
      aria-label=${this.t('share.of', { name: scene.person(accid).name })}
      data-testid="screen-tile-${accid}"
      .scene=${scene}
      .accid=${accid}
      .big=${big}
    ></hullo-screen-tile>`;
  }

  #renderTile(scene: Scene, accid: string, rect: Rect, big: boolean): TemplateResult {
    const participant = scene.tiles.find((tile) => tile.accid === accid);
    return html`<hullo-tile
      exportparts=${PARTS}
      class=${this.#classOf(scene, accid)}
      ${inlineStyle(boxOf(rect))}
      role="group"
      aria-label=${participant ? this.#labelOf(scene, participant) : ''}
      data-testid="tile-${accid}"
      data-state=${participant?.state ?? nothing}
      data-speaking=${String(scene.speakers.includes(accid))}
      .scene=${scene}
      .participant=${participant}
      .big=${big}
      .pinnable=${scene.tiles.length > 1}
      .flippable=${(scene.devices?.cameras.length ?? 0) > 1}
    ></hullo-tile>`;
  }

  /** Those who were on that screen do not appear again: at first they are where they were. */
  #classOf({ me }: Scene, accid: string): string {
    if (!this.#settled.has(accid)) return '';
    return `settled ${this.opening ? 'opening' : ''} ${accid === me ? 'mine' : 'theirs'}`;
  }

  #labelOf(scene: Scene, participant: Participant): string {
    const isMe = participant.accid === scene.me;
    const name = isMe ? this.t('tile.you') : scene.person(participant.accid).name;
    const note = noteOf(participant, isMe);
    return note ? this.t('tile.of', { name, state: this.t(note) }) : name;
  }

  /** The arrow keys turn pages; the keyboard stays where it is, unless its tile has gone with the page. */
  #onKey(event: KeyboardEvent, layout: Layout): void {
    const forward = this.#rtl ? -1 : 1;
    const step = { ArrowLeft: -forward, ArrowRight: forward }[event.key];
    if (step === undefined || layout.pages === 1 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.#turn(layout, step);
  }

  #turn({ page, pages }: Layout, step: number): void {
    this.page = Math.min(Math.max(page + step, 0), pages - 1);
  }

  #renderArrows(layout: Layout): TemplateResult {
    const arrow = (step: -1 | 1, out: boolean): TemplateResult => {
      const word = step < 0 ? 'previous' : 'next';
      return html`<button type="button" class="arrow ${word}" aria-label=${this.t(`page.${word}`)} data-testid="page-${word}" ?disabled=${out} @click=${() => this.#turn(layout, step)}>
        ${icons[word]}
      </button>`;
    };
    return html`${arrow(-1, layout.page === 0)} ${arrow(1, layout.page === layout.pages - 1)}`;
  }

  /** A dot lights up while somebody speaks on its page. */
  #renderDots(scene: Scene, { page, pages, pageOf }: Layout): TemplateResult {
    const heard = new Set(scene.speakers.map((accid) => pageOf.get(accid)));
    return html`<nav class="dots" data-testid="page-dots">
      ${Array.from(
        { length: pages },
        (_, index) => html`<button
          type="button"
          class=${heard.has(index) && index !== page ? 'heard' : ''}
          aria-label=${this.t('page.number', { page: index + 1, pages })}
          aria-current=${index === page ? 'page' : nothing}
          data-testid="page-dot-${index + 1}"
          @click=${() => {
            this.page = index;
          }}
        ></button>`,
      )}
    </nav>`;
  }
}

function boxOf({ x, y, width, height }: Rect): Record<string, string> {
  const px = (value: number): string => `${Math.round(value * 10) / 10}px`;
  return { 'inset-inline-start': px(x), top: px(y), width: px(width), height: px(height) };
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-group': HulloGroup;
  }
}
