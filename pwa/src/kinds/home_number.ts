// A number that the home has set for itself (a `threshold` record for the whole home), else the default it is given.

import { ofKind } from '../view';
import { state } from '../state';

/** The newest value in force at `now` of each threshold `<prefix>.<name>`; what the home has not set is the default's. */
export function homeNumbers<T extends Record<string, number>>(prefix: string, defaults: T, now: number): T {
  if (!state.byKind.get('threshold')?.size) return defaults;
  const set = ofKind('threshold')
    .filter((one) => !one.fields['unit_or_person'] && typeof one.fields['value'] === 'number')
    .map((one) => ({ name: String(one.fields['name']), value: one.fields['value'] as number, from: Date.parse(String(one.fields['from'] ?? '')) || 0, seq: one.seq ?? 0 }))
    .filter((one) => one.from <= now)
    .sort((a, b) => b.from - a.from || b.seq - a.seq);
  return Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, set.find((one) => one.name === `${prefix}.${name}`)?.value ?? value])) as T;
}
