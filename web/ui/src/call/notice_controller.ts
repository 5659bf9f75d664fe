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
import { WakeTimer } from '../wake_timer.ts';
import type { CallHost } from './host.ts';

/** How long a notice stays. */
export const NOTICE_MS = 2500;
/** How long a toast stays, and a notice that says what went wrong. */
const TOAST_MS = 4500;
/** How long a notice stays that says why this device was signed out. */
const KICKED_OUT_MS = 8000;

/** Calls remembered at once: the current one, the one on hold, the one that waits, and some that have just ended. */
const CALLS_MAX = 8;

/** What the end of a call will no longer say. */
interface Known extends Pick<Ending, 'me' | 'caller' | 'remote' | 'people'> {
  /** It was on hold when it was last seen. */
  readonly held: boolean;
}

/** Something that is shown until a moment, by `performance.now()`. */
interface Passing<T> {
  readonly content: T;
  readonly until: number;
}

/** Shows at most one notice and one toast, each for its time. */
export class NoticeController implements ReactiveController {
  #notice: Passing<Notice> | undefined;
  /** A toast belongs to the call during which it came. */
  #toast: (Passing<string> & { readonly callId: string | undefined }) | undefined;
  readonly #calls = new Map<string, Known>();
  readonly #wake: WakeTimer;

  /** `play` is given the sound that goes with a notice. */
  constructor(
    private readonly host: CallHost,
    private readonly play: (sound: NonNullable<Notice['sound']>) => void,
  ) {
    this.#wake = new WakeTimer(host);
    host.addController(this);
  }

  get notice(): Notice | undefined {
    return contentOf(this.#notice);
  }

  get toast(): string | undefined {
    const callId = this.host.client?.current?.callId;
    return callId !== undefined && callId === this.#toast?.callId ? contentOf(this.#toast) : undefined;
  }

  hostUpdated(): void {
    const now = performance.now();
    const ends = [this.#notice?.until, this.#toast?.until].filter((at) => at !== undefined && at > now);
    this.#wake.set(ends, now);
  }

  hostDisconnected(): void {
    this.#wake.clear();
  }

  /** Takes the client as it is: keeps what the end of its calls will no longer say. A notice gives way to a call. */
  apply({ current, held, waiting, accid: me }: CallClient): void {
    if (current && this.#notice) this.dismiss();
    for (const call of [waiting, held, current]) if (call) this.#keep(call, me, call === held);
  }

  #keep(call: Call, me: string | undefined, held: boolean): void {
    const { people: directory } = this.host;
    const before = this.#calls.get(call.callId);
    const others = othersIn(call, me).map((accid) => personOf(accid, directory));
    // Those who were there last, when nobody is any more.
    const people = others.length > 0 ? others : (before?.people ?? []);
    // The newest is the last.
    this.#calls.delete(call.callId);
    this.#calls.set(call.callId, {
      me,
      caller: call.caller,
      remote: personOf(remoteOf(call, me), directory),
      people: call.kind === 'group' ? people : undefined,
      held,
    });
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > CALLS_MAX && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** A call has ended. */
  showEnd(event: HulloEvents['callEnd']): void {
    const { client, people: directory, locale: lang } = this.host;
    const seen = this.#calls.get(event.callId);
    if (client && client.state !== 'idle') {
      // Another call goes on: the screen shows which.
      if (seen?.held) this.showToast('held.ended');
      return;
    }
    const me = client?.accid;
    const known: Omit<Known, 'held'> = seen ?? {
      me,
      caller: undefined,
      remote: personOf(event.by ?? '', directory),
    };
    const { by } = event;
    const ender =
      known.people && by && by !== me
        ? (known.people.find(({ accid }) => accid === by) ?? personOf(by, directory))
        : known.remote;
    this.#show(noticeOfEnd(endingOf(event, { ...known, remote: ender }), lang));
  }

  /** The notice `key`, about the call `callId` if it is about one. */
  showNotice(key: TextKey, callId?: string): void {
    const { remote, people } = (callId !== undefined && this.#calls.get(callId)) || {};
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
    this.#notice = undefined;
    this.host.requestUpdate();
  }

  /** The toast `key`; `{name}` is the other side unless `fillings` say otherwise. */
  showToast(key: TextKey, fillings: Fillings = {}): void {
    const { client, locale } = this.host;
    const name = this.#calls.get(client?.current?.callId ?? '')?.remote.name ?? '';
    this.#showToast(text(locale, key, { name, ...fillings }));
  }

  /** The toast `key`; `{names}` are those of `accids`. */
  showToastAbout(key: TextKey, accids: readonly string[]): void {
    const { people: directory, locale: lang } = this.host;
    const people = accids.map((accid) => personOf(accid, directory));
    this.showToast(key, { names: nameAll(people, lang) });
  }

  #show(notice: Notice, lastsMs = NOTICE_MS): void {
    this.#notice = { content: notice, until: performance.now() + lastsMs };
    this.host.requestUpdate();
    if (notice.sound) this.play(notice.sound);
  }

  #showToast(words: string): void {
    const callId = this.host.client?.current?.callId;
    this.#toast = { content: words, until: performance.now() + TOAST_MS, callId };
    this.host.requestUpdate();
  }
}

function contentOf<T>(passing: Passing<T> | undefined): T | undefined {
  return passing && performance.now() < passing.until ? passing.content : undefined;
}
