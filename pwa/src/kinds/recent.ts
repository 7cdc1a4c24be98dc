// What was just recorded, for the ten seconds in which its row offers to undo it.

import { UNDO_MS } from './hydration_check';
import { tell } from '../state';
import { DOUBLE_TAP_MS } from '../ui/parts';

export interface Recent {
  record: string;
  until: number;
  undone: boolean;
}

const recent = new Map<string, Recent>();
const twice = new Map<string, number>();

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

/** A second tap was not taken, before the first was saved or just after it: their row asks whether another one was meant. */
export function tappedTwice(resident: string, at = Date.now()): void {
  twice.set(resident, at);
  tell(`resident:${resident}`);
}

export function wasTwice(resident: string, { until }: Recent): boolean {
  return (twice.get(resident) ?? 0) > until - UNDO_MS - DOUBLE_TAP_MS;
}
