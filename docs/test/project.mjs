// A folder in which a test follows a page: what the build makes is there, and blocks are written, run and started as they
// stand, but for their port numbers, which are replaced by free ones.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, freePort, root, run, serve, stop } from './programs.mjs';

/** What each program of the pages prints when it is ready. */
const READY = /hullo shows|the backend is ready|Local:/;

/** The ports that the pages name. */
const PORTS = ['3000', '5173', '7880'];

export class Project {
  #env;

  constructor(folder, ports) {
    this.folder = folder;
    this.ports = ports;
    /** Where blocks are followed; `mkdir` of a page makes it. */
    this.place = folder;
    this.#env = {
      HULLO: join(folder, 'dist'),
      HULLO_LISTEN: `127.0.0.1:${ports['7880']}`,
      HULLO_OPS_LISTEN: '127.0.0.1:0',
      HULLO_MEDIA_PORT: ports['7880'],
      npm_config_fund: 'false',
      npm_config_audit: 'false',
    };
  }

  static async make() {
    const folder = mkdtempSync(join(tmpdir(), 'hullo-page-'));
    const ports = {};
    for (const port of PORTS) ports[port] = String(await freePort());
    const project = new Project(folder, ports);
    await makeDist(join(folder, 'dist'));
    return project;
  }

  /** Does what a block says; resolves with what it printed, if it was run. */
  async follow({ file, does, code }) {
    const text = this.withPorts(code);
    if (file) return writeFileSync(join(this.place, file), text);
    if (does === 'run') {
      const printed = await run(text, { cwd: this.place, env: this.#env });
      const [, made] = /^mkdir (\S+)/.exec(text) ?? [];
      if (made) this.place = join(this.place, made);
      return printed;
    }
    if (does !== 'serve') return;
    const command = text.replace('npx vite', `npx vite --port ${this.ports['5173']}`);
    await serve(command, { cwd: this.place, env: this.#env, ready: READY });
  }

  withPorts(text) {
    return text.replace(new RegExp(`\\b(${PORTS.join('|')})\\b`, 'g'), (port) => this.ports[port]);
  }

  async remove() {
    await stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What `cargo xtask dist` makes: the program and the packages. */
async function makeDist(dist) {
  mkdirSync(dist);
  copyFileSync(binary, join(dist, 'hullo-0.1.0-of-this-machine'));
  await run(`node pack.mjs ${dist}`, { cwd: join(root, 'web') });
}
