// What the app has to say before a call is dialled or answered.
import { HulloError, messageOf } from './errors.ts';

/** Asks a hook of the app; `name` is its name for the error. Rejects with `refused_by_app` where it gives false or throws. */
export async function askApp(name: string, hook: () => boolean | Promise<boolean>): Promise<void> {
  let isAllowed: boolean;
  try {
    isAllowed = (await hook()) !== false;
  } catch (error) {
    throw HulloError.of('refused_by_app', `${name}: ${messageOf(error)}`, error);
  }
  if (!isAllowed) throw HulloError.of('refused_by_app', `${name} gave false`);
}
