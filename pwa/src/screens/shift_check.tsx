// Screen 7: the shift's hydration check. Everybody on monitoring is looked at, every gap gets a decision, and the sign-off
// lands in the daily management log. Nothing is sent before that; what was decided is kept through locks.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { mayDecide } from '../kinds/deciding';
import { myShift } from '../kinds/duty';
import { standing } from '../kinds/hydration_check';
import { residents, units } from '../kinds/resident';
import {
  alone, begun, checkDraft, checksOf, escalationDraft, keepBegun, lookAt, looseEnds, offeredSince, silent, whatIsMissing, type Begun, type Decided, type Look,
} from '../kinds/shift_hydration_check';
import { english_said, said } from '../said';
import { session } from '../session';
import type { Finding } from '../shift_check';
import { shiftBefore, shiftOf } from '../shifts';
import { state, text } from '../state';
import { sayTime, sayWhen } from '../time';
import { useNow, useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Choice, Problems } from '../ui/parts';
import { authorName, correctedNow, zone, type Shown } from '../view';
import { fill, words } from '../words';
import { DrinkSheet, type Opened } from './drink_sheet';
import { personOf } from './plain';
import { Cups, ToDecide } from './resident_row';
import { FindingTag, ShiftPerson } from './shift_person';
import '../styles/more.scss';
import '../styles/drinks.scss';

const NOTHING: Decided = { agreed: false, gaps: {} };
/** Who signs off in the first hour of a shift signs off the one before it. */
const HOUR_MS = 3_600_000;

export function ShiftCheck() {
  useTopics('records', 'session', 'link', ...[...state.byResident.keys()].map((id) => `resident:${id}` as const));
  useNow(60_000);
  const [known, setKept] = useState<Begun | null | 'unknown'>('unknown');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [offering, setOffering] = useState<{ resident: string; window: string; since: number } | null>(null);
  const [adding, setAdding] = useState(false);
  const [signed, setSigned] = useState<{ shift: string; unit: string } | null>(null);
  const [problems, setProblems] = useState<string[]>([]);
  const once = useOnce(problems);
  useLayoutEffect(() => void begun().then(setKept, () => setKept(null)), []);
  if (!mayDecide()) return <p class="tm-empty" data-testid="ask-senior">{said.shift_check.asked}</p>;
  if (known === 'unknown') return null;
  const kept = known;

  const now = correctedNow();
  const shift = kept?.shift ?? signed?.shift ?? shiftOf(now - HOUR_MS, zone());
  const unit = kept?.unit ?? signed?.unit ?? text(myShift()?.fields['unit']) ?? '';
  const everybody = residents();
  const here = everybody.filter((one) => !unit || one.unit === unit);
  const people = here.filter((one) => standing(one, now).watched);
  const out = looseEnds(here.filter((one) => !people.includes(one)), shift, now);
  const of = (id: string): Decided => kept?.people[id] ?? NOTHING;
  const found = checksOf(shift).filter((one) => people.some((person) => person.id === one.fields['resident']));
  // What was written before a sign-off was interrupted is not signed off yet.
  const mine = found.filter((one) => one.author === session()?.id && !of(String(one.fields['resident'])).written);
  const looks = people.filter((person) => !mine.some((one) => one.fields['resident'] === person.id)).map((person) => lookAt(person, shift, now));
  const keep = (next: Begun | null) => {
    setKept(next);
    void keepBegun(next);
  };
  const decide = (id: string, more: Partial<Decided>) => keep({ shift, unit, people: { ...kept?.people, [id]: { ...of(id), ...more } } });
  const theirs = found.filter((one) => one.author !== session()?.id && looks.some((look) => look.person.id === one.fields['resident']));

  /** "Offered now" is no claim: the sheet opens, and only an entry made in it is the decision. */
  function closed() {
    const made = offering && offeredSince(offering.resident, offering.since);
    if (offering && made) {
      const decision = fill(english_said.said.shift_check.offered_at, { time: sayTime(made, zone()) });
      decide(offering.resident, { gaps: { ...of(offering.resident).gaps, [offering.window]: { decision } } });
    }
    setOffering(null);
    setOpened(null);
  }

  async function sign() {
    const missing = whatIsMissing(looks, of);
    if (missing.length) return setProblems(missing);
    let next: Begun = { shift, unit, people: { ...kept?.people } };
    try {
      for (const look of looks) {
        const { id } = look.person;
        if (of(id).written) continue;
        const low = (of(id).finding ?? look.finding) === 'low_intake' ? of(id).low : undefined;
        const escalation = low ? (await record(escalationDraft(look.person, low))).record : null;
        const entry = await record(checkDraft(look, of(id), shift, escalation));
        next = { shift, unit, people: { ...next.people, [id]: { ...of(id), written: entry.record } } };
        await keepBegun(next);
      }
      await record({ kind: 'log_entry', fields: { about: next.people[looks[0]!.person.id]!.written, words: logWords(shift, looks, of), shift, ...(unit ? { unit } : {}) } });
      keep(null);
      setProblems([]);
      setSigned({ shift, unit });
      setAdding(false);
      announce(fill(said.shift_check.done, { time: sayTime(correctedNow(), zone()) }));
    } catch (error) {
      setKept(next);
      setProblems([sayNotSaved(error)]);
    }
  }

  return (
    <>
      <h1 class="tm-title">{said.shift_check.title}</h1>
      <Choice
        legend={said.shift_check.shift} name="shift" value={shift} onChoose={(value) => keep({ shift: value, unit, people: {} })}
        options={[shiftBefore(shiftOf(now, zone()), zone()), shiftOf(now, zone())].map((one) => [one, sayShift(said, one)] as [string, string])}
      />
      <label class="tm-filters__one">
        <span class="nhsuk-label">{said.shift_check.unit}</span>
        <select class="nhsuk-select" data-testid="check-unit" autocomplete="off" value={unit} onChange={(event) => keep({ shift, unit: event.currentTarget.value, people: kept?.people ?? {} })}>
          <option value="">{words.residents.all_units}</option>
          {units(everybody).map((one) => <option key={one} value={one}>{one}</option>)}
        </select>
      </label>
      {alone() && <p class="tm-old" data-testid="only-here">{said.shift_check.only_stays}</p>}
      {silent().length > 0 && <p class="tm-fine" data-testid="silent">{fill(said.shift_check.silent, { names: silent().join(', ') })}</p>}
      {mine.length > 0 && <p class="tm-lead" role="status" data-testid="signed-off">{fill(said.shift_check.done, { time: sayTime(mine[0]!.recorded_ms, zone()) })}</p>}
      {theirs.length > 0 && (
        <section class="tm-card" data-testid="another-signed">
          <p class="tm-lead">{fill(said.shift_check.another, { time: sayTime(theirs[0]!.recorded_ms, zone()) })}</p>
          <details class="tm-details"><summary>{said.shift_check.see}</summary><Found checks={theirs} /></details>
          {!adding && <Button data-testid="add-yours" onClick={() => setAdding(true)}>{said.shift_check.add_yours}</Button>}
        </section>
      )}
      {mine.length > 0 && <section class="tm-card"><h2 class="tm-heading">{said.shift_check.signed.heading}</h2><Found checks={mine} /></section>}
      {people.length === 0 && <p class="tm-empty" data-testid="nobody">{said.shift_check.empty}</p>}
      {looks.length > 0 && (adding || theirs.length === 0) && (
        <>
          <Problems list={problems} />
          <ul class="tm-rows">
            {looks.map((look) => (
              <ShiftPerson
                key={look.person.id} look={look} decided={of(look.person.id)} onDecide={(more) => decide(look.person.id, more)} onOpen={setOpened}
                onOffer={(window) => {
                  setOffering({ resident: look.person.id, window, since: correctedNow() });
                  setOpened({ resident: look.person.id });
                }}
              />
            ))}
          </ul>
          <p><Button class="tm-wide" data-testid="sign-off" onClick={() => once('sign', () => void sign())}>{said.shift_check.sign}</Button></p>
        </>
      )}
      {out.length > 0 && (
        <section class="tm-card" data-testid="loose-ends">
          <h2 class="tm-heading">{said.shift_check.loose_ends}</h2>
          {out.map((one) => (
            <div key={one.person.id}>
              <h3 class="tm-heading">{one.person.name}</h3>
              <Cups person={one.person} cups={one.cups} onOpen={setOpened} />
              {one.doubles.length > 0 && <ToDecide />}
            </div>
          ))}
        </section>
      )}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
      {opened && <DrinkSheet key={opened.resident} opened={opened} onClose={closed} />}
    </>
  );
}

/** The line of the daily management log: counts, and no name. */
function logWords(shift: string, looks: Look[], of: (id: string) => Decided): string {
  const n = (finding: Finding) => looks.filter((look) => (of(look.person.id).finding ?? look.finding) === finding).length;
  const counts = { shift: sayShift(english_said.said, shift), n: looks.length, complete: n('complete'), gaps: n('gaps'), low: n('low_intake') };
  return fill(english_said.said.shift_check.log, { ...counts, only: alone() ? english_said.said.shift_check.only : '' }).trim();
}

function sayShift(of: typeof said, shift: string): string {
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' }).format(Date.parse(shift.slice(0, 10)));
  return fill(of.shift_check.shifts[shift.endsWith('/day') ? 'day' : 'night'], { day });
}

/** What was signed off, each line leading to its record. */
function Found({ checks }: { checks: Shown[] }) {
  return (
    <ul class="tm-entries" data-testid="found">
      {checks.map((one) => (
        <li key={one.record}>
          <p><strong>{personOf(one)}</strong> <FindingTag finding={String(one.fields['finding']) as Finding} /></p>
          <p class="tm-fine">{fill(said.shift_check.signed.by, { name: authorName(one) ?? said.plain.unknown, time: sayWhen(one.recorded_ms, Date.now(), zone()) })}</p>
          <a class="tm-link" href={`#entry=${one.record}`}>{words.drink.entry}</a>
        </li>
      ))}
    </ul>
  );
}
