// What the controllers of <hullo-call> read of it.
import type { ReactiveControllerHost } from 'lit';
import type { CallClient } from '../client.ts';
import type { Directory } from '../people.ts';
import type { Language } from '../texts.ts';

/** `<hullo-call>`, as its controllers know it. */
export interface CallHost extends ReactiveControllerHost {
  /** On a page: what is not must neither listen, nor sound, nor keep a timer. */
  readonly isConnected: boolean;
  readonly client?: CallClient;
  /** Who the accounts are: what the app says, and otherwise what the calls do. */
  readonly people: Directory;
  readonly lang: Language;
  readonly silent: boolean;
  readonly contained: boolean;
}
