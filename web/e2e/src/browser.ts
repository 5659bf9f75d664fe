// Headless Chromium with synthetic camera and microphone, and the people who use it.

import type { Hullo } from '@hullo/sdk';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import type { WithoutUdp } from './namespace.ts';
import { moreSound, type Reception, receptionFrom } from './reception.ts';
import type { Server } from './server.ts';

declare global {
  interface Window {
    hullo: Hullo;
    /** Holds back the frames of the server (false), or delivers them, those that were held back first (true). */
    deliverFrames(on: boolean): void;
  }
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream=device-count=10,fps=30',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--disable-dev-shm-usage',
  '--mute-audio',
];

const program = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** `asShipped`: sound needs a gesture, as for everybody. */
export function launch(how?: 'asShipped'): Promise<Browser> {
  const args = how === 'asShipped' ? flags.filter((flag) => !flag.startsWith('--autoplay-policy')) : flags;
  return chromium.launch({ executablePath: program, args });
}

/** One that lives in another network, and asks this server for devices although it is neither on this machine nor encrypted. */
export function launchIn(network: WithoutUdp, server: Server): Promise<Browser> {
  const args = [...flags, `--unsafely-treat-insecure-origin-as-secure=${server.url}`];
  return chromium.launch({ executablePath: network.wrap(program), args });
}

export interface PersonOptions {
  /** Pixels; a desktop by default. */
  viewport?: { width: number; height: number };
  language?: 'en' | 'zh';
  /** What the system answers when the page asks for a device. */
  deny?: 'camera' | 'microphone' | 'both';
  /** The page keeps its connections, so that one can look at them; `relayed`: they may go through a TURN server alone. */
  connections?: 'kept' | 'relayed';
  /**
   * Which of the machine's cameras, from 0, at 160 by 120 and 8 pictures a second: for many pages on one small machine.
   * Each page needs its own, because Chromium stops a camera that five pages share.
   */
  smallCamera?: number;
}

/** Someone at the demo page. */
export class Person {
  private constructor(
    readonly accid: string,
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  static async open(
    browser: Browser,
    server: Server,
    accid: string,
    options: PersonOptions = {},
  ): Promise<Person> {
    const viewport = options.viewport ?? { width: 1280, height: 800 };
    const locale = options.language === 'zh' ? 'zh-CN' : 'en-US';
    // Without the permission a page does not learn which cameras there are.
    const permissions = options.smallCamera === undefined ? [] : ['camera', 'microphone'];
    const context = await browser.newContext({ viewport, locale, permissions });
    const page = await context.newPage();
    await page.addInitScript(gateFrames);
    if (options.connections) await page.addInitScript(keepConnections, options.connections);
    if (options.deny) await page.addInitScript(denyDevices, options.deny);
    if (options.smallCamera !== undefined) await page.addInitScript(shrinkCamera, options.smallCamera);
    const person = new Person(accid, page, context);
    await page.goto(`${server.url}/?as=${accid}`);
    await person.online();
    return person;
  }

  /** Resolves when the page is signed in. */
  async online(): Promise<void> {
    await eventually(`${this.accid} is signed in`, () =>
      this.page.evaluate(() => window.hullo?.connected && window.hullo.accid !== undefined),
    );
  }

  part(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  async press(testId: string): Promise<void> {
    await this.part(testId).click();
  }

  /** Opens the conversation and dials by its button. */
  async dial(accid: string, media: 'video' | 'voice'): Promise<void> {
    await this.press(`call-${media}-${accid}`);
  }

  /** Picks several in the demo's group picker and calls them. */
  async dialGroup(accids: string[], media: 'video' | 'voice'): Promise<void> {
    await this.press('new-group-call');
    for (const accid of accids) await this.press(`group-pick-${accid}`);
    await this.press(`group-call-${media}`);
  }

  /** Picks more people in the call's invite sheet. */
  async invite(accids: string[]): Promise<void> {
    await this.press('invite-button');
    for (const accid of accids) await this.press(`invite-${accid}`);
    await this.press('invite-send');
  }

  async sees(testId: string): Promise<void> {
    await this.part(testId).waitFor({ state: 'visible' });
  }

  state(): Promise<string> {
    return this.page.evaluate(() => window.hullo.state);
  }

  async becomes(state: string, deadlineMs?: number): Promise<void> {
    await eventually(`${this.accid} is ${state}`, async () => (await this.state()) === state, deadlineMs);
  }

  received(from: string): Promise<Reception> {
    return this.page.evaluate(receptionFrom, from);
  }

  /** Both sound and picture of `from` keep arriving: more of each than a moment ago. */
  async seesAndHears(from: string): Promise<void> {
    const before = await this.received(from);
    await eventually(`${this.accid} sees and hears ${from}`, async () => {
      const now = await this.received(from);
      return now.frames > before.frames + 5 && moreSound(before, now);
    });
    await eventually(`${this.accid} has a moving picture of ${from} on screen`, () => this.#pictureMoves());
  }

  /** Sound and pictures of all of these keep arriving, each of them more than a moment ago. */
  async seesAndHearsAll(others: string[]): Promise<void> {
    for (const from of others) {
      const before = await this.received(from);
      await eventually(
        `${this.accid} sees and hears ${from}`,
        async () => {
          const now = await this.received(from);
          return now.frames > before.frames + 2 && moreSound(before, now);
        },
        45_000,
      );
    }
  }

  async hears(from: string): Promise<void> {
    const before = await this.received(from);
    await eventually(`${this.accid} hears ${from}`, async () => {
      return moreSound(before, await this.received(from));
    });
  }

  /** Reads the pixels of the remote video twice: it must have colour and it must change. */
  async #pictureMoves(): Promise<boolean> {
    const video = this.part('hullo-remote-video');
    const sample = () => video.evaluate(pixelsOf);
    const first = await sample();
    const second = await eventually('another frame', async () => {
      const next = await sample();
      return next.sum !== first.sum ? next : undefined;
    });
    return first.spread > 40 && second.spread > 40;
  }

  /** Holds back the frames of the server, or delivers them. Those of the page go out all the same. */
  async deliverFrames(on: boolean): Promise<void> {
    await this.page.evaluate((wanted) => window.deliverFrames(wanted), on);
  }

  /** Cuts the page off from the network as DevTools does, or lets it back. */
  async setOffline(offline: boolean): Promise<void> {
    await this.context.setOffline(offline);
  }

  async hangUp(): Promise<void> {
    await this.page.evaluate(() => window.hullo?.hangup());
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** Sum and spread of the brightness of a video's current frame. Runs in the page. */
export function pixelsOf(element: Element): { sum: number; spread: number } {
  const inner = element instanceof HTMLVideoElement ? element : element.querySelector('video');
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 36;
  const context = canvas.getContext('2d');
  if (!inner || !context || inner.videoWidth === 0) return { sum: 0, spread: 0 };
  context.drawImage(inner, 0, 0, 64, 36);
  const { data } = context.getImageData(0, 0, 64, 36);
  let sum = 0;
  let low = 255;
  let high = 0;
  for (let i = 0; i < data.length; i += 4) {
    const light = ((data[i] ?? 0) + (data[i + 1] ?? 0) + (data[i + 2] ?? 0)) / 3;
    sum += light * (i + 1);
    low = Math.min(low, light);
    high = Math.max(high, light);
  }
  return { sum, spread: high - low };
}

/** Makes the system refuse devices as a person who presses "block" does. Runs in the page before its scripts. */
function denyDevices(which: string): void {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const denied =
      (constraints?.video && which !== 'microphone') || (constraints?.audio && which !== 'camera');
    if (denied) throw new DOMException('Permission denied', 'NotAllowedError');
    return real(constraints);
  };
  // Headless Chromium calls everything denied, and hands it out.
  navigator.permissions.query = async ({ name }) => {
    const blocked = which === 'both' || name === which;
    const state = blocked ? ('denied' as const) : ('prompt' as const);
    return Object.assign(new EventTarget(), { name, state, onchange: null }) as PermissionStatus;
  };
}

/** Gives the page a camera of its own whose picture costs little. Runs in the page before its scripts. */
function shrinkCamera(camera: number): void {
  const media = navigator.mediaDevices;
  const real = media.getUserMedia.bind(media);
  media.getUserMedia = async (constraints) => {
    if (!constraints?.video) return real(constraints);
    const cameras = (await media.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
    // Chromium's second one sees depth, and its third gives JPEG.
    const ordinary = cameras.filter((_, index) => index !== 1 && index !== 2);
    const deviceId = ordinary[camera % ordinary.length]?.deviceId;
    if (!deviceId) throw new Error('the page does not know its cameras');
    const video = { width: 160, height: 120, frameRate: 8, deviceId: { exact: deviceId } };
    return real({ ...constraints, video });
  };
}

/** Puts a gate before what arrives at the page's sockets. Runs in the page before its scripts. */
function gateFrames(): void {
  const held: (() => void)[] = [];
  let open = true;
  const plain = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    ...plain,
    set(this: WebSocket, handler: (event: MessageEvent) => void) {
      const gated = (event: MessageEvent) => (open ? handler(event) : held.push(() => handler(event)));
      plain?.set?.call(this, gated);
    },
  });
  window.deliverFrames = (on) => {
    open = on;
    if (on) for (const deliver of held.splice(0)) deliver();
  };
}

/** Runs in the page, which keeps the connections that are made; relayed, none takes another way than by a relay. */
function keepConnections(how: 'kept' | 'relayed'): void {
  const Native = window.RTCPeerConnection;
  const made: RTCPeerConnection[] = [];
  Object.assign(window, { connections: made });
  const force = (configuration?: RTCConfiguration): RTCConfiguration => ({
    ...configuration,
    ...(how === 'relayed' && { iceTransportPolicy: 'relay' }),
  });
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(force(configuration));
      made.push(this);
    }

    override setConfiguration(configuration?: RTCConfiguration): void {
      super.setConfiguration(force(configuration));
    }
  };
}
