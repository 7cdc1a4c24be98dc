// People on this tablet's lists.

import { state, text } from '../state';
import { ofKind, view, type Shown } from '../view';
import { fill, words } from '../words';

export interface Resident {
  id: string;
  name: string;
  room: string | null;
  unit: string | null;
  /** The digest of the photo that the home keeps of them. */
  photo: string | null;
  fields: Shown['fields'];
}

function resident(shown: Shown): Resident {
  const unit = text(shown.fields['unit']);
  return {
    id: shown.record,
    name: text(shown.fields['preferred_name']) ?? '?',
    room: text(shown.fields['room']),
    unit,
    photo: text(shown.fields['photo']),
    fields: shown.fields,
  };
}

export function residents(): Resident[] {
  return ofKind('resident').filter((one) => !one.fields['left_on']).map(resident);
}

export function residentOf(id: string): Resident | null {
  const shown = view(id);
  return shown?.kind === 'resident' ? resident(shown) : null;
}

/** "Room 12"; null where none is written down. */
export function roomOf({ room }: Pick<Resident, 'room'>): string | null {
  return room && fill(words.residents.room, { room });
}

/** "Joan, Room 12". */
export function called(person: Pick<Resident, 'name' | 'room'>): string {
  return [person.name, roomOf(person)].filter(Boolean).join(', ');
}

export function units(of: Resident[]): string[] {
  const found = new Set([...state.units, ...of.flatMap((one) => one.unit ?? [])]);
  return [...found].filter(Boolean).sort();
}

/** How many people share this first name: two Joans must not be mixed up. */
export function namesakes(name: string, all: Resident[]): number {
  const first = name.split(' ')[0]!.toLowerCase();
  return all.filter((one) => one.name.split(' ')[0]!.toLowerCase() === first).length;
}
