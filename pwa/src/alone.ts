// One at a time among the tabs and the worker of this browser: a Web Lock, or where there are none a lease kept in the
// database, which ends by itself when its holder was killed. What it guards must be safe without it all the same.

import { strictly } from './db';
import { uuid7 } from './ids';

const LEASE_MS = 45_000;

/** Run `work` alone. Waits for its turn with `wait`; without, resolves with null when another is at it. */
export async function alone<T>(name: string, wait: boolean, work: () => Promise<T>): Promise<T | null> {
  if (navigator.locks) return navigator.locks.request(name, wait ? {} : { ifAvailable: true }, async (lock) => (lock ? work() : null));
  const holder = uuid7();
  const key = `lease ${name}`;
  const taken = () =>
    strictly(['meta'], async (tx) => {
      const store = tx.objectStore('meta');
      const lease = (await store.get(key)) as { holder: string; until: number } | undefined;
      if (lease && lease.until > Date.now() && lease.until <= Date.now() + LEASE_MS) return false;
      await store.put({ holder, until: Date.now() + LEASE_MS }, key);
      return true;
    });
  while (!(await taken())) {
    if (!wait) return null;
    await new Promise((done) => setTimeout(done, 50));
  }
  try {
    return await work();
  } finally {
    await strictly(['meta'], async (tx) => {
      const store = tx.objectStore('meta');
      if (((await store.get(key)) as { holder: string } | undefined)?.holder === holder) void store.delete(key);
    });
  }
}
