// A cup that was given has come back: how much of it is gone?

import { FRACTIONS, number, say, type Fraction } from '../kinds/hydration_check';
import { useOnce } from '../ui/hooks';
import { Tile } from '../ui/parts';
import { view } from '../view';
import { fill, ml, words } from '../words';

export function CupBack({ record: id, onAmount, onNone }: { record: string; onAmount: (ml: number) => void; onNone: () => void }) {
  const once = useOnce();
  const cup = view(id);
  const size = number(cup?.fields['vessel_ml']) ?? 0;
  if (!cup) return null;
  return (
    <>
      <p class="tm-lead">{say(cup.fields)}</p>
      <h3 class="tm-heading">{words.drink.how_much}</h3>
      <div class="tm-tiles">
        {(Object.keys(FRACTIONS) as Fraction[]).map((one) => (
          <Tile
            key={one} data-testid="cup-fraction" big={words.fraction[one]}
            small={fill(words.drink.tile_drank, { ml: ml(size * FRACTIONS[one]) })}
            onClick={() => once(one, () => onAmount(Math.round(size * FRACTIONS[one])))}
          />
        ))}
        <Tile big={words.fraction.none} onClick={onNone} />
      </div>
    </>
  );
}
