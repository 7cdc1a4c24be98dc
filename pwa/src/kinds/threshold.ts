// The home's own numbers, where it has set any: a value for a person stands before their unit's, that before the home's.

import { DEFAULTS, type Pace } from '../due';
import { state, text } from '../state';
import { dayOrTime } from '../time';
import type { Fields } from '../types';
import { correctedNow, ofKind, zone } from '../view';

export function pace(person: string, unit: string | null, now: number): Pace {
  return settings(DEFAULTS, person, unit, now);
}

/** The values in force of the numbers `<about>.<name>`, each by its default where the home has set none. */
export function settings<T extends object>(defaults: T, person: string, unit: string | null, now: number, about = 'hydration'): T {
  if (!state.byKind.get('threshold')?.size) return defaults;
  const set = inForce(now);
  const found = Object.entries(defaults).map(([name, fallback]) => {
    const usable = set.filter((one) => one.name === `${about}.${name}` && typeof one.value === typeof fallback);
    const value = [person, unit, ''].flatMap((scope) => usable.filter((one) => one.scope === scope))[0]?.value;
    return [name, value ?? fallback];
  });
  return Object.fromEntries(found) as T;
}

/** A text of the home's own: a safety text in the words that a named person signed, or a standard's prompt; null where it has none. */
export function signedText(name: string): { words: string; by: string | null } | null {
  const found = inForce(correctedNow()).find((one) => one.name === name && !one.scope && typeof one.value === 'string');
  return found?.value ? { words: String(found.value), by: text(found.by) } : null;
}

/** Whether the manager has put a rule off until later, for a person, their unit or the home (sync/rules/catalogue.py). */
export function putOff(rule: string, person: string, unit: string | null, now: number): boolean {
  const set = inForce(now).filter((one) => one.name === `rule.${rule}`);
  const value = [person, unit, ''].flatMap((scope) => set.filter((one) => one.scope === scope))[0]?.value as { switch?: string; until?: string } | undefined;
  return value?.switch === 'off' && (dayOrTime(value.until, zone()) ?? 0) > now;
}

/** Everything that the home has set and that counts now, standards' prompts too (sync/rules/prompts.py), the newest first. */
function inForce(now: number) {
  return [...ofKind('threshold'), ...ofKind('standard').flatMap(({ fields, seq }) => ((fields['prompts'] ?? []) as Fields[]).map((one) => ({ fields: one, seq })))]
    .filter(({ fields: { proposed_by: by, approved_by: second } }) => !by || (second && second !== by))
    .map(({ fields, seq }) => ({ name: fields['name'], value: fields['value'], by: fields['approved_by'], scope: String(fields['unit_or_person'] ?? ''), from: since(fields['from']), seq: seq ?? 0 }))
    .filter((one) => one.from <= now)
    .sort((a, b) => b.from - a.from || b.seq - a.seq);
}

function since(value: unknown): number {
  const at = Date.parse(String(value ?? ''));
  return Number.isNaN(at) ? 0 : at;
}
