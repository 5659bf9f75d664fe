// <hullo-call>: the whole call surface. Shows nothing while the client is idle; otherwise the screen of the moment, and
// a short word at the end. It holds no call logic: it draws the client's state and calls its methods.
import type { Media } from '@hullo/sdk';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Attention } from './attention.ts';
import { callStyles } from './call.styles.ts';
import type { CallClient } from './client.ts';
import { CallClock } from './clock.ts';
import { endingOf, type Notice, noticeOfEnd } from './ending.ts';
import { explainError, isOvertaken } from './errors.ts';
import { icons } from './icons.ts';
import { NetworkWatch } from './network.ts';
import './parts/consent.ts';
import './parts/devices.ts';
import { type Names, personOf } from './people.ts';
import { composeScene } from './scene/compose.ts';
import { perform } from './scene/perform.ts';
import type { Intent, Scene } from './scene.ts';
import './screens/ended.ts';
import './screens/incoming.ts';
import './screens/outgoing.ts';
import './screens/video.ts';
import './screens/voice.ts';
import { loopFor, Tones } from './sound/tones.ts';
import { type Language, languageConverter, languageOfPage, type TextKey, text } from './texts.ts';

/** How long the last word of a call stays. */
export const NOTICE_MS = 2500;
/** How long a passing remark stays. */
const TOAST_MS = 4500;

type ScreenName = 'outgoing' | 'incoming' | 'voice' | 'video' | 'ended';

/** The call surface: give it a client, and it appears when there is a call. */
@customElement('hullo-call')
export class HulloCall extends LitElement {
  /** The client whose call is shown. */
  @property({ attribute: false }) client?: CallClient;
  /** How accounts are called and what they look like. */
  @property({ attribute: false }) names?: Names;
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
  @state() private devicesOpen = false;
  @state() private answering = false;
  @state() private reconnecting = false;
  @query('dialog') private surface?: HTMLDialogElement;

  #scene: Scene | undefined;
  #known: (Pick<Scene, 'me' | 'peer'> & { caller: string }) | undefined;
  #screen: ScreenName | undefined;
  #connected = false;
  #unsubscribe: (() => void)[] = [];
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #clock = new CallClock();
  readonly #network = new NetworkWatch();
  readonly #tones = new Tones();
  readonly #attention = new Attention();

  static override styles = callStyles;

  /** Calls `accid`; what goes wrong is told to the person. Resolves with whether the call was placed. */
  async dial(accid: string, media: Media = 'video'): Promise<boolean> {
    const { client } = this;
    if (!client) return false;
    this.#dismiss();
    try {
      await client.call(accid, { media });
      return true;
    } catch (error) {
      // The end of the call says it better, where there was one.
      if (!this.notice && !isOvertaken(error)) this.#tellFailure(error);
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
      client.on('otherClientAccept', () => this.#tell('end.acceptedElsewhere')),
      client.on('otherClientReject', () => this.#tell('end.rejectedElsewhere')),
      client.on('userEnter', () => this.#network.reset()),
      client.on('callTypeChange', ({ media }) => {
        if (media === 'video') this.#network.reset();
        this.#remark(media === 'video' ? 'switched.video' : 'switched.audio');
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
      client.on('disconnect', () => this.#tell('end.disconnected')),
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
    this.#known = { me: scene.me, peer: scene.peer, caller: scene.call.caller };
  }

  #forgetCall(): void {
    this.devicesOpen = false;
    this.answering = false;
    this.toast = undefined;
    this.#network.reset();
  }

  #endCall(event: Parameters<typeof endingOf>[0]): void {
    const me = this.client?.accid;
    const known = this.#known ?? { me, caller: undefined, peer: personOf(event.by ?? '', this.names) };
    this.#show(noticeOfEnd(endingOf(event, known), this.lang));
  }

  #tell(key: TextKey): void {
    const peer = this.#known?.peer;
    this.#show({
      title: text(this.lang, key, { name: peer?.name ?? '' }),
      ...(peer ? { peer } : {}),
      shape: 'pill',
    });
  }

  #tellFailure(error: unknown): void {
    this.#show(
      { title: text(this.lang, 'error.title'), detail: explainError(error, this.lang), shape: 'pill' },
      TOAST_MS,
    );
  }

  #show(notice: Notice, lastsMs = NOTICE_MS): void {
    clearTimeout(this.#noticeTimer);
    this.notice = notice;
    this.#noticeTimer = setTimeout(() => this.#dismiss(), lastsMs);
    if (notice.sound && !this.silent) this.#tones.once(notice.sound);
  }

  #dismiss(): void {
    clearTimeout(this.#noticeTimer);
    this.notice = undefined;
  }

  #remark(key: TextKey): void {
    this.#showToast(text(this.lang, key, { name: this.#known?.peer.name ?? '' }));
  }

  #showToast(words: string): void {
    clearTimeout(this.#toastTimer);
    this.toast = words;
    this.#toastTimer = setTimeout(() => {
      this.toast = undefined;
    }, TOAST_MS);
  }

  #compose(): Scene | undefined {
    const { client, names, lang, answering, reconnecting } = this;
    if (!client) return;
    return composeScene({
      client,
      names,
      lang,
      answering,
      reconnecting,
      network: this.#network.view,
      clock: this.#clock,
    });
  }

  #onIntent = async ({ detail: intent }: CustomEvent<Intent>): Promise<void> => {
    const { client } = this;
    if (intent.type === 'dismiss') return this.#dismiss();
    if (intent.type === 'openDevices' || intent.type === 'closeDevices') {
      this.devicesOpen = intent.type === 'openDevices';
      return;
    }
    if (!client) return;
    if (intent.type === 'accept') this.answering = true;
    try {
      const remark = await perform(client, intent);
      if (remark) this.#remark(remark);
    } catch (error) {
      if (isOvertaken(error)) return;
      if (client.state === 'idle') this.#tellFailure(error);
      else this.#showToast(explainError(error, this.lang));
    } finally {
      if (intent.type === 'accept') this.answering = false;
    }
  };

  /** M mutes, V turns the camera; Escape closes what can be closed without harm and never ends a call. */
  #onKey = (event: KeyboardEvent): void => {
    const scene = this.#scene;
    if (event.key === 'Escape' && (scene || this.notice)) {
      if (!this.contained || this.devicesOpen || this.notice) event.preventDefault();
      if (this.devicesOpen) this.devicesOpen = false;
      else if (!scene) this.#dismiss();
      return;
    }
    if (scene?.state !== 'in_call' || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event)) return;
    const testId = { m: 'hullo-mute-audio', v: 'hullo-mute-video' }[event.key.toLowerCase()];
    const screen = testId && this.renderRoot.querySelector('hullo-voice, hullo-video')?.shadowRoot;
    const controls = screen ? screen.querySelector('hullo-controls')?.shadowRoot : undefined;
    controls?.querySelector<HTMLButtonElement>(`[data-testid=${testId}]`)?.click();
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) {
      this.reconnecting = false;
      this.#subscribe();
    }
    this.#scene = this.#compose();
  }

  protected override updated(): void {
    const scene = this.#scene;
    this.#openSurface(scene !== undefined || this.notice?.shape === 'card');
    this.#moveFocus(this.#screenName());
    const loop = scene && loopFor(scene.state, scene.other?.state, scene.answering);
    this.#tones.loop(this.silent ? undefined : loop);
    if (scene?.connected && !this.#connected && !this.silent) this.#tones.once('connected');
    this.#connected = scene?.connected ?? false;
    if (scene?.state === 'called' && !scene.answering) this.#callOut(scene);
    else this.#attention.stop();
  }

  #callOut({ call, peer, lang }: Scene): void {
    this.#attention.start({
      title: text(lang, 'title.calling', { name: peer.name }),
      body: text(lang, call.media === 'video' ? 'incoming.video' : 'incoming.audio'),
      tag: call.callId,
      icon: peer.avatar,
    });
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
    if (scene.state === 'calling') return 'outgoing';
    if (scene.state === 'called') return 'incoming';
    return scene.call.media === 'video' ? 'video' : 'voice';
  }

  protected override render() {
    const name = this.#screenName();
    return html`<dialog part="surface" lang=${this.lang === 'zh' ? 'zh-CN' : 'en'}
        tabindex="-1" aria-modal=${String(!this.contained)} aria-label=${this.#label() ?? nothing}
        data-testid="hullo-surface" data-screen=${name ?? nothing}
        @hullo-intent=${this.#onIntent} @close=${() => this.requestUpdate()}>
        ${this.#drawScreen(name)}
        ${this.#scene ? this.#drawOverlays(this.#scene, name) : nothing}
        <div class="unseen" role="status" aria-live="polite">${this.#announcement()}</div>
      </dialog>
      ${this.notice?.shape === 'pill' && !this.#scene ? this.#drawPill(this.notice) : nothing}`;
  }

  #drawScreen(name: ScreenName | undefined): TemplateResult | typeof nothing {
    const scene = this.#scene;
    switch (name) {
      case 'outgoing':
        return html`<hullo-outgoing .scene=${scene}></hullo-outgoing>`;
      case 'incoming':
        return html`<hullo-incoming .scene=${scene}></hullo-incoming>`;
      case 'voice':
        return html`<hullo-voice .scene=${scene} .devicesOpen=${this.devicesOpen}></hullo-voice>`;
      case 'video':
        return html`<hullo-video .scene=${scene} .devicesOpen=${this.devicesOpen}></hullo-video>`;
      case 'ended':
        return html`<hullo-ended .notice=${this.notice} .lang=${this.lang}></hullo-ended>`;
      case undefined:
        return nothing;
    }
  }

  #drawOverlays(scene: Scene, name: ScreenName | undefined): TemplateResult {
    return html`<div class="overlay ${name ?? ''}">
        ${this.toast ? html`<div class="toast" role="status" data-testid="hullo-toast">${this.toast}</div>` : nothing}
        ${scene.state === 'in_call' ? html`<hullo-consent .scene=${scene}></hullo-consent>` : nothing}
      </div>
      ${this.devicesOpen ? html`<hullo-devices class=${name ?? ''} .scene=${scene}></hullo-devices>` : nothing}`;
  }

  #drawPill(notice: Notice): TemplateResult {
    return html`<div class="pill" role="status" data-testid="hullo-notice">
      ${notice.peer ? html`<hullo-avatar .person=${notice.peer}></hullo-avatar>` : html`<span class="sign">${icons.warning}</span>`}
      <div><strong>${notice.title}</strong>${notice.detail ? html`<span>${notice.detail}</span>` : nothing}</div>
    </div>`;
  }

  #label(): string | undefined {
    const scene = this.#scene;
    if (!scene) return this.notice?.title;
    const fillings = { name: scene.peer.name };
    if (scene.state === 'calling') return text(scene.lang, 'outgoing.screen', fillings);
    if (scene.state === 'called') return text(scene.lang, 'incoming.screen', fillings);
    return text(scene.lang, scene.call.media === 'video' ? 'incall.video' : 'incall.audio', fillings);
  }

  /** What a screen reader says when it changes. */
  #announcement(): string {
    const scene = this.#scene;
    if (!scene) return '';
    if (scene.state === 'called') {
      const kind = text(scene.lang, scene.call.media === 'video' ? 'incoming.video' : 'incoming.audio');
      return `${this.#label()}. ${kind}`;
    }
    return scene.state === 'in_call' && !scene.connected
      ? text(scene.lang, 'incall.connecting')
      : (this.#label() ?? '');
  }
}

/** Whether the key goes into a text. */
function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches('input:not([type=radio]), textarea, select'))
  );
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-call': HulloCall;
  }
}
