// Screen 2: my shift, what is due, alerts to me, what I have not finished.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { unfinished } from '../drafts';
import { alerts, isMine, isOpen } from '../kinds/alert';
import { endShift, myShift, rolesInOrder, startShift } from '../kinds/duty';
import { standing } from '../kinds/hydration_check';
import { mayDecide } from '../kinds/deciding';
import { residents, units } from '../kinds/resident';
import { nothingLeft } from '../left';
import { letters } from '../letters';
import { said } from '../said';
import { session } from '../session';
import { state } from '../state';
import { sayTime } from '../time';
import { useNow, useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Problems } from '../ui/parts';
import { zone } from '../view';
import { fill, plural, word, words } from '../words';
import { AlertRow } from './alerts';
import { Later } from './later';
import { Places } from './places';

export function Home() {
  useTopics('records', 'queue', 'looks', 'session', ...([...state.byResident.keys()].map((id) => `resident:${id}` as const)));
  useNow(60_000);
  const me = session();
  const [notes, setNotes] = useState(0);
  useLayoutEffect(() => void unfinished().then((list) => setNotes(list.length)), [me?.id]);
  if (!me) return null;
  const people = residents().map((person) => standing(person));
  const waiting = people.filter((one) => one.due.state === 'due' || one.due.state === 'late').length;
  const upcoming = people.filter((one) => one.watched && !one.away && one.due.due_at_ms !== null).map((one) => one.due.due_at_ms!);
  const mine = alerts().filter((one) => isOpen(one) && isMine(one, me.id, me.roles));
  return (
    <>
      <h1 class="tm-title">{words.home.title}</h1>
      <Shift />
      <section class="tm-card">
        <h2 class="tm-heading">{words.home.due}</h2>
        <p class="tm-lead" data-testid="due-now">
          {waiting ? plural(words.home.due_n, waiting) : upcoming.length ? fill(words.home.nothing_due_until, { time: sayTime(Math.min(...upcoming), zone()) }) : words.home.nothing_due}
        </p>
        <a class="nhsuk-button tm-card__go" href="#residents" data-testid="to-residents">{words.home.to_residents}</a>
        {mayDecide() && <p><a class="tm-link" href="#shift-check" data-testid="to-shift-check">{said.shift_check.title}</a></p>}
      </section>
      <section class="tm-card">
        <h2 class="tm-heading">{words.home.alerts}</h2>
        {mine.length === 0 ? <p>{words.home.no_alerts}</p> : <ul class="tm-rows">{mine.map((one) => <AlertRow key={one.record} alert={one} />)}</ul>}
      </section>
      <Places begun={notes} />
      <Later screen="notices" />
      <Later screen="visits-due" />
      {state.looks.size > 0 && <p><a class="tm-link" href="#not-sent">{plural(words.home.refused, state.looks.size)}</a></p>}
      <p><a class="tm-link" href="#notifications">{words.home.notifications}</a></p>
      <p><a class="tm-link" href="#settings" data-testid="to-settings">{said.settings.title}</a></p>
    </>
  );
}

function Shift() {
  const me = session()!;
  const once = useOnce();
  const roles = rolesInOrder(me.roles);
  const [role, setRole] = useState(roles[0] ?? '');
  const [unit, setUnit] = useState('');
  const [ended, setEnded] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const shift = myShift();
  const owning = alerts().filter((one) => isOpen(one) && one.fields['owner'] === me.id).length;

  async function start() {
    try {
      await record(startShift(me, role, unit));
      setEnded(null);
      setProblem(null);
      announce(fill(words.home.started, { time: sayTime(Date.now(), zone()) }));
    } catch (error) {
      setProblem(sayNotSaved(error));
    }
  }

  async function end() {
    if (owning) return setProblem(plural(words.home.owning, owning));
    try {
      await record(endShift(shift!));
      setEnded(Date.now());
      setProblem(null);
      announce(fill(words.home.ended, { time: sayTime(Date.now(), zone()) }));
    } catch (error) {
      setProblem(sayNotSaved(error));
    }
  }

  const place = (name: unknown) => (typeof name === 'string' && name ? name : words.home.whole_home);
  return (
    <section class="tm-card" data-testid="shift">
      <Problems list={problem ? [problem] : []} />
      {shift ? (
        <>
          <p class="tm-lead">{fill(words.home.on_since, { time: sayTime(shift.happened_ms, zone()), role: word(words.roles, shift.fields['role']), unit: place(shift.fields['unit']) })}</p>
          <p data-testid="left-here">{state.queue.size ? plural(words.home.still_here, state.queue.size) : letters().length ? plural(said.letters.waiting, letters().length) : words.home.nothing_left}</p>
          <Button kind="secondary" data-testid="end-shift" onClick={() => once('end', () => void end())}>{words.home.end}</Button>
        </>
      ) : (
        <>
          <p class="tm-lead">{ended ? fill(words.home.ended, { time: sayTime(ended, zone()) }) : words.home.not_on}</p>
          {ended !== null && <p data-testid="left-here">{state.queue.size ? plural(words.home.still_here, state.queue.size) : letters().length ? plural(said.letters.waiting, letters().length) : nothingLeft() ? words.home.nothing_left : words.home.not_sure}</p>}
          <div class="tm-filters">
            {roles.length > 1 && (
              <label class="tm-filters__one">
                <span class="nhsuk-label">{words.home.role}</span>
                <select class="nhsuk-select" autocomplete="off" value={role} onChange={(event) => setRole(event.currentTarget.value)}>
                  {roles.map((one) => <option key={one} value={one}>{word(words.roles, one)}</option>)}
                </select>
              </label>
            )}
            <label class="tm-filters__one">
              <span class="nhsuk-label">{words.home.unit}</span>
              <select class="nhsuk-select" autocomplete="off" value={unit} onChange={(event) => setUnit(event.currentTarget.value)}>
                <option value="">{words.home.whole_home}</option>
                {units(residents()).map((one) => <option key={one} value={one}>{one}</option>)}
              </select>
            </label>
          </div>
          <Button data-testid="start-shift" onClick={() => once('start', () => void start())}>{words.home.start}</Button>
          <p class="tm-fine">{words.home.alerts_off}</p>
        </>
      )}
    </section>
  );
}
