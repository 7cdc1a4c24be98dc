// What a tap does: save under the name of whoever has unlocked, say so, or say what went wrong.

import { save, TooLong, type Draft, type Typed } from './outbox';
import { PRACTICE } from './practice';
import { watched } from './saves';
import { session } from './session';
import type { Entry } from './types';
import { words } from './words';

let typed: Typed | null = null;

/** From the lock screen: what is recorded from now on carries this typed name, until somebody unlocks or it is put away. */
export function recordAs(name: string | null): void {
  typed = name === null ? null : { typed: name };
}

/** Save as the person at the screen, else under the typed name. Throws when there is neither, or when the tablet could not commit it. */
export async function record(draft: Draft): Promise<Entry> {
  const person = session() ?? typed;
  if (!person) return watched(Promise.reject(new Error('locked')));
  return save(person, PRACTICE && draft.kind === 'hydration_check' ? { ...draft, fields: { ...draft.fields, source: 'practice' } } : draft);
}

/** Why it was not saved, in words for whoever typed it; what was typed stays on the screen. */
export function sayNotSaved(error: unknown): string {
  return error instanceof TooLong ? words.default.too_long : words.default.not_saved;
}
