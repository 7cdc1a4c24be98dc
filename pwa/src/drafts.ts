// Notes begun and not saved: kept on every change, per person who writes and person written about, through locks and
// restarts, under the tablet's data key. Nobody else's name can end up under them.

import { reading, strictly } from './db';
import { session } from './session';
import { hide, show } from './vault';

function key(resident: string): string {
  return `${session()?.id ?? ''} ${resident}`;
}

export async function draft(resident: string): Promise<string> {
  if (!session()) return '';
  const name = key(resident);
  const kept = await reading((db) => db.get('drafts', name));
  return (typeof kept === 'object' ? await show<string>(name, kept) : kept) ?? '';
}

/** Writings follow each other: the last letter typed is the one that stays. */
let last: Promise<void> = Promise.resolve();

export function keepDraft(resident: string, note: string): Promise<void> {
  // A typed name is nobody's own: what it began must not greet the next person who types one.
  if (!session()) return Promise.resolve();
  const name = key(resident);
  const written = last.then(async () => {
    const hidden = note ? await hide(name, note) : null;
    await strictly(['drafts'], async (tx) => {
      if (hidden) await tx.objectStore('drafts').put(hidden, name);
      else await tx.objectStore('drafts').delete(name);
    });
  });
  last = written.catch(() => undefined);
  return written;
}

/** Whose notes the person at the screen has begun. */
export async function unfinished(): Promise<string[]> {
  const mine = `${session()?.id ?? ''} `;
  const keys = await reading((db) => db.getAllKeys('drafts'));
  return keys.filter((one) => one.startsWith(mine)).map((one) => one.slice(mine.length));
}
