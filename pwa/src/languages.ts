// The app in another language than English: a person's own choice, or the tablet's. Fetched only where somebody chose.
//
// Words are laid over the English ones in place (words.ts). Safety words (sync/safety_words.json) stay English until the
// home records who signed the translation: a `threshold` record named `words.safety_ro`, its value {version, signed_by}.
// Even then the English stands beside them. Times and amounts stay as the home writes them.

import { alerts, forms, kinds, refusals, screens } from '../../sync/messages.json?later';
import safety from '../../sync/safety_words.json';
import { meta, setMeta } from './db';
import { english_said } from './said';
import { session } from './session';
import { listen, tell } from './state';
import { correctedNow, ofKind } from './view';
import { english, overlay, pluralsOf, words } from './words';
import './words_later';

export type Language = 'en-GB' | 'ro';
interface Pack {
  safety_version: number;
  words: Record<string, object>;
}

const PACKS: Record<Exclude<Language, 'en-GB'>, () => Promise<Pack>> = {
  ro: async () => (await import('../../sync/messages.ro.json')).default,
};
const spoken: Record<string, object> = { app: words, alerts, forms, kinds, refusals, screens };
let kept: typeof spoken | null = null;

/** The English words as they were, copied before the first others are laid over them. */
function inEnglish(): typeof spoken {
  if (!kept) {
    kept = structuredClone(spoken);
    english.words = kept['app'] as typeof words;
    english_said.said = kept['screens'] as typeof screens;
    english.say = sayEnglish;
  }
  return kept;
}

/** What is put together from many words, for a record that everybody reads. At once: nothing is drawn in between. */
function sayEnglish<T>(what: () => T): T {
  const there = structuredClone(spoken);
  overlay(spoken, inEnglish());
  pluralsOf('en-GB');
  try {
    return what();
  } finally {
    overlay(spoken, there);
    pluralsOf(now.language);
  }
}

/** What the tablet speaks when nobody's own choice is known. It holds nothing of anybody, so localStorage may keep it. */
const KEY = 'tidemark-language';
let own: Record<string, Language> = {};
let now: { language: Language; signed: boolean } = { language: 'en-GB', signed: false };
let asked = 0;
let listening: Promise<void> | null = null;

const known = (code: string | null): Language => (code && code in PACKS ? (code as Language) : 'en-GB');

export function chosen(): { tablet: Language; mine: Language | null } {
  return { tablet: known(localStorage.getItem(KEY)), mine: own[session()?.id ?? ''] ?? null };
}

/** The tablet's language, or with null for `mine` the person's own is no longer kept. */
export async function choose(whose: 'tablet' | 'mine', language: Language | null): Promise<void> {
  await (listening ??= hear());
  const me = session()?.id;
  if (whose === 'tablet') localStorage.setItem(KEY, language ?? 'en-GB');
  else if (me) {
    const { [me]: _before, ...others } = own;
    own = language ? { ...others, [me]: language } : others;
    await setMeta('languages', own);
    // Says to the next start that somebody has chosen, and no more.
    if (localStorage.getItem(KEY) === null) localStorage.setItem(KEY, 'en-GB');
  }
  await speak();
}

/** Speak as chosen at the start of the app. */
export async function begin(): Promise<void> {
  await (listening ??= hear());
  await speak();
}

/** Once: from then on, speak again whenever another person comes to the tablet or a signature arrives. */
async function hear(): Promise<void> {
  own = (await meta('languages')) ?? {};
  for (const topic of ['session', 'records'] as const) listen(topic, () => void speak().catch(() => undefined));
}

async function speak(): Promise<void> {
  const { tablet, mine } = chosen();
  const language = mine ?? tablet;
  const turn = (asked += 1);
  const pack = language === 'en-GB' ? null : await PACKS[language]();
  const signed = pack !== null && isSigned(language, pack.safety_version);
  if (turn !== asked || (language === now.language && signed === now.signed)) return;
  now = { language, signed };
  const before = inEnglish();
  overlay(spoken, structuredClone(before));
  if (pack) {
    overlay(spoken, structuredClone(pack.words));
    for (const path of safety.paths) safely(path.split('.'), spoken, before, signed);
  }
  pluralsOf(language);
  document.documentElement.lang = language;
  tell('session', 'device');
}

/** Put the English back, or beside what a clinician has signed. */
function safely([name, ...rest]: string[], over: Record<string, unknown>, from: Record<string, unknown>, signed: boolean): void {
  const said = from[name!];
  if (rest.length) return safely(rest, over[name!] as typeof over, said as typeof from, signed);
  over[name!] = beside(over[name!], said, signed);
}

function beside(over: unknown, from: unknown, signed: boolean): unknown {
  if (typeof from === 'string') return signed && over !== from ? `${String(over)} (${from})` : from;
  const parts = Object.entries(from as object).map(([key, value]) => [key, beside((over as Record<string, unknown>)[key], value, signed)] as const);
  return Array.isArray(from) ? parts.map(([, value]) => value) : Object.assign(over as object, Object.fromEntries(parts));
}

/** The home has recorded that a named clinician signed this very version of the safety words. */
function isSigned(language: Language, version: number): boolean {
  const last = ofKind('threshold')
    .filter((one) => one.fields['name'] === `words.safety_${language}` && Date.parse(String(one.fields['from'] ?? 0)) <= correctedNow())
    .sort((a, b) => (b.seq ?? 0) - (a.seq ?? 0))[0];
  const value = last?.fields['value'] as { version?: unknown; signed_by?: unknown } | undefined;
  return value?.version === version && typeof value.signed_by === 'string' && value.signed_by.trim() !== '';
}
