// Screen 5: a drinks round. Room, drink and cup first, then one tap a person on how much they drank. There is no button
// for everybody: nobody is given a value that nobody tapped, and whoever is skipped stays "Not recorded".

import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { myShift } from '../kinds/duty';
import { residents, units, type Resident } from '../kinds/resident';
import { drinks, keepPlace, keepSeats, keptPlace, mine, sayUsual, seated, type Place } from '../kinds/round';
import { sayVessel, vessels, type Vessel } from '../kinds/vessel';
import { said } from '../said';
import { lockAfter } from '../session';
import { state, text } from '../state';
import { useTopics } from '../ui/hooks';
import { Cup, Drop, People } from '../ui/icons';
import { announce, Button, Tile } from '../ui/parts';
import { correctedNow } from '../view';
import { fill, ml, words } from '../words';
import { DrinkSheet, type Opened } from './drink_sheet';
import { RoundRow } from './round_row';
import { Seats } from './round_seats';
import '../styles/drinks.scss';

/** Between two people with a trolley the screen may rest longer than elsewhere. */
const LOCK_MS = 15 * 60_000;

type Setting = { room?: string; drink?: string };

export function Round() {
  useTopics('records', 'session');
  const all = residents();
  const [place, setPlace] = useState<Place | null | 'unknown'>('unknown');
  const [setting, setSetting] = useState<Setting>({});
  const [finished, setFinished] = useState<{ done: number; names: string[] } | null>(null);
  useLayoutEffect(() => {
    lockAfter(LOCK_MS);
    void keptPlace().then(setPlace, () => setPlace(null));
    return () => lockAfter();
  }, []);

  const change = (next: Place | null) => {
    setPlace(next);
    void keepPlace(next);
  };
  async function begin(room: string, drink: string, vessel: Vessel) {
    const people = inRoom(all, room);
    change({ room, drink, vessel: vessel.id, started: correctedNow(), order: await seated(room, people), skipped: [], added: [] });
    setSetting({});
  }

  if (place === 'unknown') return null;
  return (
    <>
      <h1 class="tm-title">{said.round.title}</h1>
      {finished && (
        <section class="tm-card" role="status" data-testid="round-finished">
          <p class="tm-lead">{fill(said.round.finished, { done: finished.done, left: finished.names.length })}</p>
          {finished.names.length > 0 && <p>{fill(said.round.left_names, { names: finished.names.join(', ') })}</p>}
          <Button data-testid="round-another" onClick={() => setFinished(null)}>{said.round.another}</Button>
        </section>
      )}
      {!finished && !place && <SetUp all={all} setting={setting} onSet={setSetting} onBegin={(room, drink, vessel) => void begin(room, drink, vessel)} />}
      {!finished && place && (
        <Going
          place={place} all={all} onChange={change}
          onFinish={(done, names) => {
            setFinished({ done, names });
            change(null);
            announce(fill(said.round.finished, { done, left: names.length }));
          }}
        />
      )}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

function inRoom(all: Resident[], room: string): Resident[] {
  return all.filter((one) => !room || one.unit === room);
}

/** Three taps. Whoever is on shift in a unit, or works in a home of one, has made the first already. */
function SetUp({ all, setting, onSet, onBegin }: { all: Resident[]; setting: Setting; onSet: (to: Setting) => void; onBegin: (room: string, drink: string, vessel: Vessel) => void }) {
  const rooms = units(all);
  const own = text(myShift()?.fields['unit']) ?? (rooms.length === 1 ? rooms[0]! : undefined);
  const room = setting.room ?? own;
  const cups = vessels('');
  const named = (name: string) => name || said.round.whole_home;
  if (room === undefined)
    return (
      <>
        <h2 class="tm-heading">{said.round.room}</h2>
        <div class="tm-tiles">
          {[...rooms, ''].map((one) => (
            <Tile key={one} mark={<People />} data-testid="round-room" big={named(one)} small={fill(said.round.people, { n: inRoom(all, one).length })} onClick={() => onSet({ room: one })} />
          ))}
        </div>
      </>
    );
  const { drink } = setting;
  return (
    <>
      <p class="tm-chosen">
        <span>{[named(room), drink && sayUsual(drink)].filter(Boolean).join(', ')}</span>
        <Button kind="secondary" onClick={() => onSet(drink ? { room } : {})} data-testid="round-change" disabled={!drink && room === own && setting.room === undefined && rooms.length === 1}>{said.round.change}</Button>
      </p>
      {!drink && (
        <>
          <h2 class="tm-heading">{said.round.drink}</h2>
          <div class="tm-tiles">
            {drinks().map((one) => <Tile key={one} mark={<Drop />} data-testid="round-drink" big={sayUsual(one)} onClick={() => onSet({ room, drink: one })} />)}
          </div>
        </>
      )}
      {drink && (
        <>
          <h2 class="tm-heading">{said.round.vessel}</h2>
          {cups.length === 0 && <p class="tm-empty">{said.round.no_vessels}</p>}
          <div class="tm-tiles">
            {cups.map((one) => <Tile key={one.id} mark={<Cup />} data-testid="round-vessel" big={one.name} small={ml(one.ml)} onClick={() => onBegin(room, drink, one)} />)}
          </div>
        </>
      )}
    </>
  );
}

function Going({ place, all, onChange, onFinish }: { place: Place; all: Resident[]; onChange: (place: Place) => void; onFinish: (done: number, left: string[]) => void }) {
  useTopics(...place.order.map((id) => `resident:${id}` as const));
  const [opened, setOpened] = useState<Opened | null>(null);
  const [seating, setSeating] = useState(false);
  const people = useMemo(() => {
    const known = new Map(all.map((one) => [one.id, one]));
    return place.order.flatMap((id) => known.get(id) ?? []);
  }, [place.order.join(), all.length]);
  const cup = vessels('').find((one) => one.id === place.vessel);
  const left = people.filter((one) => !mine(one.id, place));
  const done = people.length - left.length;
  // Whoever comes back to a round, after a lock or another screen, goes on where they stopped.
  useLayoutEffect(() => {
    if (done > 0) document.querySelector('[data-round-left="true"]')?.scrollIntoView({ block: 'center' });
  }, []);
  if (!cup) return <Button onClick={() => onFinish(done, left.map((one) => one.name))}>{said.round.finish}</Button>;
  const vessel = { ...cup, drink: place.drink };
  return (
    <>
      <p class="tm-chosen">
        <span>{place.room || said.round.whole_home}: {sayVessel(sayUsual(vessel.drink), vessel.name)} {ml(vessel.ml)}</span>
        <strong data-testid="round-count">{fill(said.round.count, { done, left: left.length })}</strong>
      </p>
      {state.link === 'unreachable' && <p class="tm-fine" data-testid="round-offline">{words.default.offline}</p>}
      {people.length === 0 && <p class="tm-empty">{said.round.empty}</p>}
      {seating ? (
        <Seats people={people} onMove={(order) => { onChange({ ...place, order }); void keepSeats(place.room, order); }} onDone={() => setSeating(false)} />
      ) : (
        <>
          <ul class="tm-rows">
            {people.map((person) => (
              <RoundRow
                key={person.id} person={person} all={all} vessel={vessel} place={place} onOpen={setOpened}
                onSkip={() => onChange({ ...place, skipped: [...place.skipped, person.id] })}
                onAdd={() => onChange({ ...place, added: [...place.added, person.id], skipped: place.skipped.filter((one) => one !== person.id) })}
              />
            ))}
          </ul>
          {people.length > 1 && <Button kind="secondary" data-testid="round-seats" onClick={() => setSeating(true)}>{said.round.seats}</Button>}
        </>
      )}
      <p><Button data-testid="round-finish" onClick={() => onFinish(done, left.map((one) => one.name))}>{said.round.finish}</Button></p>
      {opened && <DrinkSheet key={opened.resident} opened={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
