// Shifts of the home: day from 08:00, night from 20:00, on its own clock. The twin of the shifts in sync/days.py.

import { instant, local, nextDay } from './time';

const STARTS_H = { day: 8, night: 20 } as const;

/** The shift that an instant falls in, as "2026-11-22/night": named by the day on which it starts. */
export function shiftOf(ms: number, zone: string): string {
  const at = local(ms, zone);
  const before = at.h < STARTS_H.day;
  const date = new Date(Date.UTC(at.y, at.m - 1, at.d - (before ? 1 : 0))).toISOString().slice(0, 10);
  return `${date}/${before || at.h >= STARTS_H.night ? 'night' : 'day'}`;
}

/** When that shift begins and ends. */
export function shiftBounds(shift: string, zone: string): [start: number, end: number] {
  const day = dayOf(shift);
  const at = (date: string, h: number) => {
    const [y, m, d] = date.split('-').map(Number) as [number, number, number];
    return instant({ y, m, d, h, min: 0 }, zone);
  };
  return shift.endsWith('/day') ? [at(day, STARTS_H.day), at(day, STARTS_H.night)] : [at(day, STARTS_H.night), at(nextDay(day), STARTS_H.day)];
}

/** The care day whose windows a shift answers for. */
export function dayOf(shift: string): string {
  return shift.slice(0, 10);
}
