// From paper: what was written while no tablet worked. Each line keeps who gave it, when, and who typed it in.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { draft, keepDraft } from '../drafts';
import { fromPaper, PAPER_OUTCOMES, timeOnPaper, wrongOnPaper, type OnPaper } from '../kinds/paper';
import { say, sayOutcome } from '../kinds/hydration_check';
import { residentOf, roomOf, type Resident } from '../kinds/resident';
import { said } from '../said';
import { state } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Choice, Field, Problems, StateTag } from '../ui/parts';
import { correctedNow, view, zone } from '../view';
import { fill, words } from '../words';
import '../styles/more.scss';

const OTHER = 'other';
const EMPTY: OnPaper = { who: '', who_name: '', day: null, time: '', outcome: '', drink: '', ml: '', reason: '', note: '' };

export function Paper({ id }: { id: string }) {
  useTopics('records', 'queue', 'session');
  const person = residentOf(id);
  if (!person) return <p class="tm-empty">{said.paper.gone}</p>;
  return <Lines key={id} person={person} />;
}

function Lines({ person }: { person: Resident }) {
  // The text that may hold letters of a note is kept apart from the drink sheet's own.
  const name = `${person.id} paper`;
  const [line, setLine] = useState<OnPaper>(EMPTY);
  const [problems, setProblems] = useState<string[]>([]);
  const [typed, setTyped] = useState<string[]>([]);
  const once = useOnce(problems);
  useLayoutEffect(() => void draft(name).then((kept) => kept && setLine({ ...EMPTY, ...(JSON.parse(kept) as Partial<OnPaper>) })).catch(() => undefined), [name]);

  function change(part: Partial<OnPaper>) {
    const next = { ...line, ...part };
    setLine(next);
    void keepDraft(name, JSON.stringify(next));
  }

  async function keep() {
    const at = timeOnPaper(line, correctedNow(), zone())!;
    try {
      // The time on the paper is the wall's, not this tablet's: what is put right by the offset must come out as it was written.
      const happened = at - (state.standing.offset_ms ?? 0);
      const entry = await record({ kind: 'hydration_check', fields: fromPaper(line, person.id), happened });
      // The next line is most often the same person's, of the same day.
      setLine({ ...EMPTY, who: line.who, who_name: line.who_name, day: line.day });
      void keepDraft(name, '');
      setTyped([entry.record, ...typed]);
      setProblems([]);
      announce(fill(said.paper.saved, { time: sayWhen(at, correctedNow(), zone()), what: say(entry.submission.fields) }));
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  function submit(event: Event) {
    event.preventDefault();
    const wrong = wrongOnPaper(line, correctedNow(), zone());
    setProblems(wrong.map((one) => said.paper.errors[one]));
    if (!wrong.length) once('line', () => void keep());
  }

  const staff = [...state.staff].sort((a, b) => a.name.localeCompare(b.name));
  const where = roomOf(person) ?? person.unit ?? '';
  return (
    <>
      <h1 class="tm-title">{said.paper.title}</h1>
      <p class="tm-lead">{fill(said.paper.for, { name: person.name, room: where })}</p>
      <p>{said.paper.intro}</p>
      <form noValidate autocomplete="off" onSubmit={submit}>
        <Problems list={problems} />
        <Field label={said.paper.who}>
          {(ids) => (
            <select {...ids} class="nhsuk-select" autocomplete="off" data-testid="paper-who" value={line.who} onChange={(event) => change({ who: event.currentTarget.value })}>
              <option value="">{said.plain.choose}</option>
              {staff.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
              <option value={OTHER}>{said.paper.who_other}</option>
            </select>
          )}
        </Field>
        {line.who === OTHER && (
          <Field label={said.paper.who_name}>
            {(ids) => <input {...ids} class="nhsuk-input" data-testid="paper-who-name" autocomplete="off" value={line.who_name} onInput={(event) => change({ who_name: event.currentTarget.value })} />}
          </Field>
        )}
        <Choice legend={said.paper.day} name="paper-day" value={line.day} onChoose={(day) => change({ day })} options={Object.entries(said.paper.days)} />
        <Field label={said.paper.time}>
          {(ids) => <input {...ids} class="nhsuk-input tm-time" type="time" data-testid="paper-time" autocomplete="off" value={line.time} onInput={(event) => change({ time: event.currentTarget.value })} />}
        </Field>
        <Field label={said.paper.what}>
          {(ids) => (
            <select {...ids} class="nhsuk-select" autocomplete="off" data-testid="paper-what" value={line.outcome} onChange={(event) => change({ outcome: event.currentTarget.value })}>
              <option value="">{said.plain.choose}</option>
              {PAPER_OUTCOMES.map((one) => <option key={one} value={one}>{sayOutcome(one)}</option>)}
            </select>
          )}
        </Field>
        {line.outcome === 'drank' && (
          <>
            <Field label={said.paper.drink}>
              {(ids) => <input {...ids} class="nhsuk-input" data-testid="paper-drink" autocomplete="off" value={line.drink} onInput={(event) => change({ drink: event.currentTarget.value })} />}
            </Field>
            <Field label={said.paper.ml}>
              {(ids) => <input {...ids} class="nhsuk-input nhsuk-input--width-5" data-testid="paper-ml" inputMode="numeric" autocomplete="off" value={line.ml} onInput={(event) => change({ ml: event.currentTarget.value })} />}
            </Field>
          </>
        )}
        {line.outcome === 'refused' && (
          <Field label={said.paper.reason}>
            {(ids) => (
              <select {...ids} class="nhsuk-select" autocomplete="off" data-testid="paper-reason" value={line.reason} onChange={(event) => change({ reason: event.currentTarget.value })}>
                <option value="">{said.paper.not_written}</option>
                {Object.entries(words.drink.reasons).map(([code, text]) => <option key={code} value={code}>{text}</option>)}
              </select>
            )}
          </Field>
        )}
        <Field label={said.paper.note}>
          {(ids) => <textarea {...ids} class="nhsuk-textarea" rows={2} data-testid="paper-note" autocomplete="off" value={line.note} onInput={(event) => change({ note: event.currentTarget.value })} />}
        </Field>
        <Button type="submit" class="tm-wide" data-testid="paper-save">{said.paper.save}</Button>
      </form>
      {typed.length > 0 && (
        <section aria-label={said.paper.typed}>
          <h2 class="tm-heading">{said.paper.typed}</h2>
          <ul class="tm-entries">{typed.map((one) => <Typed key={one} record={one} />)}</ul>
        </section>
      )}
      <p><a class="tm-link" href="#residents">{said.paper.back}</a></p>
    </>
  );
}

function Typed({ record: id }: { record: string }) {
  const shown = view(id);
  if (!shown) return null;
  return (
    <li data-testid="paper-typed">
      <p><a class="tm-link" href={`#entry=${id}`}>{[sayWhen(shown.happened_ms, Date.now(), zone()), say(shown.fields)].join(' · ')}</a></p>
      <StateTag state={shown.state} />
    </li>
  );
}
