// Screen 11: handover. Built since the last one, a line added by hand, handed over, and accepted by the incoming lead.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { iso } from '../clock';
import { draft, keepDraft } from '../drafts';
import { acknowledge, alerts, give as giveTo, givenTo, isOpen } from '../kinds/alert';
import { mayDecide } from '../kinds/deciding';
import { said } from '../said';
import { session } from '../session';
import { state } from '../state';
import { sayWhen } from '../time';
import { useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Field, Problems, StateTag } from '../ui/parts';
import { authorName, staffName, zone, type Shown } from '../view';
import { fill, plural, words } from '../words';
import { colleagues } from './alert_give';
import { accepted, build, handedOver, latest, line, linesOf, PARTS, type Line } from './handover_build';
import { sayShift } from './plain';
import '../styles/more.scss';

const DRAFT = 'handover';

export function Handover() {
  useTopics('records', 'queue', 'looks', 'link', 'session');
  const before = latest();
  const open = before && !accepted(before);
  return (
    <>
      <h1 class="tm-title">{said.handover.title}</h1>
      {state.link !== 'ok' && <p class="tm-old" data-testid="handover-offline">{said.handover.offline}</p>}
      {open ? <Given one={before} key={before.record} /> : <Building before={before} key={before?.record ?? ''} />}
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

/** What is about to be handed over. It stands still while it is read; "Update" builds it again. */
function Building({ before }: { before: Shown | null }) {
  const once = useOnce();
  const [built, setBuilt] = useState(() => build());
  const [added, setAdded] = useState<Line[]>([]);
  const [lead, setLead] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  useLayoutEffect(() => void draft(DRAFT).then((kept) => kept && setAdded(JSON.parse(kept) as Line[])), []);
  const done = before && accepted(before);
  const when = (ms: number) => sayWhen(ms, Date.now(), zone());

  function keep(lines: Line[]) {
    setAdded(lines);
    void keepDraft(DRAFT, lines.length ? JSON.stringify(lines) : '');
  }

  async function give() {
    try {
      await record({ kind: 'handover', fields: { ...handedOver(built, added), ...(lead ? { given_to: lead } : {}) } });
      // What nobody owns, or whoever goes home does, passes by name; the ladder's clock goes on meanwhile.
      if (lead) for (const one of toPass()) await record(giveTo(one, lead));
      await keepDraft(DRAFT, '');
      announce(said.handover.given);
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  return (
    <>
      {done && <p class="tm-lead" data-testid="accepted-before">{fill(said.handover.accepted, { name: staffName(done.by) ?? said.plain.unknown, time: when(done.at) })} <a class="tm-link" href={`#entry=${before.record}`}>{words.drink.entry}</a></p>}
      <p>{fill(said.handover.since, { shift: sayShift(built.shift), time: when(built.from) })}</p>
      <Problems list={problems} />
      {built.lines.length + added.length === 0 && <p class="tm-empty">{said.handover.empty}</p>}
      <Lines lines={[...built.lines, ...added]} onRemove={(one) => keep(added.filter((each) => each.id !== one.id))} own={new Set(added.map((one) => one.id))} />
      <AddLine onAdd={(text) => keep([...added, line({ part: 'added', words: text })])} />
      <Lead value={lead} onChoose={setLead} />
      <Button class="tm-wide" data-testid="handover-give" onClick={() => once('give', () => void give())}>{said.handover.give}</Button>
      <Button kind="secondary" class="tm-wide" onClick={() => setBuilt(build())}>{said.handover.update}</Button>
    </>
  );
}

/** Open alerts that nobody owns, and those of the person who hands over. */
function toPass(): Shown[] {
  const me = session()?.id;
  return alerts().filter((one) => isOpen(one) && one.fields['severity'] !== 'nudge' && (one.fields['status'] === 'acknowledged' ? one.fields['owner'] === me : one.fields['status'] !== 'snoozed'));
}

/** To whom open alerts pass by name; with nobody chosen they stay with the ladder. */
function Lead({ value, onChoose }: { value: string; onChoose: (id: string) => void }) {
  const people = colleagues();
  if (people.length === 0 || toPass().length === 0) return null;
  return (
    <Field label={said.alert_life.lead} hint={plural(said.alert_life.lead_hint, toPass().length)}>
      {(ids) => (
        <select {...ids} class="nhsuk-select" data-testid="handover-lead" autocomplete="off" value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
          <option value="">{said.alert_life.lead_none}</option>
          {people.map((one) => <option key={one.id} value={one.id}>{one.name}, {one.role}</option>)}
        </select>
      )}
    </Field>
  );
}

/** Handed over, and waiting for whoever leads the next shift. */
function Given({ one }: { one: Shown }) {
  const once = useOnce();
  const [problems, setProblems] = useState<string[]>([]);
  const lines = linesOf(one);

  async function write(fields: Record<string, unknown>, sentence: string) {
    try {
      await record({ kind: 'handover', record: one.record, fields });
      announce(sentence);
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  /** Accepting the handover takes on what was given with it. */
  async function accept() {
    const me = session()!.id;
    await write({ accepted_by: me, accepted_at: iso(Date.now()) }, said.handover.done);
    for (const each of alerts().filter((alert) => givenTo(alert)?.id === me)) await record(acknowledge(each, me)).catch((error) => setProblems([sayNotSaved(error)]));
  }

  return (
    <>
      <p class="tm-lead">{sayShift(String(one.fields['shift']))}</p>
      <p>{fill(said.handover.by, { name: authorName(one) ?? said.plain.unknown, time: sayWhen(one.recorded_ms, Date.now(), zone()) })} <StateTag state={one.state} /> <a class="tm-link" href={`#entry=${one.record}`}>{words.drink.entry}</a></p>
      <Problems list={problems} />
      {lines.length === 0 && <p class="tm-empty">{said.handover.empty}</p>}
      <Lines lines={lines} />
      <AddLine onAdd={(text) => void write({ lines: [...lines, line({ part: 'added', words: text })] }, said.handover.added)} />
      {mayDecide() ? (
        <Button class="tm-wide" data-testid="handover-accept" onClick={() => once('accept', () => void accept())}>{said.handover.accept}</Button>
      ) : <p class="tm-old">{said.handover.lead}</p>}
    </>
  );
}

/** The lines under their headings, in the order of the handover. */
function Lines({ lines, own, onRemove }: { lines: Line[]; own?: Set<string>; onRemove?: (one: Line) => void }) {
  return (
    <>
      {PARTS.map((part) => {
        const mine = lines.filter((one) => one.part === part);
        return mine.length > 0 && (
          <section class="tm-card" key={part} data-testid={`handover-${part}`}>
            <h2 class="tm-heading">{said.handover.parts[part]}</h2>
            <ul class="tm-sentences">
              {mine.map((one) => (
                <li key={one.id}>
                  {one.words}
                  {own?.has(one.id) && <> <Button kind="secondary" onClick={() => onRemove?.(one)}>{said.form.remove}</Button></>}
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function AddLine({ onAdd }: { onAdd: (text: string) => void }) {
  const once = useOnce();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | null>(null);

  function add(event: Event) {
    event.preventDefault();
    const text = typed.trim();
    if (!text) return setError(said.handover.line_missing);
    once(text, () => {
      setError(null);
      setTyped('');
      onAdd(text);
    });
  }

  return (
    <form noValidate autocomplete="off" onSubmit={add}>
      <Field label={said.handover.line} error={error}>
        {(ids) => <textarea {...ids} class="nhsuk-textarea" rows={2} data-testid="handover-line" autocomplete="off" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />}
      </Field>
      <Button type="submit" kind="secondary" data-testid="handover-add">{said.handover.add}</Button>
    </form>
  );
}
