// <hullo-demo>: the page. Picks an account, signs it in, and shows people beside a conversation; on a phone one of the two.
import { base, explainError, type HulloCall, type Redial, tokens } from '@hullo/ui';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { appStyles } from './app.styles.ts';
import { type DemoAccount, fetchAccounts } from './backend.ts';
import './contacts.ts';
import './conversation.ts';
import type { Dial } from './dial.ts';
import './picker.ts';
import * as preferences from './preferences.ts';
import { SignedIn } from './signed_in.ts';
import { type DemoLanguage, demoText } from './texts.ts';

/** As wide as shows people beside a conversation. */
const wideWindow = matchMedia('(min-width: 720px)');

@customElement('hullo-demo')
export class HulloDemo extends LitElement {
  @state() override lang: DemoLanguage = preferences.chosenLanguage();
  @state() private theme: preferences.Theme = preferences.chosenTheme();
  @state() private accounts: readonly DemoAccount[] | undefined;
  @state() private signedIn: SignedIn | undefined;
  @state() private signingIn = false;
  @state() private problem: string | undefined;
  @state() private open: string | undefined;
  /** There is room beside a call. */
  @state() private wide = wideWindow.matches;
  @query('hullo-call') private surface?: HulloCall;

  static override styles = [tokens, base, appStyles];

  override connectedCallback(): void {
    super.connectedCallback();
    preferences.applyLanguage(this.lang, false);
    preferences.applyTheme(this.theme);
    wideWindow.addEventListener('change', this.#onWidth);
    void this.#start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    wideWindow.removeEventListener('change', this.#onWidth);
  }

  #onWidth = ({ matches }: MediaQueryListEvent): void => {
    this.wide = matches;
  };

  async #start(): Promise<void> {
    this.problem = undefined;
    try {
      this.accounts = await fetchAccounts();
    } catch {
      this.problem = demoText(this.lang, 'pick.failed');
      return;
    }
    const accid = preferences.chosenAccount();
    if (accid) await this.#signIn(accid);
  }

  async #signIn(accid: string): Promise<void> {
    this.signingIn = true;
    this.problem = undefined;
    try {
      this.signedIn = await SignedIn.open(accid, this.accounts ?? [], () => this.requestUpdate());
      preferences.chooseAccount(accid);
    } catch (error) {
      console.error('sign-in failed', error);
      this.problem = demoText(this.lang, 'signIn.failed', { reason: explainError(error, this.lang) });
    } finally {
      this.signingIn = false;
    }
  }

  async #switchAccount(): Promise<void> {
    const { signedIn } = this;
    this.signedIn = undefined;
    this.open = undefined;
    preferences.chooseAccount(undefined);
    await signedIn?.close();
  }

  #setLanguage(lang: DemoLanguage): void {
    this.lang = lang;
    preferences.applyLanguage(lang);
  }

  #setTheme(theme: preferences.Theme): void {
    this.theme = theme;
    preferences.applyTheme(theme);
  }

  #dial = ({ detail: { accids, group, media } }: CustomEvent<Dial>): void => {
    const [accid] = accids;
    if (group) {
      void this.surface?.dialGroup(accids, { media });
    } else if (accid) {
      this.#openConversation(accid);
      void this.surface?.dial(accid, media);
    }
  };

  #redial = ({ detail }: CustomEvent<Redial>): void => {
    void this.surface?.redial(detail);
  };

  #openConversation(accid: string): void {
    this.open = accid;
    void this.signedIn?.conversations.load(accid);
  }

  protected override render() {
    const { signedIn } = this;
    return signedIn ? this.#renderPanes(signedIn) : this.#renderPicker();
  }

  #renderPicker(): TemplateResult {
    return html`<hullo-demo-picker
      .lang=${this.lang}
      .theme=${this.theme}
      .accounts=${this.accounts}
      .signingIn=${this.signingIn}
      .problem=${this.problem}
      @pick=${(event: CustomEvent<string>) => this.#signIn(event.detail)}
      @retry=${() => this.#start()}
      @language=${(event: CustomEvent<DemoLanguage>) => this.#setLanguage(event.detail)}
      @theme=${(event: CustomEvent<preferences.Theme>) => this.#setTheme(event.detail)}
    ></hullo-demo-picker>`;
  }

  #renderPanes(signedIn: SignedIn): TemplateResult {
    const { lang, theme, open } = this;
    const remote = signedIn.others.find((account) => account.accid === open);
    return html`<div class="panes ${remote ? 'talking' : ''}" @dial=${this.#dial} @hullo-redial=${this.#redial}>
        <hullo-demo-contacts
          .lang=${lang}
          .theme=${theme}
          .signedIn=${signedIn}
          .online=${new Set(signedIn.online)}
          .open=${open}
          .revision=${{}}
          @open=${(event: CustomEvent<string>) => this.#openConversation(event.detail)}
          @language=${(event: CustomEvent<DemoLanguage>) => this.#setLanguage(event.detail)}
          @theme=${(event: CustomEvent<preferences.Theme>) => this.#setTheme(event.detail)}
          @leave=${() => this.#switchAccount()}
        ></hullo-demo-contacts>
        <main>
          ${
            remote
              ? html`<hullo-demo-conversation
                .lang=${lang}
                .signedIn=${signedIn}
                .remote=${remote}
                .online=${signedIn.online.has(remote.accid)}
                .conversation=${signedIn.conversations.with(remote.accid)}
                @back=${() => {
                  this.open = undefined;
                }}
              ></hullo-demo-conversation>`
              : html`<div class="empty">
                <img src="hullo.svg" alt="" width="76" height="76" />
                <h2>${demoText(lang, 'conversation.choose')}</h2>
                <p>${demoText(lang, 'conversation.chooseHint')}</p>
              </div>`
          }
        </main>
      </div>
      ${signedIn.closed ? this.#renderClosed(signedIn) : nothing}
      <hullo-call
        .client=${signedIn.client}
        .directory=${signedIn.directory}
        .lang=${lang}
        .theme=${theme}
        .incoming=${this.wide ? 'banner' : 'screen'}
      ></hullo-call>`;
  }

  #renderClosed(signedIn: SignedIn): TemplateResult {
    const keys = { replaced: 'session.replaced', kicked_out: 'session.kickedOut' } as const;
    const key =
      signedIn.closed === 'replaced' || signedIn.closed === 'kicked_out'
        ? keys[signedIn.closed]
        : 'session.signedOut';
    return html`<div class="closed" role="alertdialog" aria-labelledby="closed" data-testid="session-closed">
      <div>
        <h2 id="closed">${demoText(this.lang, key)}</h2>
        <button type="button" class="primary" data-testid="session-use" @click=${() => this.#signIn(signedIn.me)}>
          ${demoText(this.lang, 'session.use')}
        </button>
      </div>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-demo': HulloDemo;
  }
}
