// Every text of the build beside itself as the server sends it (server/app_files.py): gzip, a twentieth smaller than gzip -9
// makes it, since what is built once may take its time.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipAsync } from '@gfx/zopfli';

for (const name of readdirSync('dist', { recursive: true })) {
  if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
  const path = join('dist', name);
  writeFileSync(`${path}.gz`, await gzipAsync(readFileSync(path), { numiterations: 15 }));
}
