// One person in the list: who, how far along, what needs watching, and the two ways to record.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { record } from '../acts';
import {
  drank, FRACTIONS, number, otherAmount, say, sayDrink, standing, strike, type Fraction, type Standing,
} from '../kinds/hydration_check';
import { levelWord, nilByMouth, stops } from '../kinds/hydration_plan';
import { namesakes, roomOf, type Resident } from '../kinds/resident';
import { recentOf, setRecent, tappedTwice, wasTwice, type Recent } from '../kinds/recent';
import { state } from '../state';
import type { Entry } from '../types';
import { sayTime, sayWhen } from '../time';
import { Again, Cup, Drop, StateIcon, Stop } from '../ui/icons';
import { useNow, useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Face, StateTag } from '../ui/parts';
import { correctedNow, view, zone, type Shown } from '../view';
import { english, fill, grouped, ml, word, words } from '../words';
import type { Opened } from './drink_sheet';

export function Row({ person, all, onOpen }: { person: Resident; all: Resident[]; onOpen: (opened: Opened) => void }) {
  useTopics(`resident:${person.id}`, 'looks');
  useNow(60_000);
  const [failed, setFailed] = useState(false);
  const once = useOnce(failed);
  const now = standing(person);
  const recent = recentOf(person.id);
  const same = now.day.same_again;

  async function again() {
    let entry: Entry;
    try {
      const fields = drank(person, same!, 'all', now.plan, now.day.same_level);
      if (stops(person, now.plan, fields, now.day.up_to_ml, correctedNow()).length) return onOpen({ resident: person.id, fields });
      entry = await record({ kind: 'hydration_check', fields });
    } catch {
      return setFailed(true);
    }
    setFailed(false);
    setRecent(person.id, entry.record);
    announce(fill(words.residents.saved_say, { name: person.name, what: say(entry.submission.fields) }));
  }

  return (
    <li class={`tm-row tm-row--${now.due.state}`} data-testid="resident-row" data-resident={person.id}>
      <Whose person={person}><DueTag standing={now} /></Whose>
      <Twins name={person.name} all={all} />
      <Marks standing={now} />
      <Progress standing={now} />
      {(now.due.state === 'due' || now.due.state === 'late') && (
        <p class="tm-fine">{now.due.last_offer_ms === null ? words.residents.never_offered : fill(words.residents.last_offer, { time: sayTime(now.due.last_offer_ms, zone()) })}</p>
      )}
      {failed && <p class="tm-row__failed" role="alert">{words.default.not_saved}</p>}
      <LastEntry person={person} standing={now} recent={recent} onOpen={onOpen} onFail={() => setFailed(true)} />
      <div class="tm-row__buttons">
        {same && (
          <button type="button" class="tm-again" data-testid="same-again" onClick={() => once('again', () => void again(), () => tappedTwice(person.id))}>
            <Again />
            <span>
              <span class="tm-again__head">{words.residents.same_again}</span>
              <span class="tm-again__what">{say(drank(person, same, 'all', now.plan, now.day.same_level))}</span>
            </span>
          </button>
        )}
        <button
          type="button"
          class="tm-drink"
          data-testid="drink-button"
          aria-label={`${words.residents.drink}: ${person.name}`}
          onClick={() => onOpen({ resident: person.id })}
        >
          <Drop />
          {words.residents.drink}
        </button>
      </div>
      <Twice person={person} recent={recent} onOpen={onOpen} />
    </li>
  );
}

/** At the head of every row: the face, the name and the room, and what is said of them beside that. */
export function Whose({ person, plain, children }: { person: Resident; plain?: boolean; children: ComponentChildren }) {
  return (
    <div class="tm-row__who">
      <Face {...person} />
      <h2 class="tm-row__name">
        {plain ? person.name : <a class="tm-link" href={`#person=${person.id}`}>{person.name}</a>}
        <span class="tm-row__room">{roomOf(person)}</span>
      </h2>
      {children}
    </div>
  );
}

/** Two Joans must not be mixed up. */
export function Twins({ name, all }: { name: string; all: Resident[] }) {
  const twins = namesakes(name, all);
  return twins > 1 ? <p class="tm-row__twins">{fill(words.residents.check_name, { n: twins, name: name.split(' ')[0]! })}</p> : null;
}

/** A double tap is one drink; whoever meant two says so. It stands under the buttons, in nobody's way. */
export function Twice({ person, recent, onOpen }: { person: Resident; recent: Recent | null; onOpen: (opened: Opened) => void }) {
  const shown = recent && !recent.undone && wasTwice(person.id, recent) && view(recent.record);
  if (!shown) return null;
  const { override_reason: _asked_anew, ...fields } = shown.fields;
  return (
    <div class="tm-cup" role="status" data-testid="twice">
      {words.residents.already}{' '}
      <Button
        kind="secondary"
        onClick={() => {
          tappedTwice(person.id, 0);
          onOpen({ resident: person.id, fields });
        }}
      >
        {words.residents.record_again}
      </Button>
    </div>
  );
}

function DueTag({ standing: now }: { standing: Standing }) {
  if (now.away) return <span class="tm-due tm-due--not_due">{fill(words.residents.away, { type: word(words.residents.away_at, now.away.fields['type']) })}</span>;
  return (
    <>
      {now.behind && <span class="tm-due tm-due--due" data-testid="behind"><StateIcon state="look" /> {words.residents.behind}</span>}
      <span class={`tm-due tm-due--${now.due.state}`}>{now.watched ? words.residents[now.due.state] : words.residents.not_watched}</span>
    </>
  );
}

export function Marks({ standing: now }: { standing: Standing }) {
  const marks: string[] = [];
  if (nilByMouth(now.plan.fields, correctedNow())) marks.push(words.residents.nil);
  if (now.plan.level > 0) marks.push(`${fill(words.residents.thick, { level: now.plan.level })}, ${levelWord(now.plan.level)}`);
  if (now.plan.limit_ml !== null) marks.push(fill(words.residents.limited, { ml: ml(now.plan.limit_ml) }));
  if (now.plan.waits) marks.push(words.residents.waits);
  if (!marks.length) return null;
  return (
    <ul class="tm-marks">
      {marks.map((mark) => <li key={mark}><Stop />{mark}</li>)}
    </ul>
  );
}

/** So far, of what, why, and what would be about right by now; in words first, the bar only repeats them. */
export function Progress({ standing: now }: { standing: Standing }) {
  const { drunk_ml, up_to_ml, to_check, entries } = now.day;
  const limited = now.target.basis === 'limit';
  const full = Math.max(now.target.ml, 1);
  return (
    <div class="tm-progress">
      <p class="tm-progress__words">
        <strong data-testid="so-far">{!entries.length ? words.residents.nothing_yet : to_check ? fill(words.residents.so_far_between, { low: grouped(drunk_ml), high: ml(up_to_ml), n: to_check }) : fill(words.residents.so_far, { ml: ml(drunk_ml) })}</strong>{' '}
        {limited && up_to_ml > now.target.ml && <strong class="tm-over">{words.residents.over_limit} </strong>}
        {limited
          ? `· ${fill(words.residents.limit_of, { ml: ml(now.target.ml) })}`
          : `· ${fill(words.residents.expected, { ml: ml(now.expected_ml) })}, ${fill(words.residents.of_target, { ml: ml(now.target.ml) })} (${words.residents.basis[now.target.basis]})`}
      </p>
      <svg class="tm-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="tm-bar__ground" width="100" height="6" />
        {!limited && <rect class="tm-bar__expected" width={Math.min(100, (now.expected_ml / full) * 100)} height="6" />}
        <rect class={limited && up_to_ml > now.target.ml ? 'tm-bar__over' : 'tm-bar__drunk'} width={Math.min(100, (drunk_ml / full) * 100)} height="6" />
      </svg>
    </div>
  );
}

/** Handed over, and nobody has said how much of it was drunk. */
export function Cups({ person, cups, onOpen }: { person: Resident; cups: Shown[]; onOpen: (opened: Opened) => void }) {
  return (
    <>
      {cups.map((cup) => (
        <div class="tm-cup" key={cup.record}>
          <span><Cup /> {fill(words.residents.cup_out, { time: sayWhen(cup.happened_ms, Date.now(), zone()), what: sayDrink(cup.fields) })}</span>
          <Button kind="secondary" data-testid="how-much" onClick={() => onOpen({ resident: person.id, cup: cup.record })}>
            {words.residents.how_much}
          </Button>
        </div>
      ))}
    </>
  );
}

/** Two records that may be one drink, or one of which two people said different things. */
export function ToDecide() {
  return <p class="tm-last" data-testid="to-check"><StateTag state="look" /> <a class="tm-link" href="#checks">{words.residents.to_decide}</a></p>;
}

/** The newest entry with its true state; for ten seconds it can be undone or made less; an open cup asks how much. */
export function LastEntry(props: { person: Resident; standing: Standing; recent: Recent | null; onOpen: (opened: Opened) => void; onFail: () => void }) {
  const { person, standing: now, recent } = props;
  const shown = recent ? view(recent.record) : now.day.last;
  const refused = [...state.looks.values()].some((look) => look.resident === person.id);
  return (
    <>
      <Cups person={person} cups={now.day.open_cups} onOpen={props.onOpen} />
      {shown && (
        <p class={`tm-last${shown.struck ? ' tm-last--struck' : ''}`} data-record={shown.record}>
          <span class="tm-last__what">{sayTime(shown.happened_ms, zone())} {say(shown.fields)}</span>
          <StateTag state={shown.state} />
        </p>
      )}
      {(now.day.to_check > 0 || now.day.entries.some((one) => Object.keys(one.conflicts).length > 0) || Object.keys(now.plan.shown?.conflicts ?? {}).length > 0) && (
        <ToDecide />
      )}
      {refused && <p class="tm-last"><StateTag state="look" /> <a href="#not-sent">{words.residents.to_check}</a></p>}
      {shown && recent && !shown.struck && !recent.undone && <JustNow {...props} shown={shown} />}
      {recent?.undone && <p class="tm-last">{words.residents.undone}</p>}
    </>
  );
}

function JustNow({ person, shown, onOpen, onFail }: { person: Resident; shown: Shown; onOpen: (opened: Opened) => void; onFail: () => void }) {
  const once = useOnce();
  const size = number(shown.fields['vessel_ml']);
  const less = (['three_quarters', 'half', 'quarter'] as Fraction[]).filter((one) => FRACTIONS[one] !== shown.fields['fraction']);

  async function change(draft: () => Parameters<typeof record>[0], undone: boolean) {
    try {
      await record(draft());
    } catch {
      return onFail();
    }
    setRecent(person.id, shown.record, undone);
    announce(undone ? words.residents.undone : say(view(shown.record)?.fields ?? {}));
  }

  return (
    <div class="tm-justnow">
      <Button
        kind="secondary"
        data-testid="undo"
        aria-label={fill(words.residents.undo_for, { what: say(shown.fields) })}
        onClick={() => once('undo', () => void change(() => strike(shown.record, person.id, english.words.correct.undo_reason), true))}
      >
        {words.residents.undo}
      </Button>
      {shown.fields['outcome'] === 'drank' && size !== null && (
        <>
          {less.map((one) => (
            <Button
              key={one}
              kind="secondary"
              aria-label={`${words.residents.or_less} ${words.fraction_say[one]}`}
              onClick={() => once(one, () => void change(() => otherAmount(shown, Math.round(size * FRACTIONS[one]), english.words.correct.amount_reason), false))}
            >
              {words.fraction[one]}
            </Button>
          ))}
          <Button kind="secondary" onClick={() => onOpen({ resident: person.id, none: shown.record })}>{words.fraction.none}</Button>
        </>
      )}
    </div>
  );
}

