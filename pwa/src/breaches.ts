// What one entry breaches, whoever it is for, before anybody else has heard of it: the twin of the rules in
// sync/rules/judging.py, held to them by tests/vectors/drink_breaches.json. Pure.

import type { Fields } from './types';

export type Breach = 'over_limit' | 'red_flag' | 'thickness';

export const HANDED_OVER = new Set(['given', 'left_within_reach']);

/** `before_ml` is what was drunk earlier in the care day, suspected doubles counted both. */
export function breaches(plan: Fields, entry: Fields, before_ml: number): Breach[] {
  const drunk = Number(entry['drunk_ml'] ?? 0);
  const [limit, planned, level, flags] = [plan['limit_ml'], plan['iddsi_level'], entry['iddsi_level'], entry['red_flags']];
  const found: Breach[] = [];
  if (drunk && typeof limit === 'number' && before_ml + drunk > limit) found.push('over_limit');
  if (Array.isArray(flags) && flags.length) found.push('red_flag');
  const reached = drunk > 0 || HANDED_OVER.has(String(entry['outcome']));
  if (reached && typeof planned === 'number' && typeof level === 'number' && planned !== level) found.push('thickness');
  return found;
}
