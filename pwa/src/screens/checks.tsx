// Screen 14, the list: what needs somebody to decide between two records or two versions of one.

import { inConflict } from '../kinds/conflict';
import { mayDecide } from '../kinds/deciding';
import { toCheck } from '../kinds/double_check';
import { said } from '../said';
import { state } from '../state';
import { sayWhen } from '../time';
import { useTopics } from '../ui/hooks';
import { StateIcon } from '../ui/icons';
import { correctedNow, zone, type Shown } from '../view';
import { fill, words } from '../words';
import { inALine, personOf } from './plain';
import '../styles/more.scss';

export interface Waiting {
  record: string;
  shown: Shown;
  why: 'double' | 'conflict';
}

const DAY_MS = 24 * 3_600_000;

/** Suspected doubles of a person, of today and of yesterday, which may have ended undecided. */
export function pairsOf(resident: string): [Shown, Shown][] {
  const now = correctedNow();
  return [...toCheck(resident, now - DAY_MS), ...toCheck(resident, now)];
}

/** Everything to decide, oldest first; a suspected double stands under its earlier entry. */
export function waiting(): Waiting[] {
  const found: Waiting[] = [
    ...[...state.byResident.keys()].flatMap(pairsOf).map(([one]) => ({ record: one.record, shown: one, why: 'double' as const })),
    ...inConflict().map((shown) => ({ record: shown.record, shown, why: 'conflict' as const })),
  ];
  return found.sort((a, b) => a.shown.happened_ms - b.shown.happened_ms);
}

export function Checks() {
  useTopics('records', 'queue', 'link', 'session');
  const all = waiting();
  return (
    <>
      <h1 class="tm-title">{said.check.list_title}</h1>
      {!mayDecide() && all.length > 0 && <p class="tm-old" data-testid="ask-senior">{said.check.ask_senior}</p>}
      {state.link === 'unreachable' && all.length > 0 && <p class="tm-fine">{said.check.offline}</p>}
      {all.length === 0 && <p class="tm-empty" data-testid="nothing-to-check">{said.check.empty}</p>}
      <ul class="tm-rows">
        {all.map(({ record, shown, why }) => (
          <li class="tm-go" key={record}>
            <a class="tm-go__link" href={`#check=${record}`} data-testid="check-row">
              <StateIcon state="look" />
              <span>
                <strong class="tm-go__head">{personOf(shown) ?? inALine(shown.kind, shown.fields)}</strong>
                <span class="tm-go__line">{sayWhen(shown.happened_ms, Date.now(), zone())} {inALine(shown.kind, shown.fields)}</span>
                <span class="tm-fine">{said.check.why[why]}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}
