// A fresh project in a folder of its own, with the tarballs installed by npm, and what its tools do in it.
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../../e2e/src/eventually.ts';
import { freePort } from '../../e2e/src/server.ts';
import { installed, lockOf, lockWith, manifestOf, packageOf, sourceOf, tarballs } from './recipe.mjs';

const execute = promisify(execFile);
const INSTALL_MS_MAX = 180_000;
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: undefined };

export class Project {
  readonly #running: ChildProcess[] = [];

  private constructor(readonly folder: string) {}

  /** Makes the project, or what changed of it since the last time. */
  static async install(name: string): Promise<Project> {
    const folder = join(installed, name);
    const files = readdirSync(tarballs)
      .filter((file) => file.endsWith('.tgz'))
      .map((file) => join(tarballs, file));
    const manifest = JSON.stringify(manifestOf(name, files), null, 2);
    const lock = JSON.stringify(
      lockWith(JSON.parse(readFileSync(lockOf(name), 'utf8')), JSON.parse(manifest), files),
    );
    const stamp = createHash('sha256').update(manifest).update(lock).digest('hex');

    const stampFile = join(folder, 'node_modules/.hullo-stamp');
    const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
    if (!isCurrent) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const entry of readdirSync(folder))
      if (entry !== 'node_modules') rmSync(join(folder, entry), { recursive: true });
    cpSync(sourceOf(name), folder, {
      recursive: true,
      filter: (path) => !['node_modules', 'dist'].includes(basename(path)),
    });
    writeFileSync(join(folder, 'package.json'), manifest);
    writeFileSync(join(folder, 'package-lock.json'), lock);
    const project = new Project(folder);
    if (isCurrent) {
      // With the same dependencies: what npm would do.
      for (const file of files) unpack(file, folder);
    } else {
      await execute('npm', ['ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], {
        cwd: folder,
        env,
        timeout: INSTALL_MS_MAX,
      });
      writeFileSync(stampFile, stamp);
    }
    // What the last run has optimised would hide what this one does.
    rmSync(join(folder, 'node_modules/.vite'), { recursive: true, force: true });
    return project;
  }

  /** Where a file of the project is. */
  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  /** Writes a file of the project. */
  write(file: string, content: string): void {
    writeFileSync(this.path(file), content);
  }

  /** Runs a tool to its end; rejects with what it has printed when it fails. */
  async run(tool: string, ...args: string[]): Promise<string> {
    try {
      const { stdout, stderr } = await execute(this.path(`node_modules/.bin/${tool}`), args, {
        cwd: this.folder,
        env,
      });
      return stdout + stderr;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${tool} ${args.join(' ')} failed:\n${stdout}${stderr}`);
    }
  }

  /** Starts a tool that serves, on a port that is its last argument; resolves with its address. */
  async serve(tool: string, ...args: string[]): Promise<string> {
    const port = await freePort('tcp');
    const child = spawn(this.path(`node_modules/.bin/${tool}`), [...args, String(port)], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#running.push(child);
    let log = '';
    const keep = (chunk: Buffer) => {
      log += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const url = `http://127.0.0.1:${port}`;
    await eventually(`${tool} serves`, async () => {
      if (child.exitCode !== null) throw new Error(`${tool} ended:\n${log}`);
      return (await fetch(url)).ok;
    });
    return url;
  }

  /** Ends what it serves, with whatever that has started. */
  stop(): void {
    for (const { pid, exitCode } of this.#running.splice(0))
      if (pid !== undefined && exitCode === null) process.kill(-pid, 'SIGKILL');
  }
}

/** Puts the content of a tarball where npm has put that of the last one. */
function unpack(file: string, folder: string): void {
  const target = join(folder, 'node_modules', packageOf(file).name);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', file, '-C', target, '--strip-components=1']);
}
