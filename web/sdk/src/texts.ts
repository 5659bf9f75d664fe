// What to tell a person about an error. The table is the protocol's, inside the WebAssembly module; the client's own errors
// are beside it.
import { CLIENT_ERRORS } from './client_errors.ts';
import type { ErrorKind } from './errors.ts';

/** The languages of the table. */
export type Language = 'en' | 'zh';

type Table = (kind: string, language: string) => string;

let table: Table | undefined;

/** Takes the module's table once it is loaded. */
export function loadTexts(loaded: Table): void {
  table = loaded;
}

/**
 * What to tell a person about an error, as one short sentence. Has its table from the time that `Hullo.create()` has
 * resolved; before that it gives the kind itself.
 */
export function errorText(kind: ErrorKind, language: Language): string {
  if (Object.hasOwn(CLIENT_ERRORS, kind)) return CLIENT_ERRORS[kind as keyof typeof CLIENT_ERRORS][language];
  return table ? table(kind, language) : kind;
}
