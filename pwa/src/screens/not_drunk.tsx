// Everything that is not a drink: one tap each where one word says it, two where a bare word would be vague.

import { useState } from 'preact/hooks';
import { useOnce } from '../ui/hooks';
import { Stop } from '../ui/icons';
import { Button, Field, Problems, Tile } from '../ui/parts';
import { words } from '../words';

const PLAIN = ['asleep', 'out', 'unwell', 'left_within_reach', 'nil_by_mouth', 'restriction_reached', 'unsafe_to_swallow', 'not_observed', 'comfort_only'] as const;

export function NotDrunk(props: { onRefused: () => void; onRed: () => void; onOutcome: (outcome: string, said?: string) => void }) {
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
        <Tile class="tm-tile--red" mark={<Stop />} big={words.drink.red_flag} data-testid="red-flag" onClick={props.onRed} />
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

const FLAGS = ['choking', 'hard_to_wake', 'new_confusion', 'seizure', 'collapse'] as const;

/** What to do stands there before anything is recorded, with or without a connection. */
export function RedFlags({ onRecord, onBack }: { onRecord: (flags: string[]) => void; onBack: () => void }) {
  const once = useOnce();
  const [seen, setSeen] = useState<string[]>([]);
  const [problems, setProblems] = useState<string[]>([]);
  return (
    <>
      <div class="tm-now" role="alert">
        <p class="tm-now__big">{words.drink.red_now}</p>
        <p>{words.drink.red_not_us}</p>
      </div>
      <Problems list={problems} />
      <fieldset class="tm-choice">
        <legend class="tm-legend">{words.drink.red_title}</legend>
        <div class="tm-choice__row">
          {FLAGS.map((one) => (
            <label class="tm-chip" key={one}>
              <input type="checkbox" checked={seen.includes(one)} onChange={(event) => setSeen(event.currentTarget.checked ? [...seen, one] : seen.filter((flag) => flag !== one))} />
              <span>{words.drink.red[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Button kind="warning" onClick={() => (seen.length ? once('red', () => onRecord(seen)) : setProblems([words.drink.red_missing]))}>{words.drink.red_record}</Button>
      <Button kind="secondary" onClick={onBack}>{words.back}</Button>
    </>
  );
}
