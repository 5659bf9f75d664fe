// How a state of the gallery is reached.
import type { HulloCall } from '../src/call.ts';
import type { FakeHullo } from './fake.ts';

/** Leads a client, and the surface that shows it, into a state. */
export type Lead = (client: FakeHullo, surface: HulloCall) => void | Promise<void>;

/** How long the calls of the gallery have been going on, in milliseconds. */
export const ACTIVE = 133_000;

/** `lead`, then `more` once that is on the screen. */
export function then(lead: Lead, more: Lead): Lead {
  return async (client, surface) => {
    await lead(client, surface);
    await surface.updateComplete;
    await more(client, surface);
  };
}
