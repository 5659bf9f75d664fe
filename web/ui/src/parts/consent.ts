// <hullo-consent>: the other side asks to turn the voice call into a video call.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';

@customElement('hullo-consent')
export class HulloConsent extends CallElement {
  static override styles = [
    base,
    css`
      :host {
        width: min(400px, 100%);
      }
      .card {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 2px 14px;
        align-items: center;
        padding: 18px;
        border-radius: 24px;
        text-align: start;
        outline: none;
        color: var(--_text);
        background: var(--_raised);
        box-shadow: 0 0 0 1px var(--_line), 0 24px 60px rgb(0 0 0 / 0.28);
        animation: rise 0.35s var(--_ease);
      }
      .icon {
        grid-row: span 2;
        display: grid;
        place-items: center;
        width: 48px;
        height: 48px;
        border-radius: 50%;
        font-size: 24px;
        color: var(--_accent);
        background: color-mix(in oklab, var(--_accent) 16%, transparent);
      }
      h2 {
        margin: 0;
        font-size: 16px;
        line-height: 22px;
        font-weight: 600;
      }
      p {
        margin: 0;
        font-size: 14px;
        line-height: 19px;
        color: var(--_muted);
      }
      .answers {
        grid-column: span 2;
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 10px;
        margin-top: 16px;
      }
      button {
        min-height: 46px;
        padding: 0 14px;
        border: 0;
        border-radius: 14px;
        font-size: 15px;
        font-weight: 600;
        cursor: pointer;
        background: var(--_control);
      }
      button:hover {
        background: var(--_control-hover);
      }
      button.agree {
        color: var(--_on-accent);
        background: var(--_accent);
      }
      button.agree:hover {
        filter: brightness(1.08);
      }
      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 24px;
        }
      }
    `,
  ];

  #shown = false;

  /** Brings the keyboard to the question, but to neither answer: a key meant for something else answers nothing. */
  protected override updated(): void {
    const card = this.renderRoot.querySelector<HTMLElement>('.card');
    if (card && !this.#shown) card.focus({ preventScroll: true });
    this.#shown = card !== null;
  }

  protected override render() {
    const question = this.scene?.call.switch;
    if (!question || question.by === this.scene?.me) return nothing;
    return html`<section class="card" role="alertdialog" tabindex="-1" aria-labelledby="question" aria-describedby="hint" data-testid="hullo-consent">
      <span class="icon">${icons.camera}</span>
      <h2 id="question">${this.t('consent.video')}</h2>
      <p id="hint">${this.t('consent.hint')}</p>
      <div class="answers">
        <button type="button" data-testid="hullo-consent-refuse" @click=${() => this.dispatchIntent({ type: 'answerSwitch', agree: false })}>
          ${this.t('consent.refuse')}
        </button>
        <button type="button" class="agree" data-testid="hullo-consent-accept" @click=${() => this.dispatchIntent({ type: 'answerSwitch', agree: true })}>
          ${this.t('consent.accept')}
        </button>
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-consent': HulloConsent;
  }
}
