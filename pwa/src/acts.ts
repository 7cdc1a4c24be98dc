// What a tap does: save under the name of whoever has unlocked, say so, or say what went wrong.

import { save, TooLong, type Draft } from './outbox';
import { session } from './session';
import type { Entry } from './types';
import { words } from './words';

/** Save as the person at the screen. Throws when nobody is, or when the tablet could not commit it. */
export async function record(draft: Draft): Promise<Entry> {
  const person = session();
  if (!person) throw new Error('locked');
  return save(person, draft);
}

/** Why it was not saved, in words for whoever typed it; what was typed stays on the screen. */
export function sayNotSaved(error: unknown): string {
  return error instanceof TooLong ? words.default.too_long : words.default.not_saved;
}
