// The page about tokens against a real server: its programs in four languages are built and run, and what its table says of
// each claim is tried. A language that this machine does not have is skipped, and said.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startHullo } from '../../examples/backend-node/test/program.js';
import { Session } from '../../examples/backend-node/test/session.js';
import { blocksOf } from './blocks.mjs';
import { root, run } from './programs.mjs';

const tsc = join(root, 'web/node_modules/.bin/tsc');
const types = join(root, 'web/node_modules/@types');

/** How each language is built and run in a folder with its file; `has` says whether it is on this machine. */
const languages = {
  ts: {
    has: 'node --version',
    build: `npm install --silent --no-audit --no-fund --prefix . jose@6.2.17 && ${tsc} --strict --module nodenext --target es2022 --types node --typeRoots ${types} --outDir out tokens.ts show.ts`,
    show: 'node out/show.js',
  },
  python: {
    has: 'python3 -m pip --version',
    build:
      'python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target lib pyjwt==2.10.1',
    show: 'PYTHONPATH=lib python3 show.py',
  },
  go: {
    has: 'go version',
    build: 'go mod init hullo/tokens && go get github.com/golang-jwt/jwt/v5@v5.2.2 && go build -o show .',
    show: './show',
  },
  java: {
    has: 'javac --version && mvn --version',
    build:
      'mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib && javac -cp "lib/*" Tokens.java Show.java',
    show: 'java -cp "lib/*:." Show',
  },
};

let hullo;
let folder;
const sessions = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hullo-tokens-'));
  hullo = await startHullo();
  for (const accid of ['alice', 'bob', 'carol']) await ask('POST', '/v1/accounts', { accid });
});
after(async () => {
  for (const session of sessions) session.close();
  await hullo?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(method, path, body) {
  const authorization = `Basic ${btoa(`${hullo.key}:${hullo.secret}`)}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const response = await fetch(hullo.server + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(response.ok, `${path}: ${response.status}`);
  return response.json();
}

async function login(accid, token) {
  const session = await Session.open(hullo.server);
  sessions.push(session);
  return { session, reply: await session.login({ appKey: hullo.key, accid, token }) };
}

function dial(session, callId, token) {
  const terms = { callees: ['bob'], media: 'audio', ring_ms: 30_000 };
  return session.ask({ op: 'call.start', call_id: callId, room_token: token, ...terms });
}

for (const [language, { has, build, show }] of Object.entries(languages)) {
  test(`tokens that ${language} signs as the page does are good`, async (t) => {
    const isThere = await run(has).then(
      () => true,
      () => false,
    );
    if (!isThere) return t.skip(`NOT TRIED: ${language} is not on this machine (${has})`);
    const own = join(folder, language);
    mkdirSync(own);
    cpSync(join(import.meta.dirname, 'tokens'), own, {
      recursive: true,
      filter: (path) => !/show\.|Show\./.test(path) || path.endsWith(endingOf(language)),
    });
    if (language === 'ts') writeFileSync(join(own, 'package.json'), '{ "type": "module" }');
    for (const block of blocksOf('tokens.md'))
      if (block.file && block.language === language) writeFileSync(join(own, block.file), block.code);
    await run(build, { cwd: own });
    const callId = crypto.randomUUID();
    const { token_generation: generation } = await ask('DELETE', '/v1/accounts/alice/tokens');
    const env = { APP_KEY: hullo.key, APP_SECRET: hullo.secret };
    const printed = await run(`${show} alice ${generation} ${callId} 1`, { cwd: own, env });
    const [loginToken, roomToken] = printed.trim().split('\n');
    const { session, reply } = await login('alice', loginToken);
    assert.equal(reply.ok?.accid, 'alice', JSON.stringify(reply));
    const dialled = await dial(session, callId, roomToken);
    assert.equal(dialled.ok?.call?.call_id, callId, JSON.stringify(dialled));
    await session.ask({ op: 'call.hangup', call_id: callId });
  });
}

function endingOf(language) {
  return { ts: '.ts', python: '.py', go: '.go', java: '.java' }[language];
}

describe('a claim', () => {
  const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;
  const right = () => ({ aud: 'hullo.login', iss: hullo.key, sub: 'carol', exp: inSeconds(3600) });

  function sign(claims, { header = {}, secret = hullo.secret, hash = 'sha256' } = {}) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(claims)}`;
    return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
  }

  async function isGood(claims, options) {
    const { reply } = await login('carol', sign(claims, options));
    assert.equal(reply.ok?.accid, 'carol', JSON.stringify(reply));
  }

  async function isRefused(kind, message, claims, options) {
    const { reply } = await login('carol', sign(claims, options));
    assert.equal(reply.error?.kind, kind, JSON.stringify(reply));
    assert.match(reply.error.message, message);
  }

  test('aud is alone or in a list', async () => {
    await isGood(right());
    await isGood({ ...right(), aud: ['other', 'hullo.login'] });
    await isRefused('wrong_token', /the claim aud is "hullo.room", expected hullo.login/, {
      ...right(),
      aud: 'hullo.room',
    });
  });

  test('iss is the app key, and sub the accid', async () => {
    await isRefused('wrong_token', /iss/, { ...right(), iss: 'other' });
    await isRefused('wrong_token', /iss/, { ...right(), iss: undefined });
    await isRefused('wrong_token', /sub/, { ...right(), sub: 'bob' });
  });

  test('exp is seconds, fractions allowed, and five seconds late is in time', async () => {
    await isGood({ ...right(), exp: Date.now() / 1000 + 3600.5 });
    await isGood({ ...right(), exp: inSeconds(-2) });
    await isRefused('token_expired', /expired \d+ s ago/, { ...right(), exp: inSeconds(-60) });
    await isRefused('wrong_token', /exp/, { ...right(), exp: undefined });
    await isRefused('wrong_token', /exp/, { ...right(), exp: String(inSeconds(60)) });
    await isRefused('wrong_token', /exp is \d+, expected seconds/, {
      ...right(),
      exp: Date.now() + 3_600_000,
    });
  });

  test('nbf is optional, and waits where it is given', async () => {
    await isGood({ ...right(), nbf: inSeconds(-60) });
    await isRefused('wrong_token', /nbf/, { ...right(), nbf: inSeconds(60) });
  });

  test('gen is 0 when absent, and that of the last revocation afterwards', async () => {
    const { token_generation: generation } = await ask('DELETE', '/v1/accounts/carol/tokens');
    await isRefused('token_revoked', /./, right());
    await isGood({ ...right(), gen: generation });
    await isRefused('token_revoked', /./, { ...right(), gen: generation - 1 });
  });

  test('of another kind is ignored, and crit is not', async () => {
    const { token_generation: gen } = await ask('DELETE', '/v1/accounts/carol/tokens');
    await isGood({ ...right(), gen, iat: 1, jti: 'x', plan: ['pro'] }, { header: { kid: '2026' } });
    await isRefused('wrong_token', /crit/, { ...right(), gen }, { header: { crit: ['b64'], b64: false } });
  });

  test('is of no interest in a token that this app has not signed', async () => {
    const silent = /^the token is not an HS256 JWT that is signed with this app's secret$/;
    await isRefused('wrong_token', silent, right(), { secret: 'another secret' });
    await isRefused('wrong_token', silent, right(), { secret: Buffer.from(hullo.secret, 'hex') });
    await isRefused('wrong_token', silent, right(), { header: { alg: 'HS512' }, hash: 'sha512' });
    await isRefused('wrong_token', silent, { ...right(), padding: 'x'.repeat(4096) });
  });

  test('of a room token names the call and the number, for an hour at most', async () => {
    const { token_generation: gen } = await ask('DELETE', '/v1/accounts/carol/tokens');
    const { session } = await login('carol', sign({ ...right(), gen }));
    const callId = crypto.randomUUID();
    const room = {
      aud: ['hullo.room'],
      iss: hullo.key,
      sub: 'carol',
      exp: inSeconds(300),
      call_id: callId,
      uid: 1,
    };
    const wrong = {
      aud: 'hullo.login',
      iss: 'other',
      sub: 'bob',
      exp: inSeconds(7200),
      call_id: crypto.randomUUID(),
      uid: 2,
    };
    for (const [claim, value] of Object.entries(wrong)) {
      const { error } = await dial(session, callId, sign({ ...room, [claim]: value }));
      assert.equal(error?.kind, 'room_token_refused', claim);
      assert.match(error.message, new RegExp(`for call ${callId}, account carol and uid 1`), claim);
    }
    const { error } = await dial(session, callId, undefined);
    assert.equal(error?.kind, 'room_token_refused');
    assert.equal((await dial(session, callId, sign(room))).ok?.call?.call_id, callId);
    await session.ask({ op: 'call.hangup', call_id: callId });
  });

  test('of an account that nobody has created finds nobody', async () => {
    const { reply } = await login('ghost', sign({ ...right(), sub: 'ghost' }));
    assert.equal(reply.error?.kind, 'account_not_found');
  });
});
