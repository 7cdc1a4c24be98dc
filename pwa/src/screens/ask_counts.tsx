// Who was really there, by role and agency, beside who was planned: one tap when it was as planned.

import type { Count } from '../kinds/planned';
import { said } from '../said';
import { Button, Tile } from '../ui/parts';
import { fill, word, words } from '../words';

export interface There extends Count {
  agency: number;
}

const PART = { count: said.team.people, agency: said.team.agency };

/** Roles that every unit has, also where nobody was planned. */
const USUAL = ['senior_carer', 'support_worker'];

export function sayCounts(counts: Count[]): string {
  return counts.map(({ role, count }) => fill(said.team.count, { n: count, role: word(words.roles, role) })).join(', ');
}

interface Asked {
  field: string;
  planned: unknown;
  value: unknown;
  onChoose: (value: There[], settled?: true) => void;
}

export function Counts({ field, planned: plan, value, onChoose }: Asked) {
  const planned = (plan ?? []) as Count[];
  const there = value as There[] | undefined;
  const roles = [...new Set([...planned, ...(there ?? [])].map((one) => one.role).concat(USUAL))];
  const asPlanned = there !== undefined && sayCounts(there.filter((one) => one.count)) === sayCounts(planned) && there.every((one) => !one.agency);

  /** Every role that is counted stands in the list, so that "none" is said and not left out. */
  function change(role: string, part: 'count' | 'agency', by: number) {
    const all = roles.map((each) => there?.find((one) => one.role === each) ?? { role: each, count: 0, agency: 0 });
    onChoose(all.map((one) => {
      if (one.role !== role) return one;
      const next = { ...one, [part]: Math.max(0, one[part] + by) };
      // Nobody comes from an agency who is not there.
      return part === 'agency' ? { ...next, count: Math.max(next.count, next.agency) } : { ...next, agency: Math.min(next.agency, next.count) };
    }));
  }

  return (
    <>
      {planned.length > 0 ? (
        <Tile class="tm-wide" data-testid={`planned-${field}`} aria-pressed={asPlanned} big={said.team.as_planned} small={sayCounts(planned)} onClick={() => onChoose(planned.map((one) => ({ ...one, agency: 0 })), true)} />
      ) : <p class="tm-fine">{said.team.no_plan}</p>}
      {roles.map((role) => {
        const one = there?.find((each) => each.role === role);
        return (
          <div class="tm-counts" key={role} role="group" aria-label={word(words.roles, role)}>
            <strong class="tm-counts__role">{word(words.roles, role)}</strong>
            {(['count', 'agency'] as const).map((part) => (
              <div class="tm-counts__one" key={part}>
                <Button kind="secondary" aria-label={fill(said.team.fewer, { what: PART[part], role: word(words.roles, role) })} onClick={() => change(role, part, -1)}>−</Button>
                <span data-testid={`${part}-${role}`}>{one ? one[part] : '–'} {PART[part]}</span>
                <Button kind="secondary" aria-label={fill(said.team.more, { what: PART[part], role: word(words.roles, role) })} data-testid={`more-${part}-${role}`} onClick={() => change(role, part, 1)}>+</Button>
              </div>
            ))}
          </div>
        );
      })}
    </>
  );
}
