// A field and its value as a person would say them: no codes, no ids, no raw times.

import { say } from '../kinds/hydration_check';
import { levelWord } from '../kinds/hydration_plan';
import { codesOf, fieldWords, kindWords, said } from '../said';
import { sayWhen } from '../time';
import type { Fields } from '../types';
import { staffName, view, zone, type Shown } from '../view';
import { fill, ml, word, words } from '../words';

export function fieldName(field: string): string {
  return fieldWords[field] ?? word({}, field);
}

export function valueOf(kind: string, field: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return said.plain.none;
  if (field === 'struck_out') return value ? said.plain.struck : said.plain.kept;
  if (Array.isArray(value)) return value.map((one) => (field === 'red_flags' ? word(words.drink.red, one) : valueOf(kind, field, one))).join(', ');
  if (typeof value === 'boolean') return value ? said.plain.yes : said.plain.no;
  if (typeof value === 'number') return field.endsWith('_ml') || field === 'ml' ? ml(value) : field === 'iddsi_level' ? levelWord(value) : field === 'fraction' ? fill(said.plain.percent, { n: Math.round(value * 100) }) : String(value);
  if (typeof value !== 'string') return said.plain.list;
  const codes = codesOf(kind, field);
  if (codes?.[value]) return codes[value]!;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return sayWhen(Date.parse(value), Date.now(), zone());
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(value)) return nameOf(value);
  return field === 'reason' ? word(words.drink.reasons, value) : value;
}

/** Whoever or whatever the id belongs to, by its name. */
function nameOf(id: string): string {
  const fields = view(id)?.fields;
  return staffName(id) ?? String(fields?.['preferred_name'] ?? fields?.['name'] ?? said.plain.unknown);
}

export function kindName(kind: string): string {
  return kindWords[kind] ?? word({}, kind);
}

/** The record in one line. */
export function inALine(kind: string, fields: Fields): string {
  if (kind === 'hydration_check') return say(fields);
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
