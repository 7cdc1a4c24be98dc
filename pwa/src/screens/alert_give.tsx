// Hand an alert over by name. The ladder's clock goes on: whoever does not take it on leaves it to the on-call manager.

import { onShift } from '../kinds/duty';
import { said } from '../said';
import { session } from '../session';
import { useOnce } from '../ui/hooks';
import { Tile } from '../ui/parts';
import { staffName } from '../view';
import { word, words } from '../words';

/** Everybody else who is signed on, once each, with the role that they are signed on as. */
export function colleagues(): { id: string; name: string; role: string }[] {
  const me = session()?.id;
  const found = new Map<string, { id: string; name: string; role: string }>();
  for (const one of onShift()) {
    const id = String(one.fields['staff']);
    const name = staffName(id);
    if (id !== me && name && !found.has(id)) found.set(id, { id, name, role: word(words.roles, one.fields['role']) });
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

export function Give({ onGive }: { onGive: (to: string, name: string) => void }) {
  const once = useOnce();
  const people = colleagues();
  return (
    <details class="tm-details" data-testid="give">
      <summary>{said.alert_life.give}</summary>
      <p>{said.alert_life.give_how}</p>
      {people.length === 0 && <p class="tm-empty">{said.alert_life.nobody}</p>}
      <div class="tm-tiles" role="group" aria-label={said.alert_life.give_who}>
        {people.map((one) => <Tile key={one.id} data-testid="give-to" big={one.name} small={one.role} onClick={() => once(one.id, () => onGive(one.id, one.name))} />)}
      </div>
    </details>
  );
}
