// The people in a handover: who is below pace and what was done, who is late to be offered a drink, which alerts are open
// and whose they are, and who is away or must not drink.

import type { Told } from './handover_build';
import { alerts, isOpen, owners, personOf as aboutAlert } from '../kinds/alert';
import { titleOf } from '../kinds/alert_words';
import { standing } from '../kinds/hydration_check';
import { nilByMouth } from '../kinds/hydration_plan';
import { called, residents } from '../kinds/resident';
import { said } from '../said';
import { valueOf } from './plain';
import { text } from '../state';
import { dayOrTime, sayTime, sayWhen } from '../time';
import { ofResident, zone } from '../view';
import { fill, ml, plural, words } from '../words';

/** Below what is expected by now, and what somebody decided about it. */
export function pace(now: number, from: number): Told[] {
  return residents().flatMap((person) => {
    const { watched, away, day, expected_ml, target, due } = standing(person, now);
    if (!watched || away || target.basis === 'limit' || day.drunk_ml >= expected_ml || due.state === 'not_due') return [];
    const decided = ofResident(person.id, 'escalation').filter((one) => one.recorded_ms >= from).map((one) => valueOf('escalation', 'decision', one.fields['decision']));
    const done = decided.length ? fill(said.handover.decided, { what: decided.join(', ') }) : said.handover.undecided;
    return [{ part: 'pace', about: person.id, words: `${called(person)}: ${fill(said.handover.below, { so_far: ml(day.drunk_ml), expected: ml(expected_ml) })} ${done}` }];
  });
}

/** Late to be offered a drink, and alerts that nobody has closed. */
export function attention(now: number): Told[] {
  const late = residents().flatMap((person): Told[] => {
    const { watched, away, due } = standing(person, now);
    if (!watched || away || due.state !== 'late' || due.due_at_ms === null) return [];
    return [{ part: 'due', about: person.id, words: `${called(person)}: ${fill(said.handover.late, { time: sayTime(due.due_at_ms, zone()) })}` }];
  });
  const nudges = alerts().filter((one) => isOpen(one) && one.fields['severity'] === 'nudge');
  const digest: Told[] = nudges.length ? [{ part: 'alerts', words: plural(said.alert_life.digest, nudges.length) }] : [];
  const open = alerts().filter((one) => isOpen(one) && one.fields['severity'] !== 'nudge').map((one): Told => {
    const taken = owners(one);
    const owner = taken.length ? fill(said.handover.owner, { name: taken.join(', ') }) : said.handover.nobody;
    return { part: 'alerts', about: one.record, words: [aboutAlert(one)?.name, titleOf(one.fields), owner].filter(Boolean).join(': ') };
  });
  return [...late, ...open, ...digest];
}

/** Away, nil by mouth, at the end of life: why drinks are not counted, and until when. And whose plan was loosened and waits for a second person. */
export function away(now: number): Told[] {
  return residents().flatMap((person): Told[] => {
    const found = standing(person, now);
    const plan = found.plan.fields;
    const until = (value: unknown) => {
      const at = dayOrTime(value, zone());
      return at === null ? said.handover.no_end : fill(said.handover.until, { time: sayWhen(at, now, zone()) });
    };
    const why: string[] = [];
    if (found.away) why.push(`${valueOf('absence', 'type', found.away.fields['type'])}, ${until(found.away.fields['to'])}`);
    if (nilByMouth(plan, now)) why.push(`${words.residents.nil}, ${until(plan['nil_by_mouth_until'])}`);
    if ((dayOrTime(plan['end_of_life_from'], zone()) ?? Infinity) <= now) why.push(`${said.handover.end_of_life}, ${until(text(plan['review_on']))}`);
    if (found.plan.waits) why.push(words.residents.waits);
    return why.map((one) => ({ part: 'away', about: person.id, words: `${called(person)}: ${one}` }));
  });
}
