// Before the shift: who of tonight's staff could not unlock this tablet if the connection failed, while there is time to help it.

import { useLayoutEffect, useState } from 'preact/hooks';
import { workingSoon } from '../kinds/rota';
import { said } from '../said';
import { knownHere } from '../session';
import { useTopics } from '../ui/hooks';
import { staffName } from '../view';

export function WhoCannot() {
  const told = useTopics('records', 'device', 'session', 'link');
  const [known, setKnown] = useState<Set<string> | null>(null);
  useLayoutEffect(() => void knownHere().then(setKnown, () => undefined), [told]);
  if (!known) return null;
  // Whoever has no name here has left, and is not let in at all.
  const names = [...workingSoon()].filter((id) => !known.has(id)).flatMap((id) => staffName(id) ?? []).sort();
  if (!names.length) return null;
  return (
    <section class="tm-card" data-testid="who-cannot">
      <h2 class="tm-heading">{said.who_cannot.title}</h2>
      <p class="tm-lead">{names.join(', ')}</p>
      <p>{said.who_cannot.text}</p>
    </section>
  );
}
