// Tokens that the app's own functions give.
import { messageOf } from './errors.ts';

/** A token, or why there is none. */
export type TokenAnswer = { token: string } | { error: string };

/** Asks a function of the app, whatever it does; `name` is its name for the error. */
export async function askForToken(name: string, ask: () => unknown): Promise<TokenAnswer> {
  try {
    const token = await ask();
    if (typeof token !== 'string' || token === '') throw new Error(`${name} gave no token`);
    return { token };
  } catch (error) {
    return { error: messageOf(error) };
  }
}
