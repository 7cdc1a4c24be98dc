// Local time of the home: care days (07:00 to 06:59), spoken times. The twin of the parts of sync/days.py a tablet needs.

import { words } from './words';

const formats = new Map<string, Intl.DateTimeFormat>();

interface Local {
  y: number;
  m: number;
  d: number;
  h: number;
  min: number;
}

function format(zone: string): Intl.DateTimeFormat {
  let known = formats.get(zone);
  if (!known) {
    const options = { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
    formats.set(zone, (known = new Intl.DateTimeFormat('en-GB', options)));
  }
  return known;
}

export function local(ms: number, zone: string): Local {
  const parts = Object.fromEntries(format(zone).formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  return { y: parts['year']!, m: parts['month']!, d: parts['day']!, h: parts['hour']!, min: parts['minute']! };
}

/** Every instant that a wall clock in `zone` shows as this: none or two on the nights when clocks change. */
export function instants(at: Local, zone: string): number[] {
  const wall = Date.UTC(at.y, at.m - 1, at.d, at.h, at.min);
  const found = new Set<number>();
  for (const guess of [wall - 26 * 3_600_000, wall, wall + 26 * 3_600_000]) {
    const seen = local(guess, zone);
    const shift = Date.UTC(seen.y, seen.m - 1, seen.d, seen.h, seen.min) - Math.floor(guess / 60_000) * 60_000;
    const instant = wall - shift;
    const back = local(instant, zone);
    if (back.h === at.h && back.min === at.min && back.d === at.d) found.add(instant);
  }
  return [...found].sort((a, b) => a - b);
}

/** The instant of a wall-clock time; in the hour that a clock change skips, the same distance after midnight. */
export function instant(at: Local, zone: string): number {
  const found = instants(at, zone);
  if (found.length) return found[0]!;
  const before = instants({ ...at, h: at.h - 1 }, zone);
  return (before[0] ?? Date.UTC(at.y, at.m - 1, at.d, at.h, at.min)) + 3_600_000;
}

function shifted(day: string, days: number): { y: number; m: number; d: number } {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return { y: at.getUTCFullYear(), m: at.getUTCMonth() + 1, d: at.getUTCDate() };
}

const DAY_STARTS_H = 7;

/** The care day that an instant belongs to, as 2026-11-22. */
export function careDay(ms: number, zone: string): string {
  const at = local(ms, zone);
  const day = `${at.y}-${String(at.m).padStart(2, '0')}-${String(at.d).padStart(2, '0')}`;
  if (at.h >= DAY_STARTS_H) return day;
  const { y, m, d } = shifted(day, -1);
  return `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
}

/** When that care day begins and ends. */
export function careDayBounds(day: string, zone: string): [number, number] {
  const start = { ...shifted(day, 0), h: DAY_STARTS_H, min: 0 };
  return [instant(start, zone), instant({ ...start, ...shifted(day, 1) }, zone)];
}

export function nextDay(day: string): string {
  const { y, m, d } = shifted(day, 1);
  return `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
}

/** The instant of `HH:MM` within a care day: times before 07:00 belong to its last night, unless the date is meant. */
export function withinCareDay(day: string, hhmm: string, zone: string, exactly = false): number {
  const [h = 0, min = 0] = hhmm.split(':').map(Number);
  return instant({ ...shifted(day, h < DAY_STARTS_H && !exactly ? 1 : 0), h, min }, zone);
}

/** The instant of a time, or of the start of a date at home; null for anything else. */
export function dayOrTime(value: unknown, zone: string): number | null {
  if (typeof value !== 'string') return null;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return instant({ ...shifted(value, 0), h: 0, min: 0 }, zone);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : at;
}

/** "5:30pm", "5pm", "midday", "midnight". */
export function sayTime(ms: number, zone: string): string {
  const { h, min } = local(ms, zone);
  if (min === 0 && h === 0) return words.span.midnight;
  if (min === 0 && h === 12) return words.span.midday;
  const minutes = min ? `:${String(min).padStart(2, '0')}` : '';
  return `${h % 12 || 12}${minutes}${h < 12 ? 'am' : 'pm'}`;
}

/** "6 August" when it was another day, with the time. */
export function sayWhen(ms: number, now: number, zone: string): string {
  const at = local(ms, zone);
  const today = local(now, zone);
  if (at.d === today.d && at.m === today.m && at.y === today.y) return sayTime(ms, zone);
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'long' }).format(ms);
  return `${sayTime(ms, zone)}, ${day}`;
}

export type Chosen = { ok: true; ms: number } | { ok: false };

/** What somebody means by a time of day: the last time the clock showed it, if that is at most 12 hours ago. */
export function lastTime(hhmm: string, now: number, zone: string): Chosen {
  const [h = NaN, min = NaN] = hhmm.split(':').map(Number);
  if (!Number.isInteger(h) || !Number.isInteger(min)) return { ok: false };
  const today = local(now, zone);
  const day = `${today.y}-${String(today.m).padStart(2, '0')}-${String(today.d).padStart(2, '0')}`;
  const found = [0, -1].flatMap((back) => instants({ ...shifted(day, back), h, min }, zone));
  const past = found.filter((ms) => ms <= now);
  const latest = Math.max(...past);
  const isToday = past.some((ms) => local(ms, zone).d === today.d);
  return isToday || now - latest <= 12 * 3_600_000 ? { ok: true, ms: latest } : { ok: false };
}
