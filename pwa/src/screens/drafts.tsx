// "Not finished": what the person at the screen began on this tablet and has not saved. Nobody else sees it.

import { useLayoutEffect, useState } from 'preact/hooks';
import { keepDraft, unfinished } from '../drafts';
import { formWords, said } from '../said';
import { announce, Button } from '../ui/parts';
import { fill, words } from '../words';
import { view } from '../view';
import { OUTCOME } from './appointments';
import { kindName, personOf } from './plain';
import '../styles/more.scss';

const FORM = 'form:';
/** What is typed on a screen of its own, by that screen's place (use_draft.ts). */
const typedOn: Record<string, string> = {
  alert: words.alert.title, entry: words.correct.title, 'follow-up': said.follow_up.title, fix: said.fix.title, residents: words.drink.other, 'shift-check': said.shift_check.title, suggestions: said.suggestions.title,
};

export function Drafts() {
  const [keys, setKeys] = useState<string[] | null>(null);
  const read = () => unfinished().then(setKeys);
  useLayoutEffect(() => void read(), []);
  if (!keys) return null;

  async function drop(key: string) {
    await keepDraft(key, '');
    await read();
    announce(said.drafts.dropped);
  }

  return (
    <>
      <h1 class="tm-title">{said.drafts.title}</h1>
      {keys.length === 0 && <p class="tm-empty">{said.drafts.empty}</p>}
      <ul class="tm-entries">
        {keys.map((key) => {
          const { title, about, href } = begun(key);
          return (
            <li key={key} data-testid="draft">
              <p><a class="tm-link" href={href}>{title}</a> {about}</p>
              <Button kind="secondary" onClick={() => void drop(key)}>{said.drafts.drop}</Button>
            </li>
          );
        })}
      </ul>
      <p><a class="tm-link" href="#home">{fill(said.back_to, { screen: words.nav.home })}</a></p>
    </>
  );
}

/** What it is, whom it is about, and where it is carried on: a form at its own place, a note beside a drink on the list. */
function begun(key: string): { title: string; about: string | null; href: string } {
  if (key.startsWith(OUTCOME)) {
    const id = key.slice(OUTCOME.length);
    return { title: said.outcome.title, about: personOf({ fields: view(id)?.fields ?? {} }), href: `#outcome=${id}` };
  }
  if (key === 'round') return { title: said.round.title, about: null, href: '#round' };
  if (key === 'handover') return { title: said.handover.title, about: null, href: '#handover' };
  const [, href, screen, one, person] = /^(([a-z-]+)(?:=(\S+))?)(?: (\S+))?/.exec(key) ?? [];
  if (screen && screen in typedOn) return { title: typedOn[screen]!, about: personOf({ fields: one ? (view(one)?.fields ?? {}) : { resident: person } }), href: `#${href}` };
  if (!key.startsWith(FORM)) return { title: said.drafts.note, about: personOf({ fields: { resident: key } }), href: '#residents' };
  const id = key.slice(FORM.length);
  const [kind = '', about = ''] = id.split(/\.(.*)/);
  return { title: formWords(kind).title || kindName(kind), about: about ? personOf({ fields: { resident: about } }) : null, href: `#form=${id}` };
}
