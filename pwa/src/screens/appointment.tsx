// One appointment: what it was, what came of it, and what is still asked, each with the way to do it.

import { useState } from 'preact/hooks';
import { iso } from '../clock';
import { change, todo, visitOf, type Visit } from '../kinds/visit';
import { attendanceWord, inWords, typeName } from '../kinds/outcome';
import { said as allWords } from '../said';
import { state, text } from '../state';
import { useNow, useTopics } from '../ui/hooks';
import { Button, Field, Problems, StateTag, Tile } from '../ui/parts';
import { authorName, staffName, type Shown } from '../view';
import { fill, word, words } from '../words';
import { Facts } from './check';
import { Copy } from './copy';
import { Letter } from './letter';
import { Everything } from './person_care';
import { fieldName, personOf, sayConflict, valueOf } from './plain';
import { useSave } from './use_save';
import { Asks, TodoRow, waitingLine, when } from './visit_row';
import '../styles/more.scss';

const said = allWords.appointment;
const outcomeWords = allWords.outcome;

export function AppointmentScreen({ id }: { id: string }) {
  useTopics('records', 'queue', 'link', 'session');
  useNow(60_000);
  const visit = visitOf(id);
  if (!visit) return <p class="tm-empty" data-testid="no-appointment">{outcomeWords.gone}</p>;
  const { shown, standing, outcomes } = visit;
  const fact = (name: string) => (text(shown.fields[name]) ? [[said[name as 'with'], valueOf('appointment', name, shown.fields[name])] as [string, string]] : []);
  const origin = text(shown.fields['origin']);
  const promised = outcomes.find((one) => one.fields['next_promised']);
  return (
    <>
      <h1 class="tm-title tm-title--tight">{typeName(shown.fields)}</h1>
      <p class="tm-lead">{personOf(shown)}</p>
      {Object.keys(shown.conflicts).length > 0 && <p class="tm-old">{sayConflict(shown)} <a class="tm-link" href={`#check=${id}`}>{allWords.entry.two_versions}</a></p>}
      {state.link === 'unreachable' && <p class="tm-fine">{words.default.offline}</p>}
      <Facts of={[[said.when, when(visit.starts_ms)], ...fact('with'), ...fact('place'), ...fact('escort'), ...(origin ? [[said.origin, word(allWords.visits.origins, origin)] as [string, string]] : [])]} />
      <StateTag state={shown.state} />
      <section class="tm-card" data-testid="still">
        <h2 class="tm-heading">{said.still}</h2>
        {standing.open.length === 0 ? <p>{said.nothing}</p> : <ul class="tm-sentences">{standing.open.map((one) => <li key={one}><Asks asked={one} late={standing.late.includes(one)} /></li>)}</ul>}
        {standing.days_waiting !== null && <p>{waitingLine(visit)}</p>}
        <a class="nhsuk-button" data-testid="record-outcome" href={`#outcome=${id}`}>{outcomes.length ? allWords.visits.add_to : allWords.visits.record}</a>
        {standing.open.includes('safeguarding') && <Safeguarding visit={visit} />}
        {standing.open.includes('care_plan') && <PlanDone visit={visit} />}
        {promised && <a class="nhsuk-button nhsuk-button--secondary" data-testid="book-next" href={`#form=appointment.${promised.record}`}>{said.book}</a>}
        <p><a class="tm-link" data-testid="change-time" href={`#form=appointment.${id}`}>{said.change}</a></p>
      </section>
      <h2 class="tm-heading">{said.outcomes}</h2>
      {outcomes.length === 0 && <p class="tm-empty">{said.no_outcome}</p>}
      {outcomes.map((one) => <OneOutcome key={one.record} outcome={one} />)}
      <h2 class="tm-heading">{said.follow_ups}</h2>
      {visit.followUps.length === 0 && <p class="tm-empty">{said.no_follow_ups}</p>}
      <ul class="tm-rows" data-testid="follow-ups">{visit.followUps.map((one) => <FollowUpLine key={one.record} shown={one} />)}</ul>
      {outcomes.length > 0 && <Letter about={outcomes.at(-1)!} />}
      {outcomes.length > 0 && <Copy of={outcomes.at(-1)!} sentences={sentences(visit)} />}
      {visit.person && <Everything resident={visit.person.id} />}
      <p><a class="tm-link" href="#appointments">{fill(allWords.back_to, { screen: said.back })}</a></p>
    </>
  );
}

function FollowUpLine({ shown }: { shown: Shown }) {
  const open = todo(shown);
  if (open) return <TodoRow todo={open} />;
  return (
    <li class="tm-go tm-go--calm" data-testid="todo-row" data-todo={shown.record}>
      <a class="tm-go__link" href={`#follow-up=${shown.record}`}>
        <span><strong class="tm-go__head">{String(shown.fields['what'] ?? '')}</strong><span class="tm-go__line"><Asks asked="done" late={false} /></span></span>
      </a>
    </li>
  );
}

const SHOWN = ['advice', 'no_action_reason', 'medicine_change', 'care_plan_change', 'care_plan_checked_by', 'next_chase_at'];

function OneOutcome({ outcome }: { outcome: Shown }) {
  const told = outcome.fields['told'];
  const decision = text(outcome.fields['safeguarding_decision']);
  return (
    <section class="tm-card" data-testid="outcome">
      <p class="tm-lead tm-tight">{attendanceWord(outcome.fields['attendance'])}</p>
      <p class="tm-fine">{fill(said.recorded, { name: authorName(outcome) ?? allWords.plain.unknown, time: when(outcome.happened_ms) })}</p>
      <StateTag state={outcome.state} />
      <Facts of={[
        ...SHOWN.flatMap((name): [string, string][] => (outcome.fields[name] === undefined ? [] : [[fieldName(name), valueOf('appointment_outcome', name, outcome.fields[name])]])),
        ...(decision ? [[fieldName('safeguarding_decision'), word(outcomeWords.safeguarding_options, decision)] as [string, string]] : []),
        ...(Array.isArray(told) && told.length ? [[fieldName('told'), told.map((one) => word(outcomeWords.told, one)).join(', ')] as [string, string]] : []),
      ]} />
      <a class="tm-link" href={`#entry=${outcome.record}`}>{said.entry}</a>
    </section>
  );
}

/** The outcome that asks for it, said of now. */
function Safeguarding({ visit }: { visit: Visit }) {
  const [problems, save] = useSave();
  const of = visit.outcomes.find((one) => one.fields['attendance'] === 'not_supported_to_attend');
  if (!of) return null;
  return (
    <>
      <h3 class="tm-heading">{outcomeWords.safeguarding}</h3>
      <Problems list={problems} />
      <div class="tm-tiles tm-tiles--wide">
        {Object.entries(outcomeWords.safeguarding_options).map(([code, label]) => (
          <Tile key={code} data-testid="safeguarding" big={label} onClick={() => save([change(of, { safeguarding_decision: code })], said.safeguarding_saved)} />
        ))}
      </div>
    </>
  );
}

/** The care plan follows what was advised, and somebody has checked it. */
function PlanDone({ visit }: { visit: Visit }) {
  const [problems, save, fail] = useSave();
  const [who, setWho] = useState('');
  const open = visit.outcomes.filter((one) => one.fields['attendance'] !== 'awaiting_update' && !['done', 'not_needed'].includes(String(one.fields['care_plan_change'])));
  const done = { care_plan_change: 'done', care_plan_updated_at: iso(Date.now()), care_plan_checked_by: staffName(who) ?? who };
  return (
    <>
      <Problems list={problems} />
      <Field label={said.plan_who}>
        {(ids) => (
          <select {...ids} class="nhsuk-select" data-testid="plan-who" autocomplete="off" value={who} onChange={(event) => setWho(event.currentTarget.value)}>
            <option value="">{allWords.plain.choose}</option>
            {[...state.staff].sort((a, b) => a.name.localeCompare(b.name)).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select>
        )}
      </Field>
      <Button kind="secondary" data-testid="plan-done" onClick={() => (who ? save(open.map((one) => change(one, done)), said.plan_saved) : fail(said.plan_missing))}>{said.plan_done}</Button>
    </>
  );
}

function sentences(visit: Visit): string {
  return inWords(visit, visit.outcomes, visit.followUps.map((one) => ({ what: String(one.fields['what'] ?? ''), owner: String(one.fields['owner'] ?? '') })));
}
