// The code blocks of a page. What stands after the language says what a test does with one: `file=NAME` is written into the
// folder, `run` is run, `serve` is started and stays.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '..');

/** The blocks of a page of docs/ in order: `{ language, file?, does?, code }`. */
export function blocksOf(page) {
  const text = readFileSync(join(docs, page), 'utf8');
  return [...text.matchAll(/^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm)].map(([, language, info = '', code]) => {
    const [, file] = /file=(\S+)/.exec(info) ?? [];
    return { language, file, does: file ? undefined : info || undefined, code };
  });
}
