// Everything that is not a drink: one tap each where one word says it, two where a bare word would be vague.

import { useState } from 'preact/hooks';
import { Button, Field, Tile } from '../ui/parts';
import { words } from '../words';

const PLAIN = ['asleep', 'out', 'unwell', 'left_within_reach', 'nil_by_mouth', 'restriction_reached', 'unsafe_to_swallow', 'not_observed', 'comfort_only'] as const;

export function NotDrunk(props: { onRefused: () => void; onOutcome: (outcome: string, said?: string) => void }) {
  const [other, setOther] = useState(false);
  const [said, setSaid] = useState('');
  const [error, setError] = useState<string | null>(null);
  return (
    <section aria-label={words.drink.not_drunk}>
      <h3 class="tm-heading">{words.drink.not_drunk}</h3>
      <div class="tm-tiles tm-tiles--three">
        <Tile big={words.drink.refused} data-testid="refused" onClick={props.onRefused} />
        {PLAIN.map((one) => <Tile key={one} big={words.drink[one]} data-testid={one} onClick={() => props.onOutcome(one)} />)}
        <Tile big={words.drink.other_outcome} aria-expanded={other} onClick={() => setOther(!other)} />
      </div>
      {other && (
        <>
          <Field label={words.drink.say_more} error={error}>
            {(ids) => <input {...ids} class="nhsuk-input" autocomplete="off" value={said} onInput={(event) => setSaid(event.currentTarget.value)} />}
          </Field>
          <Button onClick={() => (said.trim() ? props.onOutcome('other', said.trim()) : setError(words.drink.say_more_missing))}>{words.drink.record}</Button>
        </>
      )}
    </section>
  );
}
