// What a form that was saved says: whose it is, and how far it has come.

import type { Form } from '../form';
import { formWords, said } from '../said';
import { useTopics } from '../ui/hooks';
import { Button, StateTag } from '../ui/parts';
import { view } from '../view';
import { fill, words } from '../words';
import { inALine, personOf } from './plain';

export function Saved({ form, record, again, onEnd }: { form: Form; record: string; again: () => void; onEnd?: () => void }) {
  useTopics('queue', 'records', 'looks');
  const shown = view(record);
  if (!shown) return null;
  const person = personOf(shown);
  return (
    <section data-testid="form-saved">
      <h1 class="tm-title">{formWords(form.kind).title}</h1>
      {person && <p class="tm-lead">{person}</p>}
      <p class="tm-lead">{inALine(shown.kind, shown.fields)}</p>
      <p><StateTag state={shown.state} /></p>
      {!onEnd && <p><a class="tm-link" href={`#entry=${record}`} data-testid="to-entry">{words.drink.entry}</a></p>}
      <Button kind="secondary" onClick={again}>{said.form.another}</Button>
      {onEnd ? <Button kind="secondary" onClick={onEnd}>{words.back}</Button> : <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>}
    </section>
  );
}
