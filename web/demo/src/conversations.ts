// The conversations of the signed-in account: pages of history joined with what arrives live, each entry once.
import type { Hullo, Message } from '@hullo/sdk';

const PAGE = 20;

export interface Conversation {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** Whether the server has older ones. */
  readonly more: boolean;
  /** A first page has come. */
  readonly loaded: boolean;
  /** A page could not be had. */
  readonly failed: boolean;
}

const EMPTY: Conversation = { messages: [], more: false, loaded: false, failed: false };

/** All conversations; calls `changed` after every change. */
export class Conversations {
  readonly #byAccid = new Map<string, Conversation>();

  constructor(
    private readonly client: Hullo,
    private readonly changed: () => void,
  ) {}

  with(accid: string): Conversation {
    return this.#byAccid.get(accid) ?? EMPTY;
  }

  /** Takes an entry that has just arrived. */
  add(message: Message): void {
    const remote = message.from === this.client.accid ? message.to : message.from;
    this.#put(remote, { ...this.with(remote), messages: joined(this.with(remote).messages, [message]) });
  }

  /** Loads the newest page. */
  load(accid: string): Promise<void> {
    return this.#fetch(accid);
  }

  /** Loads the page before the oldest entry. */
  older(accid: string): Promise<void> {
    return this.#fetch(accid, this.with(accid).messages[0]?.id);
  }

  async #fetch(accid: string, before?: number): Promise<void> {
    try {
      const page = await this.client.messages(accid, {
        limit: PAGE,
        ...(before === undefined ? {} : { before }),
      });
      const messages = joined(this.with(accid).messages, page.messages);
      this.#put(accid, { messages, more: page.more, loaded: true, failed: false });
    } catch {
      this.#put(accid, { ...this.with(accid), failed: true });
    }
  }

  #put(accid: string, conversation: Conversation): void {
    this.#byAccid.set(accid, conversation);
    this.changed();
  }
}

/** Both lists, oldest first, each entry once. */
function joined(known: readonly Message[], added: readonly Message[]): Message[] {
  const byId = new Map([...known, ...added].map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => a.id - b.id);
}
