// The hybrid logical clock: the twin of sync/clock.py. It only never runs backwards; the server's time moves it forward,
// another tablet's never does, and nothing waits or is refused because of it.

import type { Counters } from './types';

const LARGEST_COUNT = 0xffff;
/** How far ahead of our own corrected time a server may pull the clock (sync/clock.py holds the same bound). */
const AHEAD_MS = 24 * 60 * 60_000;

/** The next reading: later than every one before, at or after corrected time. Pure. */
export function tick(counters: Counters, corrected_ms: number): Counters {
  if (corrected_ms > counters.clock_ms) return { ...counters, clock_ms: corrected_ms, clock_n: 0 };
  if (counters.clock_n < LARGEST_COUNT) return { ...counters, clock_n: counters.clock_n + 1 };
  return { ...counters, clock_ms: counters.clock_ms + 1, clock_n: 0 };
}

/** The clock after the server named its time; a time beyond the bound is ignored. Pure. */
export function observe(counters: Counters, server_ms: number, corrected_ms: number): Counters {
  if (server_ms <= counters.clock_ms || server_ms > Math.max(counters.clock_ms, corrected_ms) + AHEAD_MS) return counters;
  return { ...counters, clock_ms: server_ms, clock_n: 0 };
}

export function say(counters: Counters, device: string): string {
  const ms = String(counters.clock_ms).padStart(13, '0');
  return `${ms}-${counters.clock_n.toString(16).padStart(4, '0')}-${device}`;
}

/** RFC 3339 with an offset, always in UTC. */
export function iso(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}
