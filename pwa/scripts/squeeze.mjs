// Every text of the build beside itself as the server sends it (server/app_files.py): Brotli for browsers on https, and gzip, a
// twentieth smaller than gzip -9 makes it, since what is built once may take its time. Brotli is tried with several ways of writing
// distances, the smallest is kept: every browser reads any of them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';

const DISTANCES = [[0, 0], [0, 1], [1, 0], [2, 8], [2, 32], [3, 0]];

function brotli(text) {
  const tried = DISTANCES.map(([postfix, direct]) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_NPOSTFIX]: postfix, [constants.BROTLI_PARAM_NDIRECT]: direct } }));
  return tried.reduce((least, one) => (one.length < least.length ? one : least));
}

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
  const path = join('dist', name);
  const text = readFileSync(path);
  writeFileSync(`${path}.gz`, await gzipAsync(text, { numiterations: 15 }));
  writeFileSync(`${path}.br`, brotli(text));
}
