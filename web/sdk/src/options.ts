// Refuses options that cannot work, before anything is loaded: each refusal says what to write instead.
import { HulloError } from './errors.ts';
import { socketUrl } from './socket.ts';
import type { HulloOptions } from './types.ts';

/** What is wrong with a value, and what to write instead; undefined when it is fine. */
type Check = (value: unknown) => string | undefined;

const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** One check for each option; of those that may be absent, only for values that are there. */
const CHECKS = {
  appKey: (value) => (isText(value) ? undefined : 'write the app_key that `hullo app create` has printed'),
  server: (value) =>
    typeof value === 'string'
      ? wrongServer(value)
      : 'write an address as a text, such as https://calls.example.com',
  tokenProvider: asynchronous('async () => (await fetch("/call-token")).text()'),
  tokenHandler: asynchronous('async (uid, callId) => …, which resolves with the room token'),
  deviceId: (value) =>
    typeof value === 'string' && DEVICE_ID.test(value)
      ? undefined
      : 'write 1 to 64 of A-Z, a-z, 0-9, _ and -, or leave it out',
  iceServers: (value) =>
    Array.isArray(value) && value.every(isIceServer)
      ? undefined
      : "write [{ urls: 'turn:turn.example.com', username, credential }]",
  iceTransportPolicy: (value) =>
    value === 'all' || value === 'relay' ? undefined : "write 'all' or 'relay'",
  storage: (value) =>
    hasMethods(value, ['getItem', 'setItem'])
      ? undefined
      : 'write an object with getItem() and setItem(), such as localStorage',
  wasm: (value) =>
    isModule(value)
      ? undefined
      : 'write the address of hullo.wasm, a Response, the bytes or a WebAssembly.Module',
} satisfies Record<keyof HulloOptions, Check>;

/** Names that people write for others. */
const MEANT: Readonly<Record<string, string>> = {
  key: 'appKey',
  app: 'appKey',
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

/** Throws a `HulloError` of the kind `bad_request` for the first option that is missing, unknown or senseless. */
export function checkOptions(options: HulloOptions): void {
  if (typeof options !== 'object' || options === null)
    refuse('it needs options: write Hullo.create({ appKey, server })');
  for (const [name, value] of Object.entries(options)) {
    if (!isKnown(name)) refuse(`there is no option \`${name}\`: ${meant(name)}`);
    const wrong = value === undefined ? undefined : CHECKS[name](value);
    if (wrong) refuse(`\`${name}\` is ${shown(value)}: ${wrong}`);
  }
  if (options.appKey === undefined) refuse(`\`appKey\` is missing: ${CHECKS.appKey(undefined)}`);
  if (options.server === undefined && !globalThis.location)
    refuse(
      '`server` is missing, and there is no page whose origin it could be: call it in a browser, or name the server',
    );
}

function refuse(what: string): never {
  throw HulloError.of('bad_request', `Hullo.create(): ${what}`);
}

function isKnown(name: string): name is keyof typeof CHECKS {
  return Object.hasOwn(CHECKS, name);
}

/** What to write in place of an unknown name. */
function meant(name: string): string {
  const plain = (text: string) => text.replaceAll('_', '').toLowerCase();
  const known = Object.keys(CHECKS);
  const instead = known.find((one) => plain(one) === plain(name)) ?? MEANT[name];
  return instead ? `write ${instead}` : `there are ${known.join(', ')}`;
}

function wrongServer(server: string): string | undefined {
  const page = globalThis.location;
  // Without a scheme it would be a path below the page.
  if (!/^[a-z]+:\/\/./i.test(server) && !(server.startsWith('/') && page))
    return 'write the scheme, too, such as https://calls.example.com';
  let url: URL;
  try {
    url = new URL(socketUrl(server));
  } catch {
    return 'write an address with http://, https://, ws:// or wss://';
  }
  // Browsers refuse it without a word to the page.
  if (page?.protocol === 'https:' && url.protocol === 'ws:' && !isLoopback(url.hostname))
    return `a page of https may not connect to it: write https://${url.host}`;
  return undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host.startsWith('127.') || host === '[::1]';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

/** A check for a function that the client will call. */
function asynchronous(example: string): Check {
  return (value) => (typeof value === 'function' ? undefined : `write a function: ${example}`);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}

function isIceServer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'urls' in value;
}

function isModule(value: unknown): boolean {
  return (
    isText(value) ||
    value instanceof URL ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value) ||
    value instanceof WebAssembly.Module ||
    (typeof Response !== 'undefined' && value instanceof Response)
  );
}

/** A value as a developer recognises it. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : `'${value}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}
