// Questions whose answer is somebody or somewhere: a person who lives here, a member of staff, a unit, a shift.

import { useState } from 'preact/hooks';
import { myShift } from '../kinds/duty';
import { residentOf, residents, units } from '../kinds/resident';
import { said } from '../said';
import { session } from '../session';
import { shiftBefore, shiftBounds, shiftsFrom } from '../shifts';
import { state, text } from '../state';
import { sayWhen } from '../time';
import { Field, Tile } from '../ui/parts';
import { correctedNow, zone } from '../view';
import { fill, word, words } from '../words';
import { PersonTile } from './person_tile';
import { sayShift } from './plain';

/** More than this and the list is searched before it is read. */
const MANY = 12;

interface Chosen {
  field: string;
  value: unknown;
  onChoose: (value: unknown) => void;
}

export function People({ field, value, optional, onChoose }: Chosen & { optional: boolean }) {
  const [find, setFind] = useState('');
  const all = residents();
  const unit = text(myShift()?.fields['unit']);
  const wanted = find.trim().toLowerCase();
  const shown = all
    .filter((one) => !wanted || one.name.toLowerCase().includes(wanted) || one.room?.toLowerCase().includes(wanted))
    .sort((a, b) => Number(b.unit === unit) - Number(a.unit === unit));
  const chosen = typeof value === 'string' ? residentOf(value) : null;
  return (
    <>
      {all.length > MANY && (
        <Field label={words.residents.find}>
          {(ids) => <input {...ids} class="nhsuk-input" autocomplete="off" value={find} onInput={(event) => setFind(event.currentTarget.value)} />}
        </Field>
      )}
      {chosen && !shown.some((one) => one.id === chosen.id) && <p>{chosen.name}</p>}
      {all.length === 0 && <p class="tm-empty">{words.residents.not_yet}</p>}
      {all.length > 0 && shown.length === 0 && <p class="tm-empty">{words.residents.none_found}</p>}
      <div class="tm-tiles tm-tiles--three">
        {optional && <Tile data-testid={`ask-${field}-nobody`} aria-pressed={value === null} big={said.form.nobody} onClick={() => onChoose(null)} />}
        {shown.map((one) => (
          <PersonTile key={one.id} data-testid={`ask-${field}`} aria-pressed={value === one.id} person={one} onClick={() => onChoose(one.id)} />
        ))}
      </div>
    </>
  );
}

export function Staff({ field, value, many, onChoose }: Chosen & { many: boolean }) {
  const staff = [...state.staff].sort((a, b) => a.name.localeCompare(b.name));
  if (many) {
    const chosen = Array.isArray(value) ? (value as string[]) : [];
    const turn = (id: string) => onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
    return (
      <div class="tm-choice__row">
        {staff.map((one) => (
          <label class="tm-chip" key={one.id}>
            <input type="checkbox" checked={chosen.includes(one.id)} onChange={() => turn(one.id)} />
            <span data-testid={`ask-${field}`}>{one.name}</span>
          </label>
        ))}
      </div>
    );
  }
  const me = session()?.id;
  return (
    <select class="nhsuk-select" aria-label={said.form.staff} data-testid={`ask-${field}`} autocomplete="off" value={String(value ?? '')} onChange={(event) => onChoose(event.currentTarget.value || undefined)}>
      <option value="">{said.plain.choose}</option>
      {staff.map((one) => <option key={one.id} value={one.id}>{one.id === me ? fill(said.form.me, { name: one.name }) : `${one.name}, ${word(words.roles, one.roles[0])}`}</option>)}
    </select>
  );
}

export function Units({ field, value, onChoose }: Chosen) {
  const all = [...new Set([...units(residents()), ...(typeof value === 'string' && value ? [value] : [])])];
  return (
    <div class="tm-tiles tm-tiles--three">
      {all.map((one) => <Tile key={one} data-testid={`ask-${field}`} aria-pressed={value === one} big={one} onClick={() => onChoose(one)} />)}
    </div>
  );
}

/** The shift that runs, the one before it and the next three. */
export function ShiftNames({ field, value, onChoose }: Chosen) {
  const now = correctedNow();
  const [running = '', ...next] = shiftsFrom(now, 4, zone());
  const all = [shiftBefore(running, zone()), running, ...next];
  return (
    <div class="tm-tiles tm-tiles--three">
      {[...new Set([...all, ...(typeof value === 'string' && value ? [value] : [])])].map((one) => {
        const bounds = shiftBounds(one, zone());
        const small = one === running ? said.form.shift.running : bounds && fill(said.form.shift.starts, { time: sayWhen(bounds[0], now, zone()) });
        return <Tile key={one} data-testid={`ask-${field}`} aria-pressed={value === one} big={sayShift(one)} small={small} onClick={() => onChoose(one)} />;
      })}
    </div>
  );
}
