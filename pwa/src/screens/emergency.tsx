// On the lock screen, while the tablet is warm: what keeps a person safe, and whom to call. Every look is recorded.

import { useEffect, useState } from 'preact/hooks';
import { noteLook, warm } from '../kinds/emergency';
import { nilByMouth, levelWord, planOf } from '../kinds/hydration_plan';
import { onShift } from '../kinds/duty';
import { residentOf, residents, type Resident } from '../kinds/resident';
import { english_said, said } from '../said';
import { state } from '../state';
import { sayWhen } from '../time';
import { useTopics } from '../ui/hooks';
import { Button, Tile } from '../ui/parts';
import { correctedNow, staffName, zone } from '../view';
import { fill, ml, word, words } from '../words';
import { Facts } from './check';
import '../styles/more.scss';

export function Emergency() {
  useTopics('records', 'session');
  const [chosen, setChosen] = useState<string | null>(null);
  const person = chosen ? residentOf(chosen) : null;
  if (person) return <Safety key={person.id} person={person} onBack={() => setChosen(null)} />;
  const all = residents().sort((a, b) => (a.room ?? '').localeCompare(b.room ?? '', 'en', { numeric: true }));
  return (
    <>
      <h1 class="tm-title">{said.emergency.title}</h1>
      <Call />
      {warm() ? (
        <>
          <p>{said.emergency.logged}</p>
          <div class="tm-tiles tm-tiles--three">
            {all.map((one) => (
              <Tile key={one.id} data-testid="emergency-person" big={one.name} small={one.room ? fill(words.residents.room, { room: one.room }) : null} onClick={() => setChosen(one.id)} />
            ))}
          </div>
        </>
      ) : (
        <p class="tm-old" data-testid="cold">{said.emergency.cold}</p>
      )}
      <p><a class="tm-link" href="#typed">{said.typed.title}</a></p>
      <p><a class="tm-link" href="#home">{said.emergency.back}</a></p>
    </>
  );
}

function Call() {
  return (
    <div class="tm-now">
      <p class="tm-now__big">{words.drink.red_now}</p>
      <p>{words.drink.red_not_us}</p>
    </div>
  );
}

function Safety({ person, onBack }: { person: Resident; onBack: () => void }) {
  const [logged, setLogged] = useState<boolean | null>(null);
  // Shown at once: a look that could not be kept is said, and never delays what may save somebody.
  useEffect(() => void noteLook(person.id, english_said.said.emergency.label).then(() => setLogged(true), () => setLogged(false)), [person.id]);
  const plan = planOf(person.id);
  const asOf = state.standing.last_contact;
  const here = onShift();
  const nil = nilByMouth(plan.fields, correctedNow());
  return (
    <>
      <h1 class="tm-title">{person.name}</h1>
      <p class="tm-lead">{person.room ? fill(words.residents.room, { room: person.room }) : person.unit}</p>
      <Call />
      <section class="tm-card" data-testid="safety">
        <Facts of={[
          [said.emergency.nil, nil ? <strong class="tm-over">{said.emergency.nil_yes}</strong> : plan.shown ? said.plain.no : said.emergency.no_plan],
          [words.stop.thickness, plan.shown ? fill(words.stop.level, { level: plan.level, word: levelWord(plan.level) }) : said.emergency.no_plan],
          [said.emergency.limit, plan.limit_ml === null ? (plan.shown ? said.emergency.no_limit : said.emergency.no_plan) : fill(said.emergency.a_day, { ml: ml(plan.limit_ml) })],
          [said.emergency.call, here.length ? here.map((one) => `${staffName(String(one.fields['staff'])) ?? said.plain.unknown}, ${word(words.roles, one.fields['role'])}`).join('; ') : said.emergency.nobody_on],
        ]} />
        {asOf !== null && <p class="tm-fine">{fill(words.drink.plan_at, { time: sayWhen(asOf, Date.now(), zone()) })}</p>}
      </section>
      <p class="tm-fine" role="status" data-testid="look-logged">{logged === null ? '' : logged ? said.emergency.look_saved : words.default.error}</p>
      <Button kind="secondary" onClick={onBack}>{words.back}</Button>
    </>
  );
}
