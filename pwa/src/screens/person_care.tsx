// One person's care beside drinks: appointments, follow-ups, notes, who asked about them, letters.

import { useState } from 'preact/hooks';
import { visits, todo } from '../kinds/visit';
import { formWords, said as allWords } from '../said';
import { text } from '../state';
import { useNow, useTopics } from '../ui/hooks';
import { StateTag } from '../ui/parts';
import { authorName, ofResident, type Shown } from '../view';
import { fill } from '../words';
import { useDrafted } from './appointments';
import { inALine } from './plain';
import { TodoRow, VisitRow, when } from './visit_row';

const said = allWords.person_care;

/** Folded away under what a screen is for: it is drawn once somebody asks. */
export function Everything({ resident }: { resident: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="tm-details" data-testid="everything" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{allWords.appointment.everything}</summary>
      {open && <PersonCare resident={resident} />}
    </details>
  );
}

function PersonCare({ resident }: { resident: string }) {
  const drawn = useTopics('records', 'queue', `resident:${resident}`);
  useNow(60_000);
  const drafted = useDrafted(drawn);
  const own = visits().filter((one) => one.person?.id === resident);
  const about = new Map<string, Shown>(own.flatMap((one) => one.followUps).map((one) => [one.record, one]));
  for (const one of ofResident(resident, 'follow_up')) about.set(one.record, one);
  const open = [...about.values()].flatMap((one) => todo(one) ?? []);
  const letters = own.flatMap((one) => one.outcomes).filter((one) => text(one.fields['letter']));
  return (
    <div data-testid="person-care">
      <ul class="tm-places">
        {(['appointment', 'contact', 'daily_note', 'care_review_note'] as const).map((kind) => (
          <li key={kind}><a class="tm-tile tm-tile--link" data-testid={`add-${kind}`} href={`#form=${kind}.${resident}`}>{formWords(kind).title}</a></li>
        ))}
      </ul>
      <Part head={said.appointments} n={own.length}>{own.toReversed().map((one) => <VisitRow key={one.shown.record} visit={one} drafted={drafted.has(one.shown.record)} />)}</Part>
      <Part head={said.follow_ups} n={open.length}>{open.map((one) => <TodoRow key={one.shown.record} todo={one} />)}</Part>
      <Notes head={said.notes} of={ofResident(resident, 'daily_note')} />
      <Notes head={said.reviews} of={ofResident(resident, 'care_review_note')} />
      <Notes head={said.contacts} of={ofResident(resident, 'contact')} />
      <Part head={said.letters} n={letters.length}>
        {letters.map((one) => (
          <li class="tm-go tm-go--calm" key={one.record}><a class="tm-go__link" href={`#appointment=${String(one.fields['appointment'])}`}><span class="tm-go__head">{fill(said.letter, { time: when(one.happened_ms) })}</span></a></li>
        ))}
      </Part>
    </div>
  );
}

function Part({ head, n, children }: { head: string; n: number; children: preact.ComponentChildren }) {
  return (
    <section>
      <h2 class="tm-heading">{head} {n > 0 && <span class="tm-count">{n}</span>}</h2>
      {n ? <ul class="tm-rows">{children}</ul> : <p class="tm-empty">{said.none}</p>}
    </section>
  );
}

function Notes({ head, of }: { head: string; of: Shown[] }) {
  const newest = [...of].sort((a, b) => b.happened_ms - a.happened_ms);
  return (
    <Part head={head} n={newest.length}>
      {newest.map((one) => (
        <li class="tm-go tm-go--calm" key={one.record} data-testid="note">
          <a class="tm-go__link" href={`#entry=${one.record}`}>
            <span>
              <span class="tm-go__line tm-note__words">{one.kind === 'contact' ? inALine('contact', one.fields) : String(one.fields['words'] ?? '')}</span>
              {one.kind === 'contact' && <span class="tm-go__line">{text(one.fields['answered_at']) ? fill(said.answered, { time: when(Date.parse(String(one.fields['answered_at']))) }) : said.not_answered}</span>}
              <span class="tm-fine">{fill(said.by, { name: authorName(one) ?? allWords.plain.unknown, time: when(one.happened_ms) })}</span> <StateTag state={one.state} />
            </span>
          </a>
        </li>
      ))}
    </Part>
  );
}
