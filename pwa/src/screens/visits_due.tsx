// On Shift home: the way to appointments, and the outcomes that somebody has to record now.

import { useMemo } from 'preact/hooks';
import { visits } from '../kinds/visit';
import { said } from '../said';
import { useNow, useTopics } from '../ui/hooks';
import { useDrafted } from './appointments';
import { VisitRow } from './visit_row';

const MOST_SHOWN = 3;

export function VisitsDue() {
  const drawn = useTopics('records', 'queue', 'session');
  const minute = useNow(60_000);
  const drafted = useDrafted(drawn);
  const due = useMemo(() => visits().filter((one) => one.standing.state === 'outcome_missing' || one.standing.state === 'outcome_due'), [drawn, minute]);
  return (
    <section class="tm-card" data-testid="visits-due">
      <h2 class="tm-heading">{said.visits.title}</h2>
      {due.length === 0 ? <p>{said.visits.none_due}</p> : (
        <ul class="tm-rows">{due.slice(0, MOST_SHOWN).map((one) => <VisitRow key={one.shown.record} visit={one} drafted={drafted.has(one.shown.record)} />)}</ul>
      )}
      <a class="nhsuk-button nhsuk-button--secondary tm-card__go" data-testid="to-appointments" href="#appointments">{said.visits.all}</a>
    </section>
  );
}
