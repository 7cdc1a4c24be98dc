// Screen 13: what waits on this tablet, by person and author, oldest first; and what the server kept aside, with why.

import { useLayoutEffect, useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { titleOf } from '../kinds/alert_words';
import { iso } from '../clock';
import { nothingLeft } from '../left';
import { letters } from '../letters';
import { putAway } from '../outbox';
import { rescueFile } from '../rescue';
import { said } from '../said';
import { pause, soon } from '../sending';
import { session } from '../session';
import { state } from '../state';
import { sayWhen } from '../time';
import type { Entry, Fields, Look } from '../types';
import { useNow, useOnce, useTopics } from '../ui/hooks';
import { announce, Button, Problems, StateTag } from '../ui/parts';
import { view, zone } from '../view';
import { fill, plural, words } from '../words';
import { repair } from './fix';
import { LettersWaiting } from './letter';
import { inALine, personOf, whoRecorded } from './plain';
import '../styles/more.scss';

const MOST_SHOWN = 100;
const LOW_MB = 50;

export function NotSent() {
  useTopics('queue', 'looks', 'link');
  const waiting = [...state.queue.values()].sort((a, b) => a.number - b.number);
  const looks = [...state.looks.values()].sort((a, b) => b.at - a.at);
  return (
    <>
      <h1 class="tm-title">{words.queue.title}</h1>
      <section class="tm-card">
        {waiting.length === 0 ? <Empty /> : (
          <>
            <p class="tm-lead" data-testid="queue-waiting">{plural(words.queue.waiting, waiting.length)}</p>
            <p class="tm-fine" data-testid="why-waiting">{reason()}</p>
            <Draining />
            <ByPerson waiting={waiting} />
          </>
        )}
        <LastSync />
      </section>
      {looks.length > 0 && (
        <section class="tm-card" data-testid="looks">
          <h2 class="tm-heading">{words.queue.looks}</h2>
          <p>{words.queue.looks_intro}</p>
          <p class="tm-lead">{plural(words.queue.looks_n, looks.length)}</p>
          <ul class="tm-entries">{looks.slice(0, MOST_SHOWN).map((look) => <Kept key={look.id} look={look} />)}</ul>
          {looks.length > MOST_SHOWN && <p>{fill(words.queue.more, { n: looks.length - MOST_SHOWN })}</p>}
        </section>
      )}
      <LettersWaiting />
      <Storage />
    </>
  );
}

function Empty() {
  const last = state.standing.last_sent;
  return (
    <>
      <p class="tm-lead" data-testid="queue-empty">{last ? fill(words.queue.empty, { time: sayWhen(last, Date.now(), zone()) }) : words.queue.empty_never}</p>
      {nothingLeft() && !letters().length && <p data-testid="nothing-left">{words.home.nothing_left}</p>}
    </>
  );
}

/** Why it still waits, in words. */
function reason(): string {
  if (state.paused) return said.not_sent.paused;
  if (state.link === 'unknown' || state.link === 'ok') return said.not_sent.soon;
  return words.link[state.link];
}

/** How far it has come, and the two things a hand can do about it. Recording goes on whatever is chosen. */
function Draining() {
  const { progress } = state;
  return (
    <>
      <p role="status" data-testid="sending">
        {state.sending && progress ? fill(said.not_sent.progress, { done: progress.done, total: progress.total }) : ''}
      </p>
      {state.sending && progress && <progress class="tm-bar" value={progress.done} max={progress.total} aria-label={words.header.sending} />}
      <div class="tm-row__buttons">
        <Button onClick={() => (state.paused ? pause(false) : soon())} data-testid="send-now">{words.queue.send_now}</Button>
        {!state.paused && <Button kind="secondary" onClick={() => pause(true)} data-testid="pause">{said.not_sent.pause}</Button>}
      </div>
    </>
  );
}

function LastSync() {
  const now = useNow(30_000);
  const at = state.standing.last_contact;
  return <p class="tm-fine" data-testid="last-sync">{at === null ? said.not_sent.never_answered : fill(said.not_sent.answered, { time: sayWhen(at, now, zone()) })}</p>;
}

/** Grouped by whom it is about and who wrote it; within a group, and between them, oldest first. */
function ByPerson({ waiting }: { waiting: Entry[] }) {
  const groups = new Map<string, Entry[]>();
  for (const entry of waiting.slice(0, MOST_SHOWN)) {
    const who = whole(entry)['anonymous'] === true ? 'unnamed' : (entry.submission.author ?? entry.submission.author_name ?? '');
    const key = `${entry.resident ?? ''} ${who}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return (
    <div data-testid="queue-list">
      {[...groups].map(([key, entries]) => (
        <section key={key} class="tm-group">
          <h2 class="tm-heading">{fill(said.not_sent.group, { person: personOf({ fields: { resident: entries[0]!.resident } }) ?? said.not_sent.nobody, name: whoRecorded(entries[0]!.submission, whole(entries[0]!)) })}</h2>
          <ul class="tm-entries">{entries.map((entry) => <Waiting key={entry.id} entry={entry} />)}</ul>
        </section>
      ))}
      {waiting.length > MOST_SHOWN && <p>{fill(words.queue.more, { n: waiting.length - MOST_SHOWN })}</p>}
    </div>
  );
}

function what(entry: Entry): string {
  const shown = view(entry.record);
  if (entry.kind === 'alert' && shown) return `${inALine(entry.kind, {})}: ${titleOf(shown.fields)}`;
  return inALine(entry.kind, whole(entry));
}

/** What the record says once this entry is laid over it. */
function whole(entry: Entry): Fields {
  return { ...view(entry.record)?.fields, ...entry.submission.fields };
}

function Waiting({ entry }: { entry: Entry }) {
  return (
    <li data-testid="queue-entry">
      <p>
        <strong>{sayWhen(Date.parse(entry.submission.recorded_at), Date.now(), zone())}</strong>{' '}
        <a class="tm-link tm-entries__what" href={`#entry=${entry.record}`}>{what(entry)}</a>
      </p>
      <StateTag state="saved" />
    </li>
  );
}

/** What the server did not take, with the way to put it right. */
function Kept({ look }: { look: Look }) {
  const [problems, setProblems] = useState<string[]>([]);
  const once = useOnce(problems);
  const me = session();
  const sentences = Object.values(look.errors).flat();
  const fixable = Object.keys(look.errors).some((name) => name in look.submission.fields || name === 'fields');
  const name = personOf({ fields: { resident: look.resident } });

  const tell = (error: unknown) => setProblems([sayNotSaved(error)]);

  /** Nothing in it was wrong, only that it could not be filed then: said again under the name of whoever is here. */
  const again = () => void record(repair(look, look.submission.fields)).catch(tell);

  return (
    <li data-testid="look-entry">
      <p>{name && <strong>{name} </strong>}<span class="tm-entries__what">{what(look)}</span></p>
      <p class="tm-fine">{fill(words.queue.by, { name: whoRecorded(look.submission, whole(look)), time: sayWhen(Date.parse(look.submission.recorded_at), Date.now(), zone()) })}</p>
      <StateTag state="look" />
      <Problems list={problems} />
      <p>{said.fix.because}</p>
      <ul class="tm-sentences">{(sentences.length ? sentences : [words.queue.no_reason]).map((one) => <li key={one}>{one}</li>)}</ul>
      <div class="tm-row__buttons">
        {me && fixable && <a class="nhsuk-button" data-testid="look-fix" href={`#fix=${look.id}`}>{said.fix.open}</a>}
        {me && !fixable && <Button kind="secondary" data-testid="look-again" onClick={() => once('again', again)}>{words.queue.again}</Button>}
        <Button kind="secondary" data-testid="look-seen" onClick={() => once('seen', () => void putAway(look.id).catch(tell))}>{said.fix.seen}</Button>
      </div>
    </li>
  );
}

/** The copy for a tablet that will not get through again. It is sealed and names nobody: no PIN is asked (screens/help.tsx). */
export function Rescue() {
  useTopics('queue');
  const once = useOnce();
  const [problems, setProblems] = useState<string[]>([]);
  if (!state.queue.size) return null;

  async function rescue() {
    try {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await rescueFile());
      link.download = `tidemark-rescue-${iso(Date.now()).slice(0, 10)}.json`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      announce(said.not_sent.rescued);
    } catch {
      setProblems([words.default.error]);
    }
  }

  return (
    <>
      <Problems list={problems} />
      <p>{said.not_sent.rescue_hint}</p>
      <Button kind="secondary" data-testid="rescue" onClick={() => once('rescue', () => void rescue())}>{said.not_sent.rescue}</Button>
    </>
  );
}

/** Room on the disk, whether the browser promises to keep it, and the rescue copy. */
function Storage() {
  const [storage, setStorage] = useState<{ mb: number | null; kept: boolean } | null>(null);
  useLayoutEffect(() => {
    void (async () => {
      const about = await navigator.storage?.estimate?.().catch(() => null);
      const kept = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
      setStorage({ mb: about?.quota ? Math.round((about.quota - (about.usage ?? 0)) / 1_000_000) : null, kept });
    })();
  }, []);

  return (
    <section class="tm-card">
      <h2 class="tm-heading">{said.not_sent.tablet}</h2>
      {storage && storage.mb !== null && (
        <p class={storage.mb < LOW_MB ? 'tm-old' : ''} data-testid="storage">{fill(storage.mb < LOW_MB ? words.queue.storage_low : words.queue.storage, { mb: storage.mb })}</p>
      )}
      {storage && <p data-testid="persisted">{storage.kept ? said.not_sent.kept : words.queue.not_kept}</p>}
      <Rescue />
    </section>
  );
}
