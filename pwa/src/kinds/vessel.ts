// Cups and glasses that the home has measured: the tiles of the drink sheet.

import { routeOf } from '../due';
import { text } from '../state';
import { ofKind, ofResident } from '../view';
import { planOf } from './hydration_plan';

export interface Vessel {
  id: string;
  name: string;
  ml: number;
  drink: string | null;
}

export const MOST_TILES = 8;

/** Vessels for this person's route: those that they drink from first, then by name. */
export function vessels(resident: string): Vessel[] {
  const uses = new Map<string, number>();
  for (const check of ofResident(resident, 'hydration_check')) {
    const id = text(check.fields['vessel']);
    if (id) uses.set(id, (uses.get(id) ?? 0) + 1);
  }
  const own = routeOf(planOf(resident).fields);
  return ofKind('vessel')
    .filter((one) => !routeOf(one.fields) || routeOf(one.fields) === own)
    .filter((one) => one.fields['retired'] !== true && typeof one.fields['ml'] === 'number')
    .map((one) => ({
      id: one.record,
      name: text(one.fields['name']) ?? '?',
      ml: one.fields['ml'] as number,
      drink: text(one.fields['drink_default']),
    }))
    .sort((a, b) => (uses.get(b.id) ?? 0) - (uses.get(a.id) ?? 0) || a.name.localeCompare(b.name));
}

/** "Tea, mug": what is drunk and from what. */
export function sayVessel(drink: string | null, name: string | null): string {
  const said = [drink, name].filter(Boolean).join(', ') || '?';
  return said[0]!.toUpperCase() + said.slice(1);
}
