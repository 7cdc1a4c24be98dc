// Adding a tablet: the manager's link brings the code, and the name that the manager gave it.

import { useState } from 'preact/hooks';
import { enrol } from '../enrol';
import { forgetHash } from '../route';
import { soon } from '../sending';
import { state } from '../state';
import { Button, Field, Problems } from '../ui/parts';
import { fill, words } from '../words';

export function Enrol({ code: given }: { code: string }) {
  const [code, setCode] = useState(given);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ code?: string; all?: string }>({});

  if (state.enrolment) {
    return (
      <>
        <h1 class="tm-title">{words.enrol.title}</h1>
        <p class="tm-lead">{fill(words.enrol.already, { home: state.enrolment.home.name })}</p>
        <Button onClick={forgetHash}>{words.back}</Button>
      </>
    );
  }

  async function submit(event: Event) {
    event.preventDefault();
    const found: typeof errors = {};
    if (!code.trim()) found.code = words.enrol.code_missing;
    setErrors(found);
    if (Object.keys(found).length || busy) return;
    setBusy(true);
    const done = await enrol(code.trim()).catch(() => null);
    setBusy(false);
    if (done?.ok) {
      forgetHash();
      soon();
    } else if (done?.why === 'code') setErrors({ all: done.sentence ?? words.enrol.failed });
    else setErrors({ all: done ? words.enrol.unreachable : words.default.error });
  }

  return (
    <form onSubmit={(event) => void submit(event)} noValidate autocomplete="off">
      <h1 class="tm-title">{words.enrol.title}</h1>
      <p class="tm-lead">{given ? words.enrol.intro : words.enrol.none}</p>
      <Problems list={[errors.all, errors.code].filter((one) => one !== undefined)} />
      {(!given || errors.all) && (
        <Field label={words.enrol.code} error={errors.code}>
          {(ids) => <input {...ids} class="nhsuk-input" data-testid="enrol-code" autocomplete="off" autocapitalize="off" spellcheck={false} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}
        </Field>
      )}
      <Button type="submit" data-testid="enrol-go" aria-disabled={busy}>{busy ? words.enrol.going : words.enrol.go}</Button>
    </form>
  );
}
