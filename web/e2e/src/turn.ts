// A real coturn on free ports of loopback, which takes credentials made from a shared secret.
import { type ChildProcess, spawn } from 'node:child_process';
import { eventually } from './eventually.ts';
import { freePort } from './server.ts';

const binary = process.env.TURNSERVER ?? '/usr/bin/turnserver';

export class TurnServer {
  readonly secret = 'shared by coturn and hullo';
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(readonly port: number) {}

  static async start(): Promise<TurnServer> {
    const server = new TurnServer(await freePort('tcp'));
    await server.#start();
    return server;
  }

  /** What `hullo.toml` says of it. TURN over TCP: where UDP does not pass, nothing else is left. */
  get settings(): string {
    return `[[ice_servers]]\nurls = ["turn:127.0.0.1:${this.port}?transport=tcp"]\nsecret = "${this.secret}"\nttl_s = 60\n`;
  }

  get log(): string {
    return this.#log;
  }

  stop(): void {
    this.#process?.kill('SIGKILL');
  }

  async #start(): Promise<void> {
    const address = '127.0.0.1';
    const args = [
      '-n',
      '--listening-ip',
      address,
      '--relay-ip',
      address,
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
      '--db',
      '/dev/null',
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
