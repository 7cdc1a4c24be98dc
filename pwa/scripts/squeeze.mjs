// Every text of the build beside itself as the server sends it (server/app_files.py): Brotli for browsers on https, and gzip, a
// twentieth smaller than gzip -9 makes it, since what is built once may take its time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
  const path = join('dist', name);
  const text = readFileSync(path);
  writeFileSync(`${path}.gz`, await gzipAsync(text, { numiterations: 15 }));
  writeFileSync(`${path}.br`, brotliCompressSync(text));
}
