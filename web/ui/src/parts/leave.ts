// <hullo-leave>: the caller of a group call chooses between leaving it and ending it for everyone.
import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';
import { dangerFill } from './fills.ts';

@customElement('hullo-leave')
export class HulloLeave extends CallElement {
  static override styles = [
    base,
    css`
      :host {
        position: absolute;
        inset: 0;
        z-index: 8;
        display: grid;
        align-items: end;
        justify-items: center;
        padding: 0 16px calc(max(28px, env(safe-area-inset-bottom)) + 88px);
      }
      .veil {
        position: absolute;
        inset: 0;
        background: rgb(8 9 12 / 0.3);
        animation: fade 0.2s;
      }
      section {
        position: relative;
        display: grid;
        gap: 8px;
        width: min(320px, 100%);
        padding: 14px;
        border-radius: 24px;
        color: var(--_text);
        background: var(--_raised);
        box-shadow: 0 0 0 1px var(--_line), 0 24px 60px rgb(0 0 0 / 0.36);
        animation: rise 0.28s var(--_ease);
      }
      h2 {
        margin: 2px 6px 6px;
        font-size: 16px;
        line-height: 22px;
        font-weight: 600;
      }
      button {
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        min-height: 50px;
        padding: 7px 14px;
        border: 0;
        border-radius: 15px;
        font-size: 15px;
        line-height: 20px;
        font-weight: 600;
        background: var(--_control);
        cursor: pointer;
      }
      button:hover {
        background: var(--_control-hover);
      }
      small {
        font-size: 13px;
        line-height: 17px;
        font-weight: 400;
        color: var(--_muted);
      }
      .end {
        color: #fff;
        background: ${dangerFill};
      }
      .end:hover {
        background: ${dangerFill};
        filter: brightness(1.08);
      }
      @keyframes rise {
        from {
          opacity: 0;
          translate: 0 16px;
        }
      }
      @keyframes fade {
        from {
          opacity: 0;
        }
      }
    `,
  ];

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
  }

  protected override render() {
    const press = (type: 'leave' | 'hangup') => (): void => {
      this.dispatchIntent({ type: 'close' });
      this.dispatchIntent({ type });
    };
    return html`<div class="veil" @click=${() => this.dispatchIntent({ type: 'close' })}></div>
      <section role="alertdialog" aria-labelledby="question" data-testid="leave-menu">
        <h2 id="question">${this.t('leave.title')}</h2>
        <button type="button" data-testid="leave" @click=${press('leave')}>
          ${this.t('leave.leave')} <small>${this.t('leave.leaveHint')}</small>
        </button>
        <button type="button" class="end" data-testid="end-for-all" @click=${press('hangup')}>${this.t('leave.endForAll')}</button>
      </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-leave': HulloLeave;
  }
}
