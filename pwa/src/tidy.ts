// Ageing out is the tablet's own work: of what happens to people it holds today's and yesterday's care day. Nothing
// unsent is ever touched.

import { strictly, type Writing } from './db';
import { isSealed } from './rows';
import { dropRecord, moved, state, tell } from './state';
import { careDay, careDayBounds } from './time';
import type { Change } from './types';
import { correctedNow, zone } from './view';

const RECENT = new Set(['hydration_check', 'shift_hydration_check', 'deployment_observation', 'contact', 'incident', 'daily_note', 'care_review_note', 'emergency_look', 'double_check']);
/** Held with all that belongs to an appointment, for so many days after it and after the last word on it (sync/kinds/appointment.py). */
const LONGER = new Set(['appointment', 'appointment_outcome', 'follow_up']);
const LONGER_DAYS = 29;
const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;

export async function prune(): Promise<void> {
  const now = correctedNow();
  const [yesterday] = careDayBounds(careDay(now - DAY_MS, zone()), zone());
  const old = [...state.records.values()]
    .filter((one) => !state.overlay.has(one.record) && (RECENT.has(one.kind) ? Date.parse(one.occurred_at) < yesterday : LONGER.has(one.kind) && over(one, now)))
    .map((one) => one.record);
  if (old.length) {
    await strictly(['records'], async (tx) => {
      for (const id of old) void tx.objectStore('records').delete(id);
    });
    moved();
    for (const id of old) dropRecord(id);
    tell('records');
  }
  await strictly(['queue', 'sent', 'looks', 'keys'], (tx) => dropCopies(tx, state.standing.safe, now)).catch(() => undefined);
  setTimeout(() => void prune().catch(() => undefined), EVERY_MS);
}

/** Long past, and nothing of it is open: what still is stays, however old. */
function over({ kind, fields, history, received_at }: Change, now: number): boolean {
  if (kind === 'follow_up' && fields['status'] !== 'done' && fields['status'] !== 'not_needed') return false;
  if (kind === 'appointment_outcome' && (fields['attendance'] === 'awaiting_update' || fields['care_plan_change'] === 'needed')) return false;
  const stood = Date.parse(String(fields['starts_at'] ?? fields['appointment_at'] ?? received_at));
  return Math.max(stood || 0, Date.parse(history?.at(-1)?.received_at ?? received_at)) < now - LONGER_DAYS * DAY_MS;
}

/** protocol.md, Rewind: sealed copies of our own submissions above `safe`, at most so long and so much, oldest out first. */
const KEEP_MS = 35 * DAY_MS;
const KEEP_BYTES = 20_000_000;
/** A session key that no row names may belong to somebody who has only just unlocked, in another tab. */
const KEEP_KEY_MS = 2 * DAY_MS;

async function dropCopies(tx: Writing, safe: number | null, now: number): Promise<void> {
  const sent = tx.objectStore('sent');
  const named = new Set<string>();
  let bytes = 0;
  for (let cursor = await sent.index('number').openCursor(null, 'prev'); cursor; cursor = await cursor.continue()) {
    const copy = cursor.value;
    bytes += isSealed(copy) ? copy.sealed.length : JSON.stringify(copy).length;
    const backed_up = copy.echoed && safe !== null && copy.seq <= safe;
    if (backed_up || copy.at < now - KEEP_MS || bytes > KEEP_BYTES) void cursor.delete();
    else if (isSealed(copy)) named.add(copy.kid);
  }
  for (const store of ['queue', 'looks'] as const) {
    for (const row of await tx.objectStore(store).getAll()) if (isSealed(row)) named.add(row.kid);
  }
  for (const key of await tx.objectStore('keys').getAll()) {
    // By the raw clock, as it was made; and who saves writes the key with the entry, so a clock that was set costs nothing.
    if (!named.has(key.kid) && key.at < Date.now() - KEEP_KEY_MS) void tx.objectStore('keys').delete(key.kid);
  }
}
