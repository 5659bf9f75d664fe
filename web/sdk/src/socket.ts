// The WebSocket to the server: one at a time, text frames, subprotocol hullo.v1.

const SUBPROTOCOL = 'hullo.v1';
const PATH = '/v1/ws';

/** What the socket reports. */
export interface SocketEvents {
  opened(): void;
  /** It was open, or could not be opened. */
  closed(wasOpen: boolean): void;
  frame(text: string): void;
}

/** At most one open WebSocket. Reports of one that was replaced or closed on purpose are dropped. */
export class Socket {
  /** Where it connects to. */
  readonly url: string;
  readonly #events: SocketEvents;
  #socket: WebSocket | undefined;

  constructor(url: string, events: SocketEvents) {
    this.url = url;
    this.#events = events;
  }

  /** Whether frames can be sent. */
  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Opens a new socket in place of any other. */
  open(): void {
    this.close();
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.url, SUBPROTOCOL);
    } catch {
      // The page may not connect there (mixed content, a content security policy): the same as a refused connection.
      this.#events.closed(false);
      return;
    }
    this.#socket = socket;
    const current = (report: () => void) => () => {
      if (this.#socket === socket) report();
    };
    let wasOpen = false;
    socket.onopen = current(() => {
      wasOpen = true;
      this.#events.opened();
    });
    socket.onclose = current(() => {
      this.#socket = undefined;
      this.#events.closed(wasOpen);
    });
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.#socket === socket && typeof data === 'string') this.#events.frame(data);
    };
  }

  /** Sends a text frame; dropped when the socket is not open, because the endpoint is then told that it closed. */
  send(text: string): void {
    if (this.isOpen) this.#socket?.send(text);
  }

  /** Closes the socket after what was sent has gone out; reports nothing. */
  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}

/**
 * Where the socket of a server is. Takes `http(s)` and `ws(s)` addresses and paths of the page's own server; its root when
 * there is none. Throws an error that says what to write instead.
 */
export function socketUrl(server: unknown): string {
  const url = parseServer(server ?? '/');
  url.protocol = url.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(url.protocol)) throw new Error(`not a server address: ${ADVICE}`);
  if (!url.pathname.endsWith(PATH)) url.pathname = url.pathname.replace(/\/$/, '') + PATH;
  url.hash = '';
  return url.href;
}

const ADVICE = "write 'https://calls.example.com'";

function parseServer(server: unknown): URL {
  if (typeof server !== 'string') throw new Error(`not a server address: ${ADVICE}`);
  const isPath = server.startsWith('/');
  // A page may live in a frame without an address of its own.
  const page = /^https?:/.test(globalThis.location?.protocol ?? '') ? location.href : undefined;
  if (isPath && !page) throw new Error(`there is no page whose server could be meant: ${ADVICE}`);
  try {
    // A host without `https://` is not taken for a path of the page.
    return new URL(server, isPath ? page : undefined);
  } catch {
    throw new Error(`not a server address: ${ADVICE}`);
  }
}
