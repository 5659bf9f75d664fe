// The real program `hullo serve`, with one app, in secure mode by default, in a folder of its own.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const binary = process.env.HULLO_BIN ?? resolve(import.meta.dirname, '../../../target/debug/hullo');

/** Resolves when it listens: `{ server, key, secret, stop }`. `secure`: the app's calls need room tokens. */
export async function startHullo({ secure = true } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hullo-example-'));
  const settings = {
    DATA_DIR: folder,
    LISTEN: '127.0.0.1:0',
    OPS_LISTEN: '127.0.0.1:0',
    MEDIA_PORT: '0',
    LOG: 'warn',
  };
  const named = Object.entries(settings).map(([name, value]) => [`HULLO_${name}`, value]);
  const env = { ...process.env, ...Object.fromEntries(named) };
  const create = ['app', 'create', '--name', 'Example', ...(secure ? ['--secure'] : [])];
  const printed = execFileSync(binary, create, { cwd: folder, env });
  const [, key, secret] = /app_key = (\S+)\napp_secret = (\S+)/.exec(printed.toString());
  const child = spawn(binary, ['serve'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const [, server] = /^hullo listens on (\S+)/.exec(line) ?? [];
    if (server) return { server, key, secret, stop };
  }
  await stop();
  throw new Error(`${binary} serve ended before it listened`);
}
