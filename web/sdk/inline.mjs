// Writes wasm/hullo_wasm_inline.js: the module deflated and as a text, so that it travels in a script like any other. Run by
// `cargo xtask wasm` in this folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { constants, deflateSync } from 'node:zlib';

const module = readFileSync('wasm/hullo_wasm_bg.wasm');
const deflated = deflateSync(module, { level: constants.Z_BEST_COMPRESSION, memLevel: 9 }).toString('base64');
writeFileSync('wasm/hullo_wasm_inline.js', `export const deflated = '${deflated}';\n`);
writeFileSync(
  'wasm/hullo_wasm_inline.d.ts',
  '/** The module: base64 of its bytes in the zlib format. */\nexport declare const deflated: string;\n',
);
console.log(`wasm: ${(deflated.length / 1e3).toFixed(1)} KB as it travels in a script`);
