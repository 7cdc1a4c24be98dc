// Everything that is not a drink: one tap each where one word says it, two where a bare word would be vague.

import { useState } from 'preact/hooks';
import { said } from '../said';
import { Button, Field, Tile } from '../ui/parts';
import { words } from '../words';

export const PLAIN = ['asleep', 'out', 'unwell', 'left_within_reach', 'nil_by_mouth', 'restriction_reached', 'unsafe_to_swallow', 'not_observed', 'comfort_only'] as const;

export function NotDrunk(props: { onRefused: () => void; onOutcome: (outcome: string, said?: string) => void }) {
  const [other, setOther] = useState(false);
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  return (
    <section aria-label={said.drink.not_drunk}>
      <h3 class="tm-heading">{said.drink.not_drunk}</h3>
      <div class="tm-tiles tm-tiles--three">
        <Tile big={words.drink.refused} data-testid="refused" onClick={props.onRefused} />
        {PLAIN.map((one) => <Tile key={one} big={words.drink[one]} data-testid={one} onClick={() => props.onOutcome(one)} />)}
        <Tile big={words.drink.other_outcome} aria-expanded={other} onClick={() => setOther(!other)} />
      </div>
      {other && (
        <>
          <Field label={said.drink.say_more} error={error}>
            {(ids) => <input {...ids} class="nhsuk-input" autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />}
          </Field>
          <Button onClick={() => (typed.trim() ? props.onOutcome('other', typed.trim()) : setError(said.drink.say_more_missing))}>{words.drink.record}</Button>
        </>
      )}
    </section>
  );
}
