// Who sits where: moved by buttons, never by dragging, and kept on this tablet for the room.

import { roomOf, type Resident } from '../kinds/resident';
import { said } from '../said';
import { announce, Button } from '../ui/parts';
import { fill } from '../words';

export function Seats({ people, onMove, onDone }: { people: Resident[]; onMove: (order: string[]) => void; onDone: () => void }) {
  function move(from: number, by: -1 | 1) {
    const order = people.map((one) => one.id);
    const [one] = order.splice(from, 1);
    order.splice(from + by, 0, one!);
    onMove(order);
    announce(fill(said.round.moved, { name: people[from]!.name, n: from + by + 1 }));
  }
  return (
    <>
      <ol class="tm-seats">
        {people.map((person, at) => (
          <li key={person.id} data-testid="seat">
            <span>
              <strong>{person.name}</strong>
              <span class="tm-row__room">{roomOf(person)}</span>
            </span>
            <span class="tm-seats__move" role="group" aria-label={fill(said.round.move, { name: person.name })}>
              <Button kind="secondary" data-testid="seat-up" disabled={at === 0} onClick={() => move(at, -1)}>{said.round.up}</Button>
              <Button kind="secondary" data-testid="seat-down" disabled={at === people.length - 1} onClick={() => move(at, 1)}>{said.round.down}</Button>
            </span>
          </li>
        ))}
      </ol>
      <Button data-testid="seats-done" onClick={onDone}>{said.round.seats_done}</Button>
    </>
  );
}
