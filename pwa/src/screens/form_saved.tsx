// What a form that was saved says: whose it is, and how far it has come.

import { useRef } from 'preact/hooks';
import type { Form } from '../form';
import { heldIn } from '../kinds/record_system';
import { formWords, said } from '../said';
import { sayWhen } from '../time';
import { useTopics } from '../ui/hooks';
import { Button, StateTag } from '../ui/parts';
import { view, zone, type Shown } from '../view';
import { fill, words } from '../words';
import { Copy } from './copy';
import { fieldName, inALine, personOf, valueOf, whoRecorded } from './plain';

export function Saved({ form, record, again, onEnd }: { form: Form; record: string; again: () => void; onEnd?: () => void }) {
  useTopics('queue', 'records', 'looks');
  const last = useRef<Shown | null>(null);
  // What tablets do not hold is gone from here once the server has it.
  const shown = view(record) ?? (last.current && { ...last.current, state: 'sent' as const });
  last.current = shown;
  if (!shown) return null;
  const person = personOf(shown);
  return (
    <section data-testid="form-saved">
      <h1 class="tm-title">{formWords(form.kind).title}</h1>
      {person && <p class="tm-lead">{person}</p>}
      <p class="tm-lead">{inALine(shown.kind, shown.fields)}</p>
      <p><StateTag state={shown.state} /></p>
      {!onEnd && <p><a class="tm-link" href={`#entry=${record}`} data-testid="to-entry">{words.drink.entry}</a></p>}
      {heldIn(form.kind) && <Copy of={shown} sentences={inFull(shown, person)} />}
      <Button kind="secondary" onClick={again}>{said.form.another}</Button>
      {onEnd ? <Button kind="secondary" onClick={onEnd}>{words.back}</Button> : <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>}
    </section>
  );
}

/** Every answer beside its question, when it was and who recorded it: what another record needs of it. */
function inFull(shown: Shown, person: string | null): string {
  const own = formWords(shown.kind);
  const told = Object.entries(shown.fields).filter(([name]) => name !== 'resident' && own.fields[name]);
  const by = `${sayWhen(shown.happened_ms, Date.now(), zone())}, ${whoRecorded(shown, shown.fields)}`;
  return [own.title, person, ...told.map(([name, value]) => `${fieldName(name, shown.kind)}: ${valueOf(shown.kind, name, value)}`), by].filter(Boolean).join('\n');
}
