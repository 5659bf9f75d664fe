// <hullo-demo-settings>: language and theme, two small buttons.
import { base } from '@hullo/ui';
import { css, html, LitElement, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Theme } from './preferences.ts';
import { type DemoLanguage, demoText } from './texts.ts';

const next: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };

const signs: Record<Theme, unknown> = {
  auto: svg`<circle cx="12" cy="12" r="8.2"/><path d="M12 3.8a8.2 8.2 0 0 1 0 16.4z" fill="currentColor"/>`,
  light: svg`<circle cx="12" cy="12" r="4"/><path d="M12 3v1.6M12 19.4V21M3 12h1.6M19.4 12H21M5.6 5.6l1.2 1.2M17.2 17.2l1.2 1.2M18.4 5.6l-1.2 1.2M6.8 17.2l-1.2 1.2"/>`,
  dark: svg`<path d="M19.6 14.6A8.2 8.2 0 0 1 9.4 4.4a8.2 8.2 0 1 0 10.2 10.2z"/>`,
};

@customElement('hullo-demo-settings')
export class HulloDemoSettings extends LitElement {
  @property({ attribute: false }) override lang: DemoLanguage = 'en';
  @property({ attribute: false }) theme: Theme = 'auto';

  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        gap: 2px;
      }
      button {
        display: grid;
        place-items: center;
        min-width: 44px;
        height: 44px;
        padding: 0 8px;
        border: 0;
        border-radius: 22px;
        font-size: 14px;
        font-weight: 600;
        color: var(--_muted);
        background: none;
        cursor: pointer;
      }
      button:hover {
        color: var(--_text);
        background: var(--_hover);
      }
    `,
  ];

  protected override render() {
    const other: DemoLanguage = this.lang === 'en' ? 'zh' : 'en';
    const theme = demoText(this.lang, 'settings.theme', {
      theme: demoText(this.lang, `theme.${this.theme}`),
    });
    return html`<button
        type="button"
        data-testid="language-switch"
        lang=${other === 'zh' ? 'zh-CN' : 'en'}
        aria-label="${demoText(this.lang, 'settings.language')}: ${other === 'zh' ? '中文' : 'English'}"
        @click=${() => this.#emit('language', other)}
      >
        ${other === 'zh' ? '中文' : 'EN'}
      </button>
      <button type="button" data-testid="theme-switch" data-theme=${this.theme} aria-label=${theme} title=${theme} @click=${() => this.#emit('theme', next[this.theme])}>
        <svg viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${signs[this.theme]}</svg>
      </button>`;
  }

  #emit(name: 'language' | 'theme', detail: DemoLanguage | Theme): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
