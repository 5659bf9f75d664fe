// Programs that a test starts: each in a process group of its own, which is ended as a whole.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export const root = resolve(import.meta.dirname, '../..');
export const binary = process.env.HULLO_BIN ?? join(root, 'target/debug/hullo');

const STARTS_MS = 60_000;

/** Those that run. */
const running = new Set();

/** Starts a shell command; resolves with it when its output has `ready`. */
export function serve(command, { cwd, env, ready }) {
  const child = spawn('bash', ['-c', command], { cwd, env: { ...process.env, ...env }, detached: true });
  running.add(child);
  return new Promise((done, failed) => {
    let output = '';
    const late = setTimeout(() => failed(new Error(`not ready: ${command}\n${output}`)), STARTS_MS);
    const look = (chunk) => {
      output += chunk;
      // Colours stand between words: a program is asked for them by `CI`, too.
      if (!ready.test(stripVTControlCharacters(output))) return;
      clearTimeout(late);
      done({ child, output: () => output });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) => {
      clearTimeout(late);
      running.delete(child);
      failed(new Error(`${command} ended with ${code}:\n${output}`));
    });
  });
}

/** Runs a shell command to its end; resolves with what it printed. */
export function run(command, { cwd, env } = {}) {
  return new Promise((done, failed) => {
    const child = spawn('bash', ['-ec', command], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.once('error', failed);
    child.once('exit', (code) =>
      code === 0 ? done(output) : failed(new Error(`${command} ended with ${code}:\n${output}${errors}`)),
    );
  });
}

/** Ends one program, or all that are still running. */
export async function stop(programs = running) {
  for (const child of [...programs]) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = new Promise((done) => child.once('exit', done));
    process.kill(-child.pid, 'SIGKILL');
    await gone;
  }
}

/** A TCP port that nobody has at this moment; UDP ports of the same number are taken to be free, too. */
export function freePort() {
  return new Promise((done, failed) => {
    const listener = createServer().once('error', failed);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => done(port));
    });
  });
}
