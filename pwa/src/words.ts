// Every word shown comes from the message file that the server shares (sync/messages.json, section `app`).

import { app } from '../../sync/messages.json?first';

export const words = app;

/** The same in English, whatever language is on the screen: for what is kept in a record, which everybody reads. */
export const english = {
  words: app,
  /** Says something with every word in English; the languages put their own way in here. */
  say: <T>(what: () => T): T => what(),
};

/** Lay words over words, section by section, in place: whoever holds a section reads the new ones. */
export function overlay<T extends object>(under: T, over: object): void {
  for (const [key, value] of Object.entries(over)) {
    const below = under[key as keyof T];
    if (below && typeof below === 'object' && !Array.isArray(value)) overlay(below, value as object);
    else under[key as keyof T] = value as T[keyof T];
  }
}

/** "{n} not sent" with n=4 is "4 not sent". */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

let plurals = new Intl.PluralRules('en-GB');

export function pluralsOf(language: string): void {
  plurals = new Intl.PluralRules(language);
}

/** "1 minute", "4 minutes": in the form that the language has for the number; some have more than two. */
export function plural(of: { one: string; other: string } & Partial<Record<Intl.LDMLPluralRule, string>>, n: number): string {
  return fill(of[plurals.select(n)] ?? of.other, { n });
}

const numbers = new Intl.NumberFormat('en-GB');

/** "1,200". */
export function grouped(amount: number): string {
  return numbers.format(Math.round(amount));
}

/** "1,200ml": whole millilitres, no decimals. */
export function ml(amount: number): string {
  return `${grouped(amount)}ml`;
}

/** The word for a code; an open code that we have no word for reads as itself, without underscores. */
export function word(of: Record<string, string>, code: unknown): string {
  const text = String(code ?? '');
  return of[text] ?? text.replaceAll('_', ' ');
}

/** "1 hour 20 minutes". */
export function sayMinutes(minutes: number): string {
  const whole = Math.round(minutes);
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  return [hours ? plural(words.span.hours, hours) : '', rest || !hours ? plural(words.span.minutes, rest) : ''].filter(Boolean).join(' ');
}
