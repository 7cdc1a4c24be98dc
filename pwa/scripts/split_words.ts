// The words of the first route apart from the rest of the message file's section `app`.
//
// `messages.json?first` holds what the modules of the first route name (`words.nav.home`, or all of `words.state` where a
// code chooses among them), `messages.json?rest` everything else. Which modules these are is read from their own imports,
// so nobody keeps a list; the words of a screen that is fetched later come beside it (src/words_later.ts). What is behind
// `?later` is those sections without what only the server's pages say. Both of
// these travel packed (src/packed.ts); the first few words do without what unpacks them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';

type Words = { [name: string]: string | string[] | Words };
const MESSAGES = resolve('../sync/messages.json');
const PACKED = resolve('src/packed.ts');

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

/** Of the sections that the server shares, what the app names: `alerts.rules`, `refusals.fields`. */
function later(all: Words): Words {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join('src', name), 'utf8'))
    .join('\n');
  const named = (section: 'alerts' | 'refusals') =>
    Object.fromEntries(Object.entries(all[section]!).filter(([key]) => new RegExp(`\\b${section}\\.${key}\\b`).test(source)));
  return { alerts: named('alerts'), forms: all['forms']!, kinds: held(all['kinds'] as Words), refusals: named('refusals'), screens: all['screens']! };
}

/** The words for kinds, without those that no tablet holds and none records: governance is on the pages alone. The roles are no kind;
 * the app has their words in its own section. */
function held(kinds: Words): Words {
  const gone = (kind: string) => {
    if (kind === 'roles') return true;
    const declared = resolve(`../sync/kinds/${kind}.py`);
    return existsSync(declared) && !existsSync(resolve(`src/kinds/${kind}.tsx`)) && !/holds=(ALWAYS|RECENT|OPEN)/.test(readFileSync(declared, 'utf8'));
  };
  const without = (of: Words) => Object.fromEntries(Object.entries(of).filter(([kind]) => !gone(kind)));
  // Roles are said as the first route says them.
  const { roles: _pages_alone, ...rest } = kinds;
  return { ...without(rest), names: without(kinds['names'] as Words) };
}

/** The code of a module with these words: names together and texts together, as like beside like squeezes best. */
function packed(words: Words): string {
  const texts: string[] = [];
  const put = (one: Words[string]): string => {
    if (typeof one === 'object' && !Array.isArray(one)) return `{${namesOf(one)}}`;
    texts.push(...[one].flat());
    return Array.isArray(one) ? `[${one.length},` : ',';
  };
  const namesOf = (of: Words): string => Object.entries(of).map(([name, one]) => name + put(one)).join('');
  const names = namesOf(words);
  if (texts.some((text) => text.includes('|'))) throw new Error('a text holds the mark between texts: |');
  return `import { unpack } from '${PACKED}';\nexport const { ${Object.keys(words).join(', ')} } = unpack(${JSON.stringify(names)}, ${JSON.stringify(texts.join('|'))});`;
}

export function splitWords(): Plugin {
  return {
    name: 'tidemark-split-words',
    enforce: 'pre',
    // Under a name that does not end as JSON does, so that nothing else reads it as such.
    resolveId: (id) => (/messages\.json\?(first|rest|later)$/.test(id) ? `\0words:${id.split('?')[1]}` : null),
    load(id) {
      const part = /^\0words:(\w+)$/.exec(id)?.[1];
      if (!part) return null;
      this.addWatchFile(MESSAGES);
      const all = JSON.parse(readFileSync(MESSAGES, 'utf8')) as { app: Words };
      if (part === 'first') return `export const app = ${JSON.stringify(split(all.app).first)};`;
      return packed(part === 'later' ? later(all) : { app: split(all.app).rest });
    },
  };
}
