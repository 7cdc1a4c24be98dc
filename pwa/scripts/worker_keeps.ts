// What the worker keeps so that the app starts without a network: every file of the build but the worker itself, the icons
// that only installing asks for, and the other languages, of which it keeps those that somebody chose. Its name changes
// with any byte of them, so a browser sees a new worker exactly when there is one.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

export const WORKER = 'sw.js';
const ONLY_INSTALLING = /^icon-(180|512|maskable-\d+)\.png$/;
const LANGUAGE = /\/messages\.[a-z]{2}-[^/]*\.js$/;

export function workerKeeps(): Plugin {
  let shown = '';
  return {
    name: 'tidemark-worker-keeps',
    enforce: 'post',
    configResolved(config) {
      shown = config.publicDir;
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const worker = bundle[WORKER];
        if (worker?.type !== 'chunk') return this.error('the worker was not built');
        const files = new Map<string, string | Uint8Array>(readdirSync(shown).map((name) => [name, readFileSync(join(shown, name))]));
        for (const made of Object.values(bundle)) if (made !== worker) files.set(made.fileName, made.type === 'chunk' ? made.code : made.source);
        const kept = [...files.keys()].filter((name) => !ONLY_INSTALLING.test(name)).sort();
        const version = createHash('sha256');
        for (const name of kept) version.update(name).update(files.get(name)!);
        const lists = {
          __SHELL__: kept.filter((name) => !LANGUAGE.test(name)),
          __LANGUAGES__: kept.filter((name) => LANGUAGE.test(name)),
          __VERSION__: version.digest('hex').slice(0, 16),
        };
        for (const [name, list] of Object.entries(lists)) {
          if (worker.code.split(name).length !== 2) this.error(`the worker names ${name} once`);
          worker.code = worker.code.replace(name, () => JSON.stringify(list));
        }
      },
    },
  };
}
