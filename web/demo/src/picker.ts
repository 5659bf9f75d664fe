// <hullo-demo-picker>: who are you?
import { base, personOf } from '@hullo/ui';
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DemoAccount } from './backend.ts';
import type { Theme } from './preferences.ts';
import './settings.ts';
import { type DemoLanguage, demoText } from './texts.ts';

@customElement('hullo-demo-picker')
export class HulloDemoPicker extends LitElement {
  @property({ attribute: false }) override lang: DemoLanguage = 'en';
  @property({ attribute: false }) theme: Theme = 'auto';
  @property({ attribute: false }) accounts: readonly DemoAccount[] | undefined;
  @property({ attribute: false }) signingIn = false;
  @property({ attribute: false }) problem: string | undefined;

  static override styles = [
    base,
    css`
      :host {
        position: relative;
        display: grid;
        place-items: center;
        min-height: 100%;
        padding: 72px 20px 40px;
        overflow: hidden;
        text-align: center;
        isolation: isolate;
      }
      :host::before,
      :host::after {
        content: '';
        position: absolute;
        z-index: -1;
        width: 110vmax;
        height: 110vmax;
        border-radius: 50%;
        opacity: 0.34;
      }
      :host::before {
        left: -50vmax;
        top: -62vmax;
        background: radial-gradient(closest-side, #7a6ff0, transparent);
      }
      :host::after {
        right: -56vmax;
        bottom: -68vmax;
        background: radial-gradient(closest-side, #e8638f, transparent);
      }
      hullo-demo-settings {
        position: absolute;
        top: 16px;
        right: 16px;
      }
      .box {
        width: min(460px, 100%);
      }
      img {
        border-radius: 22px;
        box-shadow: 0 16px 40px rgb(74 53 192 / 0.3);
      }
      h1 {
        margin: 22px 0 4px;
        font-size: 40px;
        line-height: 46px;
        font-weight: 700;
        letter-spacing: -0.03em;
      }
      .tagline {
        margin: 0 0 40px;
        font-size: 17px;
        line-height: 25px;
        color: var(--_muted);
      }
      h2 {
        margin: 0 0 16px;
        font-size: 15px;
        font-weight: 600;
        color: var(--_muted);
      }
      ul {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li:last-child:nth-child(odd) {
        grid-column: span 2;
      }
      .who {
        --size: 68px;
        display: flex;
        flex-direction: column;
        align-items: center;
        gap: 13px;
        width: 100%;
        padding: 24px 12px 19px;
        border: 0;
        border-radius: 24px;
        font-size: 17px;
        font-weight: 600;
        background: color-mix(in oklab, var(--_surface) 82%, transparent);
        box-shadow: 0 0 0 1px var(--_line), 0 8px 28px rgb(20 20 50 / 0.06);
        cursor: pointer;
        transition: transform 0.25s var(--_ease), box-shadow 0.25s;
      }
      .who:hover {
        transform: translateY(-3px);
        box-shadow: 0 0 0 1px var(--_line), 0 18px 44px rgb(20 20 50 / 0.13);
      }
      .who[disabled] {
        opacity: 0.6;
        cursor: default;
        transform: none;
      }
      .hint {
        margin: 26px 0 0;
        font-size: 14px;
        line-height: 21px;
        color: var(--_muted);
      }
      .problem {
        margin: 20px 0 0;
        padding: 14px 18px;
        border-radius: 16px;
        font-size: 15px;
        line-height: 21px;
        color: var(--_danger-text);
        background: color-mix(in oklab, var(--_danger) 10%, transparent);
      }
      .retry {
        min-height: 46px;
        margin-top: 16px;
        padding: 0 24px;
        border: 0;
        border-radius: 23px;
        font-weight: 600;
        color: var(--_on-accent);
        background: var(--_accent);
        cursor: pointer;
      }
    `,
  ];

  protected override render() {
    const { lang, accounts, problem } = this;
    return html`<hullo-demo-settings .lang=${lang} .theme=${this.theme}></hullo-demo-settings>
      <div class="box" data-testid="picker">
        <img src="hullo.svg" alt="" width="76" height="76" />
        <h1>Hullo</h1>
        <p class="tagline">${demoText(lang, 'tagline')}</p>
        ${
          accounts
            ? html`<h2 aria-live="polite">${demoText(lang, this.signingIn ? 'signIn.running' : 'pick.title')}</h2>
              <ul>${accounts.filter(({ echo }) => !echo).map((account) => this.#renderAccount(account))}</ul>
              <p class="hint">${demoText(lang, 'pick.hint')}</p>`
            : nothing
        }
        ${problem ? html`<p class="problem" role="alert" data-testid="problem">${problem}</p>` : nothing}
        ${
          problem && !accounts
            ? html`<button type="button" class="retry" data-testid="retry" @click=${() => this.dispatchEvent(new CustomEvent('retry'))}>${demoText(lang, 'pick.retry')}</button>`
            : nothing
        }
      </div>`;
  }

  #renderAccount(account: DemoAccount) {
    return html`<li>
      <button
        type="button"
        class="who"
        data-testid="pick-${account.accid}"
        ?disabled=${this.signingIn}
        @click=${() => this.dispatchEvent(new CustomEvent('pick', { detail: account.accid }))}
      >
        <hullo-avatar .person=${personOf(account.accid, { [account.accid]: account })}></hullo-avatar>
        ${account.name}
      </button>
    </li>`;
  }
}
