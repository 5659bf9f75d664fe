// <hullo-demo-conversation>: the calls with one person, newest at the bottom.
import type { Message } from '@hullo/sdk';
import { base, icons, personOf } from '@hullo/ui';
import { html, LitElement, nothing, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { DemoAccount } from './backend.ts';
import { conversationStyles } from './conversation.styles.ts';
import type { Conversation } from './conversations.ts';
import { dayOf, timeOf } from './dates.ts';
import { askToDial } from './dial.ts';
import type { SignedIn } from './signed_in.ts';
import { type DemoLanguage, demoText } from './texts.ts';

@customElement('hullo-demo-conversation')
export class HulloDemoConversation extends LitElement {
  @property({ attribute: false }) override lang: DemoLanguage = 'en';
  @property({ attribute: false }) signedIn?: SignedIn;
  @property({ attribute: false }) remote?: DemoAccount;
  @property({ attribute: false }) online = false;
  @property({ attribute: false }) conversation?: Conversation;
  @query('.list') private list?: HTMLElement;
  #newest: number | undefined;

  static override styles = [base, conversationStyles];

  protected override updated(changed: PropertyValues<this>): void {
    const newest = this.conversation?.messages.at(-1)?.id;
    // Follows what is new; earlier calls that come in above leave the view where it is.
    if (this.list && (changed.has('remote') || newest !== this.#newest))
      this.list.scrollTop = this.list.scrollHeight;
    this.#newest = newest;
  }

  async #older(): Promise<void> {
    const { list, remote } = this;
    if (!list || !remote) return;
    const below = list.scrollHeight - list.scrollTop;
    await this.signedIn?.conversations.older(remote.accid);
    await this.updateComplete;
    list.scrollTop = list.scrollHeight - below;
  }

  #dial(media: 'audio' | 'video'): void {
    askToDial(this, { accids: [this.remote?.accid ?? ''], media });
  }

  protected override render() {
    const { signedIn, remote, conversation, lang } = this;
    if (!signedIn || !remote || !conversation) return;
    return html`${this.#renderHeader(signedIn, remote)}
      <div class="list" role="log" aria-label=${demoText(lang, 'conversation.list', { name: remote.name })} data-testid="conversation" data-remote=${remote.accid}>
        ${
          conversation.more
            ? html`<button type="button" class="older" data-testid="older" @click=${this.#older}>${demoText(lang, 'conversation.older')}</button>`
            : nothing
        }
        ${conversation.failed ? html`<p class="failed" role="alert">${demoText(lang, 'conversation.failed')}</p>` : nothing}
        ${conversation.loaded && conversation.messages.length === 0 ? this.#renderEmpty(signedIn, remote) : nothing}
        ${repeat(
          conversation.messages,
          (message) => message.id,
          (message, place) => this.#renderMessage(signedIn, message, conversation.messages[place - 1]),
        )}
      </div>`;
  }

  #renderHeader(signedIn: SignedIn, remote: DemoAccount): TemplateResult {
    const { lang, online } = this;
    const { name } = remote;
    return html`<header>
      <button type="button" class="back" data-testid="back" aria-label=${demoText(lang, 'conversation.back')} @click=${() => this.dispatchEvent(new CustomEvent('back'))}>
        <svg viewBox="0 0 24 24" width="26" height="26" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`}</svg>
      </button>
      <hullo-avatar .person=${personOf(remote.accid, signedIn.directory)}></hullo-avatar>
      <div>
        <h1>${name}</h1>
        <p class=${online ? 'on' : ''} data-testid="remote-presence">${demoText(lang, online ? 'contacts.online' : 'contacts.offline')}</p>
      </div>
      <nav>
        <button type="button" data-testid="header-call-voice" aria-label=${demoText(lang, 'call.voice', { name })} title=${demoText(lang, 'call.voice', { name })} @click=${() => this.#dial('audio')}>${icons.phone}</button>
        <button type="button" data-testid="header-call-video" aria-label=${demoText(lang, 'call.video', { name })} title=${demoText(lang, 'call.video', { name })} @click=${() => this.#dial('video')}>${icons.camera}</button>
      </nav>
    </header>`;
  }

  #renderEmpty(signedIn: SignedIn, remote: DemoAccount): TemplateResult {
    return html`<div class="empty" data-testid="conversation-empty">
      <hullo-avatar .person=${personOf(remote.accid, signedIn.directory)}></hullo-avatar>
      <h2>${demoText(this.lang, 'conversation.empty', { name: remote.name })}</h2>
      <p>${demoText(this.lang, 'conversation.emptyHint')}</p>
    </div>`;
  }

  #renderMessage(signedIn: SignedIn, message: Message, before: Message | undefined): TemplateResult {
    const { lang } = this;
    const day = dayOf(message.sentAtMs, Date.now(), lang);
    const newDay = !before || dayOf(before.sentAtMs, Date.now(), lang) !== day;
    const mine = message.body.caller === signedIn.me;
    return html`${newDay ? html`<h2 class="day">${day}</h2>` : nothing}
      <div class="row ${mine ? 'mine' : ''}">
        <hullo-record .summary=${message.body} .me=${signedIn.me} .directory=${signedIn.directory} .lang=${lang}></hullo-record>
        <time datetime=${new Date(message.sentAtMs).toISOString()}>${timeOf(message.sentAtMs, lang)}</time>
      </div>`;
  }
}
