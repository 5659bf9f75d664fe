// <hullo-incoming-banner>: someone calls, told in a banner that leaves the app as it is. A press on it shows all of the call.
import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { incomingKeyOf } from '../describe.ts';
import { nameAll } from '../group/naming.ts';
import { type IconName, icons } from '../icons.ts';
import '../parts/avatar.ts';
import { CallElement } from '../scene/call_element.ts';
import { type Intent, isCallerAway, type Scene } from '../scene.ts';
import type { TextKey } from '../texts.ts';
import { base } from '../theme.ts';

@customElement('hullo-incoming-banner')
export class HulloIncomingBanner extends CallElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
        width: min(430px, 100%);
      }
      .banner {
        --size: 52px;
        position: relative;
        display: flex;
        align-items: center;
        gap: 13px;
        min-height: 76px;
        padding: 12px;
        padding-inline: 14px 12px;
        border-radius: 28px;
        color: var(--_text);
        background: var(--_raised);
        box-shadow: 0 0 0 1px var(--_line), 0 20px 64px rgb(0 0 0 / 0.26);
      }
      .open {
        position: absolute;
        inset: 0;
        padding: 0;
        border: 0;
        border-radius: inherit;
        background: none;
        cursor: pointer;
      }
      .words {
        flex: 1;
        min-width: 0;
        display: flex;
        flex-direction: column;
      }
      strong,
      .kind {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      strong {
        align-self: flex-start;
        max-width: 100%;
        font-size: 17px;
        line-height: 23px;
        font-weight: 650;
        letter-spacing: -0.01em;
      }
      .kind {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        white-space: normal;
        font-size: 14px;
        line-height: 19px;
        color: var(--_muted);
      }
      .actions {
        position: relative;
        flex: none;
        display: flex;
        gap: 12px;
      }
      .answer {
        display: grid;
        place-items: center;
        width: 48px;
        height: 48px;
        padding: 0;
        border: 0;
        border-radius: 50%;
        font-size: 22px;
        color: #fff;
        cursor: pointer;
        transition: transform 0.15s var(--_ease);
      }
      .answer:hover {
        filter: brightness(1.1);
      }
      .answer:active {
        transform: scale(0.93);
      }
      .answer[disabled] {
        opacity: 0.55;
        cursor: default;
      }
      .accept {
        background: var(--_accept);
      }
      .reject {
        font-size: 25px;
        background: var(--_danger);
      }
      .accept:not([disabled]) {
        animation: beckon 1.8s ease-out infinite;
      }
      @keyframes beckon {
        from {
          box-shadow: 0 0 0 0 color-mix(in oklab, var(--_accept) 60%, transparent);
        }
        70%,
        to {
          box-shadow: 0 0 0 13px transparent;
        }
      }
    `,
  ];

  protected override render() {
    const { scene } = this;
    if (!scene) return;
    const video = scene.call.media === 'video';
    return html`<section class="banner" part="banner" data-testid="hullo-incoming">
      <button type="button" class="open" aria-label=${this.t('banner.open')} title=${this.t('banner.open')} data-testid="hullo-banner-open" @click=${() => this.dispatchIntent({ type: 'openBanner' })}></button>
      <hullo-avatar .person=${scene.remote}></hullo-avatar>
      <div class="words">
        <strong part="name" dir="auto">${scene.remote.name}</strong>
        <span class="kind" part="status" data-testid="hullo-status">${this.#wordsOf(scene, video)}</span>
      </div>
      <div class="actions" part="actions">
        <slot name="incoming-actions"></slot>
        ${this.#renderAnswer('reject', 'hangup', 'control.reject', { type: scene.answering ? 'hangup' : 'reject' })}
        ${this.#renderAnswer('accept', video ? 'camera' : 'phone', scene.busyElsewhere ? 'waiting.end' : 'control.accept', { type: 'accept' }, scene.answering)}
      </div>
    </section>`;
  }

  #wordsOf(scene: Scene, video: boolean): string {
    if (scene.answering) return this.t('incall.connecting');
    if (isCallerAway(scene)) return this.t('reconnecting.remote');
    const kind = this.t(incomingKeyOf(scene.group, video));
    const others = scene.others.filter(({ accid }) => accid !== scene.remote.accid);
    if (!scene.group || others.length === 0) return kind;
    return `${kind} ${this.t('incoming.with', { names: nameAll(others, scene.lang) })}`;
  }

  #renderAnswer(
    name: 'accept' | 'reject',
    icon: IconName,
    key: TextKey,
    intent: Intent,
    disabled = false,
  ): TemplateResult {
    const label = this.t(key);
    return html`<button type="button" class="answer ${name}" part="button ${name === 'accept' ? 'button-accept' : 'button-danger'}" aria-label=${label} title=${label} data-testid="hullo-${name}" ?disabled=${disabled} @click=${() => this.dispatchIntent(intent)}>
      ${icons[icon]}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-incoming-banner': HulloIncomingBanner;
  }
}
