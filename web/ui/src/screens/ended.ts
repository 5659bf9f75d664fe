// <hullo-ended>: the notice at the end of a call, for a moment.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Notice } from '../ending.ts';
import { icons } from '../icons.ts';
import '../parts/faces.ts';
import { type Language, text } from '../texts.ts';
import { portraitStyles, renderBackdrop, renderPortrait } from './portrait.ts';

@customElement('hullo-ended')
export class HulloEnded extends LitElement {
  @property({ attribute: false }) notice?: Notice;
  /** The language of its words. */
  @property({ attribute: false }) locale: Language = 'en';

  static override styles = [
    ...portraitStyles,
    css`
      .ambient {
        filter: saturate(0.45);
      }
      .screen {
        justify-content: center;
        gap: 40px;
      }
      .portrait {
        filter: saturate(0.55);
      }
      .alone {
        display: grid;
        place-items: center;
        width: 96px;
        height: 96px;
        border-radius: 50%;
        font-size: 42px;
        color: var(--_muted);
        background: var(--_control);
      }
      hullo-faces {
        --size: 92px;
        --ring: light-dark(#f1f1f6, #17181e);
        filter: saturate(0.55);
      }
      h1 {
        font-size: clamp(24px, 3cqmin + 12px, 32px);
      }
      .close {
        display: grid;
        place-items: center;
        width: 52px;
        height: 52px;
        padding: 0;
        border: 0;
        border-radius: 50%;
        font-size: 22px;
        background: var(--_control);
        cursor: pointer;
      }
      .close:hover {
        background: var(--_control-hover);
      }
    `,
  ];

  protected override render() {
    const { notice } = this;
    if (!notice) return;
    const dismiss = (): boolean =>
      this.dispatchEvent(
        new CustomEvent('hullo-intent', { detail: { type: 'dismiss' }, bubbles: true, composed: true }),
      );
    return html`${notice.remote ? renderBackdrop(notice.remote) : html`<div class="ambient"></div>`}
      <section class="screen" @click=${dismiss}>
        <div class="who" role="status" data-testid="hullo-notice">
          ${this.#renderFaces(notice)}
          <h1 part="name">${notice.title}</h1>
          ${notice.detail ? html`<p class="status" part="status">${notice.detail}</p>` : nothing}
          <slot name="details"></slot>
        </div>
        <button type="button" class="close" aria-label=${text(this.locale, 'control.close')} data-testid="hullo-notice-close" @click=${dismiss}>
          ${icons.close}
        </button>
      </section>`;
  }

  #renderFaces({ remote, people }: Notice): TemplateResult {
    if (people && people.length > 1) return html`<hullo-faces .people=${people}></hullo-faces>`;
    return remote ? renderPortrait(remote) : html`<div class="alone">${icons.warning}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-ended': HulloEnded;
  }
}
