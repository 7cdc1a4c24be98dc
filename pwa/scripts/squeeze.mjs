// Every text of the build beside itself as the server sends it (server/app_files.py): Brotli for browsers on https, and gzip, a
// twentieth smaller than gzip -9 makes it, since what is built once may take its time. Brotli guesses which of its ways suits a text;
// here a few are tried, and the smallest is kept.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
  const path = join('dist', name);
  const text = readFileSync(path);
  writeFileSync(`${path}.gz`, await gzipAsync(text, { numiterations: 15 }));
  writeFileSync(`${path}.br`, smallest(text));
}

function smallest(text) {
  const ways = [{}, { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_FONT }, { [constants.BROTLI_PARAM_NPOSTFIX]: 1 }];
  const tries = ways.flatMap((way) => [16, 18, 22].map((window) => brotliCompressSync(text, { params: { ...way, [constants.BROTLI_PARAM_LGWIN]: window } })));
  return tries.reduce((best, one) => (one.length < best.length ? one : best));
}
