// Where one can go from Shift home: a short menu, a line a place, and what was begun and not finished.

import { said } from '../said';
import { plural } from '../words';
import '../styles/more.scss';

/** The address of each screen; its words stand in the message file under `screens.places`. */
const PLACES = ['residents', 'round', 'appointments', 'staffing', 'handover', 'record'] as const;

export function Places({ begun }: { begun: number }) {
  return (
    <nav class="tm-card" aria-label={said.places.label}>
      <h2 class="tm-heading">{said.places.label}</h2>
      <ul class="tm-places">
        {PLACES.map((one) => <li key={one}><a class="tm-tile tm-tile--link" href={`#${one}`} data-testid={`place-${one}`}>{said.places.to[one]}</a></li>)}
      </ul>
      {begun > 0 && <p><a class="tm-link" href="#drafts" data-testid="to-drafts">{plural(said.places.begun, begun)}</a></p>}
    </nav>
  );
}
