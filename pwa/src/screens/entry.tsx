// Screen 12: one entry, its versions, and how far each has come: saved here, sent, in the home's record.

import { useState } from 'preact/hooks';
import { record } from '../acts';
import { formOf } from '../forms';
import { mayDecide } from '../kinds/deciding';
import { correction } from '../kinds/hydration_check';
import { residentOf, residents } from '../kinds/resident';
import { change } from '../kinds/visit';
import { codesOf, flagWords, said } from '../said';
import { state, tell, text } from '../state';
import { sayWhen } from '../time';
import type { Fields, Look } from '../types';
import { useOnce, useTopics } from '../ui/hooks';
import { StateIcon } from '../ui/icons';
import { announce, Button, Choice, Field, Problems, StateTag } from '../ui/parts';
import { tabletName, view, zone, type RowState, type Shown } from '../view';
import { english, fill, sayMinutes, words } from '../words';
import { Facts } from './check';
import { Correct, lateMs } from './entries_today';
import { PersonTile } from './person_tile';
import { fieldName, inALine, kindName, personOf, sayConflict, valueOf, whoRecorded } from './plain';
import { useSave } from './use_save';
import '../styles/more.scss';

export function EntryScreen({ id }: { id: string }) {
  useTopics('records', 'queue', 'looks', 'link', 'session');
  const shown = view(id);
  if (!shown) return <p class="tm-empty" data-testid="no-entry">{said.entry.not_here}</p>;
  const known = state.records.get(id);
  const when = (ms: number) => sayWhen(ms, Date.now(), zone());
  const flags = (known?.flags ?? []).map((flag) => flagWords[flag] ?? flag.replaceAll('_', ' '));
  const late = shown.recorded_ms - shown.happened_ms;
  const conflict = Object.keys(shown.conflicts).length > 0;
  return (
    <>
      <h1 class="tm-title">{personOf(shown) ?? kindName(shown.kind)}</h1>
      <p class={`tm-lead${shown.struck ? ' tm-entries__struck' : ''}`}><span class="tm-entries__what">{inALine(shown.kind, shown.fields)}</span></p>
      <p class="tm-entries__tags">
        <StateTag state={shown.state} />
        {shown.struck && <span class="tm-tag">{words.drink.struck}</span>}
        {late > lateMs(residentOf(String(shown.fields['resident']))) && <span class="tm-tag">{fill(words.drink.late_by, { span: sayMinutes(late / 60_000) })}</span>}
        {flags.map((flag) => <span class="tm-tag" key={flag} data-testid="flag">{flag}</span>)}
      </p>
      {conflict && <p class="tm-old">{sayConflict(shown)} <a class="tm-link" href={`#check=${id}`}>{said.entry.two_versions}</a></p>}
      <section class="tm-card">
        <h2 class="tm-heading">{said.entry.times}</h2>
        <Facts of={[
          [said.check.happened, when(shown.happened_ms)],
          [said.entry.recorded, when(shown.recorded_ms)],
          [said.entry.received, known ? when(Date.parse(known.received_at)) : said.entry.not_received],
          [said.check.by, whoRecorded(shown, shown.fields)],
          ...(text(shown.fields['performed_by']) ? [[fieldName('performed_by'), valueOf(shown.kind, 'performed_by', shown.fields['performed_by'])] as [string, string]] : []),
          [said.check.tablet, tabletName(shown.device) ?? said.plain.other_tablet],
        ]} />
      </section>
      <section class="tm-card">
        <h2 class="tm-heading">{said.entry.versions}</h2>
        <ol class="tm-versions" data-testid="versions">
          {versions(shown).map((one, at) => <OneVersion key={one.submission} shown={shown} version={one} first={at === 0} />)}
        </ol>
      </section>
      {!shown.struck && <PutRight shown={shown} />}
      {!shown.struck && (shown.kind === 'hydration_check' || ANYBODYS.has(shown.kind) || (shown.kind !== 'feedback' && formOf(shown.kind))) && <Flag shown={shown} />}
    </>
  );
}

interface Version {
  submission: string;
  author: string | null;
  author_name?: string | undefined;
  recorded_ms: number;
  fields: Fields;
  steps: [saved: boolean, sent: boolean, merged: boolean];
  look: Look | null;
}

/** Everything that was said of the record, oldest first: what the server tells of, then what only this tablet has. */
function versions(shown: Shown): Version[] {
  const known = state.records.get(shown.record);
  const found: Version[] = [];
  if (known?.history) {
    for (const told of known.history) found.push({ ...told, recorded_ms: Date.parse(told.recorded_at), steps: [true, true, true], look: null });
  } else if (known) {
    const { author, fields } = known;
    found.push({ submission: shown.record, author, author_name: known.author_name ?? undefined, fields, recorded_ms: Date.parse(known.recorded_at), steps: [true, true, true], look: null });
  }
  const own = [...(state.overlay.get(shown.record) ?? []), ...[...state.looks.values()].filter((look) => look.record === shown.record)];
  for (const entry of own) {
    const { submission } = entry;
    if (found.some((one) => one.submission === entry.id)) continue;
    const look = state.looks.get(entry.id) ?? null;
    found.push({
      submission: entry.id, author: submission.author, author_name: submission.author_name, fields: submission.fields,
      recorded_ms: Date.parse(submission.recorded_at) + (submission.offset_ms ?? 0), steps: [true, !state.queue.has(entry.id), false], look,
    });
  }
  return found;
}

const HIDDEN = new Set(['resident', 'correction_reason', 'plan_version', 'vessel']);

function OneVersion({ shown, version, first }: { shown: Shown; version: Version; first: boolean }) {
  const reason = text(version.fields['correction_reason']);
  const sets = Object.entries(version.fields).filter(([name, value]) => !HIDDEN.has(name) || (name === 'resident' && !first && value !== undefined));
  return (
    <li data-testid="version">
      <p><strong>{first ? said.entry.original : version.fields['struck_out'] ? words.drink.struck : said.entry.change}</strong>{' '}
        <span class="tm-fine">{fill(words.queue.by, { name: whoRecorded(version, shown.fields), time: sayWhen(version.recorded_ms, Date.now(), zone()) })}</span></p>
      {reason && <p>{fill(said.entry.because, { reason })}</p>}
      {reason && !version.steps[1] && <p class="tm-old" data-testid="waits">{said.entry.waits}</p>}
      <Facts of={sets.map(([name, value]) => [fieldName(name, shown.kind), valueOf(shown.kind, name, value)])} />
      <Way version={version} />
    </li>
  );
}

/** Saved, sent, merged: each step with its own shape and word; one that has not happened says so. */
function Way({ version }: { version: Version }) {
  if (version.look) return <p class="tm-way"><StateTag state="look" /> <a class="tm-link" href={`#fix=${version.submission}`}>{said.fix.open}</a></p>;
  const shapes: RowState[] = ['saved', 'sent', 'sent'];
  return (
    <ol class="tm-way" data-testid="way" aria-label={said.entry.way}>
      {version.steps.map((done, at) => (
        <li key={at} class={done ? '' : 'tm-way__open'}>
          {done ? <StateIcon state={shapes[at]!} /> : <span class="tm-way__dash" aria-hidden="true" />}
          {done ? said.entry.done[at] : said.entry.open[at]}
        </li>
      ))}
    </ol>
  );
}

function PutRight({ shown }: { shown: Shown }) {
  const once = useOnce();
  const [doing, setDoing] = useState<'correct' | 'person' | null>(null);
  const [problems, setProblems] = useState<string[]>([]);
  const from = text(shown.fields['resident']);
  const person = from ? residentOf(from) : null;
  if (formOf(shown.kind)) return <p><a class="nhsuk-button nhsuk-button--secondary" href={`#form=${shown.kind}.${shown.record}`} data-testid="correct">{words.residents.correct_this}</a></p>;
  if (ANYBODYS.has(shown.kind)) return <InError shown={shown} />;
  if (shown.kind !== 'hydration_check' || !person) return null;

  async function move(to: string, name: string) {
    try {
      await record({ ...correction(shown, { resident: to, correction_reason: english.words.correct.reasons.person }), resident: to });
      if (from) tell(`resident:${from}`);
      announce(fill(said.entry.moved, { name }));
      setDoing(null);
    } catch {
      setProblems([words.default.error]);
    }
  }

  const toggle = (what: 'correct' | 'person') => setDoing(doing === what ? null : what);
  return (
    <section class="tm-card">
      <Problems list={problems} />
      <Button kind="secondary" data-testid="correct" aria-expanded={doing === 'correct'} onClick={() => toggle('correct')}>{words.residents.correct_this}</Button>
      <Button kind="secondary" data-testid="wrong-person" aria-expanded={doing === 'person'} onClick={() => toggle('person')}>{said.entry.wrong_person}</Button>
      {doing === 'correct' && <Correct person={person} entry={shown} onDone={() => setDoing(null)} />}
      {doing === 'person' && (
        <>
          <h2 class="tm-heading">{said.entry.whose}</h2>
          <div class="tm-tiles tm-tiles--three">
            {residents().filter((one) => one.id !== from).map((one) => (
              <PersonTile key={one.id} data-testid="move-to" person={one} onClick={() => once(one.id, () => void move(one.id, one.name))} />
            ))}
          </div>
        </>
      )}
      {!mayDecide() && <p class="tm-fine">{words.correct.kept}</p>}
    </section>
  );
}

/** The next shift hears of it: the handover that is built next has a line of it. (Feedback is not on tablets to be built from.) */
function Flag({ shown }: { shown: Shown }) {
  const [problems, save] = useSave();
  if (shown.fields['for_handover']) return <p class="tm-tag" data-testid="flagged">{said.entry.flagged}</p>;
  return (
    <>
      <Problems list={problems} />
      <Button kind="secondary" data-testid="flag" onClick={() => save([change(shown, { for_handover: true })], said.entry.flagged)}>{said.entry.flag}</Button>
    </>
  );
}

/** What staff write without a form of its own. Set-up has its own screens, and an alert is Tidemark's. */
const ANYBODYS = new Set(['appointment_outcome', 'follow_up', 'shift_hydration_check', 'escalation', 'handover', 'double_check', 'emergency_note']);
type Why = keyof typeof words.correct.reasons;

/** Entered in error, or another attendance: why is always said, and the first version stays. */
function InError({ shown }: { shown: Shown }) {
  const [problems, save, fail] = useSave();
  const [why, setWhy] = useState<Why | null>(null);
  const [attendance, setAttendance] = useState(shown.fields['attendance']);
  const put = (fields: Fields) => (why ? save([change(shown, { ...fields, correction_reason: english.words.correct.reasons[why] })], words.drink.corrected) : fail(words.correct.reason_missing));
  const caused = attendance === 'cancelled_by_service' ? { service_caused: true } : shown.fields['service_caused'] ? { service_caused: null } : {};
  return (
    <details class="tm-details" data-testid="correct">
      <summary>{words.residents.correct_this}</summary>
      <Problems list={problems} />
      <Choice legend={words.correct.reason} name="why" value={why} onChoose={setWhy} options={(Object.entries(words.correct.reasons) as [Why, string][]).filter(([code]) => code !== 'amount')} />
      {shown.kind === 'appointment_outcome' && (
        <>
          <Field label={fieldName('attendance')}>
            {(ids) => (
              <select {...ids} class="nhsuk-select" data-testid="correct-attendance" autocomplete="off" value={String(attendance)} onChange={(event) => setAttendance(event.currentTarget.value)}>
                {Object.entries(codesOf(shown.kind, 'attendance')!).map(([code, label]) => <option key={code} value={code}>{label}</option>)}
              </select>
            )}
          </Field>
          <Button data-testid="correct-save" onClick={() => (attendance === shown.fields['attendance'] ? fail(said.form.nothing_changed) : put({ attendance, ...caused }))}>{said.form.save_change}</Button>
        </>
      )}
      <Button kind="warning" data-testid="correct-strike" onClick={() => put({ struck_out: true })}>{words.correct.strike}</Button>
      <p class="tm-fine">{words.correct.kept}</p>
    </details>
  );
}
