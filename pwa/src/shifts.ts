// Shifts by name: `2026-11-22/night`, named by the day on which it starts. The twin of `shift_of` in sync/days.py.

import { instant, local } from './time';

const DAY_STARTS_H = 8;
const NIGHT_STARTS_H = 20;

export type ShiftName = 'day' | 'night';

function iso(y: number, m: number, d: number, days = 0): string {
  return new Date(Date.UTC(y, m - 1, d + days)).toISOString().slice(0, 10);
}

/** The shift that an instant falls in. */
export function shiftOf(ms: number, zone: string): string {
  const { y, m, d, h } = local(ms, zone);
  if (h >= NIGHT_STARTS_H) return `${iso(y, m, d)}/night`;
  return h >= DAY_STARTS_H ? `${iso(y, m, d)}/day` : `${iso(y, m, d, -1)}/night`;
}

/** When that shift begins and ends; null for a text that names none. */
export function shiftBounds(shift: string, zone: string): [number, number] | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)\/(day|night)$/.exec(shift);
  if (!found) return null;
  const [y, m, d] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const next = new Date(Date.UTC(y, m - 1, d + 1));
  const day = { y, m, d, min: 0 };
  if (found[4] === 'day') return [instant({ ...day, h: DAY_STARTS_H }, zone), instant({ ...day, h: NIGHT_STARTS_H }, zone)];
  const end = { y: next.getUTCFullYear(), m: next.getUTCMonth() + 1, d: next.getUTCDate(), h: DAY_STARTS_H, min: 0 };
  return [instant({ ...day, h: NIGHT_STARTS_H }, zone), instant(end, zone)];
}

/** The shift before the one of this name, by its name. */
export function shiftBefore(shift: string, zone: string): string {
  const bounds = shiftBounds(shift, zone);
  return bounds ? shiftOf(bounds[0] - 60_000, zone) : shift;
}

/** This shift and the `n - 1` after it. */
export function shiftsFrom(ms: number, n: number, zone: string): string[] {
  const found: string[] = [];
  for (let at = ms; found.length < n; ) {
    const name = shiftOf(at, zone);
    found.push(name);
    at = shiftBounds(name, zone)![1];
  }
  return found;
}
