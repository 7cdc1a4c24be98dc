// An alert in words: a title, one sentence with its numbers, and what to do next. The twin of sync/alert_words.py.

import { alerts } from '../../../sync/messages.json?later';
import { sayTime } from '../time';
import type { Fields } from '../types';
import { ml, sayMinutes, word, words } from '../words';
import { zone } from '../view';

interface RuleWords {
  title: string;
  says: string;
  next: string;
  incomplete?: string;
  next_incomplete?: string;
}

export interface Said {
  title: string;
  says: string;
  also: string[];
  next: string;
}

const RULES = alerts.rules as unknown as Record<string, Record<string, RuleWords>>;

function rule(fields: Fields): RuleWords | null {
  const [area = '', name = ''] = String(fields['rule'] ?? '').split('.');
  return RULES[area]?.[name] ?? null;
}

export function titleOf(fields: Fields): string {
  return rule(fields)?.title ?? words.alert.rule_default;
}

export function sayAlert(fields: Fields): Said {
  const own = rule(fields);
  const reason = String(fields['reason'] ?? 'measured');
  const facts = (fields['facts'] ?? {}) as Fields;
  const incomplete = reason === 'incomplete_chart';
  const says = reason === 'needs_plan' ? alerts.needs_plan : ((incomplete && own?.incomplete) || own?.says) ?? '';
  const also = alsoOf(facts).map((name) => speak(alerts.also[name], facts));
  const tablets = Array.isArray(fields['silent_tablets']) ? (fields['silent_tablets'] as { name?: string; heard_at?: string }[]) : [];
  for (const { name, heard_at } of tablets) also.push(speak(alerts.also.on_a_tablet, { tablet: name ?? '?', heard_at }));
  if (facts['low_intake']) also.push(alerts.also.low_intake.replace('{why}', word(alerts.low_intake, facts['low_intake'])));
  if (reason !== 'measured' && !incomplete) also.push((alerts.reasons as Record<string, string>)[reason] ?? '');
  const next = (incomplete && own?.next_incomplete) || (alerts.next as Record<string, string>)[reason] || own?.next || '';
  return { title: titleOf(fields), says: speak(says, facts), also: also.filter(Boolean), next: speak(next, facts) };
}

function alsoOf(facts: Fields): (keyof typeof alerts.also)[] {
  const wanted: [string, keyof typeof alerts.also][] = [
    ['was_ml', 'was'],
    ['also_seen', 'also_seen'],
    ['drunk_up_to_ml', 'to_check'],
    ['ended_at', 'ended'],
    ['unsent', 'unsent'],
    ['back', 'back'],
    ['count', 'count'],
  ];
  return wanted.filter(([fact]) => facts[fact] !== undefined && facts[fact] !== null).map(([, name]) => name);
}

/** What an old alert does not hold reads as a question mark. */
function speak(sentence: string, facts: Fields): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'span') return typeof facts['minutes'] === 'number' ? sayMinutes(facts['minutes']) : '?';
    if (name === 'advice_by') return words.alert.advice_by;
    return name in facts ? one(name, facts[name]) : '?';
  });
}

function one(name: string, value: unknown): string {
  if (name.endsWith('_ml')) return typeof value === 'number' ? ml(value) : '?';
  if (Array.isArray(value)) return value.map((item) => word(words.drink.red, item).toLowerCase()).join(', ');
  if (name === 'since' || name === 'at' || name.endsWith('_at')) {
    const at = Date.parse(String(value));
    return Number.isNaN(at) ? '?' : sayTime(at, zone());
  }
  return String(value);
}
