// <hullo-call>: the whole call surface. Shows nothing while the client is idle; otherwise the screen of the moment, and
// a notice at the end. It holds no call logic: it renders the client's state and calls its methods.
import type { Call, CallOptions, GroupCallOptions, Media } from '@hullo/sdk';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import { ClientController } from './call/client_controller.ts';
import { FocusController, type Shown } from './call/focus_controller.ts';
import { intentOfKey } from './call/keys.ts';
import { announcementOf, labelOf } from './call/labels.ts';
import { LayoutController } from './call/layout_controller.ts';
import { NoticeController } from './call/notice_controller.ts';
import { asksIn, renderOffer, renderOverlays, renderPill } from './call/overlays.ts';
import { kindFor, PictureInPicture } from './call/picture_in_picture.ts';
import { RingController } from './call/ring_controller.ts';
import { renderScreen, screenOf } from './call/screens.ts';
import { renderBanner, renderCorner, renderSmall } from './call/shapes.ts';
import { callStyles } from './call.styles.ts';
import type { CallClient } from './client.ts';
import { CallClock } from './clock.ts';
import type { ControlName } from './controls.ts';
import { AskingController } from './devices/asking_controller.ts';
import { DeviceListController } from './devices/device_list_controller.ts';
import type { Notice } from './ending.ts';
import { isOvertaken, isOwnRefusal } from './errors.ts';
import { GroupController } from './group/controller.ts';
import type { Corner, Incoming, Layout, LayoutChange, ScreenName, Shape } from './layout.ts';
import { type Directory, directoryWith, isSameAccid } from './people.ts';
import type { Redial } from './redial.ts';
import { composeScene } from './scene/compose.ts';
import { runIntent } from './scene/run_intent.ts';
import type { Intent, Scene, Sheet } from './scene.ts';
import { SlotController } from './slots/slot_controller.ts';
import type { OwnTones, SoundChange } from './sound/tones.ts';
import { type Locale, languageConverter, languageOfPage, localeOf, type Texts } from './texts.ts';
import type { Theme } from './theme.ts';

/**
 * The call surface: give it a client, and it appears when there is a call.
 *
 * @slot logo - The app's logo, in a corner of the screens that show a face.
 * @slot details - Below the name, on every screen.
 * @slot controls - More buttons of a running call; a `<button>` looks like ours.
 * @slot incoming-actions - More buttons beside accept and decline.
 * @slot outgoing-actions - More buttons beside cancel.
 * @slot outgoing - Takes the place of the screen while this person calls someone.
 * @slot incoming - Takes the place of the screen while someone calls.
 * @slot banner - Takes the place of the banner while someone calls.
 * @slot voice - Takes the place of the screen of a voice call.
 * @slot video - Takes the place of the screen of a video call.
 * @slot group - Takes the place of the screen of a group call.
 * @slot ended - Takes the place of the screen at the end of a call.
 * @slot small - Takes the place of the small tile.
 *
 * @csspart surface - The dialog that everything of a call is in.
 * @csspart screen - The screen of the moment, in it.
 * @csspart name - Whom the call is with.
 * @csspart status - The line below the name.
 * @csspart portrait - The large face.
 * @csspart actions - The buttons that answer or cancel.
 * @csspart controls - The bar of a running call.
 * @csspart button - Each button in them.
 * @csspart button-accept - The one that accepts.
 * @csspart button-danger - The one that declines, cancels or ends.
 * @csspart tile - A participant of a group call.
 * @csspart sheet - What opens over a call: devices, people.
 * @csspart small - The small tile.
 * @csspart banner - The banner of an incoming call.
 * @csspart notice - What is said over the page after a call.
 * @csspart toast - What is said for a moment in a call.
 *
 * @fires {CustomEvent<LayoutChange>} hullo-layout - The call was made small or large, its tile was moved, or it left the page or came back.
 * @fires {CustomEvent<SoundChange>} hullo-sound-blocked - The browser does not let the page sound, or lets it again.
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
  /**
   * Whether a call fills the window or is a small tile beside the app. A person can change it for the call, which
   * `hullo-layout` tells; for the next one it is again what the app has set.
   */
  @property({ reflect: true }) layout: Layout = 'full';
  /** Where the small tile lies; a person can drag it elsewhere, which `hullo-layout` tells. */
  @property({ reflect: true }) corner: Corner = 'bottom-end';
  /** How an incoming call shows: as a screen, or as a banner over the app. */
  @property({ reflect: true }) incoming: Incoming = 'screen';
  /** Nothing else of the page can be used while a call fills the window. In a window as small as a phone's that is always so. */
  @property({ type: Boolean, reflect: true }) modal = false;
  /** The buttons that a call offers; all when absent. Those that answer or end a call are always there. */
  @property({ attribute: false }) controls?: readonly ControlName[];
  /** Plays no tones. */
  @property({ type: Boolean }) silent = false;
  /** The app's own tones: for each an address, an `<audio>` or `false` for none; ours for those it does not name. */
  @property({ attribute: false }) tones?: OwnTones;

  /** What is open over the screen, and of which call. */
  @state() private opened: { readonly sheet: Sheet; readonly callId: string | undefined } | undefined;
  /** The call whose answer was pressed and is under way. */
  @state() private answering: string | undefined;
  /** The call that is on its way here from another device. */
  @state() private continuing: string | undefined;

  #scene: Scene | undefined;
  /** The group call has grown from the video call of two that was on the screen. */
  #grown = false;
  readonly #clock = new CallClock();
  #shape: Shape | undefined;
  /** What `hullo-sound-blocked` said last. */
  #soundWas = false;
  readonly #slots = new SlotController(this);
  readonly #layout = new LayoutController(this);
  readonly #pip = new PictureInPicture(this, {
    scene: () => this.#scene,
    run: (intent) => void this.#run(intent),
    onKey: (event) => this.#onKey(event),
    changed: () => {
      this.requestUpdate();
      this.#layout.announce();
    },
  });
  readonly #focus = new FocusController(this, () => this.#shown());
  readonly #ring = new RingController(
    this,
    () => this.#scene,
    () => this.requestUpdate(),
  );
  readonly #group = new GroupController(this);
  readonly #asking = new AskingController(this);
  readonly #deviceList = new DeviceListController(this);
  readonly #notices = new NoticeController(this, (sound) => this.#ring.once(sound));
  readonly #events = new ClientController(this, {
    notices: this.#notices,
    group: this.#group,
    asking: this.#asking,
    deviceList: this.#deviceList,
    soundChanged: () => this.requestUpdate(),
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
  dial(accid: string, options: Media | CallOptions = 'video'): Promise<boolean> {
    return this.#dial(async (client) => {
      await client.call(accid, typeof options === 'string' ? { media: options } : options);
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

  /** The call is in a window of its own, outside of the page. */
  get pictureInPicture(): boolean {
    return this.#pip.kind !== undefined;
  }

  /**
   * Takes the running call into a window of its own that stays above other programs; to be called in a gesture. Where the
   * browser cannot or will not, the call becomes small on the page.
   */
  async requestPictureInPicture(): Promise<void> {
    const scene = this.#scene;
    const kind = kindFor(this.client);
    if (this.#pip.kind || !scene) return;
    this.#layout.choose('small');
    try {
      if (kind === 'document') return await this.#pip.openDocument(scene);
      await this.updateComplete;
      const small = this.shadowRoot?.querySelector('hullo-small');
      await small?.updateComplete;
      if (kind === 'video' && small?.video) await this.#pip.openVideo(small.video);
    } catch {
      // It was refused: the call is small on the page, which is as near as one comes.
    }
  }

  /** Brings the call back into the page. */
  exitPictureInPicture(): void {
    this.#pip.close();
  }

  /** The browser does not let the page sound: neither the ring nor the others are heard until `startSound()`. */
  get soundBlocked(): boolean {
    return this.#ring.blocked || (this.client?.soundBlocked ?? false);
  }

  /** Lets the page sound; to be called in a gesture. */
  async startSound(): Promise<void> {
    this.#ring.startSound();
    await this.client?.startSound();
  }

  /** Tells the app when sound is blocked, of tones or of the others, and when it no longer is. */
  #announceSound(): void {
    if (this.soundBlocked === this.#soundWas) return;
    this.#soundWas = this.soundBlocked;
    const detail: SoundChange = { blocked: this.#soundWas };
    this.dispatchEvent(new CustomEvent('hullo-sound-blocked', { detail, bubbles: true, composed: true }));
  }

  /** Calls again, as `hullo-redial` of a record or of the recent calls says. Resolves with whether the call was placed. */
  async redial({ callId, kind, accid, media, groupId }: Redial): Promise<boolean> {
    if (kind !== 'group') return this.dial(accid, media);
    // Who else was in it, the record knows; without it, those two call each other.
    const record = await this.client?.record(callId).catch(() => undefined);
    const everyone = record ? [record.caller, ...record.callees] : [accid];
    const accids = [...new Set(everyone)].filter((other) => !isSameAccid(other, this.client?.accid));
    return this.dialGroup(accids, { media, ...(groupId ? { groupId } : {}) });
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
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
  }

  /** What is open over the screen of the current call. */
  get #sheet(): Sheet | undefined {
    return this.opened?.callId === this.client?.current?.callId ? this.opened?.sheet : undefined;
  }

  #compose(): Scene | undefined {
    const { client, directory, contacts, locale: lang, answering } = this;
    if (!client) return;
    const now = performance.now();
    return composeScene({
      ...this.#group.at(now, client.accid),
      ...this.#asking.at(now, client.accid),
      client,
      directory,
      people: this.people,
      contacts,
      picksPeople: this.pickPeople !== undefined,
      controls: this.controls,
      canPictureInPicture: kindFor(client) !== undefined,
      lang,
      answering:
        answering !== undefined &&
        [client.current, client.waiting].some((call) => call?.callId === answering),
      sheet: this.#sheet,
      devices: this.#deviceList.devices,
      network: this.#events.network.view,
      clock: this.#clock,
    });
  }

  async #run(intent: Intent): Promise<void> {
    if (this.#runOwn(intent)) return;
    const { client } = this;
    if (!client) return;
    const answered = answeredBy(intent, client);
    if (answered !== undefined) this.answering = answered;
    if (intent.type === 'continueHere') this.continuing = intent.callId;
    try {
      // Called at once, within the press: browsers let some things be done only there.
      const toast = await runIntent(client, intent);
      if (toast) this.#notices.showToastAbout(toast.key, toast.accids);
    } catch (error) {
      if (!isOvertaken(error) && !isOwnRefusal(error)) this.#notices.showError(error);
    } finally {
      if (answered !== undefined && this.answering === answered) this.answering = undefined;
      if (intent.type === 'continueHere') this.continuing = undefined;
      // Not all that can be asked for changes the client's state: a volume does not.
      this.requestUpdate();
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

  /** What concerns the surface and not the call; whether it was that. */
  #runOwn(intent: Intent): boolean {
    switch (intent.type) {
      case 'dismiss':
        this.#notices.dismiss();
        return true;
      case 'layout':
        this.#layout.choose(intent.layout);
        if (intent.layout === 'full') this.exitPictureInPicture();
        return true;
      case 'corner':
        this.#layout.move(intent.corner);
        return true;
      case 'pictureInPicture':
        if (intent.open) void this.requestPictureInPicture();
        else this.exitPictureInPicture();
        return true;
      case 'openBanner':
        this.#layout.open(this.client?.current?.callId);
        return true;
      case 'startSound':
        // Where the browser still does not let it, the banner stays.
        this.startSound().catch(() => undefined);
        return true;
      case 'open':
        if (intent.sheet === 'invite' && this.pickPeople) void this.#invitePicked(this.pickPeople);
        else this.opened = { sheet: intent.sheet, callId: this.client?.current?.callId };
        return true;
      case 'close':
        this.#closeSheet();
        return true;
      case 'pin':
        this.#group.pin(intent.tile);
        return true;
      default:
        return false;
    }
  }

  #closeSheet(): void {
    this.opened = undefined;
    this.#focus.focus();
  }

  /** Escape closes what can be closed without harm and never ends a call. Beside the app, the app's keys are the app's. */
  #onKey = (event: KeyboardEvent): void => {
    const scene = this.#scene;
    const { notice } = this.#notices;
    if (this.#shape !== 'full' && scene && !event.composedPath().includes(this) && event.view === window)
      return;
    if (event.key === 'Escape' && (scene || notice)) {
      // A notice that leaves the page free leaves it its keys.
      const covers = scene ? !this.contained || this.#sheet : notice?.shape === 'card';
      if (covers) event.preventDefault();
      if (this.#sheet) this.#closeSheet();
      else if (!scene) this.#notices.dismiss();
      return;
    }
    const intent = scene && intentOfKey(event, scene);
    if (intent) void this.#run(intent);
  };

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('client')) this.#events.listenTo(this.client);
    if (!this.client?.current) this.#layout.end();
    this.#scene = this.#compose();
    const screen = screenOf(this.#scene, this.#notices.notice);
    const { screen: before } = this.#focus;
    this.#grown = screen === 'group' && (before === 'video' || (this.#grown && before === 'group'));
    this.#shape = this.#layout.follow(screen, this.#scene?.call.callId);
  }

  /** What the dialog is open for: a call in a window of its own leaves the page, except for what it asks. */
  #shown(): Shown {
    const scene = this.#scene;
    const screen = screenOf(scene, this.#notices.notice);
    if (this.#pip.kind !== 'document') return { screen, shape: this.#shape };
    return { screen, shape: scene && asksIn(scene) ? 'small' : undefined };
  }

  protected override updated(): void {
    this.#announceSound();
  }

  protected override render() {
    const scene = this.#scene;
    const { locale } = this;
    const { notice } = this.#notices;
    const { screen, shape } = this.#shown();
    return html`<div class="layer"><dialog ${ref(this.#focus.dialog)} part="surface" class=${shape ?? ''} lang=${locale.tag} dir=${locale.direction}
        tabindex="-1" aria-modal=${String(this.#focus.modal)} aria-label=${(scene ? labelOf(scene) : notice?.title) ?? nothing}
        data-testid="hullo-surface" data-screen=${screen ?? nothing} data-shape=${shape ?? nothing} data-corner=${this.corner}
        @hullo-intent=${({ detail }: CustomEvent<Intent>) => this.#run(detail)} @close=${() => this.requestUpdate()}>
        ${shape ? this.#renderShape(shape, screen, scene, notice) : nothing}
        <div class="unseen" role="status" aria-live="polite">${scene ? announcementOf(scene) : ''}</div>
      </dialog></div>
      ${scene ? nothing : this.#renderOverPage()}`;
  }

  #renderShape(
    shape: Shape,
    screen: ScreenName | undefined,
    scene: Scene | undefined,
    notice: Notice | undefined,
  ): TemplateResult {
    const { toast } = this.#notices;
    const own = (name: string): TemplateResult | undefined =>
      this.#slots.has(name) ? html`<slot name=${name}></slot>` : undefined;
    if (shape === 'full') {
      const content = { scene, notice, lang: this.locale, grown: this.#grown };
      return html`${(screen && own(screen)) ?? renderScreen(screen, content)}
        ${scene && screen ? renderOverlays(scene, screen, toast, this.#ring.blocked && !scene.soundBlocked) : nothing}
        ${renderCorner(scene, screen, !this.contained)}`;
    }
    if (!scene) return html``;
    if (shape === 'banner') return renderBanner(scene, toast, this.#ring.blocked, own('banner'));
    const away = this.#pip.kind === 'document';
    return renderSmall(scene, this.corner, toast, away ? html`` : own('small'));
  }

  #renderOverPage(): TemplateResult | typeof nothing {
    const { client, people, locale: lang, continuing } = this;
    const { notice } = this.#notices;
    if (notice) return this.#shape ? nothing : renderPill(notice, lang);
    const call = client?.elsewhere[0];
    if (!client || !call) return nothing;
    const busy = continuing === call.callId;
    const dispatchIntent = (intent: Intent): void => void this.#run(intent);
    return renderOffer({ call, me: client.accid, directory: people, lang, busy, dispatchIntent });
  }
}

/** The call that `intent` answers. */
function answeredBy(intent: Intent, { current }: CallClient): string | undefined {
  if (intent.type === 'accept') return current?.callId;
  return intent.type === 'acceptWaiting' ? intent.callId : undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'hullo-call': HulloCall;
  }
  interface HTMLElementEventMap {
    'hullo-layout': CustomEvent<LayoutChange>;
    'hullo-sound-blocked': CustomEvent<SoundChange>;
  }
}
