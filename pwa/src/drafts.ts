// Notes begun and not saved: kept on every change, per person who writes and person written about, through locks and
// restarts. Nobody else's name can end up under them.

import { database, strictly } from './db';
import { session } from './session';

function key(resident: string): string {
  return `${session()?.id ?? ''} ${resident}`;
}

export async function draft(resident: string): Promise<string> {
  if (!session()) return '';
  return (await (await database()).get('drafts', key(resident))) ?? '';
}

export async function keepDraft(resident: string, note: string): Promise<void> {
  // A typed name is nobody's own: what it began must not greet the next person who types one.
  if (!session()) return;
  const name = key(resident);
  await strictly(['drafts'], async (tx) => {
    if (note) await tx.objectStore('drafts').put(note, name);
    else await tx.objectStore('drafts').delete(name);
  });
}

/** Whose notes the person at the screen has begun. */
export async function unfinished(): Promise<string[]> {
  const mine = `${session()?.id ?? ''} `;
  const keys = await (await database()).getAllKeys('drafts');
  return keys.filter((one) => one.startsWith(mine)).map((one) => one.slice(mine.length));
}
