// When each person was last at this tablet, so that whoever comes back sees what became of what they recorded.

import { meta, setMeta } from './db';
import { session } from './session';
import { listen, tell } from './state';

let known: { person: string; since: number | null } | null = null;

/** When the person at the screen unlocked this tablet the time before; null on the first visit. */
export function lastVisit(): number | null {
  return known && known.person === session()?.id ? known.since : null;
}

export function watchVisits(): void {
  listen('session', () => {
    const person = session()?.id;
    if (!person) known = null;
    else if (known?.person !== person) void arrive(person).catch(() => undefined);
  });
}

async function arrive(person: string): Promise<void> {
  known = { person, since: null };
  const before = (await meta('visits')) ?? {};
  if (known?.person !== person) return;
  known = { person, since: before[person] ?? null };
  await setMeta('visits', { ...before, [person]: Date.now() });
  tell('session');
}
