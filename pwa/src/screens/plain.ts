// A field and its value as a person would say them: no codes, no ids, no raw times.

import { say } from '../kinds/hydration_check';
import { levelWord } from '../kinds/hydration_plan';
import { shiftBounds } from '../shifts';
import { codesOf, fieldWords, formWords, kindWords, said } from '../said';
import { sayWhen } from '../time';
import type { Fields } from '../types';
import { authorName, staffName, view, zone, type Shown } from '../view';
import { fill, ml, sayMinutes, word, words } from '../words';

/** The question as its form asks it, else the word that refusals have for the field. */
export function fieldName(field: string, kind = ''): string {
  return formWords(kind).fields[field]?.label ?? fieldWords[field] ?? word({}, field);
}

export function valueOf(kind: string, field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return said.plain.none;
  if (field === 'struck_out') return value ? said.plain.struck : said.plain.kept;
  if (Array.isArray(value)) return value.map((one) => (field === 'red_flags' ? word(words.drink.red, one) : valueOf(kind, field, one))).join(', ');
  if (typeof value === 'boolean') return value ? said.plain.yes : said.plain.no;
  if (typeof value === 'number') return field.endsWith('_ml') || field === 'ml' ? ml(value) : field === 'iddsi_level' ? levelWord(value) : field === 'fraction' ? fill(said.plain.percent, { n: Math.round(value * 100) }) : String(value);
  if (typeof value === 'object') return itemLine(kind, value as Fields);
  if (typeof value !== 'string') return said.plain.list;
  const codes = codesOf(kind, field);
  if (codes?.[value]) return codes[value]!;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return sayWhen(Date.parse(value), Date.now(), zone());
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(value)) return nameOf(value);
  if (/^\d{4}-\d\d-\d\d\/(day|night)$/.test(value)) return sayShift(value);
  return field === 'reason' ? word(words.drink.reasons, value) : value;
}

/** Whoever or whatever the id belongs to, by its name. */
function nameOf(id: string): string {
  const fields = view(id)?.fields;
  return staffName(id) ?? String(fields?.['preferred_name'] ?? fields?.['name'] ?? said.plain.unknown);
}

/** "Day, 22 November": a shift as people say it. */
export function sayShift(shift: string): string {
  const bounds = shiftBounds(shift, zone());
  if (!bounds) return shift;
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone(), weekday: 'long', day: 'numeric', month: 'long' }).format(bounds[0]);
  return fill(said.form.shift[shift.endsWith('night') ? 'night' : 'day'], { day });
}

export function kindName(kind: string): string {
  return kindWords[kind] ?? word({}, kind);
}

/** One of a list of things: its answers, without its id. */
export function itemLine(kind: string, item: Fields): string {
  if (typeof item['words'] === 'string') return item['words'];
  const told = Object.entries(item).filter(([name, value]) => name !== 'id' && value !== null);
  return told.map(([name, value]) => (name === 'minutes' && typeof value === 'number' ? sayMinutes(value) : valueOf(kind, name, value))).join(', ');
}

/** The sentence of its form: "{type} · {harm}", without the parts that nobody answered. */
function sentenceOf(kind: string, fields: Fields): string | null {
  const parts = (formWords(kind).said ?? '').split(' · ').map((part) =>
    [...part.matchAll(/\{(\w+)\}/g)].every(([, name]) => fields[name!] !== undefined && fields[name!] !== null)
      ? part.replace(/\{(\w+)\}/g, (_, name: string) => valueOf(kind, name, fields[name]))
      : '');
  return parts.filter(Boolean).join(', ') || null;
}

/** The record in one line. */
export function inALine(kind: string, fields: Fields): string {
  if (kind === 'hydration_check') return say(fields);
  const sentence = sentenceOf(kind, fields);
  if (sentence) return `${kindName(kind)}: ${sentence}`;
  const own = fields['words'] ?? fields['about'] ?? fields['what'];
  return typeof own === 'string' ? `${kindName(kind)}: ${word({}, own)}` : kindName(kind);
}

/** Whom it is about, with the room, or null. */
export function personOf(shown: Pick<Shown, 'fields'>): string | null {
  const id = shown.fields['resident'];
  const person = typeof id === 'string' ? view(id)?.fields : null;
  if (!person) return typeof shown.fields['room'] === 'string' ? fill(words.residents.room, { room: shown.fields['room'] }) : null;
  const room = person['room'];
  return [person['preferred_name'], room && fill(words.residents.room, { room: String(room) })].filter(Boolean).join(', ');
}

/** Who recorded it. Whoever asked not to be named is named on no screen; only the ledger holds it. */
export function whoRecorded(of: { author: string | null; author_name?: string | null | undefined }, fields: Fields): string {
  return fields['anonymous'] === true ? said.plain.unnamed : (authorName(of) ?? said.plain.unknown);
}

/** Two versions, and when the other one was said: the newest that nobody at this tablet wrote. */
export function sayConflict({ conflicts }: Pick<Shown, 'conflicts'>): string {
  const [newest] = Object.values(conflicts).flat().sort((a, b) => b.occurred_at.localeCompare(a.occurred_at));
  return fill(words.default.conflict, { time: newest ? sayWhen(Date.parse(newest.occurred_at), Date.now(), zone()) : '' });
}
