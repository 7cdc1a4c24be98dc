// Screen 16: one alert at 03:00. What it is, who has been told, who is next, and one big button.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { acknowledge, give, givenTo, isOpen, owners, personOf, told } from '../kinds/alert';
import { sayAlert, titleOf } from '../kinds/alert_words';
import { called } from '../kinds/resident';
import type { Draft } from '../outbox';
import { said as own } from '../said';
import { soon } from '../sending';
import { session } from '../session';
import { state, text } from '../state';
import { sayTime, sayWhen } from '../time';
import { useNow, useOnce, useTopics } from '../ui/hooks';
import { announce, Problems } from '../ui/parts';
import { staffName, view, zone, type Shown } from '../view';
import { fill, word, words } from '../words';
import { Close } from './alert_close';
import { Decision } from './alert_decision';
import { Give } from './alert_give';
import { Freshness } from './alerts';
import { CallLink } from './call_link';

export function AlertScreen({ id }: { id: string }) {
  useTopics('records', 'queue', 'link', 'looks');
  const now = useNow(15_000);
  const once = useOnce();
  const me = session();
  const [problem, setProblem] = useState<string | null>(null);
  const alert = view(id);
  // Opened from a notification or a link before its record came: ask for it now, not at the next round.
  useLayoutEffect(() => {
    if (!alert) soon();
  }, [id, !alert]);
  if (!me) return null;
  if (!alert || alert.kind !== 'alert') {
    return (
      <>
        <h1 class="tm-title">{words.alert.title}</h1>
        <Freshness now={now} />
        <p class="tm-lead">{words.alert.not_here}</p>
        <p><a class="tm-link" href="#alerts">{words.alerts.title}</a></p>
      </>
    );
  }
  const person = personOf(alert);
  const said = sayAlert(alert.fields);
  const open = isOpen(alert);

  async function act(draft: Draft, said: string, also: Draft | null = null) {
    try {
      await record(draft);
      if (also) await record(also);
      setProblem(null);
      announce(said);
      return true;
    } catch (error) {
      setProblem(sayNotSaved(error));
      return false;
    }
  }

  const taken = alert.fields['status'] === 'acknowledged' || alert.fields['status'] === 'snoozed';
  const mine = taken && (alert.fields['owner'] === me.id || alert.conflicts['owner']?.some((one) => one.value === me.id));
  return (
    <article data-testid="alert" data-status={String(alert.fields['status'])}>
      <h1 class="tm-title tm-title--tight">{titleOf(alert.fields)}</h1>
      {person && <p class="tm-lead tm-tight"><strong>{called(person)}</strong></p>}
      <p class="tm-says" data-testid="alert-says">{said.says}</p>
      <Freshness now={now} />
      <Problems list={problem ? [problem] : []} />
      <Standing alert={alert} me={me.id} />
      <div class="tm-acts">
        {open && !mine && (
          <button type="button" class="tm-ack" data-testid="ack-button" onClick={() => once('ack', () => void act(acknowledge(alert, me.id), words.alert.ack))}>
            {words.alert.ack}
          </button>
        )}
        {open && <CallLink unit={text(view(String(alert.fields['subject']))?.fields['unit'])} />}
      </div>
      <Ladder alert={alert} />
      <p class="tm-next"><strong>{words.alert.next}</strong> {said.next}</p>
      <Facts alert={alert} now={now} />
      <p><a class="tm-link" href="#alerts">{words.alert.all}</a></p>
      {open && person && <Decision alert={alert} onAct={act} />}
      {open && mine && <Close alert={alert} onAct={act} />}
      {open && <Give onGive={(to, name) => void act(give(alert, to), fill(own.alert_life.given, { name }))} />}
    </article>
  );
}

/** Where it stands, and whether what we did here has reached anybody. */
function Standing({ alert, me }: { alert: Shown; me: string }) {
  const status = String(alert.fields['status']);
  const names = owners(alert);
  const refused = [...state.looks.values()].some((look) => look.record === alert.record);
  const waiting = alert.state === 'saved';
  const given = givenTo(alert);
  const until = Date.parse(String(alert.fields['snooze_until'] ?? ''));
  return (
    <div class={`tm-standing tm-standing--${waiting ? 'waiting' : status}`} role="status" data-testid="alert-standing">
      {refused && <p class="tm-now__big">{words.alert.ack_refused}</p>}
      {waiting && status === 'acknowledged' && (
        <>
          <p class="tm-now__big" data-testid="ack-waiting">{words.alert.ack_waiting}</p>
          <p>{words.alert.ack_waiting_more}</p>
        </>
      )}
      {given && <p class="tm-lead" data-testid="given">{given.id === me ? own.alert_life.given_you : fill(own.alert_life.given, { name: given.name })}</p>}
      {waiting && given && <p class="tm-now__big">{own.alert_life.given_waiting}</p>}
      {waiting && !given && status !== 'acknowledged' && <p>{words.alert.resolve_waiting}</p>}
      {status === 'unhandled' && <p class="tm-now__big">{own.alert_life.unhandled_here}</p>}
      {!waiting && status === 'acknowledged' && (
        <p class="tm-lead" data-testid="acked">
          {names.length > 1 ? fill(words.alert.both, { first: names[0]!, second: names[1]! }) : alert.fields['owner'] === me ? words.alert.acked : fill(words.alert.acked_by, { name: names[0] ?? '?' })}
        </p>
      )}
      {status === 'snoozed' && <p>{fill(words.alert.paused, { time: sayTime(until, zone()), reason: text(alert.fields['snooze_reason']) ?? '' })}</p>}
      {status === 'resolved' && <p>{fill(words.alert.resolved, { outcome: word(words.alert.outcomes, alert.fields['outcome']) })}</p>}
      {status === 'withdrawn' && <p>{words.alert.withdrawn}</p>}
      {!isOpen(alert) && <p class="tm-fine">{words.alert.gone}</p>}
    </div>
  );
}

const HALF_A_DAY_MS = 12 * 3_600_000;

function Ladder({ alert }: { alert: Shown }) {
  const steps = told(alert);
  const next = Date.parse(String(alert.fields['next_at'] ?? ''));
  const roles = Array.isArray(alert.fields['next_roles']) ? (alert.fields['next_roles'] as string[]) : [];
  const stopped = alert.state !== 'saved' && alert.fields['status'] !== 'open' && alert.fields['status'] !== 'unhandled';
  // What was a few hours ago says its time alone, over midnight too: at 3am the ladder has to fit on a phone.
  const when = (ms: number) => (Math.abs(Date.now() - ms) < HALF_A_DAY_MS ? sayTime(ms, zone()) : sayWhen(ms, Date.now(), zone()));
  const who = (role: string, staff: string | null) => [word(words.roles, role), staff && staffName(staff)].filter(Boolean).join(': ');
  return (
    <section aria-label={words.alert.ladder}>
      <h2 class="nhsuk-u-visually-hidden">{words.alert.ladder}</h2>
      <ol class="tm-ladder" data-testid="ladder">
        {steps.map((step, at) => (
          <li key={at} class={step.reached === false ? 'tm-ladder__missed' : 'tm-ladder__told'}>
            {fill(step.reached === false ? words.alert.not_reached : words.alert.told, { who: who(step.role, step.staff), time: when(Date.parse(step.at)) })}
          </li>
        ))}
        {steps.length === 0 && <li>{words.alert.nobody_yet}</li>}
        {!stopped && !Number.isNaN(next) && (
          <li class="tm-ladder__next">{fill(words.alert.will_be, { who: roles.map((role) => word(words.roles, role)).join(', '), time: when(next) })}</li>
        )}
        {stopped && <li>{words.alert.stopped}</li>}
        {alert.fields['status'] === 'unhandled' && <li>{words.alert.no_more}</li>}
      </ol>
    </section>
  );
}

function Facts({ alert, now }: { alert: Shown; now: number }) {
  const { also } = sayAlert(alert.fields);
  const time = (name: string) => Date.parse(String(alert.fields[name] ?? ''));
  const said: [string, number][] = [
    [words.alert.happened, time('happened_at')],
    [words.alert.told_at, time('opened_at')],
    [words.alert.received, time('received_at')],
    [words.alert.based_on, time('based_on_until')],
  ];
  return (
    <section aria-label={words.alert.what}>
      <h2 class="tm-heading">{words.alert.what}</h2>
      <ul class="tm-facts">
        {also.map((sentence) => <li key={sentence}>{sentence}</li>)}
        {said.filter(([, at]) => !Number.isNaN(at)).map(([sentence, at]) => <li key={sentence}>{fill(sentence, { time: sayWhen(at, now, zone()) })}</li>)}
      </ul>
    </section>
  );
}
