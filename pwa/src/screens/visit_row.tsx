// An appointment and a follow-up as one line of a list: whose, what, when, and what is still asked, in words and by a shape.

import type { Asked } from '../appointment_state';
import type { Todo, Visit } from '../kinds/visit';
import { appointmentOf, timeChanged } from '../kinds/visit';
import { typeName } from '../kinds/outcome';
import { said } from '../said';
import { text } from '../state';
import { sayWhen } from '../time';
import { StateTag } from '../ui/parts';
import { correctedNow, staffName, zone, type Shown } from '../view';
import { fill, plural, word } from '../words';
import { personOf } from './plain';
import '../styles/more.scss';

/** Shapes tell what is late from what is only open; the words say it, too. */
export function Asks({ asked, late }: { asked: Asked | 'done'; late: boolean }) {
  return (
    <span class={`tm-asks${late ? ' tm-asks--late' : asked === 'done' ? ' tm-asks--done' : ''}`} data-testid="asks" data-asks={asked}>
      <span class="tm-asks__shape" aria-hidden="true">{late ? '▲' : asked === 'done' ? '✓' : '○'}</span>
      {said.visits.states[asked]}{late && asked !== 'outcome_missing' && asked !== 'follow_up_overdue' ? ` (${said.visits.late.toLowerCase()})` : ''}
    </span>
  );
}

export function when(ms: number): string {
  return sayWhen(ms, correctedNow(), zone());
}

/** "Waiting 3 days · Ask again 2pm, 24 November". */
export function waitingLine({ standing }: Visit): string {
  const { days_waiting, chase_ms } = standing;
  if (days_waiting === null) return '';
  const chase = chase_ms === null ? null : fill(chase_ms < correctedNow() ? said.visits.chase_now : said.visits.chase, { time: when(chase_ms) });
  return [plural(said.visits.days_waiting, days_waiting), chase].filter(Boolean).join(' · ');
}

export function VisitRow({ visit, drafted }: { visit: Visit; drafted: boolean }) {
  const { shown, standing } = visit;
  const askOutcome = ['outcome_missing', 'outcome_due', 'awaiting_update'].includes(standing.state);
  return (
    <li class={`tm-go${standing.late.length ? '' : ' tm-go--calm'}`} data-testid="visit-row" data-visit={shown.record}>
      <a class="tm-go__link" href={`#appointment=${shown.record}`}>
        <span>
          <strong class="tm-go__head">{personOf(shown) ?? said.plain.unknown}</strong>
          <span class="tm-go__line">{[typeName(shown.fields), text(shown.fields['with']), when(visit.starts_ms)].filter(Boolean).join(' · ')}</span>
          {timeChanged(visit) && <span class="tm-tag" data-testid="time-changed">{said.visits.time_changed}</span>}
          <span class="tm-go__line"><Asks asked={standing.state} late={standing.late.includes(standing.state as Asked)} /></span>
          {standing.days_waiting !== null && <span class="tm-go__line" data-testid="waiting">{waitingLine(visit)}</span>}
          <span class="tm-go__line">{drafted && <span class="tm-tag">{said.visits.unfinished}</span>} {shown.state !== 'sent' && <StateTag state={shown.state} />}</span>
        </span>
      </a>
      {askOutcome && <a class="nhsuk-button tm-go__do" data-testid="record-outcome" href={`#outcome=${shown.record}`}>{said.visits.record}</a>}
    </li>
  );
}

/** Whom a follow-up is about: said by itself, else by its appointment. */
export function personOfTodo(shown: Shown): string | null {
  return personOf(shown) ?? (appointmentOf(shown) ? personOf(appointmentOf(shown)!) : null);
}

export function TodoRow({ todo }: { todo: Todo }) {
  const owner = staffName(text(todo.shown.fields['owner']));
  return (
    <li class={`tm-go${todo.open.late ? '' : ' tm-go--calm'}`} data-testid="todo-row" data-todo={todo.shown.record}>
      <a class="tm-go__link" href={`#follow-up=${todo.shown.record}`}>
        <span>
          <strong class="tm-go__head">{word({}, todo.shown.fields['what'])}</strong>
          <span class="tm-go__line">{[personOfTodo(todo.shown), owner ? fill(said.visits.owner, { name: owner }) : said.visits.no_owner, todo.due_ms === null ? said.visits.no_day : fill(said.visits.due_by, { time: when(todo.due_ms) })].filter(Boolean).join(' · ')}</span>
          <span class="tm-go__line"><Asks asked={todo.open.open} late={todo.open.late} /></span>
        </span>
      </a>
    </li>
  );
}
