// A web server of files, as dull as any: what was built is found where it was put.
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

export class Site {
  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  /** Serves the files of these folders, the first that has one, with a content security policy if one is given. */
  static async open(folders: string[], policy?: () => string): Promise<Site> {
    const server = createServer(async ({ url = '/' }, response) => {
      const path = normalize(new URL(url, 'http://site').pathname).replace(/\/$/, '/index.html');
      for (const folder of folders) {
        const body = await readFile(join(folder, path)).catch(() => undefined);
        if (!body) continue;
        if (policy) response.setHeader('content-security-policy', policy());
        response
          .writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
          .end(body);
        return;
      }
      response.writeHead(404).end();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    return new Site(`http://127.0.0.1:${port}`, server);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
