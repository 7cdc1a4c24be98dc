import { build } from 'vite';
import { gzipSync } from 'node:zlib';
import { writeFileSync } from 'node:fs';
process.chdir('/work/wt/size/pwa');
const gz = (s) => gzipSync(s, { level: 9 }).length;
export async function run(name, over = {}, extra = {}) {
  let rows = [], t = 0;
  await build({ configFile: 'vite.config.ts', logLevel: 'error', ...extra, build: { write: false, ...over }, plugins: [...(extra.plugins ?? []), { name: 's', enforce: 'post', generateBundle: { order: 'post', handler(_, b) { for (const c of Object.values(b)) { const s = c.code ?? c.source; if (!/\.(js|css)$/.test(c.fileName) || /messages\.ro/.test(c.fileName)) continue; const g = gz(Buffer.from(s)); t += g; rows.push([g, s.length, c.fileName]); if (process.env.OUT) writeFileSync(process.env.OUT + '/' + c.fileName.split('/').pop(), s); } } } }] });
  rows.sort((a, b) => b[0] - a[0]);
  console.log(name, t, rows.slice(0, 6).map((r) => `${r[2].replace('assets/', '')}=${r[0]}/${r[1]}`).join(' '), rows.length);
}
