// The questions of an outcome. Each answers with a tap where it can, and says what is missing only when somebody goes on.

import type { JSX } from 'preact';
import { NO_ACTION, type Action, type Answers, type Change, type Next, type Step } from '../kinds/outcome';
import { codesOf, said as allWords } from '../said';
import { state } from '../state';
import { dayOrTime } from '../time';
import { Button, Field, Tile } from '../ui/parts';
import { staffName, zone } from '../view';
import { fill } from '../words';

const said = allWords.outcome;

interface Asked {
  answers: Answers;
  last: boolean;
  change: (changed: Partial<Answers>) => void;
  forward: (changed: Partial<Answers>) => void;
  fail: (sentence: string) => void;
}

function Tiles<T extends string>({ of, name, chosen, onChoose }: { of: Record<T, string>; name: string; chosen: T | null; onChoose: (one: T) => void }) {
  return (
    <div class="tm-tiles tm-tiles--wide">
      {(Object.entries(of) as [T, string][]).map(([code, label]) => (
        <Tile key={code} data-testid={name} data-code={code} aria-pressed={chosen === code} big={label} onClick={() => onChoose(code)} />
      ))}
    </div>
  );
}

function Attendance({ answers, forward }: Asked) {
  return <Tiles of={codesOf('appointment_outcome', 'attendance') ?? {}} name="attendance" chosen={answers.attendance} onChoose={(attendance) => forward({ attendance })} />;
}

function Safeguarding({ answers, forward }: Asked) {
  return (
    <>
      <p class="tm-old">{said.safeguarding_why}</p>
      <Tiles of={said.safeguarding_options} name="safeguarding" chosen={answers.safeguarding as keyof typeof said.safeguarding_options | null} onChoose={(safeguarding) => forward({ safeguarding })} />
    </>
  );
}

function Advice({ answers, change, forward, fail }: Asked) {
  const go = (needed: string) => (answers.advice.trim() ? forward({ needed }) : fail(said.advice_missing));
  return (
    <>
      <Field label={said.advice_hint}>
        {(ids) => <textarea {...ids} class="nhsuk-textarea" data-testid="advice" rows={4} autocomplete="off" value={answers.advice} onInput={(event) => change({ advice: event.currentTarget.value })} />}
      </Field>
      <h3 class="tm-heading">{said.needed}</h3>
      <Tiles of={{ ...said.no_reasons, listed: said.listed }} name="needed" chosen={answers.needed as 'listed' | null} onChoose={go} />
    </>
  );
}

/** Things to do, one after another. */
function Actions({ answers, change, forward, fail }: Asked) {
  const { typing } = answers;
  const whole = typing.what.trim() ? [...answers.actions, { ...typing, what: typing.what.trim() }] : answers.actions;
  function add() {
    if (!typing.what.trim()) return fail(said.actions_missing);
    change({ actions: whole, typing: NO_ACTION });
  }
  const line = (one: Action) => fill(said.action_line, { what: one.what, who: staffName(one.owner) ?? said.duty_decides, when: one.days === null ? allWords.visits.no_day : dayName(one.days) });
  return (
    <>
      {answers.actions.map((one, at) => (
        <p class="tm-todo" key={at} data-testid="action">
          <span>{line(one)}</span>
          <Button kind="secondary" onClick={() => change({ actions: answers.actions.filter((_, other) => other !== at) })}>{said.take_out}</Button>
        </p>
      ))}
      <ActionFields of={typing} onChange={(now) => change({ typing: now })} />
      <Button kind="secondary" data-testid="add-action" onClick={add}>{said.add_action}</Button>
      <Button class="tm-wide" data-testid="actions-next" onClick={() => (whole.length ? forward({ actions: whole, typing: NO_ACTION }) : fail(said.actions_missing))}>{said.go_on}</Button>
    </>
  );
}

function dayName(days: number): string {
  return (said.days as Record<string, string>)[String(days)] ?? '';
}

export function ActionFields({ of, onChange }: { of: Action; onChange: (now: Action) => void }) {
  return (
    <>
      <Field label={said.action_what}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="action-what" autocomplete="off" value={of.what} onInput={(event) => onChange({ ...of, what: event.currentTarget.value })} />}
      </Field>
      <OwnerAndDay of={of} onChange={(now) => onChange({ ...of, ...now })} />
    </>
  );
}

/** Who does it and by which day; the first may stay with whoever is on duty as manager. */
export function OwnerAndDay({ of, onChange }: { of: Pick<Action, 'owner' | 'days'>; onChange: (now: Pick<Action, 'owner' | 'days'>) => void }) {
  return (
    <>
      <Field label={said.action_owner}>
        {(ids) => (
          <select {...ids} class="nhsuk-select" data-testid="action-owner" autocomplete="off" value={of.owner} onChange={(event) => onChange({ ...of, owner: event.currentTarget.value })}>
            <option value="">{said.duty_decides}</option>
            {[...state.staff].sort((a, b) => a.name.localeCompare(b.name)).map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select>
        )}
      </Field>
      <Days legend={said.action_when} chosen={of.days} onChoose={(days) => onChange({ ...of, days })} />
    </>
  );
}

function Days({ legend, chosen, onChoose }: { legend: string; chosen: number | null; onChoose: (days: number) => void }) {
  return (
    <fieldset class="tm-choice">
      <legend class="tm-legend">{legend}</legend>
      <div class="tm-choice__row">
        {Object.entries(said.days).map(([days, label]) => (
          <label class="tm-chip" key={days}>
            <input type="radio" name="days" data-testid="action-day" value={days} checked={chosen === Number(days)} onChange={() => onChoose(Number(days))} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Changes({ answers, forward }: Asked) {
  return <Tiles of={said.changes} name="change" chosen={answers.change} onChoose={(change: Change) => forward({ change })} />;
}

function NextOne({ answers, change, forward }: Asked) {
  return (
    <>
      <Field label={said.next_when} hint={said.next_when_hint}>
        {(ids) => <input {...ids} class="nhsuk-input" data-testid="next-when" autocomplete="off" value={answers.next_words} onInput={(event) => change({ next_words: event.currentTarget.value })} />}
      </Field>
      <Tiles of={said.next} name="next" chosen={answers.next} onChoose={(next: Next) => forward({ next, next_words: answers.next_words.trim() })} />
    </>
  );
}

function Chase({ answers, forward }: Asked) {
  return (
    <>
      <p>{said.chase_hint}</p>
      <Tiles of={said.days} name="chase" chosen={answers.chase_days === null ? null : (String(answers.chase_days) as '0')} onChoose={(days) => forward({ chase_days: Number(days) })} />
    </>
  );
}

function Moved({ answers, change, forward, fail }: Asked) {
  const { moved_day: day, moved_time: time } = answers;
  const go = () => (dayOrTime(day, zone()) === null || !/^\d\d:\d\d$/.test(time) ? fail(said.moved_missing) : forward({}));
  return (
    <>
      <Field label={said.moved_day}>{(ids) => <input {...ids} class="nhsuk-input tm-time" type="date" data-testid="moved-day" autocomplete="off" value={day} onInput={(event) => change({ moved_day: event.currentTarget.value })} />}</Field>
      <Field label={said.moved_time}>{(ids) => <input {...ids} class="nhsuk-input tm-time" type="time" data-testid="moved-time" autocomplete="off" value={time} onInput={(event) => change({ moved_time: event.currentTarget.value })} />}</Field>
      <Button class="tm-wide" data-testid="moved-next" onClick={go}>{said.go_on}</Button>
    </>
  );
}

function Told({ answers, change, forward }: Asked) {
  const toggle = (who: string) => change({ told: answers.told.includes(who) ? answers.told.filter((one) => one !== who) : [...answers.told, who] });
  return (
    <>
      <fieldset class="tm-choice">
        <legend class="tm-legend">{said.told_hint}</legend>
        <div class="tm-choice__row">
          {Object.entries(said.told).map(([who, label]) => (
            <label class="tm-chip" key={who}>
              <input type="checkbox" data-testid="told" value={who} checked={answers.told.includes(who)} onChange={() => toggle(who)} />
              <span>{label}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <Button class="tm-wide" data-testid="save-outcome" onClick={() => forward({})}>{said.save}</Button>
    </>
  );
}

export const QUESTIONS: Record<Step, (asked: Asked) => JSX.Element> = {
  attendance: Attendance, safeguarding: Safeguarding, advice: Advice, actions: Actions, change: Changes, next: NextOne, chase: Chase, moved: Moved, told: Told,
};
