// Screen 13: what waits on this tablet, by person and author, oldest first; and what the server kept aside, with why.

import { useEffect, useState } from 'preact/hooks';
import { say } from '../kinds/hydration_check';
import { title } from '../kinds/alert';
import { putAway, save } from '../outbox';
import { soon } from '../sending';
import { session } from '../session';
import { state } from '../state';
import { sayWhen } from '../time';
import type { Entry, Look } from '../types';
import { useOnce, useTopics } from '../ui/hooks';
import { Button, StateTag } from '../ui/parts';
import { staffName, view, zone } from '../view';
import { fill, plural, word, words } from '../words';

const MOST_SHOWN = 100;
const LOW_MB = 50;

export function NotSent() {
  useTopics('queue', 'looks', 'link');
  const [storage, setStorage] = useState<{ mb: number; kept: boolean } | null>(null);
  useEffect(() => {
    void (async () => {
      const about = await navigator.storage?.estimate?.();
      const kept = (await navigator.storage?.persisted?.()) ?? false;
      if (about?.quota) setStorage({ mb: Math.round((about.quota - (about.usage ?? 0)) / 1_000_000), kept });
    })();
  }, []);
  const waiting = [...state.queue.values()].sort((a, b) => a.number - b.number);
  const looks = [...state.looks.values()].sort((a, b) => b.at - a.at);
  const last = state.standing.last_sent;
  return (
    <>
      <h1 class="tm-title">{words.queue.title}</h1>
      <section class="tm-card">
        {waiting.length === 0 ? (
          <p class="tm-lead" data-testid="queue-empty">{last ? fill(words.queue.empty, { time: sayWhen(last, Date.now(), zone()) }) : words.queue.empty_never}</p>
        ) : (
          <>
            <p class="tm-lead" data-testid="queue-waiting">{plural(words.queue.waiting, waiting.length)}</p>
            <Button onClick={soon} data-testid="send-now">{words.queue.send_now}</Button>
            <ul class="tm-entries" data-testid="queue-list">
              {waiting.slice(0, MOST_SHOWN).map((entry) => <Waiting key={entry.id} entry={entry} />)}
            </ul>
            {waiting.length > MOST_SHOWN && <p>{fill(words.queue.more, { n: waiting.length - MOST_SHOWN })}</p>}
          </>
        )}
      </section>
      {looks.length > 0 && (
        <section class="tm-card" data-testid="looks">
          <h2 class="tm-heading">{words.queue.looks}</h2>
          <p>{words.queue.looks_intro}</p>
          <p class="tm-lead">{plural(words.queue.looks_n, looks.length)}</p>
          <ul class="tm-entries">{looks.map((look) => <Kept key={look.id} look={look} />)}</ul>
        </section>
      )}
      {storage && <p class="tm-fine">{fill(storage.mb < LOW_MB ? words.queue.storage_low : words.queue.storage, { mb: storage.mb })}</p>}
      {storage && !storage.kept && <p class="tm-fine">{words.queue.not_kept}</p>}
    </>
  );
}

function About({ entry }: { entry: Entry }) {
  const person = entry.resident ? view(entry.resident)?.fields['preferred_name'] : null;
  const shown = view(entry.record);
  const fields = { ...shown?.fields, ...entry.submission.fields };
  const kind = word(words.queue.kinds, entry.kind in words.queue.kinds ? entry.kind : 'other');
  const what = entry.kind === 'hydration_check' ? say(fields) : entry.kind === 'alert' && shown ? `${kind}: ${title(shown)}` : kind;
  return (
    <>
      <p>{typeof person === 'string' && <strong>{person} </strong>}<span class="tm-entries__what">{what}</span></p>
      <p class="tm-fine">
        {fill(words.queue.by, { name: staffName(entry.submission.author) ?? '?', time: sayWhen(Date.parse(entry.submission.recorded_at), Date.now(), zone()) })}
      </p>
    </>
  );
}

function Waiting({ entry }: { entry: Entry }) {
  return (
    <li data-testid="queue-entry">
      <About entry={entry} />
      <StateTag state="saved" />
    </li>
  );
}

/** What the server did not take. Recording it again makes a new submission that names the one it puts right. */
function Kept({ look }: { look: Look }) {
  const once = useOnce();
  const me = session();
  const sentences = Object.values(look.errors).flat();

  async function again() {
    const { submission } = look;
    await save(me!, {
      kind: look.kind,
      fields: submission.fields,
      record: look.record,
      happened: Math.min(Date.parse(submission.occurred_at), Date.now()),
      repairs: look.id,
      resident: look.resident,
    });
    await putAway(look.id);
  }

  return (
    <li data-testid="look-entry">
      <About entry={look} />
      <StateTag state="look" />
      <ul class="tm-sentences">{(sentences.length ? sentences : [words.queue.no_reason]).map((one) => <li key={one}>{one}</li>)}</ul>
      <div class="tm-row__buttons">
        {me && <Button kind="secondary" data-testid="look-again" onClick={() => once('again', () => void again())}>{words.queue.again}</Button>}
        <Button kind="secondary" data-testid="look-seen" onClick={() => once('seen', () => void putAway(look.id))}>{words.queue.seen}</Button>
      </div>
    </li>
  );
}
