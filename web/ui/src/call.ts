// <hullo-call>: the whole call surface. Shows nothing while the client is idle; otherwise the screen of the moment, and
// a short word at the end. It holds no call logic: it draws the client's state and calls its methods.
import type { GroupCallOptions, Media } from '@hullo/sdk';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Attention } from './attention.ts';
import { alertOf, announcementOf, labelOf } from './call/labels.ts';
import { renderOffer, renderOverlays, renderPill } from './call/overlays.ts';
import { callStyles } from './call.styles.ts';
import type { CallClient } from './client.ts';
import { CallClock } from './clock.ts';
import { type Ending, endingOf, type Notice, noticeOfEnd } from './ending.ts';
import { explainError, isOvertaken } from './errors.ts';
import { GroupController } from './group/controller.ts';
import { nameAll } from './group/naming.ts';
import { NetworkTracker } from './network.ts';
import { type Directory, personOf } from './people.ts';
import { composeScene } from './scene/compose.ts';
import { runIntent } from './scene/run_intent.ts';
import type { Intent, Scene, Sheet } from './scene.ts';
import './screens/ended.ts';
import './screens/group.ts';
import './screens/incoming.ts';
import './screens/outgoing.ts';
import './screens/video.ts';
import './screens/voice.ts';
import { loopFor, Tones } from './sound/tones.ts';
import {
  type Fillings,
  type Language,
  languageConverter,
  languageOfPage,
  type TextKey,
  text,
} from './texts.ts';

/** How long the last word of a call stays. */
export const NOTICE_MS = 2500;
/** How long a toast stays. */
const TOAST_MS = 4500;
/** How long it stays to be read why this device was signed out. */
const KICKED_OUT_MS = 8000;

type ScreenName = 'outgoing' | 'incoming' | 'voice' | 'video' | 'group' | 'ended';

/** The call surface: give it a client, and it appears when there is a call. */
@customElement('hullo-call')
export class HulloCall extends LitElement {
  /** The client whose call is shown. */
  @property({ attribute: false }) client?: CallClient;
  /** How accounts are called and what they look like. */
  @property({ attribute: false }) directory?: Directory;
  /** Whom this person can invite into a call, as accids; everyone in `directory` when absent and that is a record. */
  @property({ attribute: false }) contacts?: readonly string[];
  /** `en` or `zh` (the attribute takes any tag, such as `zh-CN`); that of the page when absent. */
  @property({ converter: languageConverter }) override lang: Language = languageOfPage();
  /** `light` or `dark`; that of the system when absent. */
  @property({ reflect: true }) theme?: 'light' | 'dark';
  /** Fills its container in place of the whole window. */
  @property({ type: Boolean, reflect: true }) contained = false;
  /** Plays no tones. */
  @property({ type: Boolean }) silent = false;

  @state() private notice: Notice | undefined;
  @state() private toast: string | undefined;
  @state() private sheet: Sheet | undefined;
  @state() private answering = false;
  @state() private continuing = false;
  @state() private reconnecting = false;
  @query('dialog') private surface?: HTMLDialogElement;

  #scene: Scene | undefined;
  #known: Pick<Ending, 'me' | 'caller' | 'remote' | 'people'> | undefined;
  #callId: string | undefined;
  #heldId: string | undefined;
  #screen: ScreenName | undefined;
  /** The screen before this one was that of a video call of two. */
  #grown = false;
  #connected = false;
  #unsubscribe: (() => void)[] = [];
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  #wakeTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #clock = new CallClock();
  readonly #group = new GroupController();
  readonly #network = new NetworkTracker();
  readonly #tones = new Tones();
  readonly #attention = new Attention();

  static override styles = callStyles;

  /** Calls `accid`; what goes wrong is told to the person. Resolves with whether the call was placed. */
  dial(accid: string, media: Media = 'video'): Promise<boolean> {
    return this.#dial(async (client) => {
      await client.call(accid, { media });
    });
  }

  /** Calls several at once; what goes wrong is told to the person. Resolves with whether the call was placed. */
  dialGroup(accids: readonly string[], options: GroupCallOptions = {}): Promise<boolean> {
    return this.#dial(async (client) => {
      const { refused } = await client.groupCall(accids, options);
      if (refused.length > 0) this.#toast('invite.refused', { names: this.#nameAll(refused) });
    });
  }

  async #dial(place: (client: CallClient) => Promise<void>): Promise<boolean> {
    const { client } = this;
    if (!client) return false;
    this.#dismiss();
    try {
      await place(client);
      return true;
    } catch (error) {
      // The end of the call says it better, where there was one.
      if (!this.notice && !isOvertaken(error)) this.#showNoticeOfFailure(error);
      return false;
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#onKey);
    if (this.hasUpdated) this.#subscribe();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
    this.#release();
    this.#tones.close();
    this.#attention.stop();
    clearTimeout(this.#noticeTimer);
    clearTimeout(this.#toastTimer);
    clearTimeout(this.#wakeTimer);
  }

  #subscribe(): void {
    this.#release();
    const { client } = this;
    if (!client) return;
    const refresh = (): void => this.requestUpdate();
    this.#unsubscribe = [
      client.on('changed', ({ state: now, local }) => {
        if (now === 'idle') this.#forgetCall();
        else this.#remember();
        if (local.videoMuted) this.#network.reset();
        refresh();
      }),
      client.on('callEnd', (event) => this.#endCall(event)),
      client.on('otherClientAccept', () => this.#showNoticeOf('end.acceptedElsewhere')),
      client.on('otherClientReject', () => this.#showNoticeOf('end.rejectedElsewhere')),
      client.on('otherClientContinue', () => this.#showNoticeOf('end.continuedElsewhere')),
      client.on('callResumed', () =>
        this.#toast('held.resumed', { names: nameAll(this.#compose()?.others ?? [], this.lang) }),
      ),
      client.on('userEnter', () => {
        if (client.current?.kind !== 'group') this.#network.reset();
      }),
      client.on('userLeave', ({ accid }) => this.#toastInGroup('group.left', accid)),
      client.on('userDisconnect', ({ accid }) => this.#toastInGroup('group.lost', accid)),
      client.on('activeSpeakers', ({ accids }) => {
        this.#group.applySpeakers(accids, performance.now());
        refresh();
      }),
      client.on('callTypeChange', ({ media }) => {
        if (media === 'video') this.#network.reset();
        this.#toast(media === 'video' ? 'switched.video' : 'switched.audio');
      }),
      client.on('userNetworkQuality', ({ reports }) => {
        this.#network.apply(reports, client.accid);
        refresh();
      }),
      client.on('reconnecting', () => {
        this.reconnecting = true;
      }),
      client.on('reconnected', () => {
        this.reconnecting = false;
      }),
      client.on('disconnect', ({ reason }) => {
        if (reason === 'kicked_out') this.#showNoticeOfKickOut();
        else this.#showNoticeOf('end.disconnected');
      }),
      client.on('error', ({ error }) => {
        if (client.state !== 'idle') this.#showToast(explainError(error, this.lang));
      }),
    ];
    this.#remember();
  }

  #release(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
  }

  /** Keeps what the end of the call will not tell any more. */
  #remember(): void {
    const scene = this.#compose();
    if (!scene) return;
    if (this.notice) this.#dismiss();
    const { me, remote, call, group, others, held } = scene;
    // What was open belonged to the call before.
    if (this.#callId !== undefined && call.callId !== this.#callId) this.sheet = undefined;
    this.#callId = call.callId;
    // Those who were there last, when nobody is any more.
    const people = group ? (others.length > 0 ? others : (this.#known?.people ?? [])) : undefined;
    this.#known = { me, remote, caller: call.caller, people };
    this.#heldId = held?.call.callId ?? this.#heldId;
  }

  #forgetCall(): void {
    this.sheet = undefined;
    this.answering = false;
    this.toast = undefined;
    this.#network.reset();
  }

  #endCall(event: Parameters<typeof endingOf>[0]): void {
    const { client, directory, lang } = this;
    if (client && client.state !== 'idle') {
      // Another call goes on: the screen shows which.
      if (event.callId === this.#heldId) this.#toast('held.ended');
      return;
    }
    const me = client?.accid;
    const known = this.#known ?? { me, caller: undefined, remote: personOf(event.by ?? '', directory) };
    const ender = known.people && event.by && event.by !== me ? personOf(event.by, directory) : known.remote;
    this.#showNotice(noticeOfEnd(endingOf(event, { ...known, remote: ender }), lang));
  }

  #showNoticeOfKickOut(): void {
    const title = text(this.lang, 'end.kickedOut');
    this.#showNotice({ title, detail: text(this.lang, 'end.kickedOutHint'), shape: 'pill' }, KICKED_OUT_MS);
  }

  #showNoticeOf(key: TextKey): void {
    const { remote, people } = this.#known ?? {};
    this.#showNotice({
      title: text(this.lang, key, { name: remote?.name ?? '' }),
      ...(remote ? { remote } : {}),
      ...(people ? { people } : {}),
      shape: 'pill',
    });
  }

  #showNoticeOfFailure(error: unknown): void {
    this.#showNotice(
      { title: text(this.lang, 'error.title'), detail: explainError(error, this.lang), shape: 'pill' },
      TOAST_MS,
    );
  }

  #showNotice(notice: Notice, lastsMs = NOTICE_MS): void {
    clearTimeout(this.#noticeTimer);
    this.notice = notice;
    this.#noticeTimer = setTimeout(() => this.#dismiss(), lastsMs);
    if (notice.sound && !this.silent) this.#tones.once(notice.sound);
  }

  #dismiss(): void {
    clearTimeout(this.#noticeTimer);
    this.notice = undefined;
  }

  #toast(key: TextKey, fillings: Fillings = {}): void {
    this.#showToast(text(this.lang, key, { name: this.#known?.remote.name ?? '', ...fillings }));
  }

  #toastInGroup(key: TextKey, accid: string): void {
    if (this.client?.state === 'in_call' && this.client.current?.kind === 'group')
      this.#toast(key, { name: personOf(accid, this.directory).name });
  }

  #nameAll(accounts: readonly { readonly accid: string }[]): string {
    return nameAll(
      accounts.map(({ accid }) => personOf(accid, this.directory)),
      this.lang,
    );
  }

  #showToast(words: string): void {
    clearTimeout(this.#toastTimer);
    this.toast = words;
    this.#toastTimer = setTimeout(() => {
      this.toast = undefined;
    }, TOAST_MS);
  }

  #compose(): Scene | undefined {
    const { client, directory, contacts, lang, answering, reconnecting, sheet } = this;
    if (!client) return;
    const now = performance.now();
    if (client.current) this.#group.apply(client.current, now);
    return composeScene({
      ...this.#group.at(now, client.current, client.accid),
      client,
      directory,
      contacts,
      lang,
      answering,
      reconnecting,
      sheet,
      network: this.#network.view,
      clock: this.#clock,
    });
  }

  #onIntent = ({ detail }: CustomEvent<Intent>): Promise<void> => this.#follow(detail);

  async #follow(intent: Intent): Promise<void> {
    const { client } = this;
    if (intent.type === 'dismiss') return this.#dismiss();
    if (intent.type === 'open') this.sheet = intent.sheet;
    if (intent.type === 'close') this.#closeSheet();
    if (intent.type === 'pin') {
      this.#group.pin(intent.accid);
      this.requestUpdate();
    }
    if (!client) return;
    const answers = intent.type === 'accept' || intent.type === 'acceptWaiting';
    if (answers) this.answering = true;
    if (intent.type === 'continueHere') this.continuing = true;
    try {
      const toast = await runIntent(client, intent);
      if (intent.type === 'muteForMe') this.#group.muteForMe(intent.accid, intent.muted);
      if (toast) this.#toast(toast.key, { names: this.#nameAll(toast.accids.map((accid) => ({ accid }))) });
      this.requestUpdate();
    } catch (error) {
      if (isOvertaken(error)) return;
      if (client.state === 'idle') this.#showNoticeOfFailure(error);
      else this.#showToast(explainError(error, this.lang));
    } finally {
      if (answers) this.answering = false;
      if (intent.type === 'continueHere') this.continuing = false;
    }
  }

  #closeSheet(): void {
    this.sheet = undefined;
    this.surface?.focus({ preventScroll: true });
  }

  /** M mutes, V turns the camera; Escape closes what can be closed without harm and never ends a call. */
  #onKey = (event: KeyboardEvent): void => {
    const scene = this.#scene;
    if (event.key === 'Escape' && (scene || this.notice)) {
      if (!this.contained || this.sheet || this.notice) event.preventDefault();
      if (this.sheet) this.#closeSheet();
      else if (!scene) this.#dismiss();
      return;
    }
    if (scene?.state !== 'in_call' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event)) return;
    const testId = { m: 'hullo-mute-audio', v: 'hullo-mute-video' }[event.key.toLowerCase()];
    const screen =
      testId && this.renderRoot.querySelector('hullo-voice, hullo-video, hullo-group')?.shadowRoot;
    const controls = screen ? screen.querySelector('hullo-controls')?.shadowRoot : undefined;
    controls?.querySelector<HTMLButtonElement>(`[data-testid=${testId}]`)?.click();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) {
      this.reconnecting = false;
      this.#subscribe();
    }
    this.#scene = this.#compose();
    const name = this.#screenName();
    this.#grown = name === 'group' && (this.#screen === 'video' || (this.#grown && this.#screen === 'group'));
  }

  protected override updated(): void {
    const scene = this.#scene;
    this.#openSurface(scene !== undefined || this.notice?.shape === 'card');
    this.#moveFocus(this.#screenName());
    this.#sound(scene);
    const alert = scene && alertOf(scene);
    if (alert) this.#attention.start(alert);
    else this.#attention.stop();
    this.#armWake();
  }

  #sound(scene: Scene | undefined): void {
    const callees = scene?.call.participants.filter(({ accid }) => accid !== scene.call.caller) ?? [];
    const states = callees.map(({ state: callee }) => callee);
    const loop =
      scene && loopFor(scene.state, states, scene.answering, scene.waiting !== undefined && !scene.answering);
    this.#tones.loop(this.silent ? undefined : loop);
    if (scene?.connected && !this.#connected && !this.silent) this.#tones.once('connected');
    this.#connected = scene?.connected ?? false;
  }

  /** Draws again when a mark of speech goes out or the tile of someone who did not come goes. */
  #armWake(): void {
    clearTimeout(this.#wakeTimer);
    const now = performance.now();
    const at = this.#scene && this.#group.nextAt(now);
    if (at !== undefined) this.#wakeTimer = setTimeout(() => this.requestUpdate(), at - now + 1);
  }

  #openSurface(open: boolean): void {
    const { surface } = this;
    if (!surface || surface.open === open) return;
    if (!open) surface.close();
    else if (this.contained) surface.show();
    else surface.showModal();
  }

  /** The screen that had the focus is gone: keeps the keyboard inside the surface. Incoming takes it to "accept" itself. */
  #moveFocus(name: ScreenName | undefined): void {
    if (name === this.#screen) return;
    this.#screen = name;
    if (name && name !== 'incoming' && !this.contained) this.surface?.focus({ preventScroll: true });
  }

  #screenName(): ScreenName | undefined {
    const scene = this.#scene;
    if (!scene) return this.notice?.shape === 'card' ? 'ended' : undefined;
    if (scene.state === 'called') return 'incoming';
    if (scene.group) return 'group';
    if (scene.state === 'calling') return 'outgoing';
    return scene.call.media === 'video' ? 'video' : 'voice';
  }

  protected override render() {
    const scene = this.#scene;
    const name = this.#screenName();
    return html`<dialog part="surface" lang=${this.lang === 'zh' ? 'zh-CN' : 'en'}
        tabindex="-1" aria-modal=${String(!this.contained)} aria-label=${(scene ? labelOf(scene) : this.notice?.title) ?? nothing}
        data-testid="hullo-surface" data-screen=${name ?? nothing}
        @hullo-intent=${this.#onIntent} @close=${() => this.requestUpdate()}>
        ${this.#renderScreen(name)}
        ${scene && name ? renderOverlays(scene, name, this.toast) : nothing}
        <div class="unseen" role="status" aria-live="polite">${scene ? announcementOf(scene) : ''}</div>
      </dialog>
      ${scene ? nothing : this.#renderOverPage()}`;
  }

  #renderOverPage(): TemplateResult | typeof nothing {
    const { client, notice, directory, lang } = this;
    if (notice) return notice.shape === 'pill' ? renderPill(notice) : nothing;
    const call = client?.elsewhere[0];
    if (!client || !call) return nothing;
    const dispatchIntent = (intent: Intent): void => void this.#follow(intent);
    return renderOffer({ call, me: client.accid, directory, lang, busy: this.continuing, dispatchIntent });
  }

  #renderScreen(name: ScreenName | undefined): TemplateResult | typeof nothing {
    const scene = this.#scene;
    switch (name) {
      case 'outgoing':
        return html`<hullo-outgoing .scene=${scene}></hullo-outgoing>`;
      case 'incoming':
        return html`<hullo-incoming .scene=${scene}></hullo-incoming>`;
      case 'voice':
        return html`<hullo-voice .scene=${scene}></hullo-voice>`;
      case 'video':
        return html`<hullo-video .scene=${scene}></hullo-video>`;
      case 'group':
        return html`<hullo-group .scene=${scene} .grown=${this.#grown}></hullo-group>`;
      case 'ended':
        return html`<hullo-ended .notice=${this.notice} .lang=${this.lang}></hullo-ended>`;
      case undefined:
        return nothing;
    }
  }
}

/** Whether the key goes into a text. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=radio], [type=checkbox]), textarea, select'))
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-call': HulloCall;
  }
}
