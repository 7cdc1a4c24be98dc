// What was just recorded, for the ten seconds in which its row offers to undo it.

import { UNDO_MS } from './hydration_check';
import { tell } from '../state';

export interface Recent {
  record: string;
  until: number;
  undone: boolean;
}

const recent = new Map<string, Recent>();

export function recentOf(resident: string): Recent | null {
  const found = recent.get(resident);
  return found && found.until > Date.now() ? found : null;
}

export function setRecent(resident: string, record: string, undone = false): void {
  const until = Date.now() + UNDO_MS;
  recent.set(resident, { record, until, undone });
  tell(`resident:${resident}`); // the row must never offer to undo, or show the state of, the one before
  setTimeout(() => tell(`resident:${resident}`), UNDO_MS + 20);
}
