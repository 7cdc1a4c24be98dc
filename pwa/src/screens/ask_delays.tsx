// What was delayed, for whom, how long and what was done; or that nothing was: said by somebody, never assumed.

import type { Drawn, Question } from '../form';
import { said } from '../said';
import { Tile } from '../ui/parts';
import { Items } from './ask_items';

export const DELAY: readonly Question[] = [
  { ask: 'one', field: 'what', codes: ['call_bell', 'personal_care', 'food_or_drink', 'medicine', 'moving', 'going_out', 'company', 'other'] },
  { ask: 'minutes', field: 'minutes' },
  { ask: 'text', field: 'response', short: true },
  { ask: 'past', field: 'at', optional: true },
  { ask: 'resident', field: 'for', optional: true },
];

export function Delays({ answers, label, error, onAnswer }: Drawn) {
  const none = answers['no_delays_confirmed'] === true;
  return (
    <fieldset class={`tm-choice tm-ask-group${error ? ' nhsuk-form-group--error' : ''}`}>
      <legend class="tm-legend">{label}</legend>
      {error && <span class="nhsuk-error-message">{error}</span>}
      <Tile class="tm-wide" data-testid="no-delays" aria-pressed={none} big={said.team.no_delays} onClick={() => onAnswer({ no_delays_confirmed: true, delays: undefined }, true)} />
      <Items
        kind="deployment_observation" question={{ ask: 'items', field: 'delays', parts: DELAY }} parts={DELAY} answers={answers} error={null}
        onAnswer={(more) => onAnswer({ ...more, no_delays_confirmed: undefined })}
      />
    </fieldset>
  );
}
