// Staffing of this shift and the next: what was drawn to be looked at, who is allocated where and why, and a word of one's own.

import { formOf } from '../forms';
import { formWords, said } from '../said';
import { session } from '../session';
import { shiftOf, shiftsFrom } from '../shifts';
import { text } from '../state';
import { careDay, careDayBounds, sayTime } from '../time';
import { useNow, useTopics } from '../ui/hooks';
import { StateTag } from '../ui/parts';
import { correctedNow, ofKind, staffName, zone, type Shown } from '../view';
import { fill, words } from '../words';
import { sayShift } from './plain';
import '../styles/more.scss';

function offeredTo(kind: string): boolean {
  const roles = formOf(kind)?.for;
  return !roles || roles.some((role) => session()?.roles.includes(role));
}

export function Staffing() {
  useTopics('records', 'queue', 'looks', 'session');
  useNow(60_000);
  const now = correctedNow();
  const [start] = careDayBounds(careDay(now, zone()), zone());
  const drawn = ofKind('shift_sample').filter((one) => Date.parse(String(one.fields['from'])) >= start || one.fields['shift'] === shiftOf(now, zone()));
  const shifts = shiftsFrom(now, 2, zone());
  return (
    <>
      <h1 class="tm-title">{said.staffing.title}</h1>
      <section class="tm-card">
        <h2 class="tm-heading">{said.staffing.drawn}</h2>
        {drawn.length === 0 && <p>{said.staffing.none_drawn}</p>}
        {drawn.map((one) => <Drawn key={one.record} sample={one} />)}
        {offeredTo('deployment_observation') && <p><a class="tm-link" href="#form=deployment_observation" data-testid="observe-anyway">{said.staffing.anyway}</a></p>}
      </section>
      {shifts.map((shift) => <Allocations key={shift} shift={shift} />)}
      <section class="tm-card">
        <h2 class="tm-heading">{said.staffing.pressure}</h2>
        <p>{said.staffing.pressure_hint}</p>
        <p><a class="nhsuk-button" href="#form=feedback.staff" data-testid="say-pressure">{said.staffing.pressure_go}</a></p>
      </section>
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

function Drawn({ sample }: { sample: Shown }) {
  const { shift, unit, from, to } = sample.fields;
  const [starts, ends] = [from, to].map((at) => sayTime(Date.parse(String(at)), zone()));
  const seen = ofKind('deployment_observation').find((one) => one.fields['sample'] === sample.record);
  return (
    <div data-testid="sample">
      <p class="tm-lead">{fill(said.staffing.sample, { shift: sayShift(String(shift)), unit: text(unit) ?? words.home.whole_home, starts: starts!, ends: ends! })}</p>
      {seen ? <p><StateTag state={seen.state} /> <a class="tm-link" href={`#entry=${seen.record}`}>{said.staffing.seen}</a></p>
        : offeredTo('deployment_observation') ? <p><a class="nhsuk-button" href={`#form=deployment_observation.${sample.record}`} data-testid="observe">{formWords('deployment_observation').title}</a></p>
        : <p>{said.staffing.leader}</p>}
    </div>
  );
}

function Allocations({ shift }: { shift: string }) {
  const all = ofKind('allocation').filter((one) => one.fields['shift'] === shift);
  return (
    <section class="tm-card">
      <h2 class="tm-heading">{sayShift(shift)}</h2>
      {all.length === 0 && <p>{said.staffing.no_allocation}</p>}
      <ul class="tm-entries">
        {all.map((one) => (
          <li key={one.record} data-testid="allocation">
            <p><strong>{text(one.fields['unit'])}</strong> {((one.fields['staff'] ?? []) as string[]).map((id) => staffName(id) ?? said.plain.unknown).join(', ')}</p>
            <p>{text(one.fields['rationale'])}</p>
            <p><StateTag state={one.state} /> <a class="tm-link" href={`#entry=${one.record}`}>{words.drink.entry}</a></p>
          </li>
        ))}
      </ul>
      {offeredTo('allocation') && <p><a class="tm-link" href={`#form=allocation.${shift}`} data-testid="allocate">{said.staffing.allocate}</a></p>}
    </section>
  );
}
