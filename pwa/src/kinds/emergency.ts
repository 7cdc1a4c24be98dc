// From the lock screen, without a PIN: each look at a person's safety facts is an entry, and what is recorded under a
// typed name waits for a senior to say who it was.

import { save } from '../outbox';
import { state } from '../state';
import type { Entry } from '../types';
import { view, type Shown } from '../view';

/** The list of people is in memory: somebody has unlocked this tablet since it was switched on. */
export function warm(): boolean {
  return (state.byKind.get('resident')?.size ?? 0) > 0;
}

/**
 * A look at the list of names and rooms (null), or at one person's safety facts. It belongs to nobody that the tablet could
 * know; `label` is what stands where a name would.
 */
export function noteLook(resident: string | null, label: string): Promise<Entry> {
  return save({ typed: label }, { kind: 'emergency_look', fields: resident ? { resident } : {} });
}

/** What was done for somebody who could not be chosen: by the room, until a senior files it. */
export function noteByRoom(name: string, room: string, words: string): Promise<Entry> {
  return save({ typed: name }, { kind: 'emergency_note', fields: { room, words } });
}

/** Entries under a typed name that nobody has put a person to, oldest first. Looks are nobody's care. */
export function withoutName(): Shown[] {
  const found: Shown[] = [];
  const ids = new Set<string>(state.overlay.keys());
  for (const change of state.records.values()) if (change.author_name) ids.add(change.record);
  for (const id of ids) {
    const shown = view(id);
    if (shown?.author_name && shown.author === null && shown.kind !== 'emergency_look' && !shown.struck && !shown.fields['performed_by']) found.push(shown);
  }
  return found.sort((a, b) => a.happened_ms - b.happened_ms);
}
