// The home's own numbers, where it has set any: a value for a person stands before their unit's, that before the home's.

import { DEFAULTS, type Pace } from '../due';
import { state } from '../state';
import { ofKind } from '../view';

export function pace(person: string, unit: string | null, now: number): Pace {
  if (!state.byKind.get('threshold')?.size) return DEFAULTS;
  const set = ofKind('threshold')
    .filter(({ fields: { proposed_by: by, approved_by: second } }) => !by || (second && second !== by))
    .map((one) => ({ name: String(one.fields['name'] ?? ''), value: one.fields['value'], scope: String(one.fields['unit_or_person'] ?? ''), from: since(one.fields['from']), seq: one.seq ?? 0 }))
    .filter((one) => one.from <= now)
    .sort((a, b) => b.from - a.from || b.seq - a.seq);
  const found = Object.keys(DEFAULTS).map((name) => {
    const key = name as keyof Pace;
    const usable = set.filter((one) => one.name === `hydration.${name}` && typeof one.value === typeof DEFAULTS[key]);
    const value = [person, unit, ''].flatMap((scope) => usable.filter((one) => one.scope === scope))[0]?.value;
    return [key, value ?? DEFAULTS[key]];
  });
  return Object.fromEntries(found) as Pace;
}

function since(value: unknown): number {
  const at = Date.parse(String(value ?? ''));
  return Number.isNaN(at) ? 0 : at;
}
