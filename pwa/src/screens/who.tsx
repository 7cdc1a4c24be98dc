// Screen 1: who is using this tablet? Names and a PIN, with or without a connection; nothing of any resident.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { route } from '../route';
import { knownHere, unlock, type Unlocked } from '../session';
import { state } from '../state';
import { sayTime } from '../time';
import type { StaffName } from '../types';
import { useTopics } from '../ui/hooks';
import { Ask, Stop } from '../ui/icons';
import { Button, Face, Problems } from '../ui/parts';
import { zone } from '../view';
import { fill, plural, word, words } from '../words';

const DIGITS = 6;

/** An alert that was tapped, or the list of them, opens behind the PIN; the ladder does not wait for it. */
const waitingWords = (): Record<string, string> => ({ alert: words.alert.log_in, alerts: words.alerts.log_in });

export function Who() {
  const waiting = waitingWords()[route().screen];
  useTopics('device', 'link');
  const [chosen, setChosen] = useState<StaffName | null>(null);
  const [find, setFind] = useState('');
  const [known, setKnown] = useState<Set<string>>(new Set());
  useLayoutEffect(() => void knownHere().then(setKnown), [chosen]);
  if (chosen) return <Pin person={chosen} onBack={() => setChosen(null)} />;

  const wanted = find.trim().toLowerCase();
  const all = state.staff.filter((one) => one.name.toLowerCase().includes(wanted)).sort((a, b) => a.name.localeCompare(b.name));
  const groups: [string, StaffName[]][] = [
    [words.who.recent, all.filter((one) => known.has(one.id))],
    [words.who.all, all.filter((one) => !known.has(one.id))],
  ];
  return (
    <>
      <h1 class="tm-title">{words.who.title}</h1>
      <p class="tm-lead">{state.enrolment?.name}</p>
      {waiting && <p class="tm-old">{waiting}</p>}
      {(state.link === 'revoked' || state.link === 'unknown_device') && <Problems list={[words.link[state.link]]} />}
      {state.staff.length > 8 && (
        <label class="tm-filters__one">
          <span class="nhsuk-label">{words.who.find}</span>
          <input class="nhsuk-input" type="text" enterkeyhint="search" autocomplete="off" value={find} onInput={(event) => setFind(event.currentTarget.value)} />
        </label>
      )}
      {all.length === 0 && <p class="tm-empty">{state.staff.length ? words.who.none_found : words.who.empty}</p>}
      {groups.map(([heading, people]) =>
        people.length === 0 ? null : (
          <section key={heading}>
            <h2 class="tm-heading">{heading}</h2>
            <div class="tm-tiles tm-tiles--three">
              {people.map((one) => (
                <button type="button" key={one.id} class="tm-tile tm-tile--name" data-testid="staff-tile" data-staff={one.id} onClick={() => setChosen(one)}>
                  <Face name={one.name} />
                  <span class="tm-tile__words">
                    <span class="tm-tile__big">{one.name}</span>
                    <span class="tm-tile__small">{one.roles.map((role) => word(words.roles, role)).join(', ')}</span>
                  </span>
                  {state.link === 'unreachable' && !known.has(one.id) && <span class="tm-tile__small tm-tile__note">{words.who.first_time}</span>}
                </button>
              ))}
            </div>
          </section>
        ),
      )}
      <section>
        <h2 class="tm-heading">{words.who.no_pin}</h2>
        <div class="tm-tiles">
          <a class="tm-tile tm-tile--link tm-tile--red" data-testid="to-emergency" href="#emergency"><Stop /><span class="tm-tile__words"><span class="tm-tile__big">{words.who.emergency}</span></span></a>
          <a class="tm-tile tm-tile--link" data-testid="to-typed" href="#typed"><span class="tm-tile__words"><span class="tm-tile__big">{words.who.typed}</span></span></a>
          <a class="tm-tile tm-tile--link" data-testid="to-help" href="#help"><Ask /><span class="tm-tile__words"><span class="tm-tile__big">{words.nav.help}</span></span></a>
          <a class="tm-tile tm-tile--link" data-testid="to-practice" href="/app/?practice"><span class="tm-tile__words"><span class="tm-tile__big">{words.practice}</span></span></a>
        </div>
      </section>
    </>
  );
}

function Pin({ person, onBack }: { person: StaffName; onBack: () => void }) {
  const [pin, setPin] = useState('');
  const [checking, setChecking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const busy = useRef(false);
  const digits = useRef('');

  async function enter(value: string) {
    if (busy.current) return;
    const kept = value.replace(/\D/g, '').slice(0, DIGITS);
    digits.current = kept;
    setPin(kept);
    if (kept.length < DIGITS) return;
    busy.current = true;
    setChecking(true);
    setProblem(null);
    const answer = await unlock(person, kept).catch(() => null);
    busy.current = false;
    setChecking(false);
    if (answer?.ok) return;
    digits.current = '';
    setPin('');
    setProblem(answer ? say(answer) : words.default.error);
    field.current?.focus();
  }

  return (
    <div class="tm-pin">
      <h1 class="tm-title">{fill(words.who.pin_title, { name: person.name })}</h1>
      <Problems list={problem ? [problem] : []} />
      <label class="nhsuk-label" for="pin">{words.who.pin_label}</label>
      <input
        id="pin" ref={field} class="nhsuk-input tm-pin__field" type="password" inputMode="none" autocomplete="off" maxLength={DIGITS}
        value={pin} data-testid="pin" autofocus onInput={(event) => void enter(event.currentTarget.value)}
      />
      <p class="tm-pin__dots" aria-hidden="true">
        {Array.from({ length: DIGITS }, (_, at) => <span key={at} class={at < pin.length ? 'tm-pin__dot tm-pin__dot--on' : 'tm-pin__dot'} />)}
      </p>
      <div class="tm-pad">
        {[1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => <Key key={digit} digit={digit} onPress={() => void enter(digits.current + digit)} />)}
        <button type="button" class="tm-key tm-key--word" onClick={() => void enter('')}>{words.who.clear}</button>
        <Key digit={0} onPress={() => void enter(`${digits.current}0`)} />
        <button type="button" class="tm-key tm-key--word" onClick={() => void enter(digits.current.slice(0, -1))}>{words.who.delete}</button>
      </div>
      <p role="status" class="tm-fine">{checking ? words.who.checking : state.link === 'unreachable' ? words.who.offline : ''}</p>
      <Button kind="secondary" onClick={onBack}>{fill(words.who.not_you, { name: person.name })}</Button>
    </div>
  );
}

function Key({ digit, onPress }: { digit: number; onPress: () => void }) {
  return <button type="button" class="tm-key" data-testid={`pin-key-${digit}`} onClick={onPress}>{digit}</button>;
}

function say(answer: Exclude<Unlocked, { ok: true }>): string {
  switch (answer.why) {
    case 'wrong':
      return plural(words.who.wrong, answer.tries_left);
    case 'wait':
      return `${fill(words.who.wait, { time: sayTime(answer.until, zone()) })} ${words.who.wait_senior}`;
    case 'first_time':
      return words.who.needs_connection;
    case 'too_long':
      return words.who.too_long;
    case 'not_enrolled':
      return words.who.not_enrolled;
  }
}
