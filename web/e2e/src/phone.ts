// `hullo answer` as a script uses it: a native client that sends the test picture and a tone.
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from './eventually.ts';
import type { Server } from './server.ts';

const binary = process.env.HULLO_BIN ?? resolve(import.meta.dirname, '../../../target/debug/hullo');

/** What it says of what happens: the events of the SDK, in the form of the core. */
interface Said {
  event: string;
  accid?: string;
  reason?: string;
}

export class Phone {
  readonly #said: Said[] = [];
  readonly #process: ChildProcess;

  private constructor(server: Server, accid: string) {
    const devices = ['--play', 'tone', '--record', 'nothing', '--video', 'test'];
    this.#process = spawn(
      binary,
      ['answer', '--as', accid, '--auto', '--json', '--server', server.url, ...devices],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    if (!this.#process.stdout) throw new Error('the telephone has no output');
    createInterface(this.#process.stdout).on('line', (line) => this.#said.push(JSON.parse(line)));
  }

  /** Waits for calls, which it answers by itself. */
  static async open(server: Server, accid: string): Promise<Phone> {
    const phone = new Phone(server, accid);
    await phone.says(({ event }) => event === 'connection_changed', 'it is signed in');
    return phone;
  }

  async says(is: (said: Said) => boolean, what: string): Promise<void> {
    await eventually(`the telephone says that ${what}`, async () => this.#said.some(is));
  }

  /** A first picture of each is decoded. */
  async seesAll(accids: string[]): Promise<void> {
    for (const accid of accids) {
      await this.says(
        (said) => said.event === 'first_video_frame' && said.accid === accid,
        `it sees ${accid}`,
      );
    }
  }

  close(): void {
    this.#process.kill('SIGINT');
  }
}
