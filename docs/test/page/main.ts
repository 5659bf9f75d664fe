// A page with the call screens, for a browser that is led by a test: `window.begin` signs in, `window.calls` dials.
import { Hullo } from '@hullo/sdk';
import '@hullo/ui';

/** What the page's policy has refused. */
const refused: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => {
  refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
});

async function begin(appKey: string, server: string, accid: string, token: string): Promise<void> {
  const client = await Hullo.create({ appKey, server });
  await client.login(accid, token);
  const calls = document.createElement('hullo-call');
  calls.client = client;
  document.body.append(calls);
  Object.assign(window, { client, calls });
}

Object.assign(window, { begin, refused });
