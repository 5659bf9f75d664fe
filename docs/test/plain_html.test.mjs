// The page without a bundler, as it stands: served beside the stand-alone file, with a backend's answer at the address that
// it asks. Two of them call each other.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HulloApp } from '../../examples/backend-node/hullo.js';
import { startHullo } from '../../examples/backend-node/test/program.js';
import { blocksOf } from './blocks.mjs';
import { launch, openPage, receives } from './browser.mjs';
import { root } from './programs.mjs';

const standalone = join(root, 'web/ui/dist/hullo.standalone.js');

let hullo;
let site;
let browser;

before(async () => {
  hullo = await startHullo({ secure: false });
  const app = new HulloApp(hullo);
  for (const accid of ['alice', 'bob']) await app.createAccount(accid, accid);
  site = serveSite(app).listen(0, '127.0.0.1');
  await once(site, 'listening');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  site?.close();
  await hullo?.stop();
});

function serveSite(app) {
  const [{ code }] = blocksOf('plain_html.md').filter(({ file }) => file === 'plain.html');
  const page = code.replace('your app key', hullo.key).replace('http://127.0.0.1:7880', hullo.server);
  return createServer((request, response) => {
    const [, user] = /user=(\w+)/.exec(request.headers.referer ?? '') ?? [];
    if (request.url === '/hullo.standalone.js') {
      response.setHeader('content-type', 'text/javascript');
      return createReadStream(standalone).pipe(response);
    }
    if (request.url === '/call-login')
      return response.end(JSON.stringify({ accid: user, token: app.signLoginToken(user) }));
    response.setHeader('content-type', 'text/html');
    response.end(page);
  });
}

test('two pages without a bundler call each other', async () => {
  const [alice, bob] = await Promise.all(
    ['alice', 'bob'].map((user) =>
      openPage(browser, `http://127.0.0.1:${site.address().port}/?user=${user}`),
    ),
  );
  for (const { page } of [alice, bob])
    await page.waitForFunction(() => document.querySelector('#call').onclick);
  await alice.page.locator('#call').click();
  await bob.page.getByTestId('hullo-accept').click();
  await Promise.all([receives(alice.page), receives(bob.page)]);
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});
