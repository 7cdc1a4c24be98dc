// One line of a paper chart, and the hydration check that it becomes. It was never saved at the bedside, and says so.

import { english_said } from '../said';
import { instant, local } from '../time';
import type { Fields } from '../types';
import { fill } from '../words';
import { MOST_ML } from './hydration_check';

export interface OnPaper {
  /** A member of staff's id, or `other` with `who_name`. */
  who: string;
  who_name: string;
  /** How many days ago: 0, 1 or 2. */
  day: string | null;
  /** As a clock shows it: 21:40. */
  time: string;
  outcome: string;
  drink: string;
  ml: string;
  reason: string;
  note: string;
}

export const PAPER_OUTCOMES = ['drank', 'refused', 'asleep', 'out', 'unwell', 'nil_by_mouth', 'restriction_reached', 'unsafe_to_swallow', 'comfort_only', 'not_observed'] as const;

type Wrong = 'who' | 'who_name' | 'day' | 'time' | 'future' | 'what' | 'drink' | 'ml' | 'most';

/** The instant that the line names on the home's clock; null where it names none. */
export function timeOnPaper(line: OnPaper, now_ms: number, zone: string): number | null {
  const [h, min] = line.time.split(':').map(Number);
  if (line.day === null || h === undefined || min === undefined || Number.isNaN(h + min)) return null;
  const { y, m, d } = local(now_ms, zone);
  const day = new Date(Date.UTC(y, m - 1, d - Number(line.day)));
  return instant({ y: day.getUTCFullYear(), m: day.getUTCMonth() + 1, d: day.getUTCDate(), h, min }, zone);
}

/** What is missing or cannot be, in the order of the form. */
export function wrongOnPaper(line: OnPaper, now_ms: number, zone: string): Wrong[] {
  const at = timeOnPaper(line, now_ms, zone);
  const drank = line.outcome === 'drank';
  const ml = amount(line);
  const found: [boolean, Wrong][] = [
    [!line.who, 'who'],
    [line.who === 'other' && !line.who_name.trim(), 'who_name'],
    [line.day === null, 'day'],
    [!line.time, 'time'],
    [at !== null && at > now_ms, 'future'],
    [!line.outcome, 'what'],
    [drank && !line.drink.trim(), 'drink'],
    [drank && ml === null, 'ml'],
    [drank && ml !== null && ml > MOST_ML, 'most'],
  ];
  return found.flatMap(([wrong, which]) => (wrong ? [which] : []));
}

/** Who typed it in is the entry's author; who gave it is `performed_by`, or stands in the note where it is nobody of this home. */
export function fromPaper(line: OnPaper, resident: string): Fields {
  const given = line.who === 'other' ? fill(english_said.said.paper.given_by, { name: line.who_name.trim() }) : '';
  const note = [given, line.note.trim()].filter(Boolean).join(' ');
  return {
    resident,
    outcome: line.outcome,
    source: 'paper',
    ...(line.who === 'other' ? {} : { performed_by: line.who }),
    ...(line.outcome === 'drank' ? { drink: line.drink.trim(), drunk_ml: amount(line), basis: 'estimated' } : {}),
    ...(line.outcome === 'refused' && line.reason ? { reason: line.reason } : {}),
    ...(note ? { note } : {}),
  };
}

function amount(line: OnPaper): number | null {
  const typed = line.ml.trim().replace(/\s*ml$/i, '').replaceAll(',', '');
  return /^\d+$/.test(typed) ? Number(typed) : null;
}
