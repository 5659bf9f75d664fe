// Somebody with the Objective-C component, in a process of its own under GNUstep (sdks/objc/test/face).
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';
import type { Server } from './server.ts';

const root = resolve(import.meta.dirname, '../../..');
const binary = process.env.HULLO_BIN ?? join(root, 'target/debug/hullo');

/** A line of what it says. */
interface Said {
  readonly answer?: number;
  readonly callback?: string;
  readonly arguments?: unknown[];
  readonly value?: unknown;
  readonly error?: { readonly kind: string; readonly message: string };
}

/** What it hears and sees. */
export interface Senses {
  /** The number, width, height and shade of the newest picture; empty before the first. */
  readonly seen: number[];
  /** 0 is silence, 1 the loudest. */
  readonly loudness: number;
}

/** A microphone that hears a tone, and a camera that sees one shade with a square that moves. */
export interface Devices {
  readonly hertz: number;
  readonly luma: number;
}

export class Face {
  readonly #said: Said[] = [];
  #commanded = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {
    if (!child.stdout) throw new Error('the process has no output');
    createInterface({ input: child.stdout }).on('line', (line) => this.#said.push(JSON.parse(line)));
  }

  /** Builds the program, starts it and signs in. */
  static async open(server: Server, accid: string, devices: Devices): Promise<Face> {
    const folder = mkdtempSync(join(tmpdir(), 'hullo-face-'));
    const program = join(folder, 'face');
    execFileSync(join(root, 'sdks/objc/test/build.sh'), [program, dirname(binary)]);
    const face = new Face(spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] }), folder);
    const store = join(folder, 'device.json');
    await face.does('setup', { server: server.url, app_key: 'demo', store, ...devices });
    const login = await (await fetch(`${server.url}/demo/session.json?accid=${accid}`)).json();
    await face.does('login', { user: login.accid, token: login.token });
    return face;
  }

  /** Asks for something; resolves with what it completes with, and rejects with why it failed. */
  async does(what: string, more: Record<string, unknown> = {}): Promise<unknown> {
    this.#commanded += 1;
    const number = this.#commanded;
    this.child.stdin?.write(`${JSON.stringify({ do: what, number, ...more })}\n`);
    const answer = await eventually(`the answer to ${what}`, async () =>
      this.#said.find((said) => said.answer === number),
    );
    if (answer.error) throw new Error(`${what}: ${answer.error.kind}: ${answer.error.message}`);
    return answer.value;
  }

  senses(): Promise<Senses> {
    return this.does('senses', { hertz: 1 }) as Promise<Senses>;
  }

  async hearsOf(callback: string): Promise<void> {
    await eventually(callback, async () => this.#said.some((said) => said.callback === callback));
  }

  count(callback: string): number {
    return this.#said.filter((said) => said.callback === callback).length;
  }

  close(): void {
    this.child.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
