// Every text of the build beside itself as the server sends it (server/app_files.py): Brotli for browsers on https, and gzip, a
// twentieth smaller than gzip -9 makes it. What is built once may take its time: Brotli is tried with several ways to write distances.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';

// No text of the build is larger than this window.
const WINDOW = 19;

function smallest(text) {
  const ways = [0, 1, 2, 3].flatMap((postfix) => [0, 1, 15].map((direct) => ({ [constants.BROTLI_PARAM_NPOSTFIX]: postfix, [constants.BROTLI_PARAM_NDIRECT]: direct << postfix })));
  return ways.map((way) => brotliCompressSync(text, { params: { ...way, [constants.BROTLI_PARAM_LGWIN]: WINDOW } })).reduce((one, other) => (other.length < one.length ? other : one));
}

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
  const path = join('dist', name);
  const text = readFileSync(path);
  writeFileSync(`${path}.gz`, await gzipAsync(text, { numiterations: 15 }));
  writeFileSync(`${path}.br`, smallest(text));
}
