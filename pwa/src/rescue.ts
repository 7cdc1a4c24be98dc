// The unsent queue as a file, for a tablet that will not reach the server again: a manager hands it in (protocol.md).

import { iso } from './clock';
import { database, meta, NEW_COUNTERS } from './db';
import { state } from './state';

/** Everything that waits here, as the JSON that `tidemark rescue` and the managers' page take. */
export async function rescueFile(): Promise<Blob> {
  const waiting = await (await database()).getAll('queue');
  const counters = (await meta('counters')) ?? NEW_COUNTERS;
  const file = {
    tidemark_rescue: 1,
    home: state.enrolment!.home.id,
    device: state.enrolment!.device,
    made_at: iso(Date.now()),
    last_number: counters.number,
    keys: {},
    submissions: waiting.map((entry) => entry.submission),
  };
  return new Blob([JSON.stringify(file)], { type: 'application/json' });
}
