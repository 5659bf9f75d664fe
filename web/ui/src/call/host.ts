// What the controllers of <hullo-call> read of it.
import type { ReactiveControllerHost } from 'lit';
import type { CallClient } from '../client.ts';
import type { Directory } from '../people.ts';
import type { Locale } from '../texts.ts';

/** `<hullo-call>`, as its controllers know it. */
export interface CallHost extends ReactiveControllerHost {
  readonly client?: CallClient;
  /** Who the accounts are: what the app says, and otherwise what the calls do. */
  readonly people: Directory;
  /** The language of all words, with the app's own. */
  readonly locale: Locale;
  readonly silent: boolean;
  readonly contained: boolean;
}
