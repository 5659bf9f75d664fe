// A network of its own for a browser, in which no UDP leaves: a Linux network namespace, which root alone can make.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class WithoutUdp {
  /** Where this machine is reached from in there. */
  readonly host: string;
  readonly #name: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hullo-net-'));

  /** Whether this process may make one. */
  static get possible(): boolean {
    return process.platform === 'linux' && process.getuid?.() === 0;
  }

  constructor() {
    const number = process.pid % 250;
    this.#name = `hullo-${process.pid}`;
    this.host = `10.213.${number}.1`;
    const [outside, inside] = [`hu${process.pid}`, 'eth0'];
    ip('netns', 'add', this.#name);
    ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', this.#name);
    ip('addr', 'add', `${this.host}/30`, 'dev', outside);
    ip('link', 'set', outside, 'up');
    ip('-n', this.#name, 'addr', 'add', `10.213.${number}.2/30`, 'dev', inside);
    for (const device of [inside, 'lo']) ip('-n', this.#name, 'link', 'set', device, 'up');
    ip('-n', this.#name, 'route', 'add', 'default', 'via', this.host);
    ip('-n', this.#name, 'rule', 'add', 'pref', '1', 'ipproto', 'udp', 'prohibit');
  }

  /** The same program, which lives in there. */
  wrap(program: string): string {
    const script = join(this.#folder, 'run');
    writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${this.#name} ${program} "$@"\n`);
    chmodSync(script, 0o755);
    return script;
  }

  /** Both ends of its cable go with it. */
  remove(): void {
    ip('netns', 'delete', this.#name);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
