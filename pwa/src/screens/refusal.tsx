// A refused drink: why, and what happens next.

import { useState } from 'preact/hooks';
import { iso } from '../clock';
import { said } from '../said';
import type { Fields } from '../types';
import { useOnce } from '../ui/hooks';
import { Button, Tile } from '../ui/parts';
import { words } from '../words';
import { Prompt } from './prompt';

const REASONS = ['not_now', 'dislikes', 'too_tired', 'upset', 'toilet_worry', 'no_reason'] as const;

/** Why, and what next: a bare "refused" tells the next person nothing. */
export function Refusal({ onRecord, onBack }: { onRecord: (fields: Fields) => void; onBack: () => void }) {
  const once = useOnce();
  const [reason, setReason] = useState<string | null>(null);
  const again = (minutes: number) => ({ next_step: 'offer_again', offer_again_at: iso(Date.now() + minutes * 60_000) });
  const steps: [string, Fields][] = [
    [said.drink.next_steps.offer_again_30, again(30)],
    [said.drink.next_steps.offer_again_60, again(60)],
    [said.drink.next_steps.tried_another, { next_step: 'tried_another' }],
    [said.drink.next_steps.told_senior, { next_step: 'told_senior' }],
  ];
  return (
    <>
      <Prompt name="refusal" />
      <h3 class="tm-heading">{reason ? said.drink.next : said.drink.why}</h3>
      <div class="tm-tiles">
        {!reason && REASONS.map((one) => <Tile key={one} data-testid="refusal-reason" big={words.drink.reasons[one]} onClick={() => setReason(one)} />)}
        {reason && steps.map(([label, fields]) => <Tile key={label} data-testid="refusal-next" big={label} onClick={() => once(label, () => onRecord({ reason, ...fields }))} />)}
      </div>
      <Button kind="secondary" onClick={() => (reason ? setReason(null) : onBack())}>{words.back}</Button>
    </>
  );
}
