// Writes wasm/hullo_wasm_inline.js: the module deflated and as a text, so that it travels in a script like any other. Run by
// `cargo xtask wasm` in this folder.
import { readFileSync, writeFileSync } from 'node:fs';
import zopfli from '@gfx/zopfli';

const module = readFileSync('wasm/hullo_wasm_bg.wasm');
// Zopfli takes seconds where zlib takes milliseconds, and saves some five kilobytes of every download.
const deflated = Buffer.from(await zopfli.zlibAsync(module, { numiterations: 15 })).toString('base64');
writeFileSync('wasm/hullo_wasm_inline.js', `export const deflated = '${deflated}';\n`);
writeFileSync(
  'wasm/hullo_wasm_inline.d.ts',
  '/** The module: base64 of its bytes in the zlib format. */\nexport declare const deflated: string;\n',
);
console.log(`wasm: ${(deflated.length / 1e3).toFixed(1)} KB as it travels in a script`);
