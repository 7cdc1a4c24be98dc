// On the lock screen: care recorded under a typed name. Never refused for want of a PIN, always marked unverified.

import { useLayoutEffect, useState } from 'preact/hooks';
import { recordAs } from '../acts';
import { noteByRoom, warm } from '../kinds/emergency';
import { residents } from '../kinds/resident';
import { said } from '../said';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Field, Problems } from '../ui/parts';
import { fill, words } from '../words';
import { DrinkSheet } from './drink_sheet';
import { PersonTile } from './person_tile';
import '../styles/more.scss';

const MOST = 80;

export function Typed() {
  useTopics('records', 'session');
  const [typing, setTyping] = useState('');
  const [name, setName] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [person, setPerson] = useState<string | null>(null);
  // The name goes with the screen: whoever comes next types their own.
  useLayoutEffect(() => () => recordAs(null), []);

  function go(event: Event) {
    event.preventDefault();
    const given = typing.trim();
    if (!given || [...given].length > MOST) return setError(said.typed.name_missing);
    setError(null);
    recordAs(given);
    setName(given);
  }

  if (name === null)
    return (
      <>
        <h1 class="tm-title">{said.typed.title}</h1>
        <p>{said.typed.intro}</p>
        <form noValidate autocomplete="off" onSubmit={go}>
          <Problems list={error ? [error] : []} />
          <Field label={said.typed.name} error={error}>
            {(ids) => <input {...ids} class="nhsuk-input" data-testid="typed-name" autocomplete="off" value={typing} onInput={(event) => setTyping(event.currentTarget.value)} />}
          </Field>
          <Button type="submit" data-testid="typed-go">{said.typed.go}</Button>
        </form>
        <p><a class="tm-link" href="#home">{said.emergency.back}</a></p>
      </>
    );
  return (
    <>
      <h1 class="tm-title">{fill(said.typed.as, { name })}</h1>
      <p class="tm-old">{said.typed.unverified}</p>
      {warm() ? (
        <>
          <h2 class="tm-heading">{said.typed.who}</h2>
          <div class="tm-tiles tm-tiles--three">
            {residents().map((one) => (
              <PersonTile key={one.id} data-testid="typed-person" person={one} onClick={() => setPerson(one.id)} />
            ))}
          </div>
          {person && <DrinkSheet key={person} opened={{ resident: person, guest: true }} onClose={() => setPerson(null)} />}
        </>
      ) : (
        <ByRoom name={name} />
      )}
      <p><a class="tm-link" href="#home">{said.typed.end}</a></p>
    </>
  );
}

/** A cold tablet cannot read who lives here: the room and the words are kept, and a senior files them. */
function ByRoom({ name }: { name: string }) {
  const once = useOnce();
  const [room, setRoom] = useState('');
  const [done, setDone] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  const [saved, setSaved] = useState(false);

  async function keep() {
    try {
      await noteByRoom(name, room.trim(), done.trim());
      setRoom('');
      setDone('');
      setProblems([]);
      setSaved(true);
      announce(said.typed.saved);
    } catch {
      setProblems([said.typed.not_saved]);
    }
  }

  function submit(event: Event) {
    event.preventDefault();
    setSaved(false);
    if (!room.trim() || !done.trim()) return setProblems([said.typed.room_missing]);
    once('room', () => void keep());
  }

  return (
    <form noValidate autocomplete="off" onSubmit={submit}>
      <p data-testid="cold">{said.typed.cold}</p>
      <Problems list={problems} />
      {saved && <p class="tm-lead" data-testid="typed-saved">{said.typed.saved}</p>}
      <Field label={said.typed.room}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="typed-room" autocomplete="off" value={room} onInput={(event) => setRoom(event.currentTarget.value)} />}
      </Field>
      <Field label={said.typed.done} hint={said.typed.done_hint}>
        {(ids) => <textarea {...ids} class="nhsuk-textarea" data-testid="typed-done" rows={3} autocomplete="off" value={done} onInput={(event) => setDone(event.currentTarget.value)} />}
      </Field>
      <Button type="submit" data-testid="typed-save">{words.drink.record}</Button>
    </form>
  );
}
