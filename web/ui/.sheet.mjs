import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
const [out, h, ...files] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const p = await b.newPage({ viewport: { width: 2000, height: 1000 } });
const html = files.map((f) => `<figure><img style="height:${h}px" src="data:image/png;base64,${readFileSync('/work/wt/screens/screenshots/' + f + '.png').toString('base64')}"><figcaption>${f}</figcaption></figure>`).join('');
await p.setContent(`<body style="margin:8px;display:inline-flex;flex-wrap:wrap;gap:8px;background:#888;font:12px sans-serif"><style>figure{margin:0}</style>${html}</body>`);
await p.screenshot({ path: out, fullPage: true });
await b.close();
