// When it happened, or when it will be. A time is kept as an instant; what could not be read stays as it was typed, so
// that moving on says so.

import { useState } from 'preact/hooks';
import { iso } from '../clock';
import { said } from '../said';
import { instants, local, sayWhen } from '../time';
import { Choice, Field } from '../ui/parts';
import { zone } from '../view';
import { fill, words } from '../words';

const DAY_MS = 86_400_000;
/** What a day chosen by its name starts from. */
const USUAL_TIME = '09:00';

function dayOf(ms: number): string {
  const { y, m, d } = local(ms, zone());
  return `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`;
}

export function clockOf(ms: number): string {
  const { h, min } = local(ms, zone());
  return `${String(h).padStart(2, '0')}:${String(min).padStart(2, '0')}`;
}

/** The instant of a date and a time on the home's clock; null when the clock never showed it. */
function read(day: string, clock: string): number | null {
  const [y = NaN, m = NaN, d = NaN] = day.split('-').map(Number);
  const [h = NaN, min = NaN] = clock.split(':').map(Number);
  if (![y, m, d, h, min].every(Number.isFinite)) return null;
  return instants({ y, m, d, h, min }, zone())[0] ?? null;
}

interface Asked {
  asked: 'past' | 'future' | 'either';
  /** Left out unless somebody says it; any other past time is now unless somebody says otherwise. */
  optional: boolean;
  value: unknown;
  onChoose: (value: unknown) => void;
}

export function Moment({ asked, optional, value, onChoose }: Asked) {
  const future = asked === 'future';
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  const known = Number.isFinite(at);
  const [day, setDay] = useState(known ? dayOf(at) : '');
  const [clock, setClock] = useState(known ? clockOf(at) : '');
  const [ago, setAgo] = useState<string | null>(future || known || optional ? null : '0');

  function back(minutes: string) {
    setAgo(minutes);
    setDay('');
    setClock('');
    onChoose(minutes === '0' && !optional ? undefined : iso(Date.now() - Number(minutes) * 60_000));
  }

  function other(toDay: string, toClock: string) {
    setDay(toDay);
    setClock(toClock);
    setAgo(null);
    if (!toDay && !toClock) return future || optional ? onChoose(undefined) : back('0');
    const ms = read(toDay || dayOf(Date.now()), toClock);
    // A day alone waits for its time, and says so when somebody moves on.
    onChoose(ms !== null && (asked !== 'past' || ms <= Date.now()) ? iso(ms) : toDay || toClock);
  }

  const days = [[said.form.today, 0], [said.form.tomorrow, 1], [said.form.in_a_week, 7]] as const;
  const inputs = (
    <div class="tm-filters">
      <Field label={said.form.day}>
        {(ids) => <input {...ids} class="nhsuk-input tm-time" type="date" autocomplete="off" value={day} onInput={(event) => other(event.currentTarget.value, clock)} />}
      </Field>
      <Field label={said.form.time}>
        {(ids) => <input {...ids} class="nhsuk-input tm-time" type="time" autocomplete="off" value={clock} onInput={(event) => other(day, event.currentTarget.value)} />}
      </Field>
    </div>
  );
  if (future)
    return (
      <>
        <Choice legend="" name="day" value={day || null} options={days.map(([text, n]) => [dayOf(Date.now() + n * DAY_MS), text])} onChoose={(one) => other(one, clock || USUAL_TIME)} />
        {inputs}
      </>
    );
  return (
    <>
      <Choice legend="" name="ago" value={ago} options={[['0', words.drink.now], ...Object.entries(words.drink.minutes_ago)]} onChoose={back} />
      <details class="tm-details">
        <summary>{known ? fill(words.drink.at, { time: sayWhen(at, Date.now(), zone()) }) : said.form.another_time}</summary>
        {inputs}
      </details>
    </>
  );
}
