// What was seen when something is wrong. What to do stands above it from the first tap on, before anything is recorded.

import { useState } from 'preact/hooks';
import { signedText } from '../kinds/threshold';
import { said } from '../said';
import { useOnce } from '../ui/hooks';
import { Button, Problems } from '../ui/parts';
import { staffName } from '../view';
import { fill, words } from '../words';

const FLAGS = ['choking', 'hard_to_wake', 'new_confusion', 'seizure', 'collapse'] as const;

export function RedFlags({ onRecord, onBack }: { onRecord: (flags: string[]) => void; onBack: () => void }) {
  const once = useOnce();
  const [seen, setSeen] = useState<string[]>([]);
  const [problems, setProblems] = useState<string[]>([]);
  const signed = staffName(signedText('texts.red_flag')?.by ?? null);
  return (
    <>
      {signed && <p class="tm-fine">{fill(said.drink.red_signed, { name: signed })}</p>}
      <Problems list={problems} />
      <fieldset class="tm-choice">
        <legend class="tm-legend">{said.drink.red_title}</legend>
        <div class="tm-choice__row">
          {FLAGS.map((one) => (
            <label class="tm-chip" key={one}>
              <input type="checkbox" checked={seen.includes(one)} onChange={(event) => setSeen(event.currentTarget.checked ? [...seen, one] : seen.filter((flag) => flag !== one))} />
              <span>{words.drink.red[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Button kind="warning" onClick={() => (seen.length ? once('red', () => onRecord(seen)) : setProblems([said.drink.red_missing]))}>{words.drink.red_record}</Button>
      <Button kind="secondary" onClick={onBack}>{words.back}</Button>
    </>
  );
}
