// A senior adds an agency worker in under a minute: a name, a PIN, until the end of this shift. The server writes it.

import { useRef, useState } from 'preact/hooks';
import { refreshNames } from '../enrol';
import { uuid7 } from '../ids';
import { mayDecide } from '../kinds/deciding';
import { said } from '../said';
import { session } from '../session';
import { state, text } from '../state';
import { call } from '../sync';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Field, Problems } from '../ui/parts';
import { ofKind, zone, type Shown } from '../view';
import { fill, words } from '../words';
import '../styles/more.scss';

const PIN = /^\d{6}$/;

/** What the server says about the answer that it does not take, else what it says in general. */
const why = (body: Record<string, unknown>) => String([...Object.values(body['errors'] ?? {}).flat(), body['detail'], words.default.error].find((one) => one));

export function Agency() {
  useTopics('session', 'link', 'records');
  const [name, setName] = useState('');
  const [pin, setPin] = useState('');
  const [again, setAgain] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  // What went wrong is read, and the next tap means it.
  const once = useOnce(problems);
  const [going, setGoing] = useState(false);
  const [added, setAdded] = useState<{ name: string; until: number | null } | null>(null);

  // One id for what is typed: sent again after an answer that was lost, it adds nobody twice.
  const asked = useRef({ typed: '', id: '' });

  async function add() {
    setGoing(true);
    const typed = JSON.stringify([name.trim(), pin]);
    if (asked.current.typed !== typed) asked.current = { typed, id: uuid7() };
    const answer = await call('POST', 'staff/agency', { grant: session()?.grant, name: name.trim(), pin, id: asked.current.id }, state.enrolment?.token);
    setGoing(false);
    if (!answer) return setProblems([said.agency.offline]);
    if (answer.status !== 201) return setProblems([why(answer.body)]);
    const until = Date.parse(String(answer.body['valid_until']));
    asked.current = { typed: '', id: '' };
    setAdded({ name: name.trim(), until: Number.isNaN(until) ? null : until });
    setName('');
    setPin('');
    setAgain('');
    announce(fill(said.agency.added, { name: name.trim() }));
    void refreshNames();
  }

  async function renew(one: Shown) {
    const answer = await call('POST', `staff/agency/${one.record}/renew`, { grant: session()?.grant, valid_until: one.fields['valid_until'] }, state.enrolment?.token);
    if (answer?.status !== 200) return setProblems([answer ? why(answer.body) : said.agency.offline]);
    setProblems([]);
    setAdded({ name: String(one.fields['name']), until: Date.parse(String(answer.body['valid_until'])) });
  }

  function submit(event: Event) {
    event.preventDefault();
    setAdded(null);
    const found = [!name.trim() && said.agency.name_missing, !PIN.test(pin) && said.agency.pin_bad, PIN.test(pin) && pin !== again && said.agency.pin_differs].filter((one) => one !== false);
    if (found.length) return setProblems(found);
    // A tap that is not taken leaves what is said where it stands.
    once('add', () => {
      if (problems.length) setProblems([]);
      void add();
    });
  }

  return (
    <>
      <h1 class="tm-title">{said.agency.title}</h1>
      {!mayDecide() ? <p class="tm-old">{said.agency.ask}</p> : (
        <>
          {state.link === 'unreachable' && <p class="tm-old" data-testid="agency-offline">{said.agency.offline}</p>}
          {added && (
            <div class="tm-card" role="status" data-testid="agency-added">
              <p class="tm-lead">{fill(said.agency.added, { name: added.name })}</p>
              {added.until !== null && <p>{fill(said.agency.until, { time: sayWhen(added.until, Date.now(), zone()) })}</p>}
            </div>
          )}
          <form noValidate autocomplete="off" onSubmit={submit}>
            <Problems list={problems} />
            <Field label={said.agency.name}>
              {(ids) => <input {...ids} class="nhsuk-input" data-testid="agency-name" autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />}
            </Field>
            <Field label={words.who.pin_label} hint={said.agency.pin_hint}>
              {(ids) => <input {...ids} class="nhsuk-input nhsuk-input--width-10" data-testid="agency-pin" type="password" inputMode="numeric" maxLength={6} autocomplete="off" value={pin} onInput={(event) => setPin(event.currentTarget.value)} />}
            </Field>
            <Field label={said.agency.pin_again}>
              {(ids) => <input {...ids} class="nhsuk-input nhsuk-input--width-10" data-testid="agency-again" type="password" inputMode="numeric" maxLength={6} autocomplete="off" value={again} onInput={(event) => setAgain(event.currentTarget.value)} />}
            </Field>
            <p>{said.agency.ends}</p>
            <Button type="submit" data-testid="agency-add" aria-disabled={going}>{said.agency.add}</Button>
          </form>
          {ofKind('staff_member').filter(({ fields }) => fields['agency'] && text(fields['valid_until'])?.includes('T')).map((one) => (
            <section class="tm-card" key={one.record}>
              <p>{fill(said.agency.until, { time: sayWhen(Date.parse(String(one.fields['valid_until'])), Date.now(), zone()) })}</p>
              <Button kind="secondary" data-testid="agency-renew" onClick={() => once(one.record, () => void renew(one))}>{fill(said.agency.renew, { name: String(one.fields['name']) })}</Button>
            </section>
          ))}
        </>
      )}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}
