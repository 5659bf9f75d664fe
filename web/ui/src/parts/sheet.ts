// What the sheets share: from the bottom on a phone; on a desktop above the bar, or at the side where it lists people.
import { css, html, nothing, type TemplateResult } from 'lit';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';

export interface SheetContent {
  readonly title: string;
  readonly testId: string;
  /** Scrolls when it is long. */
  readonly body: TemplateResult | readonly TemplateResult[];
  /** Stays in sight below the title. */
  readonly top?: TemplateResult | typeof nothing;
  /** Stays in sight at the bottom. */
  readonly bottom?: TemplateResult | typeof nothing;
}

/** A part that opens over a screen and closes with Escape, its button, or a press beside it. */
export abstract class SheetElement extends CallElement {
  /** The keyboard follows into the sheet. */
  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('.close')?.focus({ preventScroll: true });
  }

  /** The sheet around its content. */
  protected renderSheet({ title, testId, body, top, bottom }: SheetContent): TemplateResult {
    const close = (): void => this.dispatchIntent({ type: 'close' });
    return html`<div class="veil" @click=${close}></div>
      <section class="sheet" part="sheet" role="dialog" aria-label=${title} data-testid=${testId}>
        <div class="head">
          <h2>${title}</h2>
          <button type="button" class="close" aria-label=${this.t('control.close')} data-testid="${testId}-close" @click=${close}>
            ${icons.close}
          </button>
        </div>
        ${top ?? nothing}
        <div class="body">${body}</div>
        ${bottom ?? nothing}
      </section>`;
  }
}

export const sheetStyles = [
  base,
  css`
    :host {
      position: absolute;
      inset: 0;
      z-index: 8;
      display: grid;
      grid-template-rows: minmax(0, 1fr);
      align-items: end;
      justify-items: center;
    }
    .veil {
      position: absolute;
      inset: 0;
      background: rgb(8 9 12 / 0.42);
      animation: fade 0.2s;
    }
    .sheet {
      position: relative;
      display: flex;
      flex-direction: column;
      width: 100%;
      max-height: min(80%, 620px);
      padding: 10px 14px calc(14px + env(safe-area-inset-bottom));
      border-radius: 28px 28px 0 0;
      color: var(--_text);
      background: var(--_raised);
      box-shadow: 0 0 0 1px var(--_line), 0 -12px 60px rgb(0 0 0 / 0.3);
      animation: rise 0.32s var(--_ease);
    }
    .body {
      flex: 1;
      min-height: 0;
      margin: 0 -6px;
      padding: 0 6px;
      overflow: auto;
      overscroll-behavior: contain;
    }
    .head {
      flex: none;
      display: flex;
      align-items: center;
      justify-content: space-between;
      padding-block: 4px;
      padding-inline: 8px 0;
    }
    h2 {
      margin: 0;
      font-size: 19px;
      font-weight: 650;
    }
    .close {
      display: grid;
      place-items: center;
      width: 44px;
      height: 44px;
      padding: 0;
      border: 0;
      border-radius: 50%;
      font-size: 22px;
      background: none;
      cursor: pointer;
    }
    .close:hover {
      background: var(--_hover);
    }
    @container (min-width: 720px) {
      :host {
        padding-bottom: 124px;
      }
      :host(.voice) {
        padding-bottom: calc(max(7cqh, 32px) + 112px);
      }
      :host(.side) {
        align-items: stretch;
        justify-items: end;
        padding: 16px;
      }
      .veil {
        background: none;
      }
      .sheet {
        width: 380px;
        max-height: 100%;
        border-radius: 24px;
        padding-bottom: 14px;
        box-shadow: 0 0 0 1px var(--_line), 0 24px 70px rgb(0 0 0 / 0.4);
      }
      :host(.side) .sheet {
        animation-name: slide;
      }
    }
    @keyframes rise {
      from {
        opacity: 0;
        translate: 0 40px;
      }
    }
    :host(:dir(rtl)) {
      --_slide: -40px;
    }
    @keyframes slide {
      from {
        opacity: 0;
        translate: var(--_slide, 40px) 0;
      }
    }
    @keyframes fade {
      from {
        opacity: 0;
      }
    }
  `,
];

/** A person in a list: face, name, a line below it, and what can be done. */
export const personRowStyles = css`
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  .person {
    --size: 40px;
    display: flex;
    align-items: center;
    gap: 12px;
    width: 100%;
    min-height: 58px;
    padding: 8px 10px;
    border: 0;
    border-radius: 16px;
    text-align: start;
    background: none;
  }
  .person .words {
    flex: 1;
    min-width: 0;
    display: flex;
    flex-direction: column;
  }
  .person .name {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 15px;
    line-height: 20px;
    font-weight: 600;
  }
  .person .note {
    display: flex;
    align-items: center;
    gap: 5px;
    font-size: 13px;
    line-height: 18px;
    color: var(--_muted);
  }
`;
