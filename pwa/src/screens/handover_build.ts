// What one shift hands to the next, from what this tablet holds: said in sentences, so that what was handed over stays as
// it was said, whatever becomes of the records behind it.

import { iso } from '../clock';
import { uuid7 } from '../ids';
import { changes, staffing, tablets, silentTablets, upcoming } from './handover_parts';
import { attention, away, pace } from './handover_people';
import { shiftBounds, shiftOf } from '../shifts';
import { state, text } from '../state';
import type { Fields } from '../types';
import { correctedNow, ofKind, zone, type Shown } from '../view';
import { english } from '../words';

export const PARTS = ['changes', 'pace', 'due', 'alerts', 'away', 'appointments', 'tablets', 'staffing', 'added'] as const;
export type Part = (typeof PARTS)[number];

export interface Line {
  id: string;
  part: Part;
  words: string;
  /** The person or record that it is about. */
  about?: string;
}
export type Told = Omit<Line, 'id'>;

/** A shift hands over at its end or a little after it: until then the shift before the running one is meant. */
const AFTER_END_MS = 3_600_000;

export function latest(): Shown | null {
  return ofKind('handover').sort((a, b) => Date.parse(String(b.fields['to'])) - Date.parse(String(a.fields['to'])))[0] ?? null;
}

/** Who accepted it and when; of two who did without seeing each other, the first. */
export function accepted(one: Shown): { by: string; at: number } | null {
  const [first] = [...(one.conflicts['accepted_by'] ?? [])].sort((a, b) => a.occurred_at.localeCompare(b.occurred_at));
  if (first) return { by: String(first.value), at: Date.parse(first.occurred_at) };
  const by = text(one.fields['accepted_by']);
  return by ? { by, at: Date.parse(String(one.fields['accepted_at'])) } : null;
}

export function linesOf(one: Shown): Line[] {
  return Array.isArray(one.fields['lines']) ? (one.fields['lines'] as Line[]) : [];
}

export interface Built {
  shift: string;
  from: number;
  to: number;
  lines: Line[];
  /** The same in English, for the record. */
  kept: Line[];
  silent: string[];
}

/** Everything since the last handover; where this tablet knows of none, since the shift began. */
export function build(now = correctedNow()): Built {
  const shift = shiftOf(now - AFTER_END_MS, zone());
  const before = latest();
  const from = before ? Date.parse(String(before.fields['to'])) : shiftBounds(shift, zone())![0];
  const silent = silentTablets();
  const told = () => [...changes(from), ...pace(now, from), ...attention(now), ...away(now), ...upcoming(now), ...tablets(silent), ...staffing(now, from)];
  const lines = told().map(line);
  const kept = english.say(told).map((one, at) => ({ ...lines[at]!, words: one.words }));
  return { shift, from, to: now, lines, kept, silent: silent.map((one) => one.name) };
}

export function line(told: Told): Line {
  return { id: uuid7(Date.now()), ...told };
}

/** The record of it, with the lines that people added. */
export function handedOver(built: Built, added: Line[]): Fields {
  return {
    shift: built.shift, from: iso(built.from), to: iso(built.to), lines: [...built.kept, ...added], silent_devices: built.silent,
    ...(state.standing.last_contact ? { based_on_until: iso(state.standing.last_contact) } : {}),
  };
}
