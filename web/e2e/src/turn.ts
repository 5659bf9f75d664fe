// A real coturn on free ports, which takes credentials made from a shared secret.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePort } from './server.ts';

const binary = process.env.TURNSERVER ?? '/usr/bin/turnserver';

export class TurnServer {
  readonly secret = 'shared by coturn and hullo';
  #process: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hullo-turn-'));
  #log = '';

  private constructor(
    readonly port: number,
    private readonly host: string,
  ) {}

  static async start(host = '127.0.0.1'): Promise<TurnServer> {
    const server = new TurnServer(await freePort('tcp'), host);
    await server.#start();
    return server;
  }

  /** What `hullo.toml` says of it. TURN over TCP: where UDP does not pass, nothing else is left. */
  get settings(): string {
    return `[[ice_servers]]\nurls = ["turn:${this.host}:${this.port}?transport=tcp"]\nsecret = "${this.secret}"\nttl_s = 60\n`;
  }

  get log(): string {
    return this.#log;
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const args = [
      '-n',
      '--listening-ip',
      this.host,
      '--relay-ip',
      this.host,
      '--listening-port',
      String(this.port),
    ];
    args.push('--use-auth-secret', '--static-auth-secret', this.secret, '--realm', 'hullo.test');
    args.push('--no-tls', '--no-dtls', '--no-cli', '--cli-password', 'unused', '--allow-loopback-peers');
    args.push(
      '--log-file',
      'stdout',
      '--simple-log',
      '--verbose',
      '--pidfile',
      '/dev/null',
      // Of its own, and on a disk: one that it cannot make its tables in takes no shared secret either.
      '--db',
      join(this.#folder, 'turndb'),
    );
    const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-200_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.#process = child;
    await eventually('coturn listens', async () => {
      if (child.exitCode !== null) throw new Error(`coturn exited with ${child.exitCode}:\n${this.#log}`);
      return /TCP listener opened on/.test(this.#log);
    });
  }
}
