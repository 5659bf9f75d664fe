// The proxy's files as they stand in the page, under the real nginx: two pages with the policy that the page gives call each
// other through each of them. Only addresses, ports and paths of files are replaced.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blocksOf } from './blocks.mjs';
import { launch, openPage, receives } from './browser.mjs';
import { binary, freePort, root, run, serve, stop } from './programs.mjs';

const NGINX = '/usr/sbin/nginx';
const isThere = existsSync(NGINX);
const skip = isThere ? false : `NOT TRIED: ${NGINX} is not on this machine`;

const folder = mkdtempSync(join(tmpdir(), 'hullo-proxy-'));
const app = join(folder, 'app');
const files = Object.fromEntries(
  blocksOf('proxy.md').flatMap(({ file, code }) => (file ? [[file, code]] : [])),
);
let hullo;
let browser;

before(async () => {
  if (!isThere) return;
  await run(
    `openssl req -x509 -newkey rsa:2048 -nodes -keyout ${folder}/key.pem -out ${folder}/cert.pem -days 2 -subj /CN=localhost`,
  );
  await run(`${root}/web/node_modules/.bin/vite build --logLevel error -c docs/test/page/vite.config.ts`, {
    cwd: root,
    env: { PAGE_FOLDER: app },
  });
  hullo = await startHullo();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function startHullo() {
  const port = await freePort();
  const settings = `listen = "127.0.0.1:${port}"\nops_listen = "127.0.0.1:0"\nmedia_port = ${port}\n`;
  const [{ code }] = blocksOf('proxy.md').filter(({ language }) => language === 'toml');
  writeFileSync(join(folder, 'hullo.toml'), settings + code);
  const printed = await run(`${binary} app create --name Proxy`, { cwd: folder });
  const [, key, secret] = /app_key = (\S+)\napp_secret = (\S+)/.exec(printed);
  const program = await serve(`exec ${binary} serve`, { cwd: folder, ready: /hullo shows/ });
  return { port, key, secret, program };
}

/** nginx with that file; resolves with the port on which it serves https. Its page may connect to `calls`. */
async function startNginx(name, calls) {
  const port = await freePort();
  const own = join(folder, String(port));
  mkdirSync(own);
  const conf = files[name]
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/\/etc\/ssl\/\S+\.pem/, join(folder, 'cert.pem'))
    .replace(/\/etc\/ssl\/\S+\.key/, join(folder, 'key.pem'))
    .replace('127.0.0.1:7880', `127.0.0.1:${hullo.port}`)
    .replace('/srv/app', app)
    .replace('wss://app.example.com', `wss://localhost:${calls ?? port}`)
    .replace(/server_name .*/, 'server_name localhost;');
  assert.notEqual(conf, files[name]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${own}/${kind};`,
  );
  writeFileSync(
    join(own, 'nginx.conf'),
    `user root; daemon off; pid ${own}/pid; error_log stderr notice;
    events { worker_connections 128; }
    http { include /etc/nginx/mime.types; access_log off; ${temporary.join(' ')} ${conf} }`,
  );
  await serve(`exec ${NGINX} -p ${own} -c ${own}/nginx.conf`, { cwd: own, ready: /start worker process / });
  return port;
}

async function ask(port, path, body) {
  const authorization = `Basic ${btoa(`${hullo.key}:${hullo.secret}`)}`;
  const address = `https://localhost:${port}${path}`;
  const command = `curl -sk -H 'authorization: ${authorization}' -H 'content-type: application/json' -d '${JSON.stringify(body)}' ${address}`;
  return JSON.parse(await run(command));
}

/** Two people in pages at `page` call each other through Hullo at `path`. */
async function callThrough(port, page, path) {
  const people = [];
  for (const accid of ['alice', 'bob']) {
    await ask(port, `${path}/v1/accounts`, { accid });
    const { token } = await ask(port, `${path}/v1/accounts/${accid}/tokens`, { ttl_s: 600 });
    const opened = await openPage(browser, page, { ignoreHTTPSErrors: true });
    const server = `https://localhost:${port}${path}`;
    await opened.page.waitForFunction(() => window.begin);
    await opened.page.evaluate((own) => window.begin(...own), [hullo.key, server, accid, token]);
    people.push(opened);
  }
  const [alice, bob] = people;
  await alice.page.evaluate(() => window.calls.dial('bob', 'video'));
  await bob.page.getByTestId('hullo-accept').click();
  await Promise.all(people.map(({ page }) => receives(page)));
  await alice.page.getByTestId('hullo-hangup').click();
  for (const { page, faults } of people) {
    assert.deepEqual(faults, []);
    assert.deepEqual(await page.evaluate(() => window.refused), []);
    await page.context().close();
  }
}

test('a call goes through nginx under a path, from a page with a policy', { skip }, async () => {
  const port = await startNginx('path.conf');
  await callThrough(port, `https://localhost:${port}/`, '/calls');
});

test('a call goes through nginx at a host of its own', { skip }, async () => {
  const port = await startNginx('host.conf');
  const page = await startNginx('path.conf', port);
  await callThrough(port, `https://localhost:${page}/`, '');
});

test('every client has an address of its own behind the proxy', { skip }, () => {
  assert.doesNotMatch(hullo.program.output(), /X-Forwarded-For/i);
});
