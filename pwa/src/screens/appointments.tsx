// Screen 8: today's appointments, outcomes that are missing, follow-ups that are overdue, updates that are awaited.

import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { unfinished } from '../drafts';
import { todos, visits, type Todo, type Visit } from '../kinds/visit';
import { said } from '../said';
import { session } from '../session';
import { state } from '../state';
import { careDay } from '../time';
import { useNow, useTopics } from '../ui/hooks';
import { Button } from '../ui/parts';
import { correctedNow, zone } from '../view';
import { fill, words } from '../words';
import { TodoRow, VisitRow, when } from './visit_row';
import '../styles/more.scss';

const DONE_MS = 2 * 24 * 3_600_000;
const PARTS = ['missing', 'overdue', 'waiting', 'today', 'unallocated', 'mine', 'asked', 'coming', 'done'] as const;
type Part = (typeof PARTS)[number];
/** Which records stand under which heading. */
type Layout = Record<Part, string[]>;

export function Appointments() {
  const drawn = useTopics('records', 'queue', 'link', 'session');
  const minute = useNow(60_000);
  const drafted = useDrafted(drawn);
  const { all, open } = useMemo(() => ({ all: visits(), open: todos() }), [drawn, minute]);
  const fresh = useMemo(() => layout(all, open), [all, open]);
  const [shown, setShown] = useState(fresh);
  // Nothing moves under a finger: what has changed is drawn where it stands, and the order is brought up to date when asked.
  const stale = JSON.stringify(fresh) !== JSON.stringify(shown);
  const byId = new Map(all.map((one) => [one.shown.record, one]));
  const todoById = new Map(open.map((one) => [one.shown.record, one]));
  return (
    <>
      <h1 class="tm-title">{said.visits.title}</h1>
      {state.link === 'unreachable' && (
        <p class="tm-old" data-testid="visits-offline">{words.default.offline} {state.standing.last_contact !== null && fill(said.visits.offline, { time: when(state.standing.last_contact) })}</p>
      )}
      <div class="tm-row__buttons">
        <a class="nhsuk-button" data-testid="visit-now" href="#visit-now">{said.visits.visit_now}</a>
        <a class="nhsuk-button nhsuk-button--secondary" data-testid="gp-round" href="#gp-round">{said.visits.gp_round}</a>
        <a class="nhsuk-button nhsuk-button--secondary" data-testid="add-appointment" href="#form=appointment">{said.visits.add}</a>
      </div>
      {stale && <Button kind="secondary" data-testid="update-order" onClick={() => setShown(fresh)}>{words.residents.update_order}</Button>}
      {PARTS.map((part) => {
        const rows = shown[part].flatMap((id) => {
          const visit = byId.get(id);
          const todo = todoById.get(id);
          return visit ? [<VisitRow key={id} visit={visit} drafted={drafted.has(id)} />] : todo ? [<TodoRow key={id} todo={todo} />] : [];
        });
        if (!rows.length && part !== 'today') return null;
        return (
          <section key={part} data-testid={`part-${part}`}>
            <h2 class="tm-heading">{said.visits[part]} {rows.length > 0 && <span class="tm-count">{rows.length}</span>}</h2>
            {rows.length ? <ul class="tm-rows">{rows}</ul> : <p class="tm-empty">{said.visits.empty}</p>}
          </section>
        );
      })}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

/** Each appointment stands under one heading, the most pressing that fits; and each open follow-up that is somebody's to see to. */
function layout(all: Visit[], open: Todo[]): Layout {
  const now = correctedNow();
  const today = careDay(now, zone());
  const me = session()?.id;
  const found = Object.fromEntries(PARTS.map((part) => [part, [] as string[]])) as Layout;
  for (const one of all) {
    const { state: asked } = one.standing;
    const part = asked === 'outcome_missing' ? 'missing' : asked === 'awaiting_update' ? 'waiting' : careDay(one.starts_ms, zone()) === today ? 'today' : asked === 'coming' || asked === 'done' ? asked : 'asked';
    if (part !== 'done' || one.starts_ms > now - DONE_MS) found[part].push(one.shown.record);
  }
  for (const { shown, open: asks } of open) {
    const part = asks.open === 'follow_up_overdue' ? 'overdue' : asks.open === 'follow_up_unallocated' ? 'unallocated' : shown.fields['owner'] === me ? 'mine' : null;
    if (part) found[part].push(shown.record);
  }
  return found;
}

/** Under this name, with the appointment's id, the draft of an outcome is kept. */
export const OUTCOME = 'outcome ';

/** Appointments whose outcome the person at the screen has begun. */
export function useDrafted(drawn: number): Set<string> {
  const [found, setFound] = useState(new Set<string>());
  useLayoutEffect(() => void unfinished().then((keys) => setFound(new Set(keys.flatMap((key) => (key.startsWith(OUTCOME) ? [key.slice(OUTCOME.length)] : []))))), [drawn]);
  return found;
}
