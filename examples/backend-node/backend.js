// The backend of an app: signs its users in, and gives each of them, and nobody else, the tokens of their own account at
// Hullo.
import { createServer } from 'node:http';
import { Refusal } from './refusal.js';
import { Users } from './users.js';

const BODY_BYTES_MAX = 16 * 1024;
const COOKIE = 'session';

/**
 * The HTTP server, not listening yet. `app` is a `HulloApp`; `publicServer` is where browsers find Hullo; `signs` says
 * whether tokens are signed here or asked for: both are the same to Hullo.
 */
export function createBackend({ app, publicServer, signs = true }) {
  const users = new Users();
  const routes = { ...accountRoutes(app, users), ...callRoutes(app, users, publicServer, signs) };
  return createServer(async (request, response) => {
    const { status = 200, cookie, ...answer } = await answerTo(request, routes);
    // Behind https, add `; Secure`. Strict: no other site can ask for a token in this user's name.
    if (cookie) response.setHeader('set-cookie', `${COOKIE}=${cookie}; HttpOnly; SameSite=Strict; Path=/`);
    // What was not read of a request that is too large would be taken for the next one.
    if (status === 413) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(answer));
  });
}

function accountRoutes(app, users) {
  return {
    async 'POST /signup'({ body }) {
      const user = await users.add(body.user, body.password);
      try {
        await app.createAccount(user.name, user.name);
      } catch (error) {
        users.remove(user);
        throw error;
      }
      return { user: user.name, cookie: users.signIn(user) };
    },

    async 'POST /login'({ body }) {
      const user = await users.verify(body.user, body.password);
      return { user: user.name, cookie: users.signIn(user) };
    },

    /** A lost phone: no device of this user stays signed in, neither here nor at Hullo. */
    async 'POST /logout-everywhere'({ cookie }) {
      const user = users.signedIn(cookie);
      // The cookies first: while Hullo is asked, nobody gets a token of the generation to come with an old one.
      users.signOut(user);
      user.generation = Math.max(user.generation, await app.revokeLoginTokens(user.name));
      return {};
    },
  };
}

function callRoutes(app, users, publicServer, signs) {
  return {
    /** What `Hullo.create()` and `login()` of the SDK take. */
    async 'POST /call-login'({ cookie }) {
      const { name, generation } = users.signedIn(cookie);
      const token = signs ? app.signLoginToken(name, generation) : await app.requestLoginToken(name);
      return { appKey: app.key, server: publicServer, accid: name, token };
    },

    /**
     * What `tokenHandler` of the SDK asks for, where the app was created with `--secure`. Who may be in which call is
     * yours to decide, here; that `uid` is this user's number in that call, Hullo checks. The token is this user's alone.
     */
    async 'POST /room-token'({ cookie, body: { callId, uid } }) {
      const { name } = users.signedIn(cookie);
      if (typeof callId !== 'string' || !Number.isSafeInteger(uid))
        throw new Refusal(400, 'callId and uid are needed');
      const token = signs
        ? app.signRoomToken(name, callId, uid)
        : await app.requestRoomToken(name, callId, uid);
      return { token };
    },
  };
}

async function answerTo(request, routes) {
  try {
    const route = routes[`${request.method} ${request.url}`];
    if (!route) throw new Refusal(404, 'there is nothing here');
    // A form of another site can send text; it cannot send this without being asked about first (CORS).
    if (request.headers['content-type'] !== 'application/json')
      throw new Refusal(415, 'content-type: application/json is needed');
    return await route({ cookie: cookieOf(request), body: await readJson(request) });
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, error: error.message };
    console.error(error);
    return { status: 500, error: 'something went wrong here' };
  }
}

function cookieOf(request) {
  const pairs = (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('='));
  return pairs.find(([name]) => name === COOKIE)?.[1];
}

async function readJson(request) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Refusal(413, `at most ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  try {
    const body = JSON.parse(Buffer.concat(chunks).toString() || '{}');
    if (typeof body === 'object' && body !== null) return body;
  } catch {}
  throw new Refusal(400, 'the body must be a JSON object');
}
