// The way out when a tablet can no longer send: what waits, sealed as it is, as a file that a manager can bring to the
// server. Works with nobody signed in, since nothing in it can be read here.

import { meta, NEW_COUNTERS, reading } from './db';
import { iso } from './clock';
import { isSealed, travelling } from './rows';

/** The rescue file (JSON): every unsent row with the keys that it needs. Throws when this tablet is not enrolled. */
export async function rescueFile(now_ms: number = Date.now()): Promise<Blob> {
  const enrolment = await meta('enrolment');
  if (!enrolment) throw new Error('not enrolled');
  const counters = (await meta('counters')) ?? NEW_COUNTERS;
  const { rows, kept } = await reading(async (db) => {
    const tx = db.transaction(['queue', 'keys']);
    return { rows: await tx.objectStore('queue').getAll(), kept: await tx.objectStore('keys').getAll() };
  });
  const named = new Set(rows.filter(isSealed).map((row) => row.kid));
  const file = {
    tidemark_rescue: 1,
    home: enrolment.home.id,
    device: enrolment.device,
    made_at: iso(now_ms),
    last_number: counters.number,
    keys: Object.fromEntries(kept.filter((one) => named.has(one.kid)).map((one) => [one.kid, one.jwe])),
    submissions: rows.map(travelling),
  };
  return new Blob([JSON.stringify(file)], { type: 'application/json' });
}
