// Somebody who lives here, to be chosen: the face, the name and the room.

import type { JSX } from 'preact';
import { roomOf, type Resident } from '../kinds/resident';
import { Face, Tile } from '../ui/parts';

export function PersonTile({ person, note, ...rest }: { person: Resident; note?: string | null | undefined } & JSX.IntrinsicElements['button']) {
  return <Tile {...rest} class="tm-tile--name" mark={<Face {...person} />} big={person.name} small={[roomOf(person), note].filter(Boolean).join(' · ')} />;
}
