// What a tap does: save under the name of whoever has unlocked, say so, or say what went wrong.

import { save, type Draft } from './outbox';
import { session } from './session';
import type { Entry } from './types';

/** Save as the person at the screen. Throws when nobody is, or when the tablet could not commit it. */
export async function record(draft: Draft): Promise<Entry> {
  const person = session();
  if (!person) throw new Error('locked');
  return save(person, draft);
}
