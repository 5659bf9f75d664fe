// <hullo-banners>: what a person in a call should know now and until it changes, and what can be done about it: the browser
// asks for a device, one cannot be used, sound is blocked, the network is weak, a screen is shared.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';
import { type Banner, bannersOf } from './banner_list.ts';
import { dangerFill } from './fills.ts';

@customElement('hullo-banners')
export class HulloBanners extends CallElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 8px;
        pointer-events: none;
      }
      .banner {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: flex-end;
        gap: 8px 10px;
        max-width: min(460px, 100%);
        padding-block: 9px;
        padding-inline: 13px 16px;
        border-radius: 22px;
        text-align: start;
        font-size: 14px;
        line-height: 19px;
        font-weight: 500;
        color: var(--_text);
        background: light-dark(rgb(255 255 255 / 0.92), rgb(30 31 39 / 0.9));
        box-shadow: 0 0 0 1px var(--_line), 0 8px 24px rgb(0 0 0 / 0.14);
        backdrop-filter: blur(18px) saturate(1.4);
        animation: drop 0.3s var(--_ease);
        pointer-events: auto;
      }
      .banner:has(button) {
        padding-inline-end: 8px;
      }
      .words {
        flex: 1 1 0;
        min-width: 0;
        text-wrap: pretty;
      }
      /* Where a sentence would be squeezed, the button goes below it. */
      .long .words {
        min-width: min(170px, calc(100% - 46px));
      }
      .long .title {
        display: block;
        font-weight: 650;
      }
      .hint {
        font-weight: 400;
        color: var(--_muted);
      }
      button {
        flex: none;
        min-height: 36px;
        padding: 0 15px;
        border: 0;
        border-radius: 18px;
        font-size: 14px;
        font-weight: 650;
        color: var(--_on-accent);
        background: var(--_accent);
        cursor: pointer;
      }
      button:hover {
        filter: brightness(1.08);
      }
      .share button {
        color: #fff;
        background: ${dangerFill};
      }
      .share .icon {
        color: var(--_good);
      }
      .ask {
        box-shadow: 0 0 0 2px var(--_accent), 0 12px 36px rgb(0 0 0 / 0.24);
      }
      .ask .icon {
        display: grid;
        place-items: center;
        width: 34px;
        height: 34px;
        border-radius: 50%;
        font-size: 20px;
        color: var(--_on-accent);
        background: var(--_accent);
      }
      .ask .icon svg {
        rotate: -45deg;
        animation: point 1.3s ease-in-out infinite;
      }
      :host(:dir(rtl)) .ask .icon svg {
        rotate: 45deg;
      }
      .sound .icon {
        color: var(--_accent);
      }
      .icon {
        flex: none;
        font-size: 18px;
        color: var(--_warn);
      }
      .spinner {
        flex: none;
        width: 16px;
        height: 16px;
        border: 2px solid var(--_line);
        border-top-color: var(--_text);
        border-radius: 50%;
        animation: turn 0.9s linear infinite;
      }
      @keyframes point {
        50% {
          translate: -2px -2px;
        }
      }
      @keyframes turn {
        to {
          rotate: 1turn;
        }
      }
      @keyframes drop {
        from {
          opacity: 0;
          translate: 0 -8px;
        }
      }
    `,
  ];

  protected override render() {
    if (!this.scene) return;
    return bannersOf(this.scene).map((banner) => this.#renderBanner(banner));
  }

  #renderBanner({ testId, tone, icon, title, hint, action }: Banner): TemplateResult {
    return html`<div class="banner ${tone} ${hint ? 'long' : ''}" data-testid=${testId}>
      ${tone === 'busy' || !icon ? html`<span class="spinner"></span>` : html`<span class="icon">${icons[icon]}</span>`}
      <div class="words" role="status"><span class="title">${title}</span>${hint ? html` <span class="hint">${hint}</span>` : nothing}</div>
      ${
        action
          ? html`<button type="button" data-testid=${action.testId} @click=${() => this.dispatchIntent(action.intent)}>${action.label}</button>`
          : nothing
      }
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-banners': HulloBanners;
  }
}
