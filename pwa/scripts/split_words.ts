// The words of the first route apart from the rest of the message file's section `app`.
//
// `messages.json?first` holds what the modules of the first route name (`words.nav.home`, or all of `words.state` where a
// code chooses among them), `messages.json?rest` everything else. Which modules these are is read from their own imports,
// so nobody keeps a list; the words of a screen that is fetched later come beside it (src/words_later.ts).

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';

type Words = { [name: string]: string | string[] | Words };
const MESSAGES = resolve('../sync/messages.json');

/** Every module that the first one imports before it runs. */
function firstRoute(path: string, seen = new Map<string, string>()): Map<string, string> {
  if (seen.has(path)) return seen;
  const source = readFileSync(path, 'utf8');
  seen.set(path, source);
  for (const [, typed, from] of source.matchAll(/^(?:import|export) (type )?[^;]*?from '(\.[^']+)';$/gm)) {
    const found = typed ? undefined : ['.ts', '.tsx'].map((end) => join(dirname(path), from + end)).find(existsSync);
    if (found) firstRoute(found, seen);
  }
  return seen;
}

function split(app: Words): { first: Words; rest: Words } {
  const first: Words = {};
  const rest = structuredClone(app);
  for (const source of firstRoute(resolve('src/main.tsx')).values()) {
    for (const [, section, key] of source.matchAll(/\bwords\.(\w+)(?:\.(\w+))?/g)) {
      const whole = app[section!];
      if (whole === undefined) continue;
      const named = typeof whole === 'object' && !Array.isArray(whole) && key !== undefined && key in whole;
      if (!named) {
        first[section!] = whole;
        delete rest[section!];
        continue;
      }
      if (rest[section!] === undefined) continue;
      ((first[section!] ??= {}) as Words)[key] = whole[key]!;
      delete (rest[section!] as Words)[key];
    }
  }
  return { first, rest };
}

export function splitWords(): Plugin {
  return {
    name: 'tidemark-split-words',
    enforce: 'pre',
    load(id) {
      const part = /\/sync\/messages\.json\?(first|rest)$/.exec(id)?.[1] as 'first' | 'rest' | undefined;
      if (!part) return null;
      this.addWatchFile(MESSAGES);
      const { app } = JSON.parse(readFileSync(MESSAGES, 'utf8')) as { app: Words };
      return JSON.stringify({ app: split(app)[part] });
    },
  };
}
