// Ageing out is the tablet's own work: of what happens to people it holds today's and yesterday's care day. Nothing
// unsent is ever touched.

import { strictly } from './db';
import { dropRecord, moved, state, tell } from './state';
import { careDay, careDayBounds } from './time';
import { correctedNow, zone } from './view';

const RECENT = new Set(['hydration_check', 'shift_hydration_check', 'deployment_observation', 'contact', 'incident', 'daily_note', 'care_review_note', 'emergency_look', 'double_check']);
const DAY_MS = 24 * 3_600_000;
const EVERY_MS = 3_600_000;

export async function prune(): Promise<void> {
  const now = correctedNow();
  const [yesterday] = careDayBounds(careDay(now - DAY_MS, zone()), zone());
  const old = [...state.records.values()]
    .filter((one) => RECENT.has(one.kind) && !state.overlay.has(one.record) && Date.parse(one.occurred_at) < yesterday)
    .map((one) => one.record);
  if (old.length) {
    await strictly(['records'], async (tx) => {
      for (const id of old) void tx.objectStore('records').delete(id);
    });
    moved();
    for (const id of old) dropRecord(id);
    tell('records');
  }
  setTimeout(() => void prune(), EVERY_MS);
}
