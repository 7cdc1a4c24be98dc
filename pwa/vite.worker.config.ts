import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig } from 'vite';
import { terserOptions } from './vite.config';

// What the worker keeps so that the app starts without a network: every file of the build but the worker itself, the
// pages' stylesheet, the icons that only installing asks for, and the other languages, of which it keeps those that
// somebody chose. Its name changes with any byte of them, so a browser sees a new worker exactly when there is one.
const DIST = 'dist';
function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
const built = files(DIST).filter((path) => !/(^|\/)(sw\.js|pages\.css|icon-(180|512|maskable-\d+)\.png)$/.test(path)).sort();
const language = (path: string) => /\/messages\.[a-z]{2}-[^/]*\.js$/.test(path);
const shell = built.filter((path) => !language(path));
const version = createHash('sha256');
for (const path of built) version.update(path).update(readFileSync(path));

export default defineConfig({
  base: '/app/',
  define: {
    __SHELL__: JSON.stringify(shell.map((path) => relative(DIST, path))),
    __LANGUAGES__: JSON.stringify(built.filter(language).map((path) => relative(DIST, path))),
    __VERSION__: JSON.stringify(version.digest('hex').slice(0, 16)),
  },
  json: { namedExports: true, stringify: false },
  publicDir: false,
  build: {
    target: 'es2022',
    emptyOutDir: false,
    minify: 'terser',
    terserOptions,
    // One classic script with nothing to import: every browser that has service workers can run it.
    rollupOptions: {
      input: 'src/sw/sw.ts',
      output: { format: 'iife', entryFileNames: 'sw.js', inlineDynamicImports: true },
    },
    modulePreload: { polyfill: false },
  },
});
