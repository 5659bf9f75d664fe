// What a backend needs of Hullo: accounts, login tokens and room tokens. Copy this file.
import { createHmac } from 'node:crypto';

/** A login token is needed when a device signs in, and again when its connection comes back. */
const LOGIN_TOKEN_S = 24 * 60 * 60;
/** A room token is needed once, at the moment of joining. */
const ROOM_TOKEN_S = 5 * 60;
/** A server that does not answer in this time is treated as one that is down. */
const REQUEST_MS = 10_000;

/** One app of a Hullo server. The secret never leaves your backend. */
export class HulloApp {
  #server;
  #secret;

  /** `server`: such as `https://calls.example.com`; `key` and `secret`: what `hullo app create` has printed. */
  constructor({ server, key, secret }) {
    this.#server = server.replace(/\/$/, '');
    this.#secret = secret;
    this.key = key;
  }

  // By the HTTP API.

  /** Makes the account of a user; `accid` is 1 to 64 printable ASCII characters. One that exists already stays as it is. */
  async createAccount(accid, name) {
    await this.#request('POST', '/v1/accounts', { accid, name }, [201, 409]);
  }

  /** A token with which `accid` signs in. */
  async requestLoginToken(accid) {
    return (await this.#request('POST', tokensOf(accid), { ttl_s: LOGIN_TOKEN_S })).token;
  }

  /** A token with which `accid` enters the call as the participant `uid` (secure mode). */
  async requestRoomToken(accid, callId, uid) {
    const wanted = { call_id: callId, accid, uid, ttl_s: ROOM_TOKEN_S };
    return (await this.#request('POST', '/v1/room-tokens', wanted)).token;
  }

  /** Makes every login token of `accid` worthless and signs its devices out. Resolves with the generation that counts now. */
  async revokeLoginTokens(accid) {
    return (await this.#request('DELETE', tokensOf(accid))).token_generation;
  }

  // Without asking: a token is a JWT (RFC 7519), HS256, signed with the app's secret.

  /** The same as {@link requestLoginToken}; `generation` is what {@link revokeLoginTokens} said last, 0 before. */
  signLoginToken(accid, generation = 0) {
    return this.#sign({ aud: 'hullo.login', sub: accid, gen: generation }, LOGIN_TOKEN_S);
  }

  /** The same as {@link requestRoomToken}. */
  signRoomToken(accid, callId, uid) {
    return this.#sign({ aud: 'hullo.room', sub: accid, call_id: callId, uid }, ROOM_TOKEN_S);
  }

  #sign(claims, ttlS) {
    const exp = Math.floor(Date.now() / 1000) + ttlS;
    const head = base64url({ alg: 'HS256', typ: 'JWT' });
    const signed = `${head}.${base64url({ iss: this.key, exp, ...claims })}`;
    return `${signed}.${createHmac('sha256', this.#secret).update(signed).digest('base64url')}`;
  }

  async #request(method, path, body, statuses = [200, 201]) {
    const credentials = Buffer.from(`${this.key}:${this.#secret}`).toString('base64');
    const response = await fetch(this.#server + path, {
      method,
      headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    // A proxy between may answer something else.
    const answer = await response.json().catch(() => ({}));
    if (!statuses.includes(response.status)) {
      const { kind = 'error', message = response.statusText } = answer.error ?? {};
      throw new Error(`${method} ${path} was answered ${response.status} ${kind}: ${message}`);
    }
    return answer;
  }
}

/** Where the tokens of an account are. An id that means something in a path names no account. */
function tokensOf(accid) {
  if (accid === '.' || accid === '..') throw new Error(`${accid} is no accid`);
  return `/v1/accounts/${encodeURIComponent(accid)}/tokens`;
}

function base64url(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
