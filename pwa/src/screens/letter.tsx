// A letter photographed: made small, kept, and somebody senior asked to confirm what it asks of the home.

import { useState } from 'preact/hooks';
import { record, sayNotSaved } from '../acts';
import { keep, letters } from '../letters';
import { letterDue } from '../kinds/outcome';
import { change } from '../kinds/visit';
import { small } from '../photo';
import { english_said, said as allWords } from '../said';
import { text } from '../state';
import { useTopics } from '../ui/hooks';
import { announce, Problems } from '../ui/parts';
import type { Shown } from '../view';
import { fill, plural } from '../words';
import { LetterRead } from './letter_read';
import '../styles/more.scss';

const said = allWords.letters;

export function Letter({ about }: { about: Shown }) {
  useTopics('looks', 'queue');
  const [working, setWorking] = useState(false);
  const [problems, setProblems] = useState<string[]>([]);
  const [kept, setKept] = useState(false);
  const had = kept || Boolean(text(about.fields['letter']));

  async function take(file: File) {
    setWorking(true);
    setProblems([]);
    const photo = await small(file).catch(() => null);
    if (photo) await save(photo);
    else setProblems([said.failed]);
    setWorking(false);
  }

  async function save(photo: Blob) {
    try {
      await keep(photo, about);
      if (!had) {
        const resident = text(about.fields['resident']);
        await record(change(about, { letter: 'photographed' }));
        await record({ kind: 'follow_up', resident, fields: { about: about.record, ...(resident ? { resident } : {}), what: english_said.said.follow_up.read_letter, asks: 'letter', status: 'open', due_at: letterDue() } });
      }
      setKept(true);
      announce(said.saved);
    } catch (error) {
      setProblems([sayNotSaved(error)]);
    }
  }

  return (
    <section class="tm-card" data-testid="letter">
      <h2 class="tm-heading">{said.heading}</h2>
      <Problems list={problems} />
      <p>{said.hint}</p>
      {kept && <p data-testid="letter-kept"><strong>{said.saved}</strong></p>}
      {had && <LetterRead about={about.record} />}
      <label class="nhsuk-button nhsuk-button--secondary tm-letter">
        {working ? said.working : had ? said.again : said.take}
        <input
          type="file" accept="image/*" capture="environment" data-testid="letter-file" disabled={working}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file) void take(file);
          }}
        />
      </label>
    </section>
  );
}

/** Letters that lie on this tablet still, and any that the server did not take, with its reason. */
export function LettersWaiting() {
  useTopics('looks', 'queue', 'link');
  const all = letters();
  if (!all.length) return null;
  return (
    <section class="tm-card" data-testid="letters-waiting">
      <h2 class="tm-heading">{allWords.person_care.letters}</h2>
      <p class="tm-lead">{plural(said.waiting, all.length)}</p>
      <p class="tm-fine">{said.closed}</p>
      {all.flatMap((one) => (one.refused === null ? [] : [<p class="tm-old" key={one.sha256}>{fill(said.refused, { reason: one.refused })}</p>]))}
    </section>
  );
}
