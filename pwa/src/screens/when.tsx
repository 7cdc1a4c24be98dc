// When it happened: now, a few minutes ago, or a time. A time that has not come is refused with a sentence.

import { useState } from 'preact/hooks';
import { lastTime, sayTime } from '../time';
import { Choice, Field } from '../ui/parts';
import { zone } from '../view';
import { fill, words } from '../words';

export type Happened = { minutes: number } | { ms: number };

export function When({ happened, onChoose }: { happened: Happened; onChoose: (when: Happened) => void }) {
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);
  const minutes = 'minutes' in happened ? String(happened.minutes) : null;

  function type(value: string) {
    setTyped(value);
    setError(null);
    if (!value) return onChoose({ minutes: 0 });
    const chosen = lastTime(value, Date.now(), zone());
    if (chosen.ok) onChoose({ ms: chosen.ms });
    else {
      onChoose({ minutes: 0 });
      setError(words.drink.future);
    }
  }

  const said = 'ms' in happened ? fill(words.drink.at, { time: sayTime(happened.ms, zone()) }) : happened.minutes ? words.drink.minutes_ago[String(happened.minutes) as '15'] : words.drink.now;
  return (
    <details class="tm-details" data-testid="earlier">
      <summary>{words.drink.when}: {said} <span class="tm-details__more">{words.drink.earlier}</span></summary>
      <Choice
        legend={words.drink.when}
        hideLegend
        name="when"
        value={minutes}
        onChoose={(value) => {
          setTyped('');
          setError(null);
          onChoose({ minutes: Number(value) });
        }}
        options={[
          ['0', words.drink.now],
          ...Object.entries(words.drink.minutes_ago),
        ]}
      />
      <Field label={words.drink.at_time} error={error}>
        {(ids) => <input {...ids} class="nhsuk-input tm-time" type="time" autocomplete="off" value={typed} onInput={(event) => type(event.currentTarget.value)} />}
      </Field>
    </details>
  );
}
