// What the page for operators says, done: the unit is one that systemd understands, the settings are those of the program,
// and what was backed up is there after a restore. Folders are replaced by some of the test's; `systemctl` and `sudo` stand for
// starting, stopping and nothing.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { blocksOf } from './blocks.mjs';
import { binary, freePort, root, run, serve, stop } from './programs.mjs';

const ANALYZE = '/usr/bin/systemd-analyze';

const folder = mkdtempSync(join(tmpdir(), 'hullo-operating-'));
const data = join(folder, 'data');
const blocks = blocksOf('operating.md');
let address;
let settings;

before(async () => {
  for (const name of ['data', 'backups', 'bin']) mkdirSync(join(folder, name));
  symlinkSync(binary, join(folder, 'bin/hullo'));
  const [listen, media] = [await freePort(), await freePort()];
  address = `http://127.0.0.1:${listen}`;
  settings = `ops_listen = "127.0.0.1:0"\nmedia_port = ${media}\nlisten = "127.0.0.1:${listen}"\n`;
  writeFileSync(join(folder, 'hullo.toml'), `data_dir = "${data}"\n${settings}`);
});
after(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

function here(code) {
  return code
    .replaceAll('/var/lib/hullo', data)
    .replaceAll('/etc/hullo.toml', join(folder, 'hullo.toml'))
    .replaceAll('/var/backups', join(folder, 'backups'))
    .replaceAll(/-o hullo -g hullo /g, '');
}

/** Does what a block of the page says; the server's user is whoever runs this test. */
function follow(does) {
  const { code } = blocks.find((block) => block.does === `run=${does}`);
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  return run(`sudo() { shift 2; "$@"; }; systemctl() { :; }; ${here(code)}`, { cwd: folder, env });
}

function start() {
  return serve(`exec ${binary} serve --config ${folder}/hullo.toml`, { cwd: folder, ready: /hullo shows/ });
}

async function createAccount({ key, secret }, accid) {
  const headers = { authorization: `Basic ${btoa(`${key}:${secret}`)}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ accid });
  return (await fetch(`${address}/v1/accounts`, { method: 'POST', headers, body })).status;
}

test('what was backed up while the server ran is there after a restore, and what came later is not', async () => {
  const printed = await run(`${binary} app create --config hullo.toml --name Shop`, { cwd: folder });
  const [, key, secret] = /app_key = (\S+)\napp_secret = (\S+)/.exec(printed);
  const { child } = await start();
  assert.equal(await createAccount({ key, secret }, 'before'), 201);
  await follow('backup');
  assert.equal(await createAccount({ key, secret }, 'later'), 201);
  await stop([child]);
  for (const file of readdirSync(data)) rmSync(join(data, file), { recursive: true });
  await follow('restore');
  await start();
  assert.equal(await createAccount({ key, secret }, 'before'), 409);
  assert.equal(await createAccount({ key, secret }, 'later'), 201);
});

test('what the server says when it does not start is what the page about trouble says', async () => {
  const page = readFileSync(join(import.meta.dirname, '../troubleshooting.md'), 'utf8');
  const [, table] = /## The server does not start\n[\s\S]*?\n\|---\|---\|\n([\s\S]*)/.exec(page);
  const messages = table.split('\n').flatMap((row) => /^\| (.+?) \|/.exec(row)?.slice(1) ?? []);
  assert.ok(messages.length > 3);
  const sources = await run(`cat $(git ls-files 'crates/server/src/*.rs')`, { cwd: root });
  for (const part of messages.flatMap((message) => message.split(/…;?/)).filter((text) => text.trim()))
    assert.ok(sources.includes(part.trim()), `the server never says: ${part}`);
});

test('the unit is one that systemd understands', async (t) => {
  if (!existsSync(ANALYZE)) return t.skip(`NOT TRIED: ${ANALYZE} is not on this machine`);
  const { code } = blocks.find(({ file }) => file === 'hullo.service');
  const unit = join(folder, 'hullo.service');
  writeFileSync(unit, code.replace('/usr/local/bin/hullo', binary).replace('User=hullo\n', ''));
  assert.equal(await run(`${ANALYZE} verify --man=no ${unit} 2>&1`), '');
});

test('each setting of the program is in the page about them, with its default', async () => {
  const help = await run(`${binary} serve --help`, { cwd: folder });
  const page = readFileSync(join(import.meta.dirname, '../configuration.md'), 'utf8');
  const settings = [...help.matchAll(/^ {6}--([a-z-]+)[^\n]*\n([\s\S]*?)\[env: HULLO_/gm)];
  assert.ok(settings.length > 10);
  for (const [, name, text] of settings) {
    if (['config', 'limit'].includes(name)) continue;
    const row = page
      .split('\n')
      .find((line) => line.startsWith('|') && line.includes(`\`${name.replaceAll('-', '_')}\``));
    assert.ok(row, `configuration.md has no row for ${name}`);
    const [, value] = /\[default: ([\w.:]+)\]/.exec(text) ?? [];
    if (value) assert.ok(row.includes(value), `the default of ${name} is ${value}`);
  }
});

test('the settings are those of the program', async () => {
  const { code } = blocks.find(({ file }) => file === 'hullo.toml');
  const file = join(folder, 'tls.toml');
  writeFileSync(file, here(code).replace(data, join(folder, 'other')));
  await assert.rejects(
    run(`${binary} serve --config ${file}`, { cwd: folder }),
    /calls\.example\.com\.(pem|key)/,
  );
});
