// Screen 3: everyone's drinks. Due and late first when it opens; it never re-orders under a finger.

import { useMemo, useRef, useState } from 'preact/hooks';
import { Row } from './resident_row';
import { DrinkSheet, type Opened } from './drink_sheet';
import { standing } from '../kinds/hydration_check';
import { heldIn } from '../kinds/record_system';
import { residents, units, type Resident } from '../kinds/resident';
import { state } from '../state';
import { sayTime } from '../time';
import { useNow, useTopics } from '../ui/hooks';
import { Button } from '../ui/parts';
import { zone } from '../view';
import { fill, words } from '../words';

const RANK = { late: 0, due: 1, not_due: 2, paused: 2 } as const;
/** Facts older than this are said to be old. */
const OLD_LIST_MS = 10 * 60_000;

/** Late, then due, then the rest; within each by who has waited longest, then by room. */
function order(all: Resident[]): string[] {
  const ranked = all.map((person) => ({ person, due: standing(person).due }));
  ranked.sort(
    (a, b) =>
      RANK[a.due.state] - RANK[b.due.state] ||
      (RANK[a.due.state] === 2 ? 0 : (a.due.last_offer_ms ?? 0) - (b.due.last_offer_ms ?? 0)) ||
      (a.person.room ?? '').localeCompare(b.person.room ?? '', 'en', { numeric: true }) ||
      a.person.name.localeCompare(b.person.name),
  );
  return ranked.map(({ person }) => person.id);
}

export function Residents() {
  const told = useTopics('records', 'device');
  useTopics('link');
  const now = useNow(30_000);
  const all = useMemo(residents, [told]);
  const people = useMemo(() => new Map(all.map((one) => [one.id, one])), [all]);
  const [unit, setUnit] = useState('');
  const [find, setFind] = useState('');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [kept, setKept] = useState<string[]>(() => order(all));
  // People who came while the list was on screen wait for "Update order"; an empty list has nothing to disturb.
  const filled = useRef(kept.length > 0);
  if (!filled.current && all.length) {
    filled.current = true;
    kept.push(...order(all));
  }
  const news = all.length > kept.filter((id) => people.has(id)).length;
  const wanted = find.trim().toLowerCase();
  const shown = useMemo(
    () =>
      kept
        .map((id) => people.get(id))
        .filter((one) => one !== undefined)
        .filter((one) => !unit || one.unit === unit)
        .filter((one) => !wanted || one.name.toLowerCase().includes(wanted) || (one.room ?? '').toLowerCase().includes(wanted)),
    [kept, all, unit, wanted],
  );
  // Kept while the sheet opens and closes over them: a tap draws one row again, not everyone's.
  const rows = useMemo(() => shown.map((person) => <Row key={person.id} person={person} all={all} onOpen={setOpened} />), [shown, all]);
  const system = useMemo(() => heldIn('hydration_check'), [told]);
  const last = state.standing.last_contact;
  const offline = state.link === 'unreachable';
  return (
    <>
      <div class="tm-top">
        <h1 class="tm-title">{words.residents.title}</h1>
        <Button kind="secondary" data-testid="update-order" onClick={() => setKept(order(all))}>
          {words.residents.update_order}{news ? ' •' : ''}
        </Button>
      </div>
      {last !== null && (offline || now - last > OLD_LIST_MS) && (
        <p class="tm-old" data-testid="old-list">{fill(offline ? words.residents.totals : words.residents.old_list, { time: sayTime(last, zone()) })}</p>
      )}
      {system && <p class="tm-old" data-testid="elsewhere">{fill(words.residents.elsewhere, { system })}</p>}
      <div class="tm-filters">
        <label class="tm-filters__one">
          <span class="nhsuk-label">{words.residents.find}</span>
          <input class="nhsuk-input" type="text" enterkeyhint="search" autocomplete="off" value={find} onInput={(event) => setFind(event.currentTarget.value)} />
        </label>
        <label class="tm-filters__one">
          <span class="nhsuk-label">{words.residents.unit}</span>
          <select class="nhsuk-select" autocomplete="off" value={unit} onChange={(event) => setUnit(event.currentTarget.value)}>
            <option value="">{words.residents.all_units}</option>
            {units(all).map((one) => <option key={one} value={one}>{one}</option>)}
          </select>
        </label>
      </div>
      {shown.length === 0 && (
        <p class="tm-empty">{all.length === 0 ? words.residents.not_yet : wanted ? words.residents.none_found : words.residents.empty}</p>
      )}
      <ul class="tm-rows tm-rows--all">
        {rows}
      </ul>
      {opened && <DrinkSheet key={opened.resident} opened={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
