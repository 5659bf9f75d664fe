// The tokens that this backend gives are good at the real server, and nobody gets another's.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createBackend } from '../backend.js';
import { HulloApp } from '../hullo.js';
import { startHullo } from './program.js';
import { Session } from './session.js';

const PASSWORD = 'correct horse battery';

let hullo;
before(async () => {
  hullo = await startHullo();
});
after(() => hullo?.stop());

for (const signs of [true, false]) {
  describe(signs ? 'tokens signed by the backend' : 'tokens asked for', () => {
    // Each run has users of its own: the server keeps the accounts of both.
    const alice = signs ? 'alice' : 'anna';
    const bob = signs ? 'bob' : 'ben';
    const sessions = [];
    let backend;

    before(async () => {
      const app = new HulloApp(hullo);
      backend = createBackend({ app, publicServer: hullo.server, signs }).listen(0, '127.0.0.1');
      await once(backend, 'listening');
      for (const user of [alice, bob])
        assert.equal((await post('/signup', { user, password: PASSWORD })).status, 200);
    });
    after(() => {
      for (const session of sessions) session.close();
      backend.close();
      backend.closeAllConnections();
    });

    /** Asks the backend, as a page does. */
    async function post(path, body = {}, cookie = '', type = 'application/json') {
      const url = `http://127.0.0.1:${backend.address().port}${path}`;
      const headers = { cookie, 'content-type': type };
      const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
      const [given = ''] = response.headers.getSetCookie();
      return { status: response.status, body: await response.json(), cookie: given.split(';')[0] };
    }

    /** The cookie of a user who has just signed in. */
    async function cookieOf(user) {
      return (await post('/login', { user, password: PASSWORD })).cookie;
    }

    async function callLogin(user) {
      return (await post('/call-login', {}, await cookieOf(user))).body;
    }

    async function connect() {
      const session = await Session.open(hullo.server);
      sessions.push(session);
      return session;
    }

    test('token of a signed-in user signs in at Hullo', async () => {
      const { ok } = await (await connect()).login(await callLogin(alice));
      assert.deepEqual([ok?.is, ok?.accid, ok?.name, ok?.secure], ['logged_in', alice, alice, true]);
    });

    test('token signs nobody else in', async () => {
      const { error } = await (await connect()).login({ ...(await callLogin(alice)), accid: bob });
      assert.equal(error?.kind, 'wrong_token');
    });

    test('name that is taken stays with its user', async () => {
      const { status, cookie } = await post('/signup', { user: alice, password: 'another password' });
      assert.deepEqual([status, cookie], [409, '']);
      assert.equal((await post('/login', { user: alice, password: 'another password' })).status, 401);
    });

    test('what is no name, or means something in a path, is nobody', async () => {
      for (const user of [['alice'], 123, null, '.', '..', 'a/b', 'A'.repeat(33)])
        assert.equal((await post('/signup', { user, password: PASSWORD })).status, 400, String(user));
      assert.equal((await post('/login', { user: alice, password: { toString: 1 } })).status, 401);
    });

    test('form of another site signs nobody in', async () => {
      const { status, cookie } = await post('/login', { user: alice, password: PASSWORD }, '', 'text/plain');
      assert.deepEqual([status, cookie], [415, '']);
    });

    test('wrong password gets no cookie, and no cookie gets no token', async () => {
      const refused = await post('/login', { user: alice, password: 'guess' });
      assert.deepEqual([refused.status, refused.cookie], [401, '']);
      assert.equal((await post('/login', { user: 'nobody', password: PASSWORD })).status, 401);
      for (const path of ['/call-login', '/room-token', '/logout-everywhere']) {
        assert.equal((await post(path, { callId: crypto.randomUUID(), uid: 1 })).status, 401, path);
        assert.equal((await post(path, {}, 'session=forged')).status, 401, path);
      }
    });

    test('room token lets a call begin, for that call and that user alone', async () => {
      const session = await connect();
      await session.login(await callLogin(alice));
      const cookie = await cookieOf(alice);
      const callId = crypto.randomUUID();
      const { body } = await post('/room-token', { callId, uid: 1 }, cookie);
      const dial = (call_id, room_token) =>
        session.ask({
          op: 'call.start',
          call_id,
          callees: [bob],
          media: 'audio',
          ring_ms: 30_000,
          room_token,
        });
      assert.equal((await dial(crypto.randomUUID(), body.token)).error?.kind, 'room_token_refused');
      assert.equal((await dial(callId, undefined)).error?.kind, 'room_token_refused');
      const ofBob = await post('/room-token', { callId, uid: 1 }, await cookieOf(bob));
      assert.equal((await dial(callId, ofBob.body.token)).error?.kind, 'room_token_refused');
      assert.equal((await dial(callId, body.token)).ok?.call?.call_id, callId);
      assert.ok((await session.ask({ op: 'call.cancel', call_id: callId })).ok);
    });

    test('signed-out user is out everywhere, and back with a new token', async () => {
      const old = await callLogin(bob);
      const cookie = await cookieOf(bob);
      assert.equal((await post('/logout-everywhere', {}, cookie)).status, 200);
      assert.equal((await post('/call-login', {}, cookie)).status, 401);
      const session = await connect();
      assert.equal((await session.login(old)).error?.kind, 'token_revoked');
      assert.ok((await session.login(await callLogin(bob))).ok);
    });
  });
}

test('what is not a request is refused, and hurts nobody', async () => {
  const app = new HulloApp({ server: 'http://127.0.0.1:1', key: 'k', secret: 's' });
  const backend = createBackend({ app, publicServer: '' }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  const headers = { 'content-type': 'application/json' };
  const ask = async (path, init) =>
    (await fetch(`http://127.0.0.1:${backend.address().port}${path}`, { headers, ...init })).status;
  assert.equal(await ask('/nowhere'), 404);
  assert.equal(await ask('/login', { method: 'POST', body: 'no JSON' }), 400);
  assert.equal(await ask('/login', { method: 'POST', body: 'null' }), 400);
  assert.equal(await ask('/login', { method: 'POST', body: 'x'.repeat(20_000) }), 413);
  assert.equal(
    await ask('/signup', { method: 'POST', body: '{"user": "No Name", "password": "long enough"}' }),
    400,
  );
  assert.equal(await ask('/signup', { method: 'POST', body: '{"user": "alice", "password": "short"}' }), 400);
  backend.close();
  backend.closeAllConnections();
});
