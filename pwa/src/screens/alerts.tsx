// Screen 15: alerts, mine first, by the time left before the next step.

import { useState } from 'preact/hooks';
import { alerts, isMine, isOpen, mayBeOn, owners, personOf } from '../kinds/alert';
import { titleOf } from '../kinds/alert_words';
import { called } from '../kinds/resident';
import { session } from '../session';
import { state, text } from '../state';
import { sayWhen } from '../time';
import { useNow, useTopics } from '../ui/hooks';
import { Bell } from '../ui/icons';
import { Choice } from '../ui/parts';
import { zone, type Shown } from '../view';
import { fill, word, words } from '../words';
import '../styles/more.scss';

/** Without an answer for this long, alerts may be late and the screen says so. */
const STALE_MS = 2 * 60_000;

type Tab = 'mine' | 'everyone' | 'done';

export function Alerts() {
  useTopics('records', 'link', 'queue', 'session');
  const now = useNow(15_000);
  const me = session();
  const [tab, setTab] = useState<Tab>('mine');
  if (!me) return null;
  const all = alerts();
  const shown = all.filter((one) => (tab === 'done' ? !isOpen(one) : isOpen(one) && (tab === 'everyone' || isMine(one, me.id, me.roles))));
  return (
    <>
      <h1 class="tm-title">{words.alerts.title}</h1>
      <Freshness now={now} />
      <Choice
        legend={words.alerts.tabs} hideLegend name="tab" value={tab} onChoose={setTab}
        options={[['mine', words.alerts.mine], ['everyone', words.alerts.everyone], ['done', words.alerts.done]]}
      />
      {shown.length === 0 && <p class="tm-empty">{tab === 'done' ? words.alerts.empty_done : words.alerts.empty}</p>}
      <ul class="tm-rows">{shown.map((one) => <AlertRow key={one.record} alert={one} />)}</ul>
    </>
  );
}

/** An empty list is only good news while the server answers. */
export function Freshness({ now }: { now: number }) {
  const last = state.standing.last_contact;
  if (state.link === 'unreachable') return <p class="tm-now tm-now__big" role="alert" data-testid="alerts-offline">{words.alerts.offline}</p>;
  if (last !== null && now - last > STALE_MS) return <p class="tm-old">{fill(words.alerts.may_be_late, { time: sayWhen(last, now, zone()) })}</p>;
  return null;
}

export function AlertRow({ alert }: { alert: Shown }) {
  const person = personOf(alert);
  const severity = String(alert.fields['severity']);
  const status = String(alert.fields['status']);
  const next = Date.parse(String(alert.fields['next_at'] ?? ''));
  const names = owners(alert);
  return (
    <li class={`tm-alert tm-alert--${severity}`}>
      <a class="tm-alert__link" href={`#alert=${alert.record}`} data-testid="alert-row" data-alert={alert.record}>
        <Bell />
        <span class="tm-alert__words">
          <span class="tm-alert__title">{titleOf(alert.fields)}</span>
          <span>{person && called(person)}</span>
          <span class="tm-fine">
            {status === 'acknowledged' && names.length ? fill(words.alerts.taken_by, { name: names.join(', ') }) : word(words.alerts.status, status)}
            {' · '}
            {fill(words.alerts.open_since, { time: sayWhen(Date.parse(text(alert.fields['opened_at']) ?? '') || alert.happened_ms, Date.now(), zone()) })}
            {status === 'open' && !Number.isNaN(next) ? ` · ${fill(words.alerts.next, { time: sayWhen(next, Date.now(), zone()) })}` : ''}
          </span>
          {mayBeOn(alert).map((sentence) => <span key={sentence} class="tm-fine">{sentence}</span>)}
        </span>
        <span class={`tm-severity tm-severity--${severity}`}>{word(words.alerts.severity, severity)}</span>
      </a>
    </li>
  );
}
