// <hullo-recents>: the last calls with everybody, what was missed among them, and a press to call back.
import type { CallSummary, RecentCall } from '@hullo/sdk';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { repeat } from 'lit/directives/repeat.js';
import { describeRecord } from './describe.ts';
import { nameAll } from './group/naming.ts';
import { icons } from './icons.ts';
import './parts/avatar.ts';
import './parts/faces.ts';
import { type Directory, personShown } from './people.ts';
import type { RecentsClient } from './recents/client.ts';
import { RecentList } from './recents/list.ts';
import { dayOf, timeOf } from './recents/when.ts';
import { recentsStyles } from './recents.styles.ts';
import { redialOf } from './redial.ts';
import { type Locale, languageConverter, languageOfPage, localeOf, type Texts, text } from './texts.ts';
import type { Theme } from './theme.ts';

/** What `hullo-missed` carries. */
export interface MissedChange {
  /** How many calls were missed and not read; at most 1,000 are counted. */
  readonly missed: number;
}

/**
 * The past calls of the signed-in account, newest first. It reads further back as it is scrolled, shows what is new by itself,
 * and marks missed calls as read once the person has them before their eyes.
 *
 * @slot header - Takes the place of the heading and its count.
 * @slot empty - Takes the place of what is said while there are no calls.
 *
 * @csspart header - The heading and its count.
 * @csspart count - How many calls were missed.
 * @csspart day - The day above its calls.
 * @csspart call - A call.
 * @csspart name - With whom it was.
 *
 * @fires {CustomEvent<Redial>} hullo-redial - A call was pressed: call again, as `detail` says; `redial()` of a `<hullo-call>` does. Bubbles.
 * @fires {CustomEvent<MissedChange>} hullo-missed - The number of missed calls has changed. Bubbles.
 */
@customElement('hullo-recents')
export class HulloRecents extends LitElement {
  /** The client whose account's calls are listed. */
  @property({ attribute: false }) client?: RecentsClient;
  /** Who the accounts are, where that is not what the app's backend told the server: a record by accid, or a function. */
  @property({ attribute: false }) directory?: Directory;
  /** Leaves missed calls unread until `markRead()`. */
  @property({ type: Boolean, attribute: 'keep-unread' }) keepUnread = false;
  /** The language, as a tag such as `zh-CN`; that of the page when absent. */
  @property({ converter: languageConverter }) override lang: string = languageOfPage();
  /** The app's own words, for any text or for a whole language; what they lack is Chinese for `zh`, and otherwise English. */
  @property({ attribute: false }) texts?: Partial<Texts>;
  /** Light or dark colours; that of where it stands when absent. */
  @property({ reflect: true }) theme?: Theme;

  static override styles = recentsStyles;

  #list: RecentList | undefined;
  #followed: RecentsClient | undefined;
  #accid: string | undefined;
  #told: number | undefined;
  #visible = typeof IntersectionObserver === 'undefined';
  #unsubscribe: (() => void)[] = [];
  #seen: IntersectionObserver | undefined;
  #end: IntersectionObserver | undefined;

  /** How many calls were missed and not read; at most 1,000 are counted. */
  get missed(): number {
    return this.#list?.missed ?? 0;
  }

  /** Marks every call as read, on all devices of the account. */
  async markRead(): Promise<void> {
    await this.#list?.markRead();
  }

  /** Reads the newest calls again; what is new comes by itself. */
  async refresh(): Promise<void> {
    await this.#list?.refresh();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#onVisibility);
    this.#follow(this.client);
    if (typeof IntersectionObserver === 'undefined') return;
    this.#seen = new IntersectionObserver(([entry]) => {
      this.#visible = entry?.isIntersecting ?? false;
      if (!this.#visible) this.#list?.settle();
      this.#read();
      this.requestUpdate();
    });
    this.#seen.observe(this);
    this.#end = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting && this.#list?.older !== 'failed') void this.#list?.readOlder();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onVisibility);
    this.#seen?.disconnect();
    this.#end?.disconnect();
    this.#follow(undefined);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client') && this.isConnected) this.#follow(this.client);
  }

  /** Lists the calls of `client` in place of the one before. */
  #follow(client: RecentsClient | undefined): void {
    if (client === this.#followed) return;
    this.#followed = client;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#list?.end();
    this.#list = undefined;
    this.#unsubscribe = [];
    // Off the page, nobody reads what is said.
    if (!client && this.isConnected) this.#announce();
    if (!client) return;
    this.#begin(client);
    const refresh = (): void => void this.#list?.refresh();
    this.#unsubscribe = [
      client.on('messageAdded', refresh),
      client.on('messagesSkipped', refresh),
      client.on('reconnected', refresh),
      client.on('connectionChanged', ({ connected }) => {
        if (connected) refresh();
      }),
      client.on('recentsRead', ({ upTo }) => this.#list?.applyRead(upTo)),
      client.on('changed', () => {
        // Somebody has signed in, or somebody else.
        if (client.accid !== this.#accid) this.#begin(client);
        else if (this.#list?.state === 'failed') refresh();
      }),
    ];
  }

  #begin(client: RecentsClient): void {
    this.#list?.end();
    this.#accid = client.accid;
    this.#list = new RecentList(client, () => {
      this.#read();
      this.#announce();
      this.requestUpdate();
    });
    void this.#list.refresh();
    this.requestUpdate();
  }

  #onVisibility = (): void => {
    if (document.hidden) this.#list?.settle();
    this.#read();
    this.requestUpdate();
  };

  /** Who has the list before their eyes has read it. */
  #read(): void {
    if (this.#visible && !document.hidden && !this.keepUnread) void this.#list?.markRead();
  }

  #announce(): void {
    if (this.#told === this.missed) return;
    this.#told = this.missed;
    const detail: MissedChange = { missed: this.missed };
    this.dispatchEvent(new CustomEvent('hullo-missed', { detail, bubbles: true, composed: true }));
  }

  protected override render() {
    const locale = localeOf(this.lang, this.texts);
    return html`<div dir=${locale.direction} lang=${locale.tag} data-testid="recents" aria-busy=${String(this.#list?.state === 'loading')}>
      <slot name="header">${this.#renderHead(locale)}</slot>
      ${this.#renderContent(locale)}
    </div>`;
  }

  #renderHead(locale: Locale): TemplateResult {
    const { missed } = this;
    const label = text(locale, missed === 1 ? 'recents.missedOne' : 'recents.missed', { count: missed });
    return html`<div class="head" part="header">
      <h2>${text(locale, 'recents.title')}</h2>
      ${missed > 0 ? html`<span class="count" part="count" role="status" aria-label=${label} title=${label} data-testid="recents-missed">${missed > 99 ? '99+' : missed}</span>` : nothing}
    </div>`;
  }

  #renderContent(locale: Locale): TemplateResult {
    const list = this.#list;
    if (!list || list.state === 'loading') return this.#renderGhosts();
    if (list.state === 'failed') return this.#renderFailure(locale);
    if (list.calls.length === 0)
      return html`<slot name="empty"><div class="bare" data-testid="recents-empty">
        <span class="sign">${icons.phone}</span>
        <strong>${text(locale, 'recents.empty')}</strong>
        <p>${text(locale, 'recents.emptyHint')}</p>
      </div></slot>`;
    return html`${this.#renderDays(list, locale)} ${list.more ? this.#renderEnd(list, locale) : nothing}`;
  }

  #renderGhosts(): TemplateResult {
    return html`<div data-testid="recents-loading" aria-hidden="true">
      ${Array.from({ length: 5 }, () => html`<div class="ghost"><i></i><b></b></div>`)}
    </div>`;
  }

  #renderFailure(locale: Locale): TemplateResult {
    return html`<div class="bare" role="alert" data-testid="recents-failed">
      <span class="sign">${icons.warning}</span>
      <strong>${text(locale, 'recents.failed')}</strong>
      <button type="button" class="press" data-testid="recents-retry" @click=${() => this.#list?.refresh()}>${text(locale, 'recents.retry')}</button>
    </div>`;
  }

  #renderDays(list: RecentList, locale: Locale): TemplateResult {
    const now = Date.now();
    const days = new Map<string, RecentCall[]>();
    for (const call of list.calls) {
      const day = dayOf(call.summary.startedAtMs, now, locale);
      days.set(day, [...(days.get(day) ?? []), call]);
    }
    return html`${repeat(
      days,
      ([day]) => day,
      ([day, calls]) => html`<section>
        <h3 part="day">${day}</h3>
        <ul>
          ${repeat(
            calls,
            ({ id }) => id,
            (call) => html`<li>${this.#renderCall(list, call, day, locale)}</li>`,
          )}
        </ul>
      </section>`,
    )}`;
  }

  #renderCall(list: RecentList, call: RecentCall, day: string, locale: Locale): TemplateResult {
    const { summary, others, missed } = call;
    const me = this.client?.accid ?? '';
    const { title, text: outcome, direction, label } = describeRecord(summary, me, locale, this.directory);
    const people = others.map((person) => personShown(person, this.directory));
    const name = nameAll(people, locale, 2, summary.people - 1) || title;
    const fresh = list.isFresh(call);
    const time = timeOf(summary.startedAtMs, locale);
    const marks = fresh ? `${text(locale, 'recents.new')}. ` : '';
    const [person] = people;
    return html`<button
      type="button"
      class="call ${missed ? 'missed' : ''} ${fresh ? 'fresh' : ''}"
      part="call"
      title=${text(locale, 'record.redial')}
      data-testid="recent-call"
      data-call-id=${summary.callId}
      data-missed=${String(missed)}
      data-direction=${direction}
      @click=${() => this.#redial(summary)}
    >
      <span class="unseen">${marks}${name}. ${label}. ${day}, ${time}</span>
      <span class="faces" aria-hidden="true">
        ${people.length > 1 || !person ? html`<hullo-faces .people=${people} .most=${2} .count=${Math.min(people.length, 2)}></hullo-faces>` : html`<hullo-avatar .person=${person}></hullo-avatar>`}
      </span>
      <span class="words" aria-hidden="true">
        <span class="name" part="name" dir="auto">${name}</span>
        <span class="what">${missed ? icons.missed : icons[direction]}<span>${outcome} · ${title}</span></span>
      </span>
      <time aria-hidden="true" datetime=${new Date(summary.startedAtMs).toISOString()}>${time}</time>
      <span class="again">${summary.media === 'video' ? icons.camera : icons.phone}</span>
    </button>`;
  }

  #renderEnd(list: RecentList, locale: Locale): TemplateResult {
    return html`<div class="end" ${ref((end) => this.#watchEnd(end))}>
      ${
        list.older === 'loading'
          ? html`<span class="spinner"></span>`
          : html`<button type="button" class="press" data-testid="recents-older" @click=${() => list.readOlder()}>${text(locale, list.older === 'failed' ? 'recents.retry' : 'recents.older')}</button>`
      }
    </div>`;
  }

  #watchEnd(end: Element | undefined): void {
    this.#end?.disconnect();
    if (end) this.#end?.observe(end);
  }

  #redial(summary: CallSummary): void {
    const detail = redialOf(summary, this.client?.accid);
    this.dispatchEvent(new CustomEvent('hullo-redial', { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-recents': HulloRecents;
  }
  interface HTMLElementEventMap {
    'hullo-missed': CustomEvent<MissedChange>;
  }
}
