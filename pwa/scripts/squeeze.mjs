// Every text of the build beside itself as the server sends it (server/app_files.py): Brotli for browsers on https, and gzip, a
// twentieth smaller than gzip -9 makes it, since what is built once may take its time. Brotli guesses which of its ways suits a text;
// here a few are tried, and the smallest is kept: every browser reads any of them.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { gzipAsync } from '@gfx/zopfli';

const WAYS = [0, 1, 2, 3].flatMap((postfix) => [0, 1].map((direct) => ({ [constants.BROTLI_PARAM_NPOSTFIX]: postfix, [constants.BROTLI_PARAM_NDIRECT]: direct << postfix })));
const WINDOWS = [16, 19];

function smallest(text) {
  const tries = WAYS.flatMap((way) => WINDOWS.map((window) => brotliCompressSync(text, { params: { ...way, [constants.BROTLI_PARAM_LGWIN]: window } })));
  return tries.reduce((best, one) => (one.length < best.length ? one : best));
}

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
  const path = join('dist', name);
  const text = readFileSync(path);
  writeFileSync(`${path}.gz`, await gzipAsync(text, { numiterations: 15 }));
  writeFileSync(`${path}.br`, smallest(text));
}
