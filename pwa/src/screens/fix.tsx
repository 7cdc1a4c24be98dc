// An entry that the server could not file: why, and the form with which the person who made it puts it right. The new
// entry names the one it repairs, and a repaired creation stays the record that it was.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import type { Draft } from '../outbox';
import { go } from '../route';
import { codesOf, said } from '../said';
import { state } from '../state';
import type { Fields, Look } from '../types';
import { useOnce } from '../ui/hooks';
import { announce, Button, Field, Problems } from '../ui/parts';
import { words } from '../words';
import { DrinkSheet } from './drink_sheet';
import { fieldName, inALine, personOf } from './plain';
import { useDraft } from './use_draft';
import '../styles/more.scss';

export function Fix({ id }: { id: string }) {
  const [look] = useState(() => state.looks.get(id) ?? null);
  const [open, setOpen] = useState(false);
  if (!look) return <p class="tm-empty">{words.queue.empty_never}</p>;
  const drink = look.kind === 'hydration_check' && look.resident !== null;
  const name = personOf({ fields: { resident: look.resident } });
  return (
    <>
      <h1 class="tm-title">{said.fix.title}</h1>
      {name && <p class="tm-lead">{name}</p>}
      <p><span class="tm-entries__what">{inALine(look.kind, look.submission.fields)}</span></p>
      <p>{said.fix.because}</p>
      <ul class="tm-sentences" data-testid="fix-why">
        {Object.values(look.errors).flat().map((one) => <li key={one}>{one}</li>)}
      </ul>
      {drink && <Button data-testid="fix-drink" onClick={() => setOpen(true)}>{said.fix.again}</Button>}
      {!drink && <FieldsForm look={look} />}
      {open && (
        <DrinkSheet
          opened={{ resident: look.resident!, repairs: look }}
          onClose={() => {
            setOpen(false);
            if (!state.looks.has(look.id)) go('not-sent');
          }}
        />
      )}
      <p><a class="tm-link" href="#not-sent">{words.queue.title}</a></p>
    </>
  );
}

/** The fields that were not accepted, and nothing else: what was right stays as it was said. */
function FieldsForm({ look }: { look: Look }) {
  const once = useOnce();
  const before = look.submission.fields;
  const names = Object.keys(look.errors).filter((name) => name in before);
  const [sent] = useState<Record<string, string>>(() => Object.fromEntries(names.map((name) => [name, shown(before[name])])));
  const [typed, setTyped] = useDraft(`fix=${look.id}`, sent);
  const [problems, setProblems] = useState<string[]>([]);

  async function keep() {
    const fields: Fields = { ...before };
    for (const name of names) {
      const value = read(typed[name]!.trim(), before[name]);
      if (value === undefined) delete fields[name];
      else fields[name] = value;
    }
    try {
      await record(repair(look, fields));
      setTyped(sent);
      announce(said.fix.done);
      go('not-sent');
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  return (
    <form noValidate autocomplete="off" onSubmit={(event) => { event.preventDefault(); once('fix', () => void keep()); }}>
      <Problems list={problems} />
      {names.map((name) => {
        const codes = codesOf(look.kind, name);
        const change = (event: { currentTarget: { value: string } }) => setTyped({ ...typed, [name]: event.currentTarget.value });
        return (
          <Field key={name} label={fieldName(name, look.kind)} error={look.errors[name]?.join(' ') ?? null}>
            {(ids) => codes ? (
              <select {...ids} class="nhsuk-select" autocomplete="off" value={typed[name]} onChange={change}>
                <option value="">{said.plain.none}</option>
                {Object.entries(codes).map(([code, label]) => <option key={code} value={code}>{label}</option>)}
              </select>
            ) : (
              <input {...ids} class="nhsuk-input" data-testid={`fix-${name}`} autocomplete="off" inputMode={typeof before[name] === 'number' ? 'numeric' : 'text'} value={typed[name]} onInput={change} />
            )}
          </Field>
        );
      })}
      <Button type="submit" data-testid="fix-save">{said.fix.save}</Button>
    </form>
  );
}

export function repair(look: Look, fields: Fields): Draft {
  const happened = Math.min(Date.parse(look.submission.occurred_at), Date.now());
  return { kind: look.kind, record: look.record, fields, happened, repairs: look.id, resident: look.resident };
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : value === null || value === undefined ? '' : JSON.stringify(value);
}

/** What was typed, as the kind of thing it was; nothing typed leaves the field out. */
function read(typed: string, before: unknown): unknown {
  if (typed === '') return undefined;
  if (typeof before === 'string') return typed;
  if (/^-?\d+(\.\d+)?$/.test(typed)) return Number(typed);
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}
