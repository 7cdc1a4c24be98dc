// The one decision that every low-intake or red-flag breach ends in (care.md, Alerts 10): whom was told, or why nobody was,
// and what came of it for the person. Bound to the opening of the alert that it answers.

import { iso } from '../clock';
import type { Draft } from '../outbox';
import { text } from '../state';
import { ofKind, type Shown } from '../view';
import type { Low } from './shift_hydration_check';

/** Rules whose every breach wants a decision; as in sync/kinds/escalation.py. */
const DECIDED = [
  'hydration.nothing_drunk_6h', 'hydration.nothing_drunk_8h', 'hydration.behind_pace', 'hydration.low_at_close', 'hydration.low_two_days',
  'hydration.very_low_day', 'hydration.red_flag', 'hydration.red_flag_low_intake',
];

export function wantsDecision(alert: Shown): boolean {
  return DECIDED.includes(String(alert.fields['rule']));
}

/** The decision about this opening; of several the first. */
export function decisionOf(alert: Shown): Shown | null {
  const since = Date.parse(String(alert.fields['happened_at'] ?? '')) || 0;
  const found = ofKind('escalation').filter((one) => one.fields['alert'] === alert.record && Math.max(one.recorded_ms, one.happened_ms) >= since);
  return found.sort((a, b) => a.recorded_ms - b.recorded_ms)[0] ?? null;
}

export function decide(alert: Shown, low: Low): Draft {
  return {
    kind: 'escalation',
    resident: text(alert.fields['subject']),
    fields: {
      resident: text(alert.fields['subject']), alert: alert.record, tier: text(alert.fields['severity']) ?? 'senior',
      breached_at: text(alert.fields['happened_at']) ?? iso(alert.happened_ms), decided_at: iso(Date.now()), ...low,
    },
  };
}

/** What goes with closing an alert: the result beside the decision; where nobody recorded one, the closing is the decision. */
export function closing(alert: Shown, outcome: string, result: string, evidence: string): Draft | null {
  if (!wantsDecision(alert)) return null;
  const known = decisionOf(alert);
  if (known) return text(known.fields['person_outcome']) ? null : { kind: 'escalation', record: known.record, resident: text(alert.fields['subject']), fields: { person_outcome: result } };
  const none = outcome === 'no_action' || outcome === 'person_declined' || outcome === 'drank_enough';
  const draft = decide(alert, none ? { decision: `${result}: ${evidence}`, no_escalation_reason: evidence } : { decision: `${result}: ${evidence}` });
  return { ...draft, fields: { ...draft.fields, person_outcome: result } };
}
