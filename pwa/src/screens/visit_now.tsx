// A visit that nobody booked, and the GP round: the appointment is made on the spot, and its outcome is asked for at once.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { TYPES } from '../kinds/appointment';
import { visitNow, visits } from '../kinds/visit';
import { called, residents, type Resident } from '../kinds/resident';
import { typeName } from '../kinds/outcome';
import { go } from '../route';
import { said } from '../said';
import { careDay } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { Button, Field, Problems, Tile } from '../ui/parts';
import { correctedNow, zone } from '../view';
import { fill, plural, words } from '../words';
import { PersonTile } from './person_tile';
import '../styles/more.scss';

type Type = (typeof TYPES)[number];
/** What comes to the door most often; the rest is one tap further. */
const USUAL: Type[] = ['gp_visit', 'gp_phone', 'nurse', 'discharge', 'a_and_e', 'outpatient', 'bloods', 'other'];
export const ROUND = 'gp_round';

function useStart(): [problems: string[], start: (resident: string, type: Type, origin: string) => void] {
  const once = useOnce();
  const [problems, setProblems] = useState<string[]>([]);
  async function start(resident: string, type: Type, origin: string) {
    try {
      const made = await record(visitNow(resident, type, origin));
      go(`outcome=${made.record}`);
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }
  return [problems, (...how) => once(how.join(), () => void start(...how))];
}

export function VisitNow() {
  useTopics('records', 'session');
  const [problems, start] = useStart();
  const [person, setPerson] = useState<Resident | null>(null);
  const [more, setMore] = useState(false);
  const types = more ? TYPES.filter((one) => !USUAL.includes(one)) : USUAL;
  return (
    <>
      <h1 class="tm-title">{said.visit_now.title}</h1>
      <Problems list={problems} />
      {!person ? (
        <>
          <p>{said.visit_now.hint}</p>
          <People heading={said.visit_now.who} onChoose={setPerson} />
        </>
      ) : (
        <>
          <p class="tm-lead">{called(person)}</p>
          <h2 class="tm-heading">{said.visit_now.what}</h2>
          <div class="tm-tiles">
            {types.map((one) => <Tile key={one} data-testid="visit-type" data-type={one} big={typeName({ type: one })} onClick={() => start(person.id, one, 'unplanned')} />)}
          </div>
          {!more && <Button kind="secondary" class="tm-wide" data-testid="more-types" onClick={() => setMore(true)}>{said.visit_now.more}</Button>}
          <Button kind="secondary" onClick={() => (more ? setMore(false) : setPerson(null))}>{words.back}</Button>
        </>
      )}
      <p><a class="tm-link" href="#appointments">{fill(said.back_to, { screen: said.visits.title })}</a></p>
    </>
  );
}

/** Person by person: whoever the GP has seen today in this round is marked, and nobody is given an outcome that nobody recorded. */
export function GpRound() {
  useTopics('records', 'session');
  const [problems, start] = useStart();
  const today = careDay(correctedNow(), zone());
  const seen = new Map(visits().filter((one) => one.shown.fields['origin'] === ROUND && careDay(one.starts_ms, zone()) === today).map((one) => [one.person?.id, one]));
  const recorded = [...seen.values()].filter((one) => one.outcomes.length).length;
  return (
    <>
      <h1 class="tm-title">{said.visit_now.round_title}</h1>
      <Problems list={problems} />
      <p>{said.visit_now.round_intro}</p>
      <p class="tm-lead" role="status" data-testid="round-left">{plural(said.visit_now.round_left, recorded)}</p>
      <People
        heading={said.visit_now.who}
        note={(one) => { const visit = seen.get(one.id); return visit ? (visit.outcomes.length ? said.visit_now.round_seen : said.visit_now.round_open) : null; }}
        onChoose={(one) => { const visit = seen.get(one.id); if (visit) go(`${visit.outcomes.length ? 'appointment' : 'outcome'}=${visit.shown.record}`); else start(one.id, 'gp_visit', ROUND); }}
      />
      <p><a class="tm-link" href="#appointments">{fill(said.back_to, { screen: said.visits.title })}</a></p>
    </>
  );
}

function People({ heading, note, onChoose }: { heading: string; note?: (one: Resident) => string | null; onChoose: (one: Resident) => void }) {
  const [find, setFind] = useState('');
  const wanted = find.trim().toLowerCase();
  const all = residents().sort((a, b) => a.name.localeCompare(b.name)).filter((one) => !wanted || `${one.name} ${one.room ?? ''}`.toLowerCase().includes(wanted));
  return (
    <>
      <h2 class="tm-heading">{heading}</h2>
      <Field label={said.visit_now.find}>{(ids) => <input {...ids} class="nhsuk-input" type="search" autocomplete="off" value={find} onInput={(event) => setFind(event.currentTarget.value)} />}</Field>
      {all.length === 0 && <p class="tm-empty">{words.residents.none_found}</p>}
      <div class="tm-tiles tm-tiles--three">
        {all.map((one) => <PersonTile key={one.id} data-testid="visit-person" person={one} note={note?.(one)} onClick={() => onChoose(one)} />)}
      </div>
    </>
  );
}
