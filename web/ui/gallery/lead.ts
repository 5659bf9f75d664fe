// How a state of the gallery is reached.
import type { HulloCall } from '../src/call.ts';
import type { FakeHullo } from './fake.ts';

/** Leads a client, and the surface that shows it, into a state. */
export type Lead = (client: FakeHullo, surface: HulloCall) => void | Promise<void>;

/** How long the calls of the gallery have been going on, in milliseconds. */
export const ACTIVE = 133_000;

/** `more`, once what `lead` leads to is on the screen. (A module that exports `then` would never finish importing.) */
export function after(lead: Lead, more: Lead): Lead {
  return async (client, surface) => {
    await lead(client, surface);
    await surface.updateComplete;
    await more(client, surface);
  };
}
