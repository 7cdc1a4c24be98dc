// On Shift home: what became of your entries, what waits for a decision, where else you are logged in, a new version.

import { useMemo, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { mayDecide } from '../kinds/deciding';
import { withoutName } from '../kinds/emergency';
import { myShift, onShift } from '../kinds/duty';
import { understood, unread } from '../kinds/standard';
import { openSuggestions } from '../kinds/suggestions';
import { said } from '../said';
import { session } from '../session';
import { state } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { Button, Problems, StateTag } from '../ui/parts';
import { tabletName, view, zone, type RowState, type Shown } from '../view';
import { lastVisit } from '../visits';
import { update, updateAfter, updateNow } from '../worker';
import { fill, plural, words } from '../words';
import { waiting } from './checks';
import { inALine, personOf } from './plain';
import { WhoCannot } from './who_cannot';
import '../styles/more.scss';

const MOST_SHOWN = 30;

export function Notices() {
  useTopics('records', 'queue', 'looks', 'session', 'device');
  const me = session();
  if (!me) return null;
  const checks = waiting();
  const unnamed = withoutName().length;
  const suggested = openSuggestions().length;
  const elsewhere = onShift().filter((one) => one.fields['staff'] === me.id && typeof one.fields['device'] === 'string' && one.fields['device'] !== state.enrolment?.device);
  return (
    <>
      <NewVersion />
      <Standard me={me.id} />
      {elsewhere.map((one) => (
        <p class="tm-fine" key={one.record} data-testid="also-on">{fill(said.notices.also_on, { tablet: tabletName(String(one.fields['device'])) ?? said.plain.other_tablet })}</p>
      ))}
      {checks.length > 0 && <p><a class="tm-link" data-testid="to-checks" href={checks.length === 1 ? `#check=${checks[0]!.record}` : '#checks'}>{plural(words.home.looks, checks.length)}</a></p>}
      {unnamed > 0 && mayDecide() && <p><a class="tm-link" data-testid="to-names" href="#names">{plural(said.names.count, unnamed)}</a></p>}
      <WhoCannot />
      <Since />
      {suggested > 0 && <p><a class="tm-link" data-testid="to-suggestions" href="#suggestions">{plural(said.suggestions.count, suggested)}</a></p>}
      {mayDecide() && <p><a class="tm-link" data-testid="to-agency" href="#agency">{said.agency.title}</a></p>}
    </>
  );
}

/** Asked here and nowhere else: never while something is being entered. */
function NewVersion() {
  const [chosen, setChosen] = useState(false);
  if (!update.ready || chosen) return null;
  return (
    <section class="tm-card" data-testid="new-version">
      <p class="tm-lead">{said.notices.new_version}</p>
      <p class="tm-fine">{said.notices.new_version_hint}</p>
      <div class="tm-row__buttons">
        <Button data-testid="update-now" onClick={updateNow}>{said.notices.update_now}</Button>
        <Button
          kind="secondary" data-testid="update-after"
          onClick={() => {
            const shift = myShift()?.record;
            updateAfter(() => !shift || onShift().every((one) => one.record !== shift));
            setChosen(true);
          }}
        >
          {said.notices.update_after}
        </Button>
      </div>
    </section>
  );
}

/** A standard that is new or in other words, one at a time: one tap says that it is read and understood. */
function Standard({ me }: { me: string }) {
  const once = useOnce();
  const [problem, setProblem] = useState('');
  const one = unread(me)[0];
  if (!one) return null;
  const save = () => record(understood(one)).then(() => setProblem(''), (error) => setProblem(sayNotSaved(error)));
  return (
    <section class="tm-card" data-testid="standard">
      <h2 class="tm-heading">{said.notices.standard}</h2>
      <Problems list={problem ? [problem] : []} />
      <p class="tm-lead">{String(one.fields['words'] ?? '')}</p>
      <Button data-testid="understood" onClick={() => once('understood', () => void save())}>{said.notices.understood}</Button>
    </section>
  );
}

/** What the person at the screen has recorded since the visit before this one began, wherever it was recorded. */
function mine(me: string, since: number): Shown[] {
  const ids = new Set<string>();
  for (const one of state.records.values()) if (one.author === me && one.kind !== 'alert' && Date.parse(one.recorded_at) >= since) ids.add(one.record);
  for (const [id, own] of state.overlay) if (own.some(({ submission }) => submission.author === me && Date.parse(submission.recorded_at) >= since)) ids.add(id);
  for (const look of state.looks.values()) if (look.submission.author === me) ids.add(look.record);
  return [...ids].map(view).filter((one) => one !== null).sort((a, b) => b.recorded_ms - a.recorded_ms);
}

function Since() {
  const told = useTopics('records', 'queue', 'looks');
  const me = session()!;
  const since = lastVisit();
  const entries = useMemo(() => (since === null ? [] : mine(me.id, since)), [told, me.id, since]);
  if (since === null) return null;
  const lost = [...state.looks.values()].filter((look) => look.submission.author === me.id && !view(look.record)).length;
  const counts: Record<RowState, number> = { saved: 0, sent: 0, look: lost };
  for (const one of entries) counts[one.state] += 1;
  const parts = (['sent', 'saved', 'look'] as const).filter((one) => counts[one] > 0).map((one) => fill(said.notices.counts[one], { n: counts[one] }));
  return (
    <section class="tm-card" data-testid="since">
      <h2 class="tm-heading">{fill(said.notices.since, { time: sayWhen(since, Date.now(), zone()) })}</h2>
      <p class="tm-lead" data-testid="since-count">{parts.length ? parts.join(', ') : said.notices.none}</p>
      {lost > 0 && <p><a class="tm-link" href="#not-sent">{words.queue.looks}</a></p>}
      {entries.length > 0 && (
        <details class="tm-details">
          <summary>{said.notices.show}</summary>
          <ul class="tm-entries">
            {entries.slice(0, MOST_SHOWN).map((one) => (
              <li key={one.record}>
                <p><a class="tm-link" href={`#entry=${one.record}`}>{[sayWhen(one.happened_ms, Date.now(), zone()), personOf(one), inALine(one.kind, one.fields)].filter(Boolean).join(' · ')}</a></p>
                <StateTag state={one.state} />
              </li>
            ))}
          </ul>
          {entries.length > MOST_SHOWN && <p>{fill(words.queue.more, { n: entries.length - MOST_SHOWN })}</p>}
        </details>
      )}
    </section>
  );
}
