// A device's session at Hullo, as the SDK holds one: a WebSocket with the subprotocol hullo.v1, requests and replies.
import { once } from 'node:events';

export class Session {
  #socket;
  #lastId = 0;
  #replies = new Map();

  /** Connects; not signed in yet. */
  static async open(server) {
    const session = new Session();
    session.#socket = new WebSocket(`${server.replace(/^http/, 'ws')}/v1/ws`, 'hullo.v1');
    session.#socket.addEventListener('message', ({ data }) => {
      const frame = JSON.parse(data);
      session.#replies.get(frame.re)?.(frame);
    });
    await once(session.#socket, 'open');
    return session;
  }

  /** Signs in with what the backend gave. Resolves with the reply, `ok` or `error`. */
  login({ appKey, accid, token }) {
    return this.ask({
      op: 'session.login',
      app_key: appKey,
      accid,
      token,
      device: { id: accid, platform: 'web' },
    });
  }

  /** Sends a request; resolves with its reply, `ok` or `error`. */
  ask(request) {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#replies.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, request_id: crypto.randomUUID(), ...request }));
    });
  }

  close() {
    this.#socket.close();
  }
}
