// Screen 6: one person's drinks today, as a chart, as a table with the same figures, and entry by entry.

import { Component, Fragment, type ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { hours, sayHour, stair, type Hour, type Mark } from '../kinds/day_chart';
import { expectedBy } from '../due';
import { asDrink, decided, suspected, total, withinMs, type Drink } from '../kinds/double_check';
import { number, standing, type Standing } from '../kinds/hydration_check';
import { called, residentOf, residents, type Resident } from '../kinds/resident';
import { said } from '../said';
import { state, text } from '../state';
import { careDay, careDayBounds, dayOrTime, sayTime, sayWhen } from '../time';
import { useNow, useTopics } from '../ui/hooks';
import { Drop } from '../ui/icons';
import { Face } from '../ui/parts';
import { correctedNow, staffName, zone } from '../view';
import { fill, ml, word, words } from '../words';
import { Facts } from './check';
import { DayChart, type Drawn } from './day_chart';
import { DrinkSheet } from './drink_sheet';
import { EntriesToday, lateMs } from './entries_today';
import { Everything } from './person_care';
import { Marks, Progress, Twins } from './resident_row';
import '../styles/more.scss';
import '../styles/drinks.scss';

export function Person({ id }: { id: string }) {
  useTopics(`resident:${id}`, 'records', 'link', 'looks');
  useNow(60_000);
  const [recording, setRecording] = useState(false);
  const person = residentOf(id);
  if (!person) return <p class="tm-empty" data-testid="no-person">{said.person.not_here}</p>;
  const now = standing(person);
  const food = now.day.entries.filter((one) => one.fields['from_food'] === true).reduce((sum, one) => sum + (number(one.fields['drunk_ml']) ?? 0), 0);
  const day = drawn(now, lateMs(person));
  return (
    <>
      <p class="tm-fine tm-tight">{said.person.title}</p>
      <h1 class="tm-title tm-title--face"><Face {...person} />{called(person)}</h1>
      <Twins name={person.name} all={residents()} />
      <Marks standing={now} />
      <Progress standing={now} />
      {food > 0 && <p class="tm-fine" data-testid="food">{fill(said.person.food, { ml: ml(food) })}</p>}
      {now.target.basis === 'limit' && <p class="tm-fine">{said.person.limit_none}</p>}
      <p><button type="button" class="tm-drink tm-drink--alone" data-testid="person-drink" onClick={() => setRecording(true)}><Drop />{words.residents.drink}</button></p>
      <section class="tm-card">
        <h2 class="tm-heading">{said.person.chart}</h2>
        {day.missing && <p class="tm-old" data-testid="may-be-missing">{fill(said.person.missing, { time: sayTime(day.missing[0], zone()) })}</p>}
        {now.day.entries.length === 0 && <p class="tm-empty" data-testid="no-drinks">{said.person.empty}</p>}
        <Guard otherwise={<p class="tm-old" role="alert">{said.person.chart_broken}</p>}>
          <DayChart day={day} summary={summary(now)} />
        </Guard>
        <details class="tm-details" data-testid="day-table">
          <summary>{said.person.table}</summary>
          <Table hours={day.hours} limited={day.limited} />
        </details>
      </section>
      <Plan person={person} now={now} />
      <section class="tm-card"><EntriesToday person={person} entries={now.day.entries} /></section>
      <Everything resident={id} />
      <p><a class="tm-link" href="#residents">{fill(said.back_to, { screen: words.nav.residents })}</a></p>
      {recording && <DrinkSheet opened={{ resident: id }} onClose={() => setRecording(false)} />}
    </>
  );
}

/** A chart that cannot be drawn leaves its table standing. */
class Guard extends Component<{ children: ComponentChildren; otherwise: ComponentChildren }, { broken: boolean }> {
  static override getDerivedStateFromError = () => ({ broken: true });
  override state = { broken: false };
  override render = () => (this.state.broken ? this.props.otherwise : this.props.children);
}

function summary(now: Standing): string {
  const so_far = ml(now.day.drunk_ml);
  if (now.target.basis === 'limit') return fill(said.person.lead_limit, { ml: so_far, limit: ml(now.target.ml) });
  return fill(said.person.lead, { ml: so_far, target: ml(now.target.ml), expected: ml(now.expected_ml), time: sayTime(correctedNow(), zone()) });
}

const HALF_HOUR_MS = 30 * 60_000;

function drawn(standing: Standing, late_ms: number): Drawn {
  const now = correctedNow();
  const bounds = careDayBounds(careDay(now, zone()), zone());
  const entries = standing.day.entries;
  const drinks = entries.flatMap((one) => asDrink(one) ?? []);
  const [within, real] = [withinMs(bounds[0]), decided()];
  const doubtful = new Set(suspected(drinks, within, real).flat().map((one) => one.id));
  const marks: Mark[] = entries.map((one) => ({
    happened_ms: one.happened_ms,
    outcome: String(one.fields['outcome']),
    drink: asDrink(one),
    offered_ml: number(one.fields['offered_ml']) ?? 0,
    late: one.recorded_ms - one.happened_ms > late_ms,
    food: one.fields['from_food'] === true,
    doubtful: doubtful.has(one.record) || Object.keys(one.conflicts).length > 0,
  }));
  const totals = (of: Drink[]) => total(of, within, real);
  const expected = (at: number) => expectedBy(standing.target.ml, at, standing.free);
  const corners = standing.free.flatMap(([start, end]) => Array.from({ length: Math.ceil((end - start) / HALF_HOUR_MS) + 1 }, (_, at) => Math.min(start + at * HALF_HOUR_MS, end)));
  return {
    bounds,
    hours: hours(marks, bounds, now, totals, expected),
    steps: stair(marks, bounds[0], now, totals),
    target_ml: standing.target.ml,
    limited: standing.target.basis === 'limit',
    expected: corners.map((at) => ({ at, ml: expected(at) })),
    missing: missing(bounds[0], now),
  };
}

/** Without a connection, since when other tablets have not been heard through the server. */
function missing(start: number, now: number): [number, number] | null {
  if (state.link !== 'unreachable' && state.link !== 'busy') return null;
  const last = state.standing.last_contact;
  return [Math.max(start, last === null ? start : last + (state.standing.offset_ms ?? 0)), now];
}

function Table({ hours: all, limited }: { hours: Hour[]; limited: boolean }) {
  return (
    <div class="tm-scroll" role="region" aria-label={said.person.table} tabIndex={0}>
      <table class="tm-table">
        <thead>
          <tr>
            <th scope="col">{said.person.hour}</th>
            <th scope="col">{said.person.drunk}</th>
            <th scope="col">{said.person.so_far}</th>
            {!limited && <th scope="col">{said.person.expected}</th>}
          </tr>
        </thead>
        <tbody>
          {all.map((hour) => (
            <Fragment key={hour.start}>
              <tr data-testid="hour">
                <th scope="row">{sayHour(hour, all, zone(), [said.person.before, said.person.after])}</th>
                <td>{ml(hour.drunk_ml)}</td>
                <td>{ml(hour.so_far_ml)}</td>
                {!limited && <td>{ml(hour.expected_ml)}</td>}
              </tr>
              {also(hour) && <tr class="tm-table__also" data-testid="hour-also"><td colSpan={limited ? 3 : 4}>{also(hour)}</td></tr>}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function also(hour: Hour): string {
  return [
    hour.not_drunk_ml ? fill(said.person.not_drunk, { ml: ml(hour.not_drunk_ml) }) : '',
    hour.refused ? fill(said.person.refused, { n: hour.refused }) : '',
    hour.late_ml ? fill(said.person.late, { ml: ml(hour.late_ml) }) : '',
    hour.doubtful ? said.person.doubtful : '',
  ].filter(Boolean).join(', ');
}

/** What the figures rest on, and what helps this person to drink. */
function Plan({ person, now }: { person: Resident; now: Standing }) {
  const plan = now.plan.fields;
  const when = (value: unknown) => {
    const at = dayOrTime(value, zone());
    return at === null ? null : new Intl.DateTimeFormat('en-GB', { timeZone: zone(), day: 'numeric', month: 'long', year: 'numeric' }).format(at);
  };
  const source = [text(plan['source_document']), text(plan['basis']) && word({}, plan['basis'])].filter(Boolean).join(', ');
  const last = state.standing.last_contact;
  const facts: [string, string | null][] = [
    [said.person.target, ml(now.target.ml)],
    [said.person.basis, words.residents.basis[now.target.basis]],
    [said.person.source, source || null],
    [said.person.review, when(plan['review_on'])],
    [said.person.checked_by, staffName(text(plan['checked_by'])) ?? text(plan['checked_by'])],
    [said.person.plan_at, last === null ? null : sayWhen(last, Date.now(), zone())],
    [said.person.monitoring, now.watched ? text(plan['monitoring_reason']) : null],
    [said.person.fed, text(plan['route']) && word({}, plan['route'])],
    [said.person.likes, sayOpen(plan['preferences'])],
    [said.person.asked, when(plan['preferences_asked_at'])],
    [said.person.support, sayOpen(plan['support'])],
  ];
  return (
    <section class="tm-card" data-testid="person-plan" data-resident={person.id}>
      <h2 class="tm-heading">{said.person.plan}</h2>
      {!now.plan.shown && <p>{said.person.no_plan}</p>}
      <Facts of={facts.filter((one): one is [string, string] => one[1] !== null)} />
    </section>
  );
}

/** Plans write what somebody likes as a text, a list, or named parts of one. */
function sayOpen(value: unknown): string | null {
  if (typeof value === 'string' && value) return word(said.person.support_codes, value);
  if (Array.isArray(value)) return value.map(sayOpen).filter(Boolean).join(', ') || null;
  if (value && typeof value === 'object') return Object.entries(value).map(([name, part]) => [word({}, name), sayOpen(part)].filter(Boolean).join(': ')).join(', ') || null;
  return typeof value === 'number' ? String(value) : null;
}
