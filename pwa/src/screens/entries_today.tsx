// Today's entries of one person, and how to put one right: the first version always stays.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { MOST_ML, number, otherAmount, say, strike } from '../kinds/hydration_check';
import type { Resident } from '../kinds/resident';
import type { Draft } from '../outbox';
import { setRecent } from '../kinds/recent';
import { said } from '../said';
import { sayTime } from '../time';
import { useOnce } from '../ui/hooks';
import { announce, Button, Choice, Field, Problems, StateTag } from '../ui/parts';
import { authorName, ofResident, zone, type Shown } from '../view';
import { english, fill, sayMinutes, words } from '../words';

/** Happened and recorded further apart than this is said. */
export const LATE_MS = 30 * 60_000;

export function EntriesToday({ person, entries }: { person: Resident; entries: Shown[] }) {
  const [correcting, setCorrecting] = useState<string | null>(null);
  const struck = ofResident(person.id, 'hydration_check', true).filter((one) => one.struck && entries.length && one.happened_ms >= entries[0]!.happened_ms - 43_200_000);
  const all = [...entries, ...struck].sort((a, b) => b.happened_ms - a.happened_ms);
  return (
    <section class="tm-today" aria-label={words.drink.today}>
      <h3 class="tm-heading">{words.drink.today}</h3>
      {all.length === 0 && <p class="tm-empty">{words.drink.today_empty}</p>}
      <ul class="tm-entries">
        {all.map((entry) => (
          <li key={entry.record} class={entry.struck ? 'tm-entries__struck' : ''}>
            <p>
              <strong>{sayTime(entry.happened_ms, zone())}</strong> <span class="tm-entries__what">{say(entry.fields)}</span>{' '}
              <span class="tm-fine">{authorName(entry) ? fill(words.drink.by, { name: authorName(entry)! }) : ''}</span>
            </p>
            <p class="tm-entries__tags">
              <StateTag state={entry.state} />
              {entry.struck && <span class="tm-tag">{words.drink.struck}</span>}
              {entry.recorded_ms - entry.happened_ms > LATE_MS && <span class="tm-tag">{fill(words.drink.late_by, { span: sayMinutes((entry.recorded_ms - entry.happened_ms) / 60_000) })}</span>}
            </p>
            <a class="tm-link tm-entries__more" href={`#entry=${entry.record}`} data-testid="to-entry">{words.drink.entry}</a>
            {!entry.struck && (
              <Button kind="secondary" data-testid="correct" aria-expanded={correcting === entry.record} onClick={() => setCorrecting(correcting === entry.record ? null : entry.record)}>
                {words.residents.correct_this}
              </Button>
            )}
            {correcting === entry.record && <Correct person={person} entry={entry} onDone={() => setCorrecting(null)} />}
          </li>
        ))}
      </ul>
      <p><a class="tm-link" href={`#paper=${person.id}`} data-testid="to-paper">{said.paper.link}</a></p>
    </section>
  );
}

export function Correct({ person, entry, onDone }: { person: Resident; entry: Shown; onDone: () => void }) {
  const once = useOnce();
  const [amount, setAmount] = useState(String(number(entry.fields['drunk_ml']) ?? ''));
  const [why, setWhy] = useState<keyof typeof words.correct.reasons | null>(null);
  const [problems, setProblems] = useState<string[]>([]);

  async function keep(draft: Draft) {
    try {
      await record(draft);
      setRecent(person.id, entry.record, draft.fields['struck_out'] === true);
      announce(words.drink.corrected);
      onDone();
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  function change() {
    if (!why) return setProblems([words.correct.reason_missing]);
    if (!/^\d+$/.test(amount.trim()) || Number(amount) > MOST_ML) return setProblems([said.drink.other_bad]);
    once('change', () => void keep(otherAmount(entry, Number(amount), english.words.correct.reasons[why])));
  }

  function strikeOut() {
    if (!why) return setProblems([words.correct.reason_missing]);
    once('strike', () => void keep(strike(entry.record, person.id, english.words.correct.reasons[why])));
  }

  return (
    <div class="tm-correct">
      <Problems list={problems} />
      <Choice legend={words.correct.reason} name="why" value={why} onChoose={setWhy} options={Object.entries(words.correct.reasons) as [keyof typeof words.correct.reasons, string][]} />
      {entry.fields['outcome'] === 'drank' && (
        <>
          <Field label={words.correct.amount}>
            {(ids) => <input {...ids} class="nhsuk-input nhsuk-input--width-5" inputMode="numeric" autocomplete="off" value={amount} onInput={(event) => setAmount(event.currentTarget.value)} />}
          </Field>
          <Button onClick={change}>{words.correct.change}</Button>
        </>
      )}
      <Button kind="warning" onClick={strikeOut}>{words.correct.strike}</Button>
      <p class="tm-fine">{words.correct.kept}</p>
    </div>
  );
}
