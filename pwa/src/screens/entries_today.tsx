// Today's entries of one person, and how to put one right: the first version always stays.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { iso } from '../clock';
import { correction, FRACTIONS, MOST_ML, number, otherDrink, otherOutcome, say, sayOutcome, type Fraction } from '../kinds/hydration_check';
import type { Resident } from '../kinds/resident';
import { setRecent } from '../kinds/recent';
import { settings } from '../kinds/threshold';
import { sayVessel, vessels } from '../kinds/vessel';
import { said } from '../said';
import { SHIFT_DEFAULTS } from '../shift_check';
import { state, text } from '../state';
import { careDay, sayTime, withinCareDay } from '../time';
import type { Fields } from '../types';
import { useOnce } from '../ui/hooks';
import { announce, Button, Choice, Field, Problems, StateTag, Tile } from '../ui/parts';
import { authorName, correctedNow, ofResident, zone, type Shown } from '../view';
import { english, fill, ml, sayMinutes, words } from '../words';
import { clockOf } from './ask_moment';
import { PLAIN } from './not_drunk';
import { Refusal } from './refusal';
import { useDraft } from './use_draft';

/** Happened and recorded further apart than this is said: the home's own number, where it has set one. */
export function lateMs(person: Resident | null): number {
  const { bedside_minutes } = SHIFT_DEFAULTS;
  return settings({ bedside_minutes }, person?.id ?? '', person?.unit ?? null, correctedNow()).bedside_minutes * 60_000;
}

export function EntriesToday({ person, entries }: { person: Resident; entries: Shown[] }) {
  const [correcting, setCorrecting] = useState<string | null>(null);
  const struck = ofResident(person.id, 'hydration_check', true).filter((one) => one.struck && entries.length && one.happened_ms >= entries[0]!.happened_ms - 43_200_000);
  const late = lateMs(person);
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
              {entry.recorded_ms - entry.happened_ms > late && <span class="tm-tag">{fill(words.drink.late_by, { span: sayMinutes((entry.recorded_ms - entry.happened_ms) / 60_000) })}</span>}
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

type Why = keyof typeof words.correct.reasons;

/** What was wrong is put right in one tap where it is how much they drank; why is what was changed, unless somebody says otherwise. */
export function Correct({ person, entry, onDone }: { person: Resident; entry: Shown; onDone: () => void }) {
  const [was] = useState(() => ({ amount: String(number(entry.fields['drunk_ml']) ?? ''), outcome: String(entry.fields['outcome']), cup: text(entry.fields['vessel']) ?? '', time: clockOf(entry.happened_ms), why: null as Why | null }));
  const [now, setNow] = useDraft(`entry=${entry.record}`, was);
  const { why } = now;
  const [problems, setProblems] = useState<string[]>([]);
  const once = useOnce(problems);
  const cups = vessels(person.id);
  const cup = cups.find((one) => one.id === now.cup);
  const other = now.cup === was.cup ? null : (cup ?? null);
  const size = other?.ml ?? number(entry.fields['vessel_ml']) ?? cup?.ml;
  const outcomes = [...new Set([was.outcome, 'drank', ...(size ? ['given'] : []), 'refused', ...PLAIN])];
  const refused = now.outcome === 'refused' && was.outcome !== 'refused';

  async function keep(fields: Fields, reason: Why) {
    const day = withinCareDay(careDay(entry.happened_ms, zone()), now.time, zone());
    if (now.time !== was.time && !(day <= correctedNow())) return setProblems([words.drink.future]);
    const moved = now.time === was.time ? {} : { occurred_at: iso(day - (state.standing.offset_ms ?? 0)) };
    try {
      await record(correction(entry, { ...fields, ...moved, correction_reason: english.words.correct.reasons[why ?? reason] }));
      setRecent(person.id, entry.record, fields['struck_out'] === true);
      announce(words.drink.corrected);
      setNow(was);
      onDone();
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  function change() {
    const set = (fields: Fields, reason: Why) => once('change', () => void keep(fields, reason));
    const another = now.outcome !== was.outcome;
    if (now.outcome === 'drank' && (another || other || now.amount !== was.amount)) {
      if (!/^\d+$/.test(now.amount.trim()) || Number(now.amount) > MOST_ML) return setProblems([said.drink.other_bad]);
      return set(otherDrink(entry, Number(now.amount), other), another ? 'happened' : 'amount');
    }
    if (another) return set(otherOutcome(entry, now.outcome), 'happened');
    if (now.time === was.time) return setProblems([said.form.nothing_changed]);
    set({}, 'time');
  }

  return (
    <div class="tm-correct">
      <Problems list={problems} />
      {size && !refused && (
        <div class="tm-tiles" role="group" aria-label={words.drink.how_much}>
          {(Object.keys(FRACTIONS) as Fraction[]).map((one) => (
            <Tile
              key={one} data-testid="correct-fraction" big={words.fraction[one]} small={fill(words.drink.tile_drank, { ml: ml(size * FRACTIONS[one]) })}
              onClick={() => once(one, () => void keep(otherDrink(entry, Math.round(size * FRACTIONS[one]), other), was.outcome === 'drank' ? 'amount' : 'happened'))}
            />
          ))}
        </div>
      )}
      <Field label={words.correct.happened}>
        {(ids) => (
          <select {...ids} class="nhsuk-select" data-testid="correct-outcome" autocomplete="off" value={now.outcome} onChange={(event) => setNow({ ...now, outcome: event.currentTarget.value })}>
            {outcomes.map((one) => <option key={one} value={one}>{one === 'given' ? words.drink.given : sayOutcome(one)}</option>)}
          </select>
        )}
      </Field>
      {refused && <Refusal onBack={() => setNow({ ...now, outcome: was.outcome })} onRecord={(more) => void keep({ ...otherOutcome(entry, 'refused'), ...more }, 'happened')} />}
      {!refused && (
        <>
          {now.outcome === 'drank' && (
            <>
              {cups.length > 0 && (
                <Field label={words.correct.cup}>
                  {(ids) => (
                    <select {...ids} class="nhsuk-select" data-testid="correct-cup" autocomplete="off" value={now.cup} onChange={(event) => setNow({ ...now, cup: event.currentTarget.value })}>
                      {!cups.some((one) => one.id === was.cup) && <option value={was.cup}>{say(entry.fields)}</option>}
                      {cups.map((one) => <option key={one.id} value={one.id}>{`${sayVessel(one.drink, one.name)} ${ml(one.ml)}`}</option>)}
                    </select>
                  )}
                </Field>
              )}
              <Field label={words.correct.amount}>
                {(ids) => <input {...ids} class="nhsuk-input nhsuk-input--width-5" inputMode="numeric" autocomplete="off" value={now.amount} onInput={(event) => setNow({ ...now, amount: event.currentTarget.value })} />}
              </Field>
            </>
          )}
          <Field label={words.drink.at_time}>
            {(ids) => <input {...ids} class="nhsuk-input tm-time" type="time" data-testid="correct-time" autocomplete="off" value={now.time} onInput={(event) => setNow({ ...now, time: event.currentTarget.value })} />}
          </Field>
        </>
      )}
      <Choice legend={words.correct.reason} name="why" value={why} onChoose={(chosen) => setNow({ ...now, why: chosen })} options={Object.entries(words.correct.reasons) as [Why, string][]} />
      {!refused && <Button data-testid="correct-save" onClick={change}>{words.correct.change}</Button>}
      <Button kind="warning" data-testid="correct-strike" onClick={() => (why ? once('strike', () => void keep({ struck_out: true }, why)) : setProblems([words.correct.reason_missing]))}>{words.correct.strike}</Button>
      <p class="tm-fine">{words.correct.kept}</p>
    </div>
  );
}
