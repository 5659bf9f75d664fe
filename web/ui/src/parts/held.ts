// <hullo-held>: the call that is on hold beside this one. A press explains what becomes of it.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { nameAll } from '../group/naming.ts';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';

@customElement('hullo-held')
export class HulloHeld extends CallElement {
  /** The call whose chip was pressed. */
  @state() private explainedId: string | undefined;

  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        flex-direction: column;
        align-items: inherit;
        gap: 6px;
        max-width: 100%;
        pointer-events: auto;
        text-shadow: none;
      }
      button {
        display: inline-flex;
        align-items: center;
        gap: 7px;
        max-width: 100%;
        min-height: 34px;
        padding-block: 5px;
        padding-inline: 10px 14px;
        border: 0;
        border-radius: 17px;
        font-size: 14px;
        line-height: 19px;
        font-weight: 550;
        color: var(--_warn);
        background: light-dark(rgb(255 255 255 / 0.86), rgb(30 31 39 / 0.82));
        box-shadow: 0 0 0 1px var(--_line), 0 6px 20px rgb(0 0 0 / 0.12);
        backdrop-filter: blur(18px);
        cursor: pointer;
        animation: appear 0.3s;
      }
      button span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      svg {
        flex: none;
        font-size: 16px;
      }
      p {
        max-width: 300px;
        margin: 0;
        padding: 8px 14px;
        border-radius: 14px;
        font-size: 14px;
        line-height: 19px;
        text-align: start;
        color: #fff;
        background: rgb(24 25 31 / 0.94);
        animation: appear 0.2s;
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene?.held) return nothing;
    const names = nameAll(scene.held.people, scene.lang);
    const { callId } = scene.held.call;
    const explained = this.explainedId === callId;
    return html`<button type="button" aria-expanded=${String(explained)} data-testid="held-chip" @click=${() => {
      this.explainedId = explained ? undefined : callId;
    }}>
        ${icons.pause} <span>${this.t('held.chip', { names })}</span>
      </button>
      ${explained ? html`<p role="status" data-testid="held-hint">${this.t('held.hint')}</p>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-held': HulloHeld;
  }
}
