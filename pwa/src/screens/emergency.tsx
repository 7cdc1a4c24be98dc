// On the lock screen, while the tablet is warm: what keeps a person safe, and whom to call. Every look is recorded.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { noteLook, warm } from '../kinds/emergency';
import { nilByMouth, levelWord, planOf, sayValues } from '../kinds/hydration_plan';
import { onShift } from '../kinds/duty';
import { residentOf, residents, roomOf, type Resident } from '../kinds/resident';
import { english_said, said } from '../said';
import { state } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { Button, Face } from '../ui/parts';
import { correctedNow, staffName, zone } from '../view';
import { fill, ml, word, words } from '../words';
import { Facts } from './check';
import { PersonTile } from './person_tile';
import '../styles/more.scss';

/** What is open, and whether the look that opened it could be kept. */
type Open = { at: 'list' | string; logged: boolean };

export function Emergency() {
  useTopics('records', 'session', 'device');
  const once = useOnce();
  const [open, setOpen] = useState<Open | null>(null);

  /** First the look is recorded, then it is a look. One that cannot be kept is said, and never keeps back what may save somebody. */
  async function look(at: Open['at']) {
    const kept = noteLook(at === 'list' ? null : at, english_said.said.emergency.label);
    setOpen(await kept.then(() => ({ at, logged: true }), () => ({ at, logged: false })));
    scrollTo(0, 0);
  }

  const person = open && open.at !== 'list' ? residentOf(open.at) : null;
  if (person) return <Safety key={person.id} person={person} logged={open!.logged} onBack={() => setOpen({ at: 'list', logged: true })} />;
  return (
    <>
      <h1 class="tm-title">{said.emergency.title}</h1>
      <Call />
      <Numbers />
      {!warm() ? (
        <p class="tm-old" data-testid="cold">{said.emergency.cold}</p>
      ) : open ? (
        <People logged={open.logged} onChoose={(id) => once(id, () => void look(id))} />
      ) : (
        <>
          <p>{said.emergency.logged}</p>
          <Button class="tm-wide" data-testid="emergency-show" onClick={() => once('list', () => void look('list'))}>{said.emergency.show}</Button>
        </>
      )}
      <p><a class="tm-link" href="#typed">{said.typed.title}</a></p>
      <p><a class="tm-link" href="#home">{said.emergency.back}</a></p>
    </>
  );
}

function People({ logged, onChoose }: { logged: boolean; onChoose: (id: string) => void }) {
  const all = residents().sort((a, b) => (a.room ?? '').localeCompare(b.room ?? '', 'en', { numeric: true }));
  return (
    <>
      <p>{said.emergency.choose}</p>
      <Logged logged={logged} />
      <div class="tm-tiles tm-tiles--three">
        {all.map((one) => (
          <PersonTile key={one.id} data-testid="emergency-person" person={one} onClick={() => onChoose(one.id)} />
        ))}
      </div>
    </>
  );
}

function Logged({ logged }: { logged: boolean }) {
  return <p class="tm-fine" role="status" data-testid="look-logged">{logged ? said.emergency.look_saved : said.emergency.look_lost}</p>;
}

function Call() {
  return (
    <div class="tm-now">
      <p class="tm-now__big">{words.drink.red_now}</p>
      <p>{words.drink.red_not_us}</p>
    </div>
  );
}

/** The home's own numbers, one tap each where the device can call; kept here, so that they also show with nobody to ask. */
function Numbers() {
  return (
    <section aria-label={said.emergency.call}>
      <h2 class="tm-heading">{said.emergency.call}</h2>
      {state.call.length === 0 && <p data-testid="no-numbers">{said.emergency.no_numbers}</p>}
      <div class="tm-tiles">
        {state.call.map((one) => (
          <a key={one.whose + one.unit} class="tm-tile tm-tile--link" data-testid="call-number" href={`tel:${one.number.replace(/[^+\d]/g, '')}`}>
            <span class="tm-tile__words">
              <span class="tm-tile__big">{fill(said.emergency.whose[one.whose], { unit: one.unit ?? '' })}</span>
              <span class="tm-tile__small">{fill(said.emergency.call_on, { number: one.number })}</span>
            </span>
          </a>
        ))}
      </div>
    </section>
  );
}

function Safety({ person, logged, onBack }: { person: Resident; logged: boolean; onBack: () => void }) {
  const plan = planOf(person.id);
  const asOf = state.standing.last_contact;
  const here = onShift();
  const nil = nilByMouth(plan.fields, correctedNow());
  /** Where somebody has to be asked, every value that was given, and never one of them alone. */
  const either = (what: keyof typeof words.stop.what, one: ComponentChildren, ...more: (keyof typeof words.stop.what)[]) => {
    const values = sayValues(plan, what, ...more);
    return values ? fill(words.stop.two_values, { what: words.stop.what[what], values }) : one;
  };
  return (
    <>
      <h1 class="tm-title tm-title--face"><Face {...person} />{person.name}</h1>
      <p class="tm-lead">{roomOf(person) ?? person.unit}</p>
      <Call />
      <section class="tm-card" data-testid="safety">
        <Facts of={[
          [said.emergency.nil, either('nil_by_mouth_from', nil ? <strong class="tm-over">{said.emergency.nil_yes}</strong> : plan.shown ? said.plain.no : said.emergency.no_plan, 'nil_by_mouth_until')],
          [said.emergency.thickness, either('iddsi_level', plan.shown ? fill(words.stop.level, { level: plan.level, word: levelWord(plan.level) }) : said.emergency.no_plan)],
          [said.emergency.limit, either('limit_ml', plan.limit_ml === null ? (plan.shown ? said.emergency.no_limit : said.emergency.no_plan) : fill(said.emergency.a_day, { ml: ml(plan.limit_ml) }))],
          [said.emergency.on_shift, here.length ? here.map((one) => `${staffName(String(one.fields['staff'])) ?? said.plain.unknown}, ${word(words.roles, one.fields['role'])}`).join('; ') : said.emergency.nobody_on],
        ]} />
        {plan.waits && <p class="tm-fine">{words.residents.waits}</p>}
        {asOf !== null && <p class="tm-fine">{fill(words.drink.plan_at, { time: sayWhen(asOf, Date.now(), zone()) })}</p>}
      </section>
      <Numbers />
      <Logged logged={logged} />
      <Button kind="secondary" onClick={onBack}>{words.back}</Button>
    </>
  );
}
