// <hullo-demo-contacts>: the people one can call and whether they are there; beside them, in a second tab, the last calls.
import { base, icons, type MissedChange, personOf } from '@hullo/ui';
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DemoAccount } from './backend.ts';
import { contactsStyles } from './contacts.styles.ts';
import './group.ts';
import { askToDial } from './dial.ts';
import type { Theme } from './preferences.ts';
import type { SignedIn } from './signed_in.ts';
import './settings.ts';
import { type DemoLanguage, demoText } from './texts.ts';

type Tab = 'people' | 'recents';

@customElement('hullo-demo-contacts')
export class HulloDemoContacts extends LitElement {
  @property({ attribute: false }) override lang: DemoLanguage = 'en';
  @property({ attribute: false }) theme: Theme = 'auto';
  @property({ attribute: false }) signedIn?: SignedIn;
  @property({ attribute: false }) online: ReadonlySet<string> = new Set();
  @property({ attribute: false }) open: string | undefined;
  /** A new object whenever something inside `signedIn` has changed. */
  @property({ attribute: false }) revision: unknown;
  @state() private grouping = false;
  @state() private tab: Tab = 'people';
  @state() private missed = 0;
  @state() private mayAsk = typeof Notification !== 'undefined' && Notification.permission === 'default';

  static override styles = [base, contactsStyles];

  async #askForNotifications(): Promise<void> {
    await Notification.requestPermission();
    this.mayAsk = Notification.permission === 'default';
  }

  #emit(name: 'open' | 'leave', detail?: string): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #dial(accid: string, media: 'audio' | 'video'): void {
    askToDial(this, { accids: [accid], media });
  }

  protected override render() {
    const { signedIn, lang } = this;
    if (!signedIn) return;
    return html`<header>
        <img src="hullo.svg" alt="" width="34" height="34" />
        <strong>Hullo</strong>
        <hullo-demo-settings .lang=${lang} .theme=${this.theme}></hullo-demo-settings>
      </header>
      ${signedIn.reconnecting ? html`<p class="bar" role="status" data-testid="session-reconnecting">${demoText(lang, 'session.reconnecting')}</p>` : nothing}
      ${this.grouping ? this.#renderGroupPicker(signedIn) : this.#renderPanels(signedIn)}
      ${
        this.mayAsk
          ? html`<button type="button" class="notify" data-testid="notify" @click=${this.#askForNotifications}>${demoText(lang, 'settings.notify')}</button>`
          : nothing
      }
      ${this.#renderMe(signedIn)}`;
  }

  #renderTabs(): TemplateResult {
    const tab = (name: Tab, count = 0): TemplateResult => html`<button
      type="button"
      role="tab"
      id="tab-${name}"
      aria-selected=${String(this.tab === name)}
      aria-controls="panel-${name}"
      data-testid="tab-${name}"
      @click=${() => {
        this.tab = name;
      }}
    >
      ${demoText(this.lang, `tab.${name}`)} ${count > 0 ? html`<span class="count" data-testid="missed-count">${count}</span>` : nothing}
    </button>`;
    return html`<div class="tabs" role="tablist">${tab('people')} ${tab('recents', this.missed)}</div>`;
  }

  /** Both are there, so that what was missed is counted in either. */
  #renderPanels(signedIn: SignedIn): TemplateResult {
    const { lang } = this;
    return html`${this.#renderTabs()}
      <div class="panel" role="tabpanel" id="panel-people" aria-labelledby="tab-people" ?hidden=${this.tab !== 'people'}>
        <ul aria-label=${demoText(lang, 'tab.people')}>
          ${signedIn.others.map((account) => this.#renderContact(signedIn, account))}
        </ul>
        <button type="button" class="group" data-testid="new-group-call" @click=${() => (this.grouping = true)}>
          ${icons.people} ${demoText(lang, 'group.new')}
        </button>
      </div>
      <div class="panel" role="tabpanel" id="panel-recents" aria-labelledby="tab-recents" ?hidden=${this.tab !== 'recents'}>
        <hullo-recents
          .client=${signedIn.client}
          .directory=${signedIn.directory}
          .lang=${lang}
          @hullo-missed=${({ detail }: CustomEvent<MissedChange>) => {
            this.missed = detail.missed;
          }}
        ><span slot="header"></span></hullo-recents>
      </div>`;
  }

  #renderGroupPicker(signedIn: SignedIn): TemplateResult {
    return html`<hullo-demo-group
      .lang=${this.lang}
      .signedIn=${signedIn}
      .online=${this.online}
      @close=${() => {
        this.grouping = false;
      }}
    ></hullo-demo-group>`;
  }

  #renderMe(signedIn: SignedIn): TemplateResult {
    const me = personOf(signedIn.me, signedIn.directory);
    const leave = demoText(this.lang, 'account.switch');
    return html`<footer data-testid="me" data-accid=${signedIn.me}>
      <hullo-avatar .person=${me}></hullo-avatar>
      <strong>${me.name}</strong>
      <button type="button" data-testid="switch-account" @click=${() => this.#emit('leave')}>${leave}</button>
    </footer>`;
  }

  #renderContact(signedIn: SignedIn, { accid, name, echo }: DemoAccount): TemplateResult {
    const { lang } = this;
    const online = this.online.has(accid);
    const presence = demoText(lang, online ? 'contacts.online' : 'contacts.offline');
    return html`<li class=${this.open === accid ? 'open' : ''}>
      <button
        type="button"
        class="contact"
        data-testid="contact-${accid}"
        data-online=${String(online)}
        aria-current=${this.open === accid ? 'true' : nothing}
        @click=${() => this.#emit('open', accid)}
      >
        <span class="face">
          <hullo-avatar .person=${personOf(accid, signedIn.directory)}></hullo-avatar>
          <i class="dot ${online ? 'on' : ''}"></i>
        </span>
        <span class="words">
          <span class="name">${name}</span>
          <span class="last">${echo ? demoText(lang, 'contacts.echo') : presence}</span>
        </span>
      </button>
      <button type="button" class="call" data-testid="call-voice-${accid}" aria-label=${demoText(lang, 'call.voice', { name })} title=${demoText(lang, 'call.voice', { name })} @click=${() => this.#dial(accid, 'audio')}>
        ${icons.phone}
      </button>
      <button type="button" class="call" data-testid="call-video-${accid}" aria-label=${demoText(lang, 'call.video', { name })} title=${demoText(lang, 'call.video', { name })} @click=${() => this.#dial(accid, 'video')}>
        ${icons.camera}
      </button>
    </li>`;
  }
}
