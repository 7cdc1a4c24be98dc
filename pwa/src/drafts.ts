// Notes begun and not saved: kept on every change, per person who writes and person written about, through locks and
// restarts, under the tablet's data key. Nobody else's name can end up under them.

import { reading, strictly } from './db';
import { session } from './session';
import { tell } from './state';
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

let failing = false;

/** What is typed now can't be kept here, and would be gone with the screen: the shell says so. */
export function draftsFail(): boolean {
  return failing;
}

function failed(now: boolean): void {
  failing = now;
  tell('saves');
}

/** Writings follow each other: the last letter typed is the one that stays. */
let last: Promise<void> = Promise.resolve();
/** How often each was changed: what has been typed over meanwhile is not written first. */
const changes = new Map<string, number>();

/** Never fails for whoever calls it: what is typed is still on the screen, and the shell says when it is only there. */
export function keepDraft(resident: string, note: string): Promise<void> {
  // A typed name is nobody's own: what it began must not greet the next person who types one.
  if (!session()) return Promise.resolve();
  const name = key(resident);
  const mine = (changes.get(name) ?? 0) + 1;
  changes.set(name, mine);
  return (last = last.then(async () => {
    if (changes.get(name) !== mine) return;
    const hidden = note ? await hide(name, note) : null;
    await strictly(['drafts'], async (tx) => {
      if (hidden) await tx.objectStore('drafts').put(hidden, name);
      else await tx.objectStore('drafts').delete(name);
    });
    if (failing) failed(false);
  }).catch(() => failed(true)));
}

/** Whose notes the person at the screen has begun. */
export async function unfinished(): Promise<string[]> {
  const mine = `${session()?.id ?? ''} `;
  const keys = await reading((db) => db.getAllKeys('drafts'));
  return keys.filter((one) => one.startsWith(mine)).map((one) => one.slice(mine.length));
}

/** Another drink or amount that was begun for a resident, in the sheet that opens on the list of residents. */
export const otherDraft = (resident: string) => `residents ${resident}`;
