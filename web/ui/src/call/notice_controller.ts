// What <hullo-call> says for a moment: a notice when a call is over or did not come about, a toast while one goes on.
import type { Call, HulloEvents } from '@hullo/sdk';
import type { ReactiveController } from 'lit';
import type { CallClient } from '../client.ts';
import { type Ending, endingOf, type Notice, noticeOfEnd } from '../ending.ts';
import { explainError } from '../errors.ts';
import { nameAll } from '../group/naming.ts';
import { personOf } from '../people.ts';
import { othersIn, remoteOf } from '../scene/compose.ts';
import { type Fillings, type TextKey, text } from '../texts.ts';
import type { CallHost } from './host.ts';

/** How long a notice stays. */
export const NOTICE_MS = 2500;
/** How long a toast stays, and a notice that says what went wrong. */
const TOAST_MS = 4500;
/** How long a notice stays that says why this device was signed out. */
const KICKED_OUT_MS = 8000;

/** Shows at most one notice and one toast, and takes each away in time. */
export class NoticeController implements ReactiveController {
  #notice: Notice | undefined;
  #toast: string | undefined;
  #known: Pick<Ending, 'me' | 'caller' | 'remote' | 'people'> | undefined;
  #heldId: string | undefined;
  #noticeTimer: ReturnType<typeof setTimeout> | undefined;
  #toastTimer: ReturnType<typeof setTimeout> | undefined;

  /** `play` is given the sound that goes with a notice. */
  constructor(
    private readonly host: CallHost,
    private readonly play: (sound: NonNullable<Notice['sound']>) => void,
  ) {
    host.addController(this);
  }

  get notice(): Notice | undefined {
    return this.#notice;
  }

  get toast(): string | undefined {
    return this.#toast;
  }

  hostDisconnected(): void {
    clearTimeout(this.#noticeTimer);
    clearTimeout(this.#toastTimer);
  }

  /** Keeps what the end of `call`, the current one, will no longer say. A notice gives way to a call. */
  remember({ held, accid: me }: CallClient, call: Call): void {
    if (this.#notice) this.dismiss();
    const { people: directory } = this.host;
    const others = othersIn(call, me).map((accid) => personOf(accid, directory));
    // Those who were there last, when nobody is any more.
    const people = others.length > 0 ? others : (this.#known?.people ?? []);
    this.#known = {
      me,
      caller: call.caller,
      remote: personOf(remoteOf(call, me), directory),
      people: call.kind === 'group' ? people : undefined,
    };
    this.#heldId = held?.callId ?? this.#heldId;
  }

  /** A call has ended. */
  showEnd(event: HulloEvents['callEnd']): void {
    const { client, people: directory, locale: lang } = this.host;
    if (client && client.state !== 'idle') {
      // Another call goes on: the screen shows which.
      if (event.callId === this.#heldId) this.showToast('held.ended');
      return;
    }
    const me = client?.accid;
    const known = this.#known ?? { me, caller: undefined, remote: personOf(event.by ?? '', directory) };
    const { by } = event;
    const ender =
      known.people && by && by !== me
        ? (known.people.find(({ accid }) => accid === by) ?? personOf(by, directory))
        : known.remote;
    this.#show(noticeOfEnd(endingOf(event, { ...known, remote: ender }), lang));
  }

  /** The notice `key` about the call that was the last. */
  showNotice(key: TextKey): void {
    const { remote, people } = this.#known ?? {};
    this.#show({
      title: text(this.host.locale, key, { name: remote?.name ?? '' }),
      ...(remote ? { remote } : {}),
      ...(people ? { people } : {}),
      shape: 'pill',
    });
  }

  /** This device was signed out by another. */
  showKickOut(): void {
    const { locale: lang } = this.host;
    const title = text(lang, 'end.kickedOut');
    this.#show({ title, detail: text(lang, 'end.kickedOutHint'), shape: 'pill' }, KICKED_OUT_MS);
  }

  /** The call that the person has asked for was not placed. */
  showFailure(error: unknown): void {
    const { locale: lang } = this.host;
    const detail = explainError(error, lang);
    this.#show({ title: text(lang, 'error.title'), detail, shape: 'pill' }, TOAST_MS);
  }

  /** Something went wrong: a toast while there is a call, a notice otherwise. */
  showError(error: unknown): void {
    const { client, locale: lang } = this.host;
    if (!client || client.state === 'idle') this.showFailure(error);
    else this.#showToast(explainError(error, lang));
  }

  dismiss(): void {
    clearTimeout(this.#noticeTimer);
    this.#notice = undefined;
    this.host.requestUpdate();
  }

  /** The toast `key`; `{name}` is the other side unless `fillings` say otherwise. */
  showToast(key: TextKey, fillings: Fillings = {}): void {
    this.#showToast(text(this.host.locale, key, { name: this.#known?.remote.name ?? '', ...fillings }));
  }

  /** The toast `key`; `{names}` are those of `accids`. */
  showToastAbout(key: TextKey, accids: readonly string[]): void {
    const { people: directory, locale: lang } = this.host;
    const people = accids.map((accid) => personOf(accid, directory));
    this.showToast(key, { names: nameAll(people, lang) });
  }

  clearToast(): void {
    clearTimeout(this.#toastTimer);
    this.#toast = undefined;
    this.host.requestUpdate();
  }

  #show(notice: Notice, lastsMs = NOTICE_MS): void {
    clearTimeout(this.#noticeTimer);
    this.#notice = notice;
    this.#noticeTimer = setTimeout(() => this.dismiss(), lastsMs);
    this.host.requestUpdate();
    if (notice.sound) this.play(notice.sound);
  }

  #showToast(words: string): void {
    clearTimeout(this.#toastTimer);
    this.#toast = words;
    this.#toastTimer = setTimeout(() => this.clearToast(), TOAST_MS);
    this.host.requestUpdate();
  }
}
