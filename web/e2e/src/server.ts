// The real program `hullo demo` on free ports with a folder of its own; can be killed and started again.
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from './eventually.ts';

const binary = process.env.HULLO_BIN ?? resolve(import.meta.dirname, '../../../target/debug/hullo');

export interface ServerOptions {
  /** Calls need room tokens. */
  secure?: boolean;
  /** An account in a call is rung all the same (call waiting). */
  callWaiting?: boolean;
  /** Where it serves; this machine alone by default. */
  host?: string;
  /** Settings, as in a file. */
  settings?: string;
}

export class Server {
  readonly url: string;
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(
    private readonly port: number,
    private readonly mediaPort: number,
    private readonly folder: string,
    private readonly options: ServerOptions,
  ) {
    this.url = `http://${this.#host}:${port}`;
  }

  static async start(options: ServerOptions = {}): Promise<Server> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: run cargo build -p hullo-server first`);
    const folder = mkdtempSync(join(tmpdir(), 'hullo-e2e-'));
    const server = new Server(await freePort('tcp'), await freePort('udp'), folder, options);
    await server.restart();
    return server;
  }

  get #host(): string {
    return this.options.host ?? '127.0.0.1';
  }

  /** Starts the program again on the same ports and the same data; resolves when it is healthy. */
  async restart(): Promise<void> {
    const args = ['demo', '--listen', `${this.#host}:${this.port}`];
    if (this.options.host) args.push('--behind-proxy');
    args.push('--ops-listen', '127.0.0.1:0', '--ops-public');
    args.push('--media-port', String(this.mediaPort), '--data-dir', this.folder);
    if (this.options.settings) {
      const file = join(this.folder, 'hullo.toml');
      writeFileSync(file, this.options.settings);
      args.push('--config', file);
    }
    if (this.options.secure) args.push('--secure');
    if (this.options.callWaiting) args.push('--busy', 'ring');
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-200_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#process = child;
    await eventually(`the server is healthy\n${this.#log}`, async () => {
      if (child.exitCode !== null) throw new Error(`hullo exited with ${child.exitCode}:\n${this.#log}`);
      return (await fetch(`${this.url}/readyz`)).ok;
    });
  }

  /** Kills the program as a crash would, with signal 9. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get log(): string {
    return this.#log;
  }
}

export function freePort(kind: 'tcp' | 'udp'): Promise<number> {
  return new Promise((done, failed) => {
    if (kind === 'udp') {
      const socket = createSocket('udp4');
      socket.once('error', failed);
      socket.bind(0, '127.0.0.1', () => {
        const { port } = socket.address();
        socket.close(() => done(port));
      });
      return;
    }
    const listener = createServer();
    listener.once('error', failed);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      listener.close(() => done(port));
    });
  });
}
