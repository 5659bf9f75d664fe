// <hullo-waiting>: someone calls while this person is in a call.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { nameAll } from '../group/naming.ts';
import { icons } from '../icons.ts';
import { CallElement } from '../scene/call_element.ts';
import { base } from '../theme.ts';
import './avatar.ts';
import { acceptFill } from './fills.ts';

@customElement('hullo-waiting')
export class HulloWaiting extends CallElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        width: min(430px, 100%);
      }
      .card {
        --size: 48px;
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 13px;
        align-items: center;
        padding: 14px;
        border-radius: 26px;
        text-align: start;
        outline: none;
        color: var(--_text);
        background: var(--_raised);
        box-shadow: 0 0 0 1px var(--_line), 0 24px 60px rgb(0 0 0 / 0.34);
        animation: drop 0.36s var(--_ease);
      }
      .words {
        min-width: 0;
      }
      h2 {
        margin: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 16px;
        line-height: 22px;
        font-weight: 600;
      }
      p {
        display: flex;
        align-items: center;
        gap: 6px;
        margin: 0;
        font-size: 14px;
        line-height: 19px;
        color: var(--_muted);
      }
      p span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      p svg {
        flex: none;
        font-size: 16px;
      }
      .answers {
        grid-column: span 2;
        display: grid;
        grid-template-columns: auto 1fr 1fr;
        gap: 8px;
        margin-top: 13px;
      }
      button {
        min-height: 46px;
        padding: 6px 10px;
        border: 0;
        border-radius: 15px;
        font-size: 14px;
        line-height: 17px;
        font-weight: 600;
        text-wrap: balance;
        background: var(--_control);
        cursor: pointer;
      }
      button:hover {
        background: var(--_control-hover);
      }
      button[disabled] {
        opacity: 0.5;
        cursor: default;
      }
      .decline {
        min-width: 84px;
        color: var(--_danger-text);
        background: color-mix(in oklab, var(--_danger) 14%, transparent);
      }
      .decline:hover {
        background: color-mix(in oklab, var(--_danger) 24%, transparent);
      }
      .hold {
        color: #fff;
        background: ${acceptFill};
      }
      .hold:hover {
        background: ${acceptFill};
        filter: brightness(1.1);
      }
      @keyframes drop {
        from {
          opacity: 0;
          translate: 0 -20px;
        }
      }
    `,
  ];

  #callId: string | undefined;

  /** Brings the keyboard to the question, but to no answer: a key meant for something else answers nothing. */
  protected override updated(): void {
    const callId = this.scene?.waiting?.call.callId;
    if (callId && callId !== this.#callId)
      this.renderRoot.querySelector<HTMLElement>('.card')?.focus({ preventScroll: true });
    this.#callId = callId;
  }

  protected override render() {
    const { scene } = this;
    const waiting = scene?.waiting;
    if (!scene || !waiting) return nothing;
    const { call, inviter, people } = waiting;
    const group = call.kind === 'group';
    const media = call.media === 'video' ? 'Video' : 'Audio';
    const kind = this.t(
      group ? `media.group${media}` : call.media === 'video' ? 'media.video' : 'media.audio',
    );
    const others =
      people.length > 0 && group ? this.t('record.with', { names: nameAll(people, scene.lang) }) : '';
    const answer = (other: 'end' | 'hold') => () =>
      this.dispatchIntent({ type: 'acceptWaiting', callId: call.callId, other });
    return html`<section class="card" role="alertdialog" tabindex="-1" aria-labelledby="who" aria-describedby="what" data-testid="waiting-banner">
      <hullo-avatar .person=${inviter}></hullo-avatar>
      <div class="words">
        <h2 id="who">${this.t('waiting.call', { name: inviter.name })}</h2>
        <p id="what">${icons[call.media === 'video' ? 'camera' : 'phone']} <span>${kind} ${others}</span></p>
      </div>
      <div class="answers">
        <button type="button" class="decline" data-testid="waiting-decline" ?disabled=${scene.answering} @click=${() => this.dispatchIntent({ type: 'rejectWaiting', callId: call.callId })}>
          ${this.t('waiting.decline')}
        </button>
        <button type="button" data-testid="end-answer" ?disabled=${scene.answering} @click=${answer('end')}>${this.t('waiting.end')}</button>
        <button type="button" class="hold" data-testid="hold-answer" ?disabled=${scene.answering} @click=${answer('hold')}>${this.t('waiting.hold')}</button>
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-waiting': HulloWaiting;
  }
}
