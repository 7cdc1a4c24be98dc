// A photographed letter where it is to be read: on the tablet while it lies there still, on the pages once it has gone.

import { useState } from 'preact/hooks';
import { letters, pages } from '../letters';
import { said as allWords } from '../said';
import { useTopics } from '../ui/hooks';
import { Button } from '../ui/parts';

const said = allWords.letters;

export function LetterRead({ about }: { about: string }) {
  useTopics('looks');
  const [seen, setSeen] = useState<string[] | null>(null);
  const here = letters().some((one) => one.about === about);
  if (seen?.length) return <>{seen.map((page) => <img class="tm-letter__page" key={page} src={page} alt={said.photo} data-testid="letter-page" />)}</>;
  if (!here) return <p class="tm-fine" data-testid="letter-elsewhere">{said.kept}</p>;
  return (
    <>
      <Button kind="secondary" data-testid="letter-open" onClick={() => void pages(about).then(setSeen, () => setSeen([]))}>{said.open}</Button>
      {seen && <p class="tm-fine">{said.closed}</p>}
    </>
  );
}
