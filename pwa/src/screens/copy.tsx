// For homes where another system is the record: the same sentences, to be copied there, and the number that they have there.

import { useState } from 'preact/hooks';
import { heldIn } from '../kinds/record_system';
import { change } from '../kinds/visit';
import { said as allWords } from '../said';
import { text } from '../state';
import { announce, Button, Field, Problems } from '../ui/parts';
import type { Shown } from '../view';
import { fill } from '../words';
import { useSave } from './use_save';

const said = allWords.appointment;

export function Copy({ of, sentences }: { of: Shown; sentences: string }) {
  const system = heldIn(of.kind);
  const [ref, setRef] = useState(text(of.fields['record_ref']) ?? '');
  const [problems, save] = useSave();
  async function copy() {
    try {
      await navigator.clipboard.writeText(sentences);
      announce(said.copied);
    } catch {
      announce(said.copy_failed);
    }
  }
  return (
    <details class="tm-details" data-testid="copy" open={system !== null}>
      <summary>{said.copy}</summary>
      <p class="tm-fine">{system ? fill(allWords.form.elsewhere, { system }) : said.copy_hint}</p>
      <pre class="tm-copy" data-testid="copy-text">{sentences}</pre>
      <Button kind="secondary" onClick={() => void copy()}>{said.copy_do}</Button>
      {system && (
        <>
          <Problems list={problems} />
          <Field label={fill(allWords.form.ref, { system })}>
            {(ids) => <input {...ids} class="nhsuk-input" data-testid="copy-ref" autocomplete="off" value={ref} onInput={(event) => setRef(event.currentTarget.value)} />}
          </Field>
          <Button kind="secondary" data-testid="copy-keep" onClick={() => save([change(of, { record_ref: ref.trim() || null })], fill(allWords.form.announced, { title: system }))}>{allWords.form.save}</Button>
        </>
      )}
    </details>
  );
}
