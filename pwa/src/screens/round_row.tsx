// One person in a round: what stands against a plain cup, what was recorded, and one tap for how much they drank.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { drank, FRACTIONS, gave, say, standing, type Fraction } from '../kinds/hydration_check';
import { stops } from '../kinds/hydration_plan';
import { recentOf, setRecent, tappedTwice } from '../kinds/recent';
import type { Resident } from '../kinds/resident';
import { anothers, drankNone, mine, needsOwnSheet, saysNone, type Place } from '../kinds/round';
import type { Vessel } from '../kinds/vessel';
import { said } from '../said';
import { sayTime } from '../time';
import type { Entry, Fields } from '../types';
import { useOnce, useTopics } from '../ui/hooks';
import { Stop } from '../ui/icons';
import { announce, Button, Face, Sheet } from '../ui/parts';
import { authorName, correctedNow, zone } from '../view';
import { fill, words } from '../words';
import type { Opened } from './drink_sheet';
import { Later } from './later';
import { LastEntry, Marks, Twice, Twins, Whose } from './resident_row';

interface Props {
  person: Resident;
  all: Resident[];
  vessel: Vessel;
  place: Place;
  onOpen: (opened: Opened) => void;
  onSkip: () => void;
  onAdd: () => void;
}

export function RoundRow({ person, all, vessel, place, onOpen, onSkip, onAdd }: Props) {
  useTopics(`resident:${person.id}`, 'looks');
  const [failed, setFailed] = useState<string | null>(null);
  const [refusing, setRefusing] = useState(false);
  const once = useOnce(failed);
  const now = standing(person);
  const done = mine(person.id, place);
  const other = place.added.includes(person.id) ? null : anothers(person.id, place);
  const skipped = place.skipped.includes(person.id);

  async function keep(fields: Fields) {
    let entry: Entry;
    try {
      // What must be asked is asked on the person's own sheet, with what was tapped filled in.
      if (stops(person, now.plan, fields, now.day.up_to_ml, correctedNow()).length) return onOpen({ resident: person.id, fields });
      entry = await record({ kind: 'hydration_check', fields });
    } catch (error) {
      return setFailed(error instanceof Error && error.message === 'locked' ? fill(said.round.failed, { name: person.name }) : `${fill(said.round.failed, { name: person.name })}. ${sayNotSaved(error)}`);
    }
    setFailed(null);
    setRecent(person.id, entry.record);
    announce(fill(words.residents.saved_say, { name: person.name, what: say(fields) }));
  }

  const all_of_it = drank(person, vessel, 'all', now.plan, now.plan.level);
  const answers: [string, string, () => Fields][] = [
    ...(Object.keys(FRACTIONS) as Fraction[]).map((one): [string, string, () => Fields] => [one, words.fraction[one], () => drank(person, vessel, one, now.plan, now.plan.level)]),
    ['none', words.fraction.none, () => drankNone(all_of_it)],
    ['given', words.drink.given, () => gave(person, vessel, now.plan, now.plan.level)],
    ['asleep', words.drink.asleep, () => ({ resident: person.id, outcome: 'asleep' })],
    ['out', words.drink.out, () => ({ resident: person.id, outcome: 'out' })],
  ];
  return (
    <li class={`tm-row${done ? ' tm-row--done' : ''}`} data-testid="round-row" data-resident={person.id} data-round-left={!done && !skipped}>
      <Whose person={person} plain>{!done && <span class="tm-due tm-due--not_due">{skipped ? said.round.skipped : said.round.left}</span>}</Whose>
      <Twins name={person.name} all={all} />
      <Marks standing={now} />
      <LastEntry person={person} standing={now} recent={recentOf(person.id)} onOpen={onOpen} onFail={() => setFailed(fill(said.round.failed, { name: person.name }))} />
      {failed && <p class="tm-row__failed" role="alert">{failed}</p>}
      {done && saysNone(done) && <Button kind="secondary" data-testid="round-why" onClick={() => onOpen({ resident: person.id, none: done.record })}>{said.round.say_why}</Button>}
      {!done && other && (
        <div class="tm-cup" data-testid="round-already">
          <span>{fill(said.round.already, { name: authorName(other) ?? said.round.someone, time: sayTime(other.happened_ms, zone()) })}</span>
          <span class="tm-seats__move">
            {!skipped && <Button kind="secondary" data-testid="round-skip" onClick={onSkip}>{said.round.skip}</Button>}
            <Button kind="secondary" data-testid="round-add" onClick={onAdd}>{said.round.add}</Button>
          </span>
        </div>
      )}
      {!done && !other && needsOwnSheet(now.plan, correctedNow()) && (
        <>
          <p class="tm-fine">{said.round.own_hint}</p>
          <button type="button" class="tm-answer tm-answer--wide" data-testid="round-own-sheet" aria-label={`${said.round.own_sheet}: ${person.name}`} onClick={() => onOpen({ resident: person.id })}>
            <Stop />{said.round.own_sheet}
          </button>
        </>
      )}
      {!done && !other && !needsOwnSheet(now.plan, correctedNow()) && (
        <div class="tm-answers" role="group" aria-label={`${words.drink.how_much} ${person.name}`}>
          {answers.map(([name, label, fields]) => (
            <button key={name} type="button" class="tm-answer" data-testid={`round-${name}`} aria-label={`${label}: ${person.name}`} onClick={() => once(name, () => void keep(fields()), () => tappedTwice(person.id))}>{label}</button>
          ))}
          <button type="button" class="tm-answer" data-testid="round-refused" aria-label={`${words.drink.refused}: ${person.name}`} onClick={() => setRefusing(true)}>{words.drink.refused}</button>
        </div>
      )}
      <Twice person={person} recent={recentOf(person.id)} onOpen={onOpen} />
      {refusing && (
        <Sheet title={person.name} mark={<Face {...person} />} onClose={() => setRefusing(false)} testid="round-refusal">
          <Later
            screen="refusal" onBack={() => setRefusing(false)}
            onRecord={(fields) => {
              setRefusing(false);
              void keep({ resident: person.id, outcome: 'refused', drink: vessel.drink, vessel: vessel.id, vessel_ml: vessel.ml, offered_ml: vessel.ml, ...fields });
            }}
          />
        </Sheet>
      )}
    </li>
  );
}
