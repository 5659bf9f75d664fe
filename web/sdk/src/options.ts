// What `create` is given, checked: each refusal says what to write instead.
import { HulloError, messageOf } from './errors.ts';
import { socketUrl } from './socket.ts';
import type { HulloOptions } from './types.ts';

/** Says what is wrong with a value and what to write instead; undefined when it is well. */
type Check = (value: unknown) => string | undefined;

const isFunction: Check = (value) => (typeof value === 'function' ? undefined : 'write a function');

const CHECKS: { readonly [Name in keyof Required<HulloOptions>]: Check } = {
  appKey: (value) =>
    typeof value === 'string' && value !== ''
      ? undefined
      : "write the key that `hullo app create` has printed, such as { appKey: 'demo' }",
  server: checkServer,
  tokenProvider: isFunction,
  tokenHandler: isFunction,
  beforeCall: isFunction,
  beforeAccept: isFunction,
  deviceId: (value) =>
    typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value)
      ? undefined
      : 'write 1 to 64 of A-Z, a-z, 0-9, _ and -, or leave it out: each tab is then a device of its own',
  iceServers: checkIceServers,
  iceTransportPolicy: (value) =>
    value === 'all' || value === 'relay' ? undefined : "write 'all' or 'relay'",
  storage: (value) =>
    hasMethods(value, 'getItem', 'setItem')
      ? undefined
      : 'write an object with getItem and setItem, such as localStorage',
  wasm: (value) =>
    isModule(value)
      ? undefined
      : 'write the address of hullo.wasm, a Response, its bytes or a WebAssembly.Module',
  signal: (value) =>
    hasMethods(value, 'addEventListener') && 'aborted' in Object(value)
      ? undefined
      : 'write the signal of an AbortController',
};

/** Throws `invalid_argument` for what no client can be made with. An option that is undefined counts as left out. */
export function checkOptions(options: HulloOptions): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null) {
    throw refusal(
      `create was given ${describe(given)}: write Hullo.create({ appKey: '...', server: 'https://...' })`,
    );
  }
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(CHECKS, name)) throw refusal(unknownOption(name));
  }
  for (const [name, check] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(given, name);
    const isLeftOut = value === undefined && name !== 'appKey' && name !== 'server';
    const advice = isLeftOut ? undefined : check(value);
    if (advice === undefined) continue;
    const problem = value === undefined ? 'is missing' : `is ${describe(value)}`;
    throw refusal(`${name} ${problem}: ${advice}`);
  }
}

function refusal(message: string): HulloError {
  return HulloError.of('invalid_argument', message);
}

function checkServer(server: unknown): string | undefined {
  try {
    const { protocol, host, hostname } = new URL(socketUrl(server));
    const isMixed = protocol === 'ws:' && globalThis.location?.protocol === 'https:' && !isLoopback(hostname);
    return isMixed ? `a page of https may not connect to it: write 'https://${host}'` : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Where browsers take plain http for secure. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]';
}

function isModule(value: unknown): boolean {
  if (typeof value === 'string') return value !== '';
  const kinds = [URL, ArrayBuffer, WebAssembly.Module, globalThis.Response];
  return ArrayBuffer.isView(value) || kinds.some((kind) => kind && value instanceof kind);
}

const ICE_SCHEME = /^(stuns?|turns?):[^/]/;

function checkIceServers(servers: unknown): string | undefined {
  const example = "write [{ urls: 'turn:turn.example.com:3478', username: '...', credential: '...' }]";
  if (!Array.isArray(servers)) return example;
  for (const server of servers as unknown[]) {
    const { urls, username, credential } = Object(server) as Record<string, unknown>;
    const list: unknown[] = Array.isArray(urls) ? urls : [urls];
    const wrong = list.find((url) => typeof url !== 'string' || !ICE_SCHEME.test(url));
    if (list.length === 0 || list.includes(wrong)) {
      return `${describe(wrong)} is no address of a STUN or TURN server; ${example}`;
    }
    const isTurn = list.some((url) => String(url).startsWith('turn'));
    if (isTurn && (typeof username !== 'string' || typeof credential !== 'string')) {
      return `${describe(list[0])} needs username and credential; ${example}`;
    }
  }
  return undefined;
}

/** What people write in other words. */
const MEANT: Readonly<Record<string, string>> = {
  url: 'server',
  host: 'server',
  serverUrl: 'server',
  baseUrl: 'server',
  endpoint: 'server',
  accid: 'login(accid, token)',
  user: 'login(accid, token)',
  token: 'login(accid, token), or tokenProvider',
  getToken: 'tokenProvider',
};

function unknownOption(name: string): string {
  const typo = Object.keys(CHECKS).find((known) => isTypo(known.toLowerCase(), name.toLowerCase()));
  const meant = Object.hasOwn(MEANT, name) ? MEANT[name] : typo;
  const advice = meant ? `write ${meant}` : `there are ${Object.keys(CHECKS).join(', ')}`;
  return `there is no option ${name}: ${advice}`;
}

/** Whether two names are the same but for a letter or two, underscores aside. */
function isTypo(known: string, name: string): boolean {
  const written = name.replace(/[_-]/g, '');
  const letters = [...known].filter((letter, index) => written[index] !== letter).length;
  return (
    written === known ||
    (known.length > 4 && (letters <= 1 || known.startsWith(written) || written.startsWith(known)))
  );
}

function hasMethods(value: unknown, ...names: string[]): boolean {
  const methods = Object(value) as Record<string, unknown>;
  return names.every((name) => typeof methods[name] === 'function');
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
