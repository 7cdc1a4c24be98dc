// One at a time among the tabs and the worker of this browser: a Web Lock, or where there are none a lease kept in the
// database. What it guards must be safe without it all the same: a holder that hangs would keep a Web Lock for ever, and
// is passed over; a lease ends by itself.

import { strictly } from './db';
import { uuid7 } from './ids';
import { hear } from './wire';

/** No work under a lock lasts as long: a call to the server gives up sooner. */
export const LEASE_MS = 45_000;
/** Asked every two seconds, about a lease. Counted and not timed: the timers of a tab that nobody looks at are slowed. */
const MOST_REFUSALS = 25;
/** Per lock, how often in a row this tab was refused it without a word from another tab that works. */
const refused = new Map<string, number>();
hear(() => refused.clear());

/** Run `work` alone. Waits for its turn at most `wait_ms`, then passes the holder over; with 0, resolves with null when another is at it. */
export async function alone<T>(name: string, wait_ms: number, work: () => Promise<T>): Promise<T | null> {
  return navigator.locks ? locked(name, wait_ms, work) : leased(name, wait_ms, work);
}

async function locked<T>(name: string, wait_ms: number, work: () => Promise<T>): Promise<T | null> {
  let mine: Promise<T> | undefined;
  const ask = (how: LockOptions) => navigator.locks.request(name, how, (lock) => (lock ? (mine = work()) : null));
  // Who was passed over and wakes in the middle of its work ends it, and tells its own tab what came of it.
  const ended = (error: unknown) => mine ?? Promise.reject(error);
  const steals = { steal: true };
  if (wait_ms) return ask({ signal: AbortSignal.timeout(wait_ms) }).catch(() => mine ?? ask(steals).catch(ended));
  const times = refused.get(name) ?? 0;
  const result = await ask(times < MOST_REFUSALS ? { ifAvailable: true } : steals).catch(ended);
  refused.set(name, mine ? 0 : times + 1);
  return result;
}

async function leased<T>(name: string, wait_ms: number, work: () => Promise<T>): Promise<T | null> {
  const holder = uuid7();
  const key = `lease ${name}`;
  const lasts_ms = wait_ms || LEASE_MS;
  const taken = () =>
    strictly(['meta'], async (tx) => {
      const store = tx.objectStore('meta');
      const lease = (await store.get(key)) as { holder: string; until: number } | undefined;
      if (lease && lease.until > Date.now() && lease.until <= Date.now() + lasts_ms) return false;
      await store.put({ holder, until: Date.now() + lasts_ms }, key);
      return true;
    });
  while (!(await taken())) {
    if (!wait_ms) return null;
    await new Promise((done) => setTimeout(done, 50));
  }
  try {
    return await work();
  } finally {
    await strictly(['meta'], async (tx) => {
      const store = tx.objectStore('meta');
      if (((await store.get(key)) as { holder: string } | undefined)?.holder === holder) void store.delete(key);
      // It ends by itself; what was done under it is done.
    }).catch(() => undefined);
  }
}
