// "2 entries without a name: who gave them?": a senior says which member of staff a typed name was.

import { useState } from 'preact/hooks';
import { record } from '../acts';
import { mayDecide } from '../kinds/deciding';
import { withoutName } from '../kinds/emergency';
import { called, residents } from '../kinds/resident';
import { said } from '../said';
import { state, tell, text } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Field, Problems, StateTag } from '../ui/parts';
import { zone, type Shown } from '../view';
import { fill, plural, words } from '../words';
import { inALine, personOf } from './plain';
import '../styles/more.scss';

export function Names() {
  useTopics('records', 'queue', 'session');
  const all = withoutName();
  return (
    <>
      <h1 class="tm-title">{said.names.title}</h1>
      {all.length === 0 ? <p class="tm-empty">{said.names.empty}</p> : <p class="tm-lead">{plural(said.names.count, all.length)}</p>}
      {!mayDecide() && all.length > 0 && <p class="tm-old">{said.check.ask_senior}</p>}
      {all.map((one) => <Unnamed key={one.record} entry={one} />)}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

function Unnamed({ entry }: { entry: Shown }) {
  const once = useOnce();
  const [staff, setStaff] = useState('');
  const [person, setPerson] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  const unfiled = entry.kind === 'emergency_note' && !entry.fields['resident'];

  async function keep() {
    try {
      await record({ kind: entry.kind, record: entry.record, resident: text(entry.fields['resident']) ?? (person || null), fields: { performed_by: staff, ...(person ? { resident: person } : {}) } });
      const about = text(entry.fields['resident']);
      if (about) tell(`resident:${about}`);
      announce(said.names.saved);
    } catch {
      setProblems([words.default.error]);
    }
  }

  return (
    <section class="tm-card" data-testid="unnamed">
      <Problems list={problems} />
      <p class="tm-lead">{[personOf(entry), inALine(entry.kind, entry.fields)].filter(Boolean).join(' · ')}</p>
      <p>{fill(said.names.typed, { name: entry.author_name ?? '', time: sayWhen(entry.happened_ms, Date.now(), zone()) })}</p>
      <StateTag state={entry.state} />
      {mayDecide() && (
        <>
          {unfiled && (
            <Field label={said.names.whose} hint={said.names.whose_hint}>
              {(ids) => (
                <select {...ids} class="nhsuk-select" autocomplete="off" data-testid="unnamed-person" value={person} onChange={(event) => setPerson(event.currentTarget.value)}>
                  <option value="">{said.plain.choose}</option>
                  {residents().map((one) => <option key={one.id} value={one.id}>{called(one)}</option>)}
                </select>
              )}
            </Field>
          )}
          <Field label={said.names.who}>
            {(ids) => (
              <select {...ids} class="nhsuk-select" autocomplete="off" data-testid="unnamed-staff" value={staff} onChange={(event) => setStaff(event.currentTarget.value)}>
                <option value="">{said.plain.choose}</option>
                {[...state.staff].sort((a, b) => a.name.localeCompare(b.name)).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
              </select>
            )}
          </Field>
          <Button data-testid="unnamed-save" onClick={() => (!staff || (unfiled && !person) ? setProblems([said.names.missing]) : once('name', () => void keep()))}>{said.names.save}</Button>
        </>
      )}
    </section>
  );
}
