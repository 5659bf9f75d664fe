// What the controllers of <hullo-call> read of it.
import type { LitElement } from 'lit';
import type { CallClient } from '../client.ts';
import type { Incoming } from '../layout.ts';
import type { Directory } from '../people.ts';
import type { OwnTones } from '../sound/tones.ts';
import type { Locale } from '../texts.ts';
import type { Theme } from '../theme.ts';

/** `<hullo-call>`, as its controllers know it. */
export interface CallHost extends LitElement {
  readonly client?: CallClient;
  /** Who the accounts are: what the app says, and otherwise what the calls do. */
  readonly people: Directory;
  /** The language of all words, with the app's own. */
  readonly locale: Locale;
  readonly silent: boolean;
  /** The app's own tones. */
  readonly tones?: OwnTones;
  readonly contained: boolean;
  readonly modal: boolean;
  readonly incoming: Incoming;
  readonly theme?: Theme;
}
