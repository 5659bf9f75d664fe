// <hullo-screen-tile>: the screen that somebody shares: all of it is shown, never cut off. Its parent decides where it
// lies. A press on a small one makes it large.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { screenTileOf } from '../group/roster.ts';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';
import { ScreenView } from './views.ts';

@customElement('hullo-screen-tile')
export class HulloScreenTile extends CallElement {
  /** Whose screen it is. */
  @property() accid = '';
  /** It is the large one. */
  @property({ type: Boolean, reflect: true }) big = false;
  #view = new ScreenView(this, () => this.accid || undefined);

  static override styles = [
    base,
    css`
      :host {
        position: absolute;
        display: block;
        container-type: size;
      }
      .tile {
        position: absolute;
        inset: 0;
        overflow: hidden;
        border-radius: clamp(12px, 3cqmin, 18px);
        color: #fff;
        background: #050608;
        box-shadow: inset 0 0 0 1px rgb(255 255 255 / 0.1);
        animation: appear 0.3s;
      }
      video {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      .coming {
        position: absolute;
        inset: 0;
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: 14px;
        padding: 12px;
        text-align: center;
        font-size: clamp(12px, 5cqmin, 17px);
        color: rgb(255 255 255 / 0.86);
      }
      .coming svg {
        font-size: clamp(24px, 14cqmin, 56px);
      }
      .coming p {
        margin: 0;
      }
      .tag {
        position: absolute;
        inset-inline-start: clamp(6px, 2cqmin, 12px);
        bottom: clamp(6px, 2cqmin, 12px);
        display: inline-flex;
        align-items: center;
        gap: 7px;
        max-width: calc(100% - 16px);
        min-height: 26px;
        padding: 3px 11px;
        border-radius: 13px;
        font-size: 13px;
        line-height: 20px;
        font-weight: 550;
        background: rgb(15 16 21 / 0.74);
        pointer-events: none;
      }
      .tag span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .tag svg {
        flex: none;
        font-size: 16px;
      }
      .cover {
        position: absolute;
        inset: 0;
        padding: 0;
        border: 0;
        border-radius: inherit;
        background: none;
        cursor: pointer;
        touch-action: pan-y;
      }
      .cover:focus-visible {
        outline-offset: -4px;
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ];

  protected override render() {
    const { scene, accid } = this;
    if (!scene) return;
    const { name } = scene.person(accid);
    const title = this.t('share.of', { name });
    return html`<div class="tile">
      ${this.#view.render(`screen-${accid}`)}
      ${this.#view.hasPicture ? nothing : html`<div class="coming">${icons.screen}${this.big ? html`<p>${this.t('share.remote', { name })}</p>` : nothing}</div>`}
      <div class="tag">${icons.screen}<span>${title}</span></div>
      ${
        this.big
          ? nothing
          : html`<button type="button" class="cover" aria-label=${this.t('tile.pin', { name: title })} data-testid="pin-screen-${accid}" @click=${() => this.dispatchIntent({ type: 'pin', tile: screenTileOf(accid) })}></button>`
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-screen-tile': HulloScreenTile;
  }
}
