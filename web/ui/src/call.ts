// <hullo-call>: the whole call surface. Shows nothing while the client is idle; otherwise the screen of the moment, and
// a notice at the end. It holds no call logic: it renders the client's state and calls its methods.
import type { Call, GroupCallOptions, Media } from '@hullo/sdk';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { ClientController } from './call/client_controller.ts';
import { FocusController } from './call/focus_controller.ts';
import { intentOfKey } from './call/keys.ts';
import { announcementOf, labelOf } from './call/labels.ts';
import { NoticeController } from './call/notice_controller.ts';
import { renderOffer, renderOverlays, renderPill } from './call/overlays.ts';
import { RingController } from './call/ring_controller.ts';
import { renderScreen, screenOf } from './call/screens.ts';
import { callStyles } from './call.styles.ts';
import type { CallClient } from './client.ts';
import { CallClock } from './clock.ts';
import { isOvertaken } from './errors.ts';
import { GroupController } from './group/controller.ts';
import { type Directory, directoryWith } from './people.ts';
import { composeScene } from './scene/compose.ts';
import { runIntent } from './scene/run_intent.ts';
import type { Intent, Scene, Sheet } from './scene.ts';
import { type Locale, languageConverter, languageOfPage, localeOf, type Texts } from './texts.ts';
import type { Theme } from './theme.ts';

/**
 * The call surface: give it a client, and it appears when there is a call.
 *
 * @csspart surface - The dialog that all screens are in.
 *
 * @cssproperty --hullo-font - The family of all text.
 * @cssproperty --hullo-bg - Behind a screen.
 * @cssproperty --hullo-raised - What floats: sheets, questions, notices.
 * @cssproperty --hullo-text - Text and icons.
 * @cssproperty --hullo-muted - Text of less weight.
 * @cssproperty --hullo-line - The edge of what is raised.
 * @cssproperty --hullo-hover - A row under the pointer.
 * @cssproperty --hullo-control - The disc of a button.
 * @cssproperty --hullo-accent - What is chosen, and the focus ring.
 * @cssproperty --hullo-on-accent - Text and icons on the accent.
 * @cssproperty --hullo-accept - The buttons that answer or call.
 * @cssproperty --hullo-danger - The buttons that decline or end.
 */
@customElement('hullo-call')
export class HulloCall extends LitElement {
  /** The client whose call is shown. */
  @property({ attribute: false }) client?: CallClient;
  /** Who the accounts are, where that is not what the app's backend told the server: a record by accid, or a function. */
  @property({ attribute: false }) directory?: Directory;
  /**
   * Whom this person can invite into a call, as accids; when absent, everyone in `directory` if that is a record. Where there
   * is nobody, nothing offers to invite.
   */
  @property({ attribute: false }) contacts?: readonly string[];
  /**
   * Picks the people to invite in place of the list of `contacts`: whom it resolves with is called. Nobody is when that is
   * empty.
   */
  @property({ attribute: false }) pickPeople?: (call: Call) => readonly string[] | Promise<readonly string[]>;
  /** The language, as a tag such as `zh-CN`; that of the page when absent. */
  @property({ converter: languageConverter }) override lang: string = languageOfPage();
  /** The app's own words, for any text or for a whole language; what they lack is Chinese for `zh`, and otherwise English. */
  @property({ attribute: false }) texts?: Partial<Texts>;
  /** Light or dark colours; `auto`, which is the default, follows the system. */
  @property({ reflect: true }) theme?: Theme;
  /** Fills its container in place of the whole window. */
  @property({ type: Boolean, reflect: true }) contained = false;
  /** Plays no tones. */
  @property({ type: Boolean }) silent = false;

  @state() private sheet: Sheet | undefined;
  @state() private answering = false;
  @state() private continuing = false;

  #scene: Scene | undefined;
  #callId: string | undefined;
  /** The group call has grown from the video call of two that was on the screen. */
  #grown = false;
  readonly #clock = new CallClock();
  readonly #focus = new FocusController(this, () => screenOf(this.#scene, this.#notices.notice));
  readonly #ring = new RingController(this, () => this.#scene);
  readonly #group = new GroupController(this);
  readonly #notices = new NoticeController(this, (sound) => this.#ring.once(sound));
  readonly #events = new ClientController(this, {
    notices: this.#notices,
    group: this.#group,
    changed: (call) => this.#followCall(call),
  });

  static override styles = callStyles;

  /** Who the accounts are: what the app says in `directory`, and otherwise what the calls say. */
  get people(): Directory {
    const { current, held, waiting, elsewhere = [] } = this.client ?? {};
    return directoryWith(this.directory, [current, held, waiting, ...elsewhere]);
  }

  /** The language of all words, with the app's own. */
  get locale(): Locale {
    return localeOf(this.lang, this.texts);
  }

  /** Calls `accid` and shows the person what goes wrong. Resolves with whether the call was placed. */
  dial(accid: string, media: Media = 'video'): Promise<boolean> {
    return this.#dial(async (client) => {
      await client.call(accid, { media });
    });
  }

  /** Calls several at once and shows the person what goes wrong. Resolves with whether the call was placed. */
  dialGroup(accids: readonly string[], options: GroupCallOptions = {}): Promise<boolean> {
    return this.#dial(async (client) => {
      const { refused } = await client.groupCall(accids, options);
      const missing = refused.map(({ accid }) => accid);
      if (missing.length > 0) this.#notices.showToastAbout('invite.refused', missing);
    });
  }

  async #dial(call: (client: CallClient) => Promise<void>): Promise<boolean> {
    const { client } = this;
    if (!client) return false;
    this.#notices.dismiss();
    try {
      await call(client);
      return true;
    } catch (error) {
      // The end of the call says it better, where there was one.
      if (!this.#notices.notice && !isOvertaken(error)) this.#notices.showFailure(error);
      return false;
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
  }

  /** What is open belongs to one call. */
  #followCall(call: Call | undefined): void {
    if (call?.callId !== this.#callId) this.sheet = undefined;
    this.#callId = call?.callId;
    if (!call) this.answering = false;
  }

  #compose(): Scene | undefined {
    const { client, directory, contacts, locale: lang, answering, sheet } = this;
    if (!client) return;
    return composeScene({
      ...this.#group.at(performance.now(), client.accid),
      client,
      directory,
      people: this.people,
      contacts,
      picksPeople: this.pickPeople !== undefined,
      lang,
      answering,
      sheet,
      reconnecting: this.#events.reconnecting,
      network: this.#events.network.view,
      clock: this.#clock,
    });
  }

  async #run(intent: Intent): Promise<void> {
    const { client } = this;
    if (intent.type === 'dismiss') return this.#notices.dismiss();
    if (intent.type === 'open' && intent.sheet === 'invite' && this.pickPeople)
      return this.#invitePicked(this.pickPeople);
    if (intent.type === 'open') this.sheet = intent.sheet;
    if (intent.type === 'close') this.#closeSheet();
    if (intent.type === 'pin') this.#group.pin(intent.accid);
    if (!client) return;
    const answers = intent.type === 'accept' || intent.type === 'acceptWaiting';
    if (answers) this.answering = true;
    if (intent.type === 'continueHere') this.continuing = true;
    try {
      const toast = await runIntent(client, intent);
      if (intent.type === 'muteForMe') this.#group.muteForMe(intent.accid, intent.muted);
      if (toast) this.#notices.showToastAbout(toast.key, toast.accids);
    } catch (error) {
      if (!isOvertaken(error)) this.#notices.showError(error);
    } finally {
      if (answers) this.answering = false;
      if (intent.type === 'continueHere') this.continuing = false;
    }
  }

  /** Invites whom the app picks. */
  async #invitePicked(pick: NonNullable<HulloCall['pickPeople']>): Promise<void> {
    const call = this.client?.current;
    if (!call) return;
    try {
      const accids = await pick(call);
      if (accids.length > 0) await this.#run({ type: 'invite', accids });
    } catch (error) {
      this.#notices.showError(error);
    }
  }

  #closeSheet(): void {
    this.sheet = undefined;
    this.#focus.focus();
  }

  /** Escape closes what can be closed without harm and never ends a call. */
  #onKey = (event: KeyboardEvent): void => {
    const scene = this.#scene;
    const { notice } = this.#notices;
    if (event.key === 'Escape' && (scene || notice)) {
      if (!this.contained || this.sheet || notice) event.preventDefault();
      if (this.sheet) this.#closeSheet();
      else if (!scene) this.#notices.dismiss();
      return;
    }
    const intent = scene && intentOfKey(event, scene);
    if (intent) void this.#run(intent);
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) this.#events.listenTo(this.client);
    this.#scene = this.#compose();
    const group = screenOf(this.#scene, this.#notices.notice) === 'group';
    const { screen: before } = this.#focus;
    this.#grown = group && (before === 'video' || (this.#grown && before === 'group'));
  }

  protected override render() {
    const scene = this.#scene;
    const { notice, toast } = this.#notices;
    const screen = screenOf(scene, notice);
    const { locale } = this;
    return html`<dialog ${ref(this.#focus.dialog)} part="surface" lang=${locale.tag} dir=${locale.direction}
        tabindex="-1" aria-modal=${String(!this.contained)} aria-label=${(scene ? labelOf(scene) : notice?.title) ?? nothing}
        data-testid="hullo-surface" data-screen=${screen ?? nothing}
        @hullo-intent=${({ detail }: CustomEvent<Intent>) => this.#run(detail)} @close=${() => this.requestUpdate()}>
        ${renderScreen(screen, { scene, notice, lang: locale, grown: this.#grown })}
        ${scene && screen ? renderOverlays(scene, screen, toast) : nothing}
        <div class="unseen" role="status" aria-live="polite">${scene ? announcementOf(scene) : ''}</div>
      </dialog>
      ${scene ? nothing : this.#renderOverPage()}`;
  }

  #renderOverPage(): TemplateResult | typeof nothing {
    const { client, people, locale: lang, continuing: busy } = this;
    const { notice } = this.#notices;
    if (notice) return notice.shape === 'pill' ? renderPill(notice) : nothing;
    const call = client?.elsewhere[0];
    if (!client || !call) return nothing;
    const dispatchIntent = (intent: Intent): void => void this.#run(intent);
    return renderOffer({ call, me: client.accid, directory: people, lang, busy, dispatchIntent });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-call': HulloCall;
  }
}
