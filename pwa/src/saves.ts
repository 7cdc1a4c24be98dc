// What is being saved, and what was tapped and is not saved although nobody is told of it where it was tapped: its row or
// sheet is gone, because the screen was locked, switched or left meanwhile. The shell then says so (screens/shell.tsx).

import { tell } from './state';

/** A save that takes longer is spoken of, where it can't be seen. */
const SLOW_MS = 5_000;
let under_way = 0;
const unsaved = new Set<object>();
/** Something broke that nobody caught, so soon after a tap that the tap may have come to nothing. */
let broke = false;
const SOON_MS = 2_000;
let tapped: EventTarget | null = null;
let tapped_at = -SOON_MS;
addEventListener('click', ({ target, timeStamp }) => {
  tapped = target;
  tapped_at = timeStamp;
}, { capture: true });
for (const word of ['error', 'unhandledrejection']) addEventListener(word, ({ timeStamp }) => {
  if (timeStamp - tapped_at > SOON_MS) return;
  broke = true;
  tell('saves');
});

/** Watch one save from its tap on. What comes late after all was saved, and is no longer spoken of. */
export async function watched<T>(saving: Promise<T>): Promise<T> {
  const from = tapped;
  const note = () => {
    if (from instanceof Node && !from.isConnected) unsaved.add(saving);
    tell('saves');
  };
  const slow = setInterval(note, SLOW_MS);
  under_way += 1;
  try {
    const saved = await saving;
    unsaved.delete(saving);
    return saved;
  } catch (error) {
    note();
    throw error;
  } finally {
    clearInterval(slow);
    under_way -= 1;
    tell('saves');
  }
}

/** Something was tapped that could not be saved, and its screen is gone. */
export function anyUnsaved(): boolean {
  return unsaved.size > 0;
}

/** What the shell has to say of taps that nobody answered for, as a key of the message file. */
export function untold(): 'unsaved' | 'broke' | null {
  return anyUnsaved() ? 'unsaved' : broke ? 'broke' : null;
}

/** Somebody has read that. */
export function unsavedRead(): void {
  unsaved.clear();
  broke = false;
  tell('saves');
}

/** No save is under way, and none failed unread: the page may be loaded anew. */
export function settled(): boolean {
  return under_way === 0 && !untold();
}
